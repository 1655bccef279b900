//! What the tests share.
//!
//! | module | what |
//! |---|---|
//! | [`duet`] | both ends of a call back to back, on a clock that only moves when told |
//! | [`transcript`] | whole calls as text, replayed in both roles |
//! | [`notation`] | how such a text writes messages, events and commands |
//! | [`phases`] | sessions brought to every phase of a call |
//! | [`samples`] | every message that the providers' pages and the fixtures show |
//! | [`vocabulary`] | words of either side: all there are, and random ones for proptest |
//! | [`speaker`] | what really plays at the far end, sample by sample |
//! | [`switchboard`] | an application that replies to callbacks |
//! | [`lifecycle`] | what is said over HTTP around its calls, as text |
//! | [`chance`] | what goes wrong at random with any of these |
//! | [`allocations`] | an allocator that counts |
//! | [`process`] | the threads, descriptors and memory of a process |

pub mod allocations;
pub mod chance;
pub mod duet;
pub mod lifecycle;
pub mod notation;
pub mod phases;
pub mod process;
pub mod samples;
pub mod speaker;
pub mod switchboard;
pub mod transcript;
pub mod vocabulary;

/// Random cases, but the same ones in every run, and no file written where one fails.
pub fn cases(count: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases: count,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x766f_7877_6972_6531),
        ..proptest::test_runner::Config::default()
    }
}

/// The project's front page, whose program must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
