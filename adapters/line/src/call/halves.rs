//! The two halves of a call, and what interrupts it.

use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll};
use std::sync::{Arc, Weak};

use voxwire::{Application, Close, Counters, Dialect, Role, SendError};

use super::runtime::{Runtime, within};
use super::shared::{Held, Shared};
use super::wakers::Sleep;
use crate::{CallError, Cleared, Heard, Inbox, Turn, Voice};

/// The half of a call that hears.
pub struct Hearing<R: Role, S, T> {
    shared: Arc<Shared<R, S, T>>,
    sleep: Sleep<T>,
}

/// The half of a call that speaks.
pub struct Speaking<R: Role, S, T> {
    shared: Arc<Shared<R, S, T>>,
    /// Rings when the next frame of a voice may be said.
    alarm: T,
}

/// Interrupts a call from anywhere. It does not keep the call open.
pub struct Handle<S, T> {
    shared: Weak<Shared<Application, S, T>>,
}

pub(super) fn of<R: Role, S, T: Runtime<S>>(
    shared: Shared<R, S, T>,
) -> (Hearing<R, S, T>, Speaking<R, S, T>) {
    let shared = Arc::new(shared);
    (Hearing { shared: shared.clone(), sleep: Sleep::new() }, Speaking { shared, alarm: T::new() })
}

impl<R: Role, S, T: Runtime<S>> Hearing<R, S, T> {
    /// Waits for what the peer says next, which borrows the inbox. Keeps the call alive while it waits. After the end
    /// it tells the end again.
    ///
    /// Cancel-safe: a message is heard by the `next` that returns it, or by the one after.
    ///
    /// # Errors
    /// [`CallError::Receive`] and [`CallError::Expired`]: the call goes on, and whether to hang up is up to you.
    /// [`CallError::Socket`]: it is over.
    pub async fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        let Self { shared, sleep } = self;
        let mut held = poll_fn(|cx| shared.poll_receive(cx, sleep, inbox)).await?;
        held.hear(inbox)
    }

    /// Ready once the next message is in the inbox.
    pub(super) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        inbox: &mut Inbox,
    ) -> Poll<Result<Held<'_, R, S, T>, CallError>> {
        self.shared.poll_receive(cx, &mut self.sleep, inbox)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.shared.lock().session().dialect()
    }

    pub(super) fn counters(&self) -> Counters {
        self.shared.lock().session().counters()
    }
}

impl<R: Role, S, T: Runtime<S>> Speaking<R, S, T> {
    /// Says something. Returns as soon as it is queued, and waits only while the queue is full. What the socket does
    /// not take at once is written by whichever half is polled next; [`flush`](Self::flush) waits for it. Deadlines
    /// are told by the hearing half alone: while nobody hears, a `send` to a peer that reads nothing waits without end.
    ///
    /// Cancel-safe: it is wholly queued or not at all.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came while it waited.
    // Not an `async fn`, which would keep the words twice.
    pub fn send<'s>(&mut self, says: impl Into<R::Says<'s>>) -> impl Future<Output = Result<(), CallError>> {
        let (says, mut turn) = (says.into(), Turn::new());
        poll_fn(move |cx| self.poll_send(cx, says, &mut turn))
    }

    /// Ready once it is wholly queued.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        says: R::Says<'_>,
        turn: &mut Turn,
    ) -> Poll<Result<(), CallError>> {
        self.shared.lock().poll_speaking(cx, |line, now, io| line.poll_send(now(), io, says, turn))
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub async fn flush(&mut self) {
        poll_fn(|cx| self.poll_flush(cx)).await;
    }

    /// Ready once everything said is on the socket, or nothing can be sent any more.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.shared.lock().poll_speaking(cx, |line, now, io| line.poll_flush(now, io))
    }

    /// Hangs up: lets the queue drain within [`CallConfig::drain_within`](crate::CallConfig::drain_within) and throws
    /// away what is left then, says the close, and waits for as long again until it is on the socket. The hearing half
    /// hears the peer's close.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub async fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        let close = Close::new(code, reason);
        if !close.is_sendable() {
            return Err(SendError::InvalidClose.into());
        }
        let drain_limit = self.shared.lock().act(|line, _, _| line.drain_limit());
        if within::<T, _>(drain_limit, self.flush()).await.is_none() {
            self.shared.lock().act(|line, _, _| line.drop_audio());
        }
        match self.say(close) {
            Ok(()) | Err(SendError::Closed) => {}
            Err(error) => return Err(error.into()),
        }
        let _ = within::<T, _>(drain_limit, self.flush()).await;
        Ok(())
    }

    pub(super) fn say(&self, close: Close<'_>) -> Result<(), SendError> {
        self.shared.lock().act(|line, now, io| line.hang_up(now(), io, close))
    }
}

impl<S, T: Runtime<S>> Speaking<Application, S, T> {
    /// Speaks: `pcm` of the voice's rate, in pieces of any length, is said in frames of the call's format, each when its time
    /// has come. Returns when all of `pcm` has been taken, when the far end has [`Voice::ahead`](crate::Voice::ahead)
    /// and a frame left to play at most: give the next piece before that is over, or [`finish`](Self::finish).
    /// While the socket takes nothing, time is let pass, and no frame piles up behind another.
    ///
    /// Cancel-safe: `pcm` has moved on past what was taken, and what was taken is said by the next `speak` or `finish` with
    /// this voice.
    ///
    /// # Errors
    /// [`CallError::Send`]: the call does not allow it; what is left of `pcm` was not said. [`CallError::Cleared`]: a clear
    /// came since the utterance began. It is over, and the voice ready for the next.
    pub async fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
        let Self { shared, alarm } = self;
        poll_fn(|cx| {
            shared.poll_voice(cx, alarm, voice, |line, now, io, voice| line.poll_speak(now, io, voice, pcm))
        })
        .await
    }

    /// Ends an utterance: says what the voice still holds, with silence up to a whole frame. Returns when that has been said,
    /// at the time for it.
    ///
    /// Cancel-safe: another `finish` goes on.
    ///
    /// # Errors
    /// Those of [`speak`](Self::speak).
    pub async fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
        let Self { shared, alarm } = self;
        poll_fn(|cx| {
            shared.poll_voice(cx, alarm, voice, |line, now, io, voice| line.poll_finish(now, io, voice))
        })
        .await
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        heard(&self.shared)
    }

    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S, T> {
        Handle { shared: Arc::downgrade(&self.shared) }
    }
}

impl<S, T: Runtime<S>> Hearing<Application, S, T> {
    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        heard(&self.shared)
    }

    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }
}

impl<S, T: Runtime<S>> Handle<S, T> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear); [`SendError::Closed`] when the call has been dropped.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&*self.shared.upgrade().ok_or(SendError::Closed)?)
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard). `None` when the call has been dropped.
    pub fn heard(&self) -> Option<Heard> {
        heard(&*self.shared.upgrade()?)
    }
}

fn clear<S, T: Runtime<S>>(shared: &Shared<Application, S, T>) -> Result<Cleared, CallError> {
    shared.lock().act(|line, now, io| line.clear(now(), io))
}

fn heard<S, T: Runtime<S>>(shared: &Shared<Application, S, T>) -> Option<Heard> {
    shared.lock().act(|line, now, _| line.heard(now()))
}

impl<S, T> Clone for Handle<S, T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<R: Role, S, T> fmt::Debug for Hearing<R, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing").finish_non_exhaustive()
    }
}

impl<R: Role, S, T> fmt::Debug for Speaking<R, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaking").finish_non_exhaustive()
    }
}

impl<S, T> fmt::Debug for Handle<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
