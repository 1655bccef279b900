//! Time, for whatever runs the call: `async-io` wakes from a thread of its own where no runtime lends it one.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use core::time::Duration;
pub(crate) use std::time::Instant as Clock;

use async_io::Timer;

/// Wakes the hearing half.
pub(crate) struct Alarm {
    timer: Timer,
    /// When it is to ring, unless it has.
    at: Option<Clock>,
}

impl Alarm {
    pub(crate) fn new() -> Self {
        Self { timer: Timer::never(), at: None }
    }

    /// Ready at `at`, or before if it was set to an earlier time and has not rung yet.
    pub(crate) fn poll_at(&mut self, at: Clock, cx: &mut Context<'_>) -> Poll<()> {
        // An alarm that rings early costs less than one that is set again for every message.
        if self.at.is_none_or(|set| at < set) {
            self.timer.set_at(at);
            self.at = Some(at);
        }
        Pin::new(&mut self.timer).poll(cx).map(|_| self.at = None)
    }
}

/// What a future comes to, or `None` if it takes longer.
pub(crate) async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut timer) = (pin!(future), Timer::after(limit));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Pin::new(&mut timer).poll(cx).map(|_| None),
    })
    .await
}
