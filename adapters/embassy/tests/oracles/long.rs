//! The same streams, many more of them.

use core::cell::RefCell;
use std::env;
use std::time::Instant;

use proptest::prelude::{ProptestConfig, any};
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::mutated::{Tally, mutated};
use crate::streams::{cases, chunks, streams};
use crate::valid::{hear_all, hold_in_pieces};

#[test]
#[ignore = "takes minutes, in release mode"]
fn long_run() {
    let number = |name, otherwise| env::var(name).map_or(otherwise, |said| said.parse::<u64>().expect(name));
    let wanted = number("FRAMES", 10_000_000);
    let first_seed = number("SEED", 6455);
    let begun = Instant::now();
    let ran = RefCell::new(Ran::default());
    let strategy = (streams(), chunks(), any::<Index>(), mutated());
    for seed in first_seed.. {
        // A runner is good for its number of cases once.
        let config = ProptestConfig { rng_seed: RngSeed::Fixed(seed), ..cases(1_000) };
        let run = TestRunner::new(config).run(&strategy, |(stream, chunks, spare, broken)| {
            let (broken, wire) = broken;
            hear_all(&stream, &chunks);
            hold_in_pieces(&stream, &chunks, spare);
            let mut ran = ran.borrow_mut();
            ran.tally.compare(broken.side, &wire);
            ran.streams += 2;
            ran.frames += (stream.frames.len() + broken.frames.len()) as u64;
            ran.bytes += (stream.wire().len() + wire.len()) as u64;
            Ok(())
        });
        if let Err(error) = run {
            panic!("SEED={seed}: {error}");
        }
        if ran.borrow().frames >= wanted {
            break;
        }
    }
    println!("from SEED={first_seed}, in {} s: {:#?}", begun.elapsed().as_secs(), ran.into_inner());
}

/// What was decoded, half of the streams broken.
#[derive(Debug, Default)]
struct Ran {
    streams: u64,
    frames: u64,
    bytes: u64,
    tally: Tally,
}
