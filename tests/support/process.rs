//! What the system knows about a process.

use core::fmt;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant as Clock;

/// How many threads and descriptors there are, and how much memory is resident, in bytes. All 0 where the system does not
/// tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process {
    /// Threads.
    pub threads: u64,
    /// Descriptors that are open.
    pub descriptors: u64,
    /// Resident bytes.
    pub memory: u64,
}

impl Process {
    /// This process now.
    pub fn now() -> Self {
        // Listing the descriptors takes one.
        let Self { threads, descriptors, memory } = Self::read("/proc/self".as_ref());
        Self { threads, descriptors: descriptors.saturating_sub(1), memory }
    }

    /// Another process now.
    pub fn of(pid: u32) -> Self {
        Self::read(format!("/proc/{pid}").as_ref())
    }

    /// The most memory that a process has had resident since [`forget_peak`](Self::forget_peak), in bytes.
    pub fn peak(pid: u32) -> u64 {
        entry(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default(), "VmHWM:") * 1024
    }

    /// Lets the peak begin anew at what is resident now. Where that cannot be had, the peak is that of the whole life.
    pub fn forget_peak(pid: u32) {
        let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
    }

    fn read(folder: &Path) -> Self {
        let status = fs::read_to_string(folder.join("status")).unwrap_or_default();
        let descriptors = fs::read_dir(folder.join("fd")).map_or(0, Iterator::count);
        Self {
            threads: entry(&status, "Threads:"),
            descriptors: descriptors as u64,
            memory: entry(&status, "VmRSS:") * 1024,
        }
    }

    /// What `now` tells, once there are no more threads and descriptors than before, or at `until`: a thread that has been
    /// joined is counted for a moment yet.
    pub fn settled(now: impl Fn() -> Self, before: Self, until: Clock) -> Self {
        loop {
            let now = now();
            if now.is_like(before) || Clock::now() >= until {
                return now;
            }
            thread::yield_now();
        }
    }

    /// Whether nothing has been left behind since then.
    pub const fn is_like(self, before: Self) -> bool {
        self.threads <= before.threads && self.descriptors <= before.descriptors
    }
}

/// A change, in words.
#[derive(Clone, Copy, Debug)]
pub struct Change(pub Process, pub Process);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(from, to) = self;
        write!(f, "threads {} -> {}, ", from.threads, to.threads)?;
        write!(f, "descriptors {} -> {}, ", from.descriptors, to.descriptors)?;
        let mega = |bytes: u64| bytes / 1_000_000;
        write!(f, "memory {} -> {} MB", mega(from.memory), mega(to.memory))
    }
}

/// What stands behind a name; 0 if it is not there.
fn entry(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
