//! Who is woken by what, and when the hearing half wakes by itself.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;
use std::time::Instant as Clock;

use futures_util::task::AtomicWaker;

use super::Alarm;

/// Wakes whoever waits for the socket: whichever half is polled drives both directions, so both must be woken.
#[derive(Default)]
pub(super) struct Wakers {
    pub(super) hearing: AtomicWaker,
    pub(super) speaking: AtomicWaker,
    /// Whether the hearing half's alarm has rung since it was last looked at.
    rung: AtomicBool,
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.hearing.wake();
        self.speaking.wake();
    }
}

/// What the hearing half's alarm wakes: that half, whoever polls it by then.
struct Bell(Arc<Wakers>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.rung.store(true, Ordering::Release);
        self.0.hearing.wake();
    }
}

/// The hearing half's alarm. To set it anew for every message costs more than one that rings early, and so does even to
/// look at it: where calls are many, it lies in memory that nothing else of a message has touched. So it is left alone
/// until it has rung, or is to ring earlier.
pub(super) struct Sleep<T> {
    alarm: T,
    rings_at: Option<Clock>,
    wakers: Arc<Wakers>,
    bell: Waker,
}

impl<T: Alarm> Sleep<T> {
    pub(super) fn new(wakers: &Arc<Wakers>) -> Self {
        let bell = Arc::new(Bell(wakers.clone())).into();
        Self { alarm: T::new(), rings_at: None, wakers: wakers.clone(), bell }
    }

    /// Ready at `until`. Whoever is to be woken then is registered as the hearing half.
    pub(super) fn poll(&mut self, until: Clock) -> Poll<()> {
        let rung = self.wakers.rung.load(Ordering::Acquire);
        if !rung && self.rings_at.is_some_and(|at| at <= until) {
            return Poll::Pending;
        }
        self.wakers.rung.store(false, Ordering::Relaxed);
        let polled = self.alarm.poll_at(until, &mut Context::from_waker(&self.bell));
        self.rings_at = polled.is_pending().then_some(until);
        polled
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    /// Counts how often it is looked at, and never rings by itself.
    struct Counted(u32);

    impl Alarm for Counted {
        fn new() -> Self {
            Self(0)
        }

        fn now() -> Clock {
            Clock::now()
        }

        fn poll_at(&mut self, _: Clock, _: &mut Context<'_>) -> Poll<()> {
            self.0 += 1;
            Poll::Pending
        }
    }

    #[test]
    fn an_alarm_is_left_alone_until_it_has_rung_or_must_ring_earlier() {
        let now = Clock::now();
        let mut sleep = Sleep::<Counted>::new(&Arc::default());
        let bell = sleep.bell.clone();
        let mut looks = |seconds| {
            let until = now + Duration::from_secs(seconds);
            assert!(sleep.poll(until).is_pending());
            sleep.alarm.0
        };
        assert_eq!([20, 20, 21, 59].map(&mut looks), [1, 1, 1, 1]);
        assert_eq!([19, 19, 20].map(&mut looks), [2, 2, 2]);
        bell.wake_by_ref();
        assert_eq!([40, 40, 39].map(&mut looks), [3, 3, 4]);
    }
}
