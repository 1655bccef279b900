//! What the halves of a call share: socket, line and clock, under one lock that is held for one poll and never across
//! an await.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Wake;

use futures_util::io::{AsyncRead, AsyncWrite};
use futures_util::task::AtomicWaker;
use voxwire::{Instant, Role};
use voxwire_line::Line;

use crate::clock::Clock;

pub(crate) struct Shared<R: Role, S> {
    pub(crate) line: Line<R>,
    pub(crate) wakers: Arc<Wakers>,
    socket: S,
    /// Wakes both halves: it is what the socket is told to wake.
    waker: Waker,
    began: Clock,
}

/// Wakes whoever waits for the socket: whichever half is polled drives both directions, so both must be woken.
#[derive(Default)]
pub(crate) struct Wakers {
    pub(crate) hearing: AtomicWaker,
    pub(crate) speaking: AtomicWaker,
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
pub(crate) struct Polled<'s, S> {
    socket: Pin<&'s mut S>,
    cx: Context<'s>,
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Shared<R, S> {
    /// A call that begins now.
    pub(crate) fn new(socket: S, line: impl FnOnce(Instant) -> Line<R>) -> Self {
        let wakers = Arc::new(Wakers::default());
        Self { line: line(Instant::ZERO), waker: wakers.clone().into(), wakers, socket, began: Clock::now() }
    }

    /// Does something with the line now, and what is owed because of it.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Line<R>, Instant, &mut Polled<'_, S>) -> T) -> T {
        let now = Instant::ZERO + self.began.elapsed();
        let cx = Context::from_waker(&self.waker);
        let mut io = Polled { socket: Pin::new(&mut self.socket), cx };
        let done = act(&mut self.line, now, &mut io);
        let duties = self.line.duties();
        if duties.shut_down {
            let _ = io.socket.poll_close(&mut io.cx);
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
    pub(crate) fn sleep_until(&mut self) -> Clock {
        self.began + self.line.sleep_until().since(Instant::ZERO)
    }
}

/// A panic elsewhere leaves nothing half done here: every change is whole before anything can fail.
pub(crate) fn lock<R: Role, S>(shared: &Mutex<Shared<R, S>>) -> MutexGuard<'_, Shared<R, S>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncRead + Unpin> Read for Polled<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        at_once(self.socket.as_mut().poll_read(&mut self.cx, buf))
    }
}

impl<S: AsyncWrite + Unpin> Write for Polled<'_, S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        at_once(self.socket.as_mut().poll_write(&mut self.cx, buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        at_once(self.socket.as_mut().poll_flush(&mut self.cx))
    }
}

fn at_once<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}
