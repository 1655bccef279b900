//! The two halves of a call, and what interrupts it.

use core::fmt;
use core::task::Poll;
use core::time::Duration;

use embassy_futures::select::{Either, select};
use embassy_futures::yield_now;
use embedded_io_async::{Error, ErrorKind, Read, Write};
use voxwire::audio::{self, Fixed, Speech};
use voxwire::{Application, Close, Heard, Instant, SendError};

use super::shared::Shared;
use super::state::Turn;
use super::voice::Voice;
use crate::{CallError, Cleared, Clock, End, Inbox};

/// The half of a call that hears.
pub struct Hearing<'c, 'm, R: End, In, Out, C> {
    pub(super) input: &'c mut In,
    pub(super) shared: &'c Shared<'m, R, Out, C>,
}

/// The half of a call that speaks.
pub struct Speaking<'c, 'm, R: End, Out, C> {
    pub(super) shared: &'c Shared<'m, R, Out, C>,
}

/// Interrupts a call from wherever its halves are used.
pub struct Handle<'c, 'm, Out, C> {
    shared: &'c Shared<'m, Application, Out, C>,
}

impl<'m, R: End, In: Read, Out: Write<Error = In::Error>, C: Clock> Hearing<'_, 'm, R, In, Out, C> {
    /// Waits for what the peer says next, which borrows the inbox. Keeps the call alive while it waits. After the end
    /// it tells the end again. A binary message that is longer than the inbox comes in pieces.
    ///
    /// Cancel-safe: a message is heard by the `next` that returns it, or by the one after; half of it stays in the inbox,
    /// which must be the same for the whole call.
    ///
    /// # Errors
    /// [`CallError::Receive`] and [`CallError::Expired`]: the call goes on, and whether to hang up is up to you.
    /// [`CallError::Inbox`]: another inbox than before. [`CallError::WebSocket`], [`CallError::Socket`]: it is over.
    pub async fn next<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<R::Hears<'i>, CallError<In::Error>> {
        let Self { input, shared } = self;
        loop {
            if shared.with(false, |state, _| state.is_turn_over()) {
                if let Some(deadline) = shared.with(None, |state, now| state.wake(now)) {
                    return Err(CallError::Expired(deadline));
                }
                // A peer that speaks without a pause would keep this from all that runs on the same thread. The next turn has
                // begun before, or whoever is cancelled here each time would never come to it.
                yield_now().await;
            }
            if shared.poll(|state, now, cx| Poll::Ready(state.receive(now, inbox, cx))).await? {
                break;
            }
            let read = match select(input.read(inbox.room()), shared.tend()).await {
                Either::First(read) => read,
                Either::Second(Some(deadline)) => return Err(CallError::Expired(deadline)),
                Either::Second(None) => continue,
            };
            match read {
                Ok(bytes) if bytes > 0 => shared.with((), |state, _| state.note_read(bytes, inbox)),
                Err(error) if !is_loss(error.kind()) => {
                    shared.with((), |state, now| state.lose(now));
                    return Err(CallError::Socket(error));
                }
                _ => {
                    inbox.lose();
                    break;
                }
            }
        }
        let inbox = &*inbox;
        shared.poll(|state, now, cx| Poll::Ready(state.hear(now, inbox, cx))).await
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }
}

