//! The time of a call, which may pass faster than the clock on the wall.

use core::time::Duration;

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep_until};
use voxwire::Utc;

/// How much faster `--fast` lets time pass.
pub(crate) const FAST: u32 = 10;

/// How late timers are that nothing else holds up: they count in milliseconds.
pub(crate) const TIMER: Duration = Duration::from_millis(2);

/// The least bound on lateness that can be held, for half of it counts too.
pub(crate) const LEAST_BOUND: Duration = Duration::from_millis(5);

/// The clock on the wall.
pub(crate) fn wall_clock() -> Utc {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Utc::new(now.as_secs(), now.subsec_nanos())
}

/// Time since a call began. Every duration in this program is of this clock's, so that speeding it up speeds up all:
/// voices, waits, and what is measured.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    speed: u32,
}

impl Clock {
    /// A clock that begins now.
    pub(crate) fn start(fast: bool) -> Self {
        Self { began: Instant::now(), speed: if fast { FAST } else { 1 } }
    }

    pub(crate) fn now(&self) -> Duration {
        self.reckon(self.began.elapsed())
    }

    /// How long that takes on this clock which takes `duration` on the wall.
    pub(crate) fn reckon(&self, duration: Duration) -> Duration {
        duration.saturating_mul(self.speed)
    }

    /// Waits until a moment of this clock, for ever if there is none.
    pub(crate) async fn sleep_until(&self, at: Option<Duration>) {
        match at.and_then(|at| self.began.checked_add(at / self.speed)) {
            Some(at) => sleep_until(at).await,
            None => core::future::pending().await,
        }
    }
}
