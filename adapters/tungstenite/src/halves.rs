//! The two halves of a call, and what interrupts it.

use core::fmt;
use core::task::Poll;
use core::time::Duration;
use std::sync::{Arc, Weak};

use voxwire::{Application, Close, Counters, Dialect, Instant, Role, SendError};
use voxwire_line::{Line, Turn};

use crate::shared::{Half, Shared};
use crate::{CallError, Cleared, Heard, Inbox, Socket, Voice};

/// The half of a call that hears.
pub struct Hearing<R: Role, S> {
    shared: Arc<Shared<R, S>>,
}

/// The half of a call that speaks.
pub struct Speaking<R: Role, S> {
    shared: Arc<Shared<R, S>>,
}

/// Interrupts a call from anywhere. It does not keep the call open.
pub struct Handle<S> {
    shared: Weak<Shared<Application, S>>,
}

pub(crate) fn of<R: Role, S>(shared: Shared<R, S>) -> (Hearing<R, S>, Speaking<R, S>) {
    let shared = Arc::new(shared);
    (Hearing { shared: shared.clone() }, Speaking { shared })
}

impl<R: Role, S: Socket> Hearing<R, S> {
    /// Waits for what the peer says next, which borrows the inbox. Keeps the call alive while it waits. After the end
    /// it tells the end again.
    ///
    /// # Errors
    /// [`CallError::Receive`] and [`CallError::Expired`]: the call goes on, and whether to hang up is up to you.
    /// [`CallError::Socket`]: it is over.
    pub fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        let mut held = self.shared.lock();
        loop {
            match held.act(|line, now, io| line.poll_receive(now, io, inbox)) {
                Poll::Ready(received) => break received?,
                Poll::Pending => {
                    let until = held.line().sleep_until();
                    if held.now() < until {
                        held = held.rest(Half::Hearing, Some(until));
                    } else {
                        held.act(|line, now, io| line.wake(now(), io))?;
                    }
                }
            }
        }
        Ok(held.act(|line, now, _| line.hear(now(), inbox))?)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().line().session().is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.shared.lock().line().session().dialect()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.shared.lock().line().session().counters()
    }

    #[cfg(test)]
    pub(crate) const fn shared(&self) -> &Arc<Shared<R, S>> {
        &self.shared
    }
}

impl<R: Role, S: Socket> Speaking<R, S> {
    /// Says something. Returns as soon as it is queued, and waits only while the queue is full. What the socket does
    /// not take at once is written by whichever half is called next, or waits; [`flush`](Self::flush) waits for it. Deadlines
    /// are told by the hearing half alone: while nobody hears, a `send` to a peer that reads nothing waits without end.
    ///
    /// It is wholly queued or not at all.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came while it waited.
    pub fn send<'s>(&mut self, says: impl Into<R::Says<'s>>) -> Result<(), CallError> {
        let says = says.into();
        let mut turn = Turn::new();
        let mut held = self.shared.lock();
        loop {
            match held.act(|line, now, io| line.poll_send(now(), io, says, &mut turn)) {
                Poll::Ready(sent) => return sent,
                Poll::Pending => held = held.rest(Half::Speaking, None),
            }
        }
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub fn flush(&mut self) {
        self.flush_until(None);
    }

    /// Hangs up: lets the queue drain within [`CallConfig::drain_within`](crate::CallConfig::drain_within) and throws away what is left then, says the
    /// close, and waits for as long again until it is on the socket. The hearing half hears the peer's close.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        let close = Close::new(code, reason);
        if !close.is_sendable() {
            return Err(SendError::InvalidClose.into());
        }
        let drain_limit = self.shared.lock().line().drain_limit();
        if !self.flush_within(drain_limit) {
            self.shared.lock().line().drop_audio();
        }
        match self.shared.lock().act(|line, now, io| line.hang_up(now(), io, close)) {
            Ok(()) | Err(SendError::Closed) => {}
            Err(error) => return Err(error.into()),
        }
        self.flush_within(drain_limit);
        Ok(())
    }

    fn flush_within(&mut self, limit: Duration) -> bool {
        let until = self.shared.lock().now() + limit;
        self.flush_until(Some(until))
    }

    /// Whether it was done in time.
    fn flush_until(&mut self, until: Option<Instant>) -> bool {
        let mut held = self.shared.lock();
        loop {
            if held.act(|line, now, io| line.poll_flush(now, io)).is_ready() {
                return true;
            }
            if until.is_some_and(|until| until <= held.now()) {
                return false;
            }
            held = held.rest(Half::Speaking, until);
        }
    }
}

impl<S: Socket> Speaking<Application, S> {
    /// Speaks: `pcm` of the voice's rate, in pieces of any length, is said in frames of the call's format, each when its time
    /// has come. Returns when all of `pcm` has been taken, when the far end has [`Voice::ahead`](crate::Voice::ahead)
    /// and a frame left to play at most: give the next piece before that is over, or [`finish`](Self::finish).
    /// While the socket takes nothing, time is let pass, and no frame piles up behind another.
    ///
    /// # Errors
    /// [`CallError::Send`]: the call does not allow it; what is left of `pcm` was not said. [`CallError::Cleared`]: a clear
    /// came since the utterance began. It is over, and the voice ready for the next.
    pub fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
        self.voice(voice, |line, now, io, voice| line.poll_speak(now, io, voice, pcm))
    }

    /// Ends an utterance: says what the voice still holds, with silence up to a whole frame. Returns when that has been said,
    /// at the time for it.
    ///
    /// # Errors
    /// Those of [`speak`](Self::speak).
    pub fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
        self.voice(voice, |line, now, io, voice| line.poll_finish(now, io, voice))
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard).
    pub fn heard(&self) -> Option<Heard> {
        heard(&self.shared)
    }

    /// Polls what speaks with a voice until it is done.
    fn voice(
        &self,
        voice: &mut Voice,
        mut poll: impl FnMut(
            &mut Line<Application>,
            &dyn Fn() -> Instant,
            &mut S,
            &mut Voice,
        ) -> Poll<Result<(), CallError>>,
    ) -> Result<(), CallError> {
        let mut held = self.shared.lock();
        loop {
            match held.act(|line, now, io| poll(line, now, io, voice)) {
                Poll::Ready(spoken) => return spoken,
                Poll::Pending => held = held.rest(Half::Speaking, voice.sleep_until()),
            }
        }
    }

    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear).
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }

    /// Interrupts the call from another thread.
    pub fn handle(&self) -> Handle<S> {
        Handle { shared: Arc::downgrade(&self.shared) }
    }
}

impl<S: Socket> Hearing<Application, S> {
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

impl<S: Socket> Handle<S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear); [`SendError::Closed`] when the call has been dropped.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        let shared = self.shared.upgrade().ok_or(SendError::Closed)?;
        clear(&shared)
    }

    /// What the far end has heard by now. See [`Call::heard`](crate::Call::heard). `None` when the call has been dropped.
    pub fn heard(&self) -> Option<Heard> {
        heard(&*self.shared.upgrade()?)
    }
}

fn clear<S: Socket>(shared: &Shared<Application, S>) -> Result<Cleared, CallError> {
    shared.lock().act(|line, now, io| line.clear(now(), io))
}

fn heard<S: Socket>(shared: &Shared<Application, S>) -> Option<Heard> {
    shared.lock().act(|line, now, _| line.heard(now()))
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<S> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl<R: Role, S> fmt::Debug for Hearing<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing").finish_non_exhaustive()
    }
}

impl<R: Role, S> fmt::Debug for Speaking<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speaking").finish_non_exhaustive()
    }
}
