//! What the system knows about this process.

use core::fmt;
use std::fs;
use std::thread;
use std::time::Instant as Clock;

/// How many threads and descriptors there are, and how much memory is resident, in bytes. All 0 where the system does not
/// tell.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    pub(crate) threads: u64,
    pub(crate) descriptors: u64,
    pub(crate) memory: u64,
}

impl Process {
    pub(crate) fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let entry = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        // Listing the descriptors takes one.
        let descriptors = fs::read_dir("/proc/self/fd").map_or(0, |listed| listed.count().saturating_sub(1));
        Self {
            threads: entry("Threads:").unwrap_or(0),
            descriptors: descriptors as u64,
            memory: entry("VmRSS:").unwrap_or(0) * 1024,
        }
    }

    /// The same, once there are no more threads and descriptors than before, or at `until`: a thread that has been joined
    /// is counted for a moment yet.
    pub(crate) fn settled(before: Self, until: Clock) -> Self {
        loop {
            let now = Self::now();
            if now.is_like(before) || Clock::now() >= until {
                return now;
            }
            thread::yield_now();
        }
    }

    /// Whether nothing has been left behind since then.
    pub(crate) const fn is_like(self, before: Self) -> bool {
        self.threads <= before.threads && self.descriptors <= before.descriptors
    }
}

/// A change, in words.
pub(crate) struct Change(pub(crate) Process, pub(crate) Process);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(from, to) = self;
        write!(f, "threads {} -> {}, ", from.threads, to.threads)?;
        write!(f, "descriptors {} -> {}, ", from.descriptors, to.descriptors)?;
        let mega = |bytes: u64| bytes / 1_000_000;
        write!(f, "memory {} -> {} MB", mega(from.memory), mega(to.memory))
    }
}
