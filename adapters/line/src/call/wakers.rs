//! Who is woken by what, and when the hearing half wakes by itself.

use core::task::{Context, Poll, Waker};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::time::Instant as Clock;

use futures_util::task::AtomicWaker;

use super::Alarm;

/// Wakes both halves, for whichever is polled writes for both: when the socket takes more, or the hearing half's alarm
/// rings. A message that comes touches nothing of it, nor does a `send` that the socket takes at once: where calls are
/// many, that memory is far away.
#[derive(Default)]
pub(super) struct Wakers {
    /// Stays when it is woken, so that it need not be told again.
    hearing: Mutex<Option<Waker>>,
    pub(super) speaking: AtomicWaker,
}

impl Wakers {
    /// Another task hears from now on.
    pub(super) fn hears(&self, waker: &Waker) {
        // With the last waker a task may go, and with that what wakes us: not under the lock.
        let _before = self.hearing().replace(waker.clone());
    }

    fn hearing(&self) -> MutexGuard<'_, Option<Waker>> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Not under the lock: whom it wakes may come back at once.
        let hearing = self.hearing().clone();
        if let Some(hearing) = hearing {
            hearing.wake();
        }
        self.speaking.wake();
    }
}

/// The hearing half's alarm. To set it anew for every message costs more than one that rings early, and so does even to
/// look at it: where calls are many, it lies in memory that nothing else of a message has touched. So it is left alone
/// until it is to ring earlier, or its time has come by the clock, which is nearer: it may have rung for nobody.
pub(super) struct Sleep<T> {
    alarm: T,
    rings_at: Option<Clock>,
}

impl<T: Alarm> Sleep<T> {
    pub(super) fn new() -> Self {
        Self { alarm: T::new(), rings_at: None }
    }

    /// Ready at `until`, when `waker` is woken. To be called with the same one always.
    pub(super) fn poll(&mut self, until: Clock, waker: &Waker) -> Poll<()> {
        if self.rings_at.is_some_and(|at| at <= until && T::now() < at) {
            return Poll::Pending;
        }
        let polled = self.alarm.poll_at(until, &mut Context::from_waker(waker));
        self.rings_at = polled.is_pending().then_some(until);
        polled
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::time::Duration;
    use std::sync::LazyLock;

    use super::*;

    static BEGAN: LazyLock<Clock> = LazyLock::new(Clock::now);

    thread_local! {
        static SECONDS: Cell<u64> = const { Cell::new(0) };
    }

    fn at(seconds: u64) -> Clock {
        *BEGAN + Duration::from_secs(seconds)
    }

    /// Counts how often it is looked at.
    struct Counted(u32);

    impl Alarm for Counted {
        fn new() -> Self {
            Self(0)
        }

        fn now() -> Clock {
            at(SECONDS.get())
        }

        fn poll_at(&mut self, at: Clock, _: &mut Context<'_>) -> Poll<()> {
            self.0 += 1;
            if Self::now() < at { Poll::Pending } else { Poll::Ready(()) }
        }
    }

    #[test]
    fn an_alarm_is_left_alone_until_its_time_has_come_or_it_must_ring_earlier() {
        let mut sleep = Sleep::<Counted>::new();
        let mut looks = |now, until| {
            SECONDS.set(now);
            let polled = sleep.poll(at(until), Waker::noop());
            assert_eq!(polled.is_ready(), now >= until, "{until} at {now}");
            sleep.alarm.0
        };
        assert_eq!([20, 20, 21, 59].map(|until| looks(0, until)), [1, 1, 1, 1]);
        assert_eq!([19, 19, 20].map(|until| looks(18, until)), [2, 2, 2]);
        // It rang at 19, and is set to 40.
        assert_eq!([40, 40, 39].map(|until| looks(19, until)), [3, 3, 4]);
        assert_eq!([39, 39].map(|until| looks(50, until)), [5, 6]);
    }
}
