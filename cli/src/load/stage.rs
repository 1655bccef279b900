//! What the calls of a load share: one schedule, the window in which they are measured, and the meter.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::OnceLock;

use tokio::sync::watch;
use tokio::time::Instant;
use voxwire::AudioFormat;

use super::meter::Meter;

/// One load. Times are counted from its beginning.
pub(super) struct Stage {
    began: Instant,
    window: OnceLock<Window>,
    closing: watch::Sender<bool>,
    up: AtomicU32,
    pub(super) meter: Meter,
}

/// When calls are measured: frames whose time lies in it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) begin: Duration,
    pub(super) end: Duration,
}

impl Stage {
    /// A load that begins now, and is measured for so long.
    pub(super) fn new(lasts: Duration) -> Self {
        Self {
            began: Instant::now(),
            window: OnceLock::new(),
            closing: watch::Sender::new(false),
            up: AtomicU32::new(0),
            meter: Meter::new(lasts),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn instant(&self, at: Duration) -> Instant {
        self.began + at
    }

    /// Calls are measured from now on.
    pub(super) fn open(&self, window: Window) {
        let _ = self.window.set(window);
    }

    /// The window, once it is known.
    pub(super) fn window(&self) -> Option<Window> {
        self.window.get().copied()
    }

    /// All calls hang up.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Tells whether they do.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// A call has been answered.
    pub(super) fn answered(&self) {
        self.up.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls have been answered so far.
    pub(super) fn up(&self) -> u32 {
        self.up.load(Ordering::Relaxed)
    }
}

impl Window {
    pub(super) fn contains(&self, at: Duration) -> bool {
        (self.begin..self.end).contains(&at)
    }
}

/// When a call may say its first frame, not before `now`. Every call has its place within 20 ms, far from those of the
/// calls around it however many there are (the golden ratio does that), as callers have who know nothing of each other.
pub(super) fn first_frame(call: u32, now: Duration) -> Duration {
    /// 2³² divided by the golden ratio.
    const TURN: u32 = 2_654_435_769;
    let part = f64::from(call.wrapping_mul(TURN)) / f64::from(u32::MAX);
    let phase = AudioFormat::FRAME.mul_f64(part);
    let frames = now.saturating_sub(phase).as_nanos().div_ceil(AudioFormat::FRAME.as_nanos());
    phase + AudioFormat::FRAME * u32::try_from(frames).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_place_within_a_frame() {
        let now = Duration::from_millis(1_234);
        let mut phases: Vec<_> = (0..100).map(|call| first_frame(call, now)).collect();
        assert!(phases.iter().all(|at| (now..now + AudioFormat::FRAME).contains(at)), "{phases:?}");
        phases.sort_unstable();
        let gap = phases.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(gap < Duration::from_micros(600), "100 calls in 20 ms, and none for {gap:?}");
    }

    #[test]
    fn the_schedule_of_a_call_does_not_depend_on_when_it_begins() {
        let (early, late) = (first_frame(5, Duration::ZERO), first_frame(5, Duration::from_secs(3_600)));
        assert_eq!((late - early).as_nanos() % AudioFormat::FRAME.as_nanos(), 0);
    }
}