impl<'m, R: End, Out: Write, C: Clock> Speaking<'_, 'm, R, Out, C> {
    /// Says something. Returns as soon as it is queued, and waits only while the queue is full. What the socket does
    /// not take at once is written by whichever half is polled next; [`flush`](Self::flush) waits for it. Deadlines
    /// are told by the hearing half alone: while nobody hears, a `send` to a peer that reads nothing waits without end.
    ///
    /// Cancel-safe: it is wholly queued or not at all.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came while it waited.
    pub async fn send(&mut self, says: impl Into<R::Says<'_>>) -> Result<(), CallError<Out::Error>> {
        let says = says.into();
        let mut turn = Turn::default();
        self.shared.poll(|state, now, cx| state.poll_send(now, says, &mut turn, cx)).await
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub async fn flush(&mut self) {
        self.shared.poll(|state, now, cx| state.poll_flush(now, cx)).await;
    }

    /// Hangs up: lets the queue drain within [`CallConfig::drain_within`](crate::CallConfig::drain_within) and throws
    /// away what is left then, says the close, and waits for as long again until it is on the socket. The hearing half
    /// hears the peer's close.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub async fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError<Out::Error>> {
        let close = Close::new(code, reason);
        if !close.is_sendable() {
            return Err(SendError::InvalidClose.into());
        }
        let shared = self.shared;
        let limit = shared.with(Duration::ZERO, |state, _| state.drain_within);
        if shared.within(limit, self.flush()).await.is_none() {
            shared.with((), |state, _| state.drop_audio());
        }
        match self.send(close).await {
            Ok(()) | Err(CallError::Send(SendError::Closed)) => {}
            Err(error) => return Err(error),
        }
        let _ = shared.within(limit, self.flush()).await;
        Ok(())
    }
}

impl<'c, 'm, Out: Write, C: Clock> Speaking<'c, 'm, Application, Out, C> {
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
    pub async fn speak(
        &mut self,
        voice: &mut Voice<'_>,
        pcm: &mut &[u8],
    ) -> Result<(), CallError<Out::Error>> {
        self.voice(voice, |speech, now| speech.poll(now, pcm)).await
    }

    /// Ends an utterance: says what the voice still holds, with silence up to a whole frame. Returns when that has been said,
    /// at the time for it.
    ///
    /// Cancel-safe: another `finish` goes on.
    ///
    /// # Errors
    /// Those of [`speak`](Self::speak).
    pub async fn finish(&mut self, voice: &mut Voice<'_>) -> Result<(), CallError<Out::Error>> {
        self.voice(voice, audio::Voice::finish).await?;
        voice.utterance = Turn::default();
        Ok(())
    }

    /// Says what is `next` of a voice until there is no more.
    async fn voice<'v>(
        &mut self,
        voice: &mut Voice<'v>,
        mut next: impl for<'f> FnMut(&'f mut audio::Voice<&'v mut [u8], Fixed>, Instant) -> Speech<'f>,
    ) -> Result<(), CallError<Out::Error>> {
        let shared = self.shared;
        while let Some(until) =
            shared.poll(|state, now, cx| state.poll_voice(now, voice, &mut next, cx)).await?
        {
            let interrupted = shared.poll(|state, now, cx| state.poll_interrupted(now, voice, cx));
            select(shared.clock.sleep_until(until), interrupted).await;
        }
        Ok(())
    }

    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError<Out::Error>> {
        self.shared.clear()
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        self.shared.heard()
    }

    /// Interrupts the call while the halves are in use.
    pub fn handle(&self) -> Handle<'c, 'm, Out, C> {
        Handle { shared: self.shared }
    }
}

impl<In, Out: Write, C: Clock> Hearing<'_, '_, Application, In, Out, C> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError<Out::Error>> {
        self.shared.clear()
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        self.shared.heard()
    }
}

impl<Out: Write, C: Clock> Handle<'_, '_, Out, C> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError<Out::Error>> {
        self.shared.clear()
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        self.shared.heard()
    }
}

/// Whether the socket is simply gone, as when a phone loses its network, rather than misused.
const fn is_loss(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::TimedOut
    )
}

impl<Out, C> Clone for Handle<'_, '_, Out, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Out, C> Copy for Handle<'_, '_, Out, C> {}

impl<R: End, In, Out, C> fmt::Debug for Hearing<'_, '_, R, In, Out, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing").finish_non_exhaustive()
    }
}

impl<R: End, Out, C> fmt::Debug for Speaking<'_, '_, R, Out, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaking").finish_non_exhaustive()
    }
}

impl<Out, C> fmt::Debug for Handle<'_, '_, Out, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}
