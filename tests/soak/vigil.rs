//! What is watched while calls go on: whether memory grows, how late frames are, and whether the calls end.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant as Clock;

use hdrhistogram::Histogram;
use support::process::Process;

use crate::TOLD;
use crate::call::locked;
use crate::tally::Tally;

/// How long memory may grow: until every call has been as large as calls become.
const WARM: Duration = Duration::from_secs(60);

/// How much it may grow from then on, in percent, from one half of the time to the other.
const GROWTH: f64 = 5.0;

/// Ends the process if the calls are not over by a given time, and notes the memory meanwhile.
pub(crate) struct Vigil {
    stop: mpsc::Sender<()>,
    thread: thread::JoinHandle<Memory>,
}

impl Vigil {
    pub(crate) fn begin(limit: Duration, tally: Arc<Tally>) -> Self {
        let (stop, stopped) = mpsc::channel();
        let began = Clock::now();
        let thread = thread::spawn(move || {
            let mut memory = Memory::default();
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                if began.elapsed() >= WARM {
                    memory.0.push(Process::now().memory);
                }
                if began.elapsed() >= limit {
                    give_up(&tally);
                }
            }
            memory
        });
        Self { stop, thread }
    }

    /// Tells of the memory, once the calls are over.
    pub(crate) fn end(self) -> Memory {
        drop(self.stop);
        self.thread.join().unwrap()
    }
}

fn give_up(tally: &Tally) -> ! {
    let calls = tally.running();
    println!("{} calls hang, {} tasks", calls.len(), tally.tasks());
    calls.iter().take(TOLD).for_each(|call| println!("{call}"));
    std::process::exit(1);
}

/// Resident bytes, second by second, since it was warm.
#[derive(Default)]
pub(crate) struct Memory(Vec<u64>);

impl Memory {
    /// Whether it has stayed as it was. Nobody knows of a run that has not become warm.
    pub(crate) fn is_flat(&self) -> bool {
        self.halves().is_none_or(|(first, second)| second <= first * (1.0 + GROWTH / 100.0))
    }

    /// What was resident on average in either half of the time.
    fn halves(&self) -> Option<(f64, f64)> {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        let mean = |half: &[u64]| half.iter().sum::<u64>() as f64 / half.len() as f64;
        (!first.is_empty()).then(|| (mean(first), mean(second)))
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, second)) = self.halves() else { return f.write_str("memory not warm") };
        let mega = |bytes: f64| bytes / 1e6;
        write!(f, "memory {:.1} MB, then {:.1} MB", mega(first), mega(second))?;
        write!(f, " ({:+.1} %)", 100.0 * (second / first - 1.0))
    }
}

/// How late speakers wake to begin frames, in microseconds: what scheduling and the work of all other calls cost them. That a
/// frame had to wait for a peer that stalled is no lateness.
pub(crate) struct Lateness(Mutex<Histogram<u64>>);

impl Lateness {
    pub(crate) fn note(&self, late: Duration) {
        locked(&self.0).saturating_record(late.as_micros() as u64);
    }
}

impl Default for Lateness {
    fn default() -> Self {
        // An hour, to three digits.
        Self(Mutex::new(Histogram::new_with_bounds(1, 3_600_000_000, 3).unwrap()))
    }
}

impl fmt::Display for Lateness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = locked(&self.0);
        let millis = |quantile| late.value_at_quantile(quantile) as f64 / 1e3;
        write!(f, "frames begun late by {:.1} ms (median), {:.1} ms (p99), ", millis(0.5), millis(0.99))?;
        write!(f, "{:.1} ms (most)", late.max() as f64 / 1e3)
    }
}
