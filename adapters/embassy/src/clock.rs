use voxwire::Instant;

/// A monotonic clock, and its timer. A board, or a test, may bring its own.
pub trait Clock {
    /// The time since any origin, always the same.
    fn now(&self) -> Instant;

    /// Ready at `at`. It may be dropped before.
    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()>;
}

impl<C: Clock> Clock for &C {
    fn now(&self) -> Instant {
        C::now(self)
    }

    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> {
        C::sleep_until(self, at)
    }
}

/// The clock of `embassy-time`.
#[cfg(feature = "embassy-time")]
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbassyTime;

#[cfg(feature = "embassy-time")]
impl Clock for EmbassyTime {
    fn now(&self) -> Instant {
        Instant::from_micros(embassy_time::Instant::now().as_micros())
    }

    fn sleep_until(&self, at: Instant) -> impl Future<Output = ()> {
        // A tick may be long, and a deadline must never come early: the next one.
        let at = embassy_time::Instant::try_from_micros(at.as_micros()).unwrap_or(embassy_time::Instant::MAX);
        embassy_time::Timer::at(at.saturating_add(embassy_time::Duration::from_ticks(1)))
    }
}
