//! What the halves of a call share: socket, line and clock, under one lock that is held for one poll and never across
//! an await.

use core::marker::PhantomData;
use core::task::{Context, Poll, Waker};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;
use std::time::Instant as Clock;

use futures_util::task::AtomicWaker;
use voxwire::{Instant, Role};

use super::Runtime;
use crate::Line;

/// One for both halves.
pub(super) struct Shared<R: Role, S, T>(Mutex<Held<R, S, T>>);

/// The shared, locked.
pub(super) struct Held<R: Role, S, T> {
    pub(super) line: Line<R>,
    pub(super) wakers: Arc<Wakers>,
    socket: S,
    /// Wakes both halves: it is what the socket is told to wake.
    waker: Waker,
    began: Clock,
    runtime: PhantomData<fn() -> T>,
}

/// Wakes whoever waits for the socket: whichever half is polled drives both directions, so both must be woken.
#[derive(Default)]
pub(super) struct Wakers {
    pub(super) hearing: AtomicWaker,
    pub(super) speaking: AtomicWaker,
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

/// The socket as the line takes it: what would wait has its waker and answers `WouldBlock`.
pub(super) struct Polled<'s, S, T> {
    socket: &'s mut S,
    cx: Context<'s>,
    runtime: PhantomData<fn() -> T>,
}

impl<R: Role, S, T: Runtime<S>> Shared<R, S, T> {
    /// A call that begins now.
    pub(super) fn new(socket: S, line: impl FnOnce(Instant) -> Line<R>) -> Self {
        let wakers = Arc::new(Wakers::default());
        Self(Mutex::new(Held {
            line: line(Instant::ZERO),
            waker: wakers.clone().into(),
            wakers,
            socket,
            began: T::now(),
            runtime: PhantomData,
        }))
    }
}

impl<R: Role, S, T> Shared<R, S, T> {
    /// A panic elsewhere leaves nothing half done here: every change is whole before anything can fail.
    pub(super) fn lock(&self) -> MutexGuard<'_, Held<R, S, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Role, S, T: Runtime<S>> Held<R, S, T> {
    pub(super) fn now(&self) -> Instant {
        Instant::ZERO + T::now().saturating_duration_since(self.began)
    }

    /// Does something with the line, and what is owed because of it.
    pub(super) fn act<D>(&mut self, act: impl FnOnce(&mut Line<R>, &mut Polled<'_, S, T>) -> D) -> D {
        let cx = Context::from_waker(&self.waker);
        let mut io = Polled { socket: &mut self.socket, cx, runtime: PhantomData };
        let done = act(&mut self.line, &mut io);
        let duties = self.line.duties();
        if duties.shut_down {
            let _ = T::poll_close(io.socket, &mut io.cx);
        }
        if duties.wake_hearing {
            self.wakers.hearing.wake();
        }
        if duties.wake_speaking {
            self.wakers.speaking.wake();
        }
        done
    }

    /// When the hearing half must be polled again, whatever else happens. It goes to sleep now.
    pub(super) fn sleep_until(&mut self) -> Clock {
        self.began + self.line.sleep_until().since(Instant::ZERO)
    }
}

impl<S, T: Runtime<S>> Read for Polled<'_, S, T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        at_once(T::poll_read(self.socket, &mut self.cx, buf))
    }
}

impl<S, T: Runtime<S>> Write for Polled<'_, S, T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        at_once(T::poll_write(self.socket, &mut self.cx, buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        at_once(T::poll_flush(self.socket, &mut self.cx))
    }
}

fn at_once<D>(polled: Poll<io::Result<D>>) -> io::Result<D> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}
