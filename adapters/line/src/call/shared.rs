//! What the halves of a call share: socket, line and clock, under one lock that is held for one poll and never across
//! an await.

use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as Clock;

use voxwire::{Application, Instant, Role, Session};

use super::Runtime;
use super::wakers::{Sleep, Wakers};
use crate::{CallError, Inbox, Line, Voice};

/// One for both halves.
pub(super) struct Shared<R: Role, S, T> {
    state: Mutex<State<R, S, T>>,
    wakers: Arc<Wakers>,
    /// Whether the call is over, for who asks without the lock.
    closed: AtomicBool,
}

struct State<R: Role, S, T> {
    line: Line<R>,
    socket: S,
    /// Wakes the task that heard last. The socket has it where something is to be read.
    hearing: Waker,
    /// Wakes both halves. The socket has it where something is to be written, and so has the hearing half's alarm.
    both: Waker,
    began: Clock,
    runtime: PhantomData<fn() -> T>,
}

/// The shared, locked.
pub(super) struct Held<'s, R: Role, S, T> {
    shared: &'s Shared<R, S, T>,
    state: MutexGuard<'s, State<R, S, T>>,
}

/// The socket as the line takes it: what would wait has a waker and answers `WouldBlock`.
pub(super) struct Polled<'s, S, T> {
    socket: &'s mut S,
    reader: Context<'s>,
    writer: Context<'s>,
    runtime: PhantomData<fn() -> T>,
}

impl<R: Role, S, T: Runtime<S>> Shared<R, S, T> {
    /// A call that begins now.
    pub(super) fn new(socket: S, line: impl FnOnce(Instant) -> Line<R>) -> Self {
        let wakers = Arc::new(Wakers::default());
        let (line, hearing, both) = (line(Instant::ZERO), Waker::noop().clone(), wakers.clone().into());
        let state = State { line, socket, hearing, both, began: T::now(), runtime: PhantomData };
        Self { state: Mutex::new(state), wakers, closed: AtomicBool::new(false) }
    }

    /// A panic elsewhere leaves nothing half done here: every change is whole before anything can fail.
    pub(super) fn lock(&self) -> Held<'_, R, S, T> {
        Held { shared: self, state: self.state.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// For the hearing half: ready once the next message is in the inbox, for [`hear`](Held::hear).
    pub(super) fn poll_receive(
        &self,
        cx: &Context<'_>,
        sleep: &mut Sleep<T>,
        inbox: &mut Inbox,
    ) -> Poll<Result<Held<'_, R, S, T>, CallError>> {
        let mut held = self.lock();
        if !held.state.hearing.will_wake(cx.waker()) {
            held.state.hearing = cx.waker().clone();
            self.wakers.hears(cx.waker());
        }
        loop {
            if held.act(|line, now, io| line.poll_receive(now, io, inbox))?.is_ready() {
                return Poll::Ready(Ok(held));
            }
            let state = &mut *held.state;
            let until = state.began + state.line.sleep_until().since(Instant::ZERO);
            if sleep.poll(until, &state.both).is_pending() {
                return Poll::Pending;
            }
            held.act(|line, now, io| line.wake(now(), io))?;
        }
    }
}

impl<S, T: Runtime<S>> Shared<Application, S, T> {
    /// For the speaking half: polls what speaks with a voice, and has it woken when the time of that has come.
    pub(super) fn poll_voice(
        &self,
        cx: &mut Context<'_>,
        alarm: &mut T,
        voice: &mut Voice,
        mut poll: impl FnMut(
            &mut Line<Application>,
            &dyn Fn() -> Instant,
            &mut Polled<'_, S, T>,
            &mut Voice,
        ) -> Poll<Result<(), CallError>>,
    ) -> Poll<Result<(), CallError>> {
        let mut held = self.lock();
        self.wakers.speaking.register(cx.waker());
        loop {
            let polled = held.act(|line, now, io| poll(line, now, io, voice));
            if polled.is_ready() {
                return polled;
            }
            let Some(until) = voice.sleep_until() else { return Poll::Pending };
            let at = held.state.began + until.since(Instant::ZERO);
            if alarm.poll_at(at, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl<R: Role, S, T: Runtime<S>> Held<'_, R, S, T> {
    /// What the message means that is in the inbox.
    pub(super) fn hear<'i>(&mut self, inbox: &'i Inbox) -> Result<R::Hears<'i>, CallError> {
        Ok(self.act(|line, now, _| line.hear(now(), inbox))?)
    }

    /// For the speaking half: polls, and has it woken if it must wait.
    pub(super) fn poll_speaking<D>(
        &mut self,
        cx: &Context<'_>,
        mut poll: impl FnMut(&mut Line<R>, &dyn Fn() -> Instant, &mut Polled<'_, S, T>) -> Poll<D>,
    ) -> Poll<D> {
        let polled = self.act(&mut poll);
        if polled.is_ready() {
            return polled;
        }
        // The socket may have become usable before there was anybody to wake.
        self.shared.wakers.speaking.register(cx.waker());
        self.act(poll)
    }

    /// Does something with the line and a clock, and what is owed because of it.
    pub(super) fn act<D>(
        &mut self,
        act: impl FnOnce(&mut Line<R>, &dyn Fn() -> Instant, &mut Polled<'_, S, T>) -> D,
    ) -> D {
        let State { line, socket, hearing, both, began, .. } = &mut *self.state;
        let now = || Instant::ZERO + T::now().saturating_duration_since(*began);
        let (reader, writer) = (Context::from_waker(hearing), Context::from_waker(both));
        let mut io = Polled { socket, reader, writer, runtime: PhantomData };
        let done = act(line, &now, &mut io);
        if line.session().is_closed() {
            self.shared.closed.store(true, Ordering::Release);
        }
        let duties = line.duties();
        if duties.shut_down {
            let _ = T::poll_close(io.socket, &mut io.writer);
        }
        if duties.wake_hearing || duties.hear_again {
            hearing.wake_by_ref();
        }
        if duties.wake_speaking {
            self.shared.wakers.speaking.wake();
        }
        done
    }

    pub(super) fn session(&self) -> &Session<R> {
        self.state.line.session()
    }
}

impl<S, T: Runtime<S>> Read for Polled<'_, S, T> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        at_once(T::poll_read(self.socket, &mut self.reader, buf))
    }
}

impl<S, T: Runtime<S>> Write for Polled<'_, S, T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        at_once(T::poll_write(self.socket, &mut self.writer, buf))
    }

    fn flush(&mut self) -> io::Result<()> {
        at_once(T::poll_flush(self.socket, &mut self.writer))
    }
}

fn at_once<D>(polled: Poll<io::Result<D>>) -> io::Result<D> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}
