//! What the speaking half does, and what is written on its behalf.

use core::task::{Poll, ready};
use core::time::Duration;
use std::io::{Read, Write};

use voxwire::audio::{self, Float, Speech};
use voxwire::{Application, Audio, Close, Command, Instant, OutboxError, Role, SendError};

use crate::{CallError, Cleared, Heard, Line, Turn, Voice};

impl Line<Application> {
    /// Throws away what is queued, and tells the platform to do the same. Every [`Turn`] that has begun and is not over
    /// ends with [`CallError::Cleared`].
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&mut self, now: Instant, io: &mut (impl Read + Write)) -> Result<Cleared, CallError> {
        if self.outgoing.mute {
            return Err(SendError::Closed.into());
        }
        self.session.measure(now, Command::Clear)?;
        let bytes = self.outgoing.clear();
        self.outgoing.far_end.await_clear();
        self.clears = self.clears.wrapping_add(1);
        // The queue keeps room for it, and it was just found to be allowed.
        let sent = self.say(now, io, Command::Clear);
        debug_assert_eq!(sent, Ok(()));
        self.duties.wake_speaking = true;
        self.write(|| now, io);
        Ok(Cleared { bytes, stopped: self.outgoing.far_end.stops(now) })
    }

    /// For the speaking half: says what `voice` makes of `pcm`, each frame when its time has come. Ready once all of `pcm`
    /// has been taken, past which it moves on. While it is pending, call it again when the stream can be used, and at
    /// [`Voice::sleep_until`] at the latest.
    ///
    /// What is said goes the way of [`poll_send`](Self::poll_send). A frame is not said while audio waits in the queue: after
    /// a stall of the stream, no more follows than [`Pacer`](audio::Pacer) allows.
    ///
    /// # Errors
    /// [`CallError::Send`]: the frame and what is left of `pcm` are as they were. [`CallError::Cleared`]: a clear came in
    /// this utterance, which is over.
    pub fn poll_speak(
        &mut self,
        now: impl Fn() -> Instant,
        io: &mut (impl Read + Write),
        voice: &mut Voice,
        pcm: &mut &[u8],
    ) -> Poll<Result<(), CallError>> {
        self.poll_utterance(now, io, voice, |speech, now| speech.poll(now, pcm))
    }

    /// For the speaking half: the same for the end of an utterance, with silence up to a whole frame. Ready once all has
    /// been said.
    ///
    /// # Errors
    /// Those of [`poll_speak`](Self::poll_speak).
    pub fn poll_finish(
        &mut self,
        now: impl Fn() -> Instant,
        io: &mut (impl Read + Write),
        voice: &mut Voice,
    ) -> Poll<Result<(), CallError>> {
        ready!(self.poll_utterance(now, io, voice, audio::Voice::finish))?;
        voice.utterance = Turn::new();
        Poll::Ready(Ok(()))
    }

    /// What the far end has heard by now of what is on the socket. `None` if there was no audio, or its format is not known
    /// ([`Start::said`](voxwire::Start::said)).
    pub fn heard(&self, now: Instant) -> Option<Heard> {
        self.outgoing.far_end.heard(now)
    }

    fn poll_utterance(
        &mut self,
        now: impl Fn() -> Instant,
        io: &mut (impl Read + Write),
        voice: &mut Voice,
        mut next: impl for<'v> FnMut(&'v mut audio::Voice<Box<[u8]>, Float>, Instant) -> Speech<'v>,
    ) -> Poll<Result<(), CallError>> {
        if voice.utterance.is_cleared(self.clears) {
            voice.clear();
            return Poll::Ready(Err(CallError::Cleared));
        }
        voice.asleep_until = None;
        loop {
            // What the stream has not taken goes first, and the end of the call is told before its time comes.
            let flushed = self.poll_flush(&now, io);
            if self.outgoing.mute {
                return Poll::Ready(Err(SendError::Closed.into()));
            }
            let at = now();
            self.session.measure(at, Command::Audio(Audio::raw(&[])))?;
            if flushed.is_pending() && self.outgoing.holds_audio() {
                return Poll::Pending;
            }
            match next(&mut voice.speech, at) {
                Speech::Frame(frame) => {
                    let frame = Command::Audio(Audio::raw(frame));
                    ready!(self.poll_send(at, io, frame, &mut voice.utterance))?;
                    voice.speech.sent(at);
                }
                Speech::Wait(until) => {
                    voice.asleep_until = Some(until);
                    return Poll::Pending;
                }
                Speech::Spent => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<R: Role> Line<R> {
    /// For the speaking half: ready once the message is wholly queued, and some of the queue perhaps written. While it is
    /// pending nothing is queued, and `turn` remembers since when.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came in this turn.
    pub fn poll_send(
        &mut self,
        now: Instant,
        io: &mut (impl Read + Write),
        says: R::Says<'_>,
        turn: &mut Turn,
    ) -> Poll<Result<(), CallError>> {
        if turn.is_cleared(self.clears) {
            return Poll::Ready(Err(CallError::Cleared));
        }
        loop {
            if self.outgoing.mute {
                return Poll::Ready(Err(SendError::Closed.into()));
            }
            match self.say(now, io, says) {
                Err(OutboxError::Full) if self.poll_step(|| now, io).is_pending() => return Poll::Pending,
                Err(OutboxError::Full) => {}
                Err(OutboxError::Send(error)) => return Poll::Ready(Err(error.into())),
                Ok(()) => {
                    let _ = self.poll_flush(|| now, io);
                    self.rouse();
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// For the speaking half: ready once everything said is on the stream, or nothing can be sent any more.
    pub fn poll_flush(&mut self, now: impl Fn() -> Instant, io: &mut (impl Read + Write)) -> Poll<()> {
        loop {
            match self.poll_step(&now, io) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Throws away the audio that is queued, so that a close need not wait for it.
    pub fn drop_audio(&mut self) {
        self.outgoing.clear();
    }

    /// Says the close, for which the queue keeps room if it must wait. A stream that takes no more is no obstacle: the session then
    /// waits for the peer's close within its bound, as it would otherwise.
    ///
    /// # Errors
    /// [`SendError`]: nothing was said.
    pub fn hang_up(
        &mut self,
        now: Instant,
        io: &mut (impl Read + Write),
        close: Close<'_>,
    ) -> Result<(), SendError> {
        match self.say(now, io, close.into()) {
            Err(OutboxError::Send(error)) => return Err(error),
            sent => debug_assert_eq!(sent, Ok(())),
        }
        let _ = self.poll_flush(|| now, io);
        self.rouse();
        Ok(())
    }

    /// How long hanging up lets the queue drain, and how long again its close may take to be written
    /// ([`CallConfig::drain_within`](crate::CallConfig::drain_within)).
    pub const fn drain_limit(&self) -> Duration {
        self.drain_within
    }

    /// Writes what the stream takes, on behalf of the speaking half.
    pub(super) fn write(&mut self, now: impl Fn() -> Instant, io: &mut (impl Read + Write)) {
        while let Poll::Ready(true) = self.poll_step(&now, io) {
            self.duties.wake_speaking = true;
        }
    }

    fn say(
        &mut self,
        now: Instant,
        io: &mut (impl Read + Write),
        says: R::Says<'_>,
    ) -> Result<(), OutboxError> {
        self.outgoing.say(&mut self.session, now, says, &mut self.websocket, io)
    }

    fn poll_step(&mut self, now: impl FnOnce() -> Instant, io: &mut (impl Read + Write)) -> Poll<bool> {
        self.outgoing.poll_step(now, &mut self.websocket, io)
    }

    /// Nothing more can be said; whoever waits to is told.
    pub(super) fn fall_silent(&mut self) {
        self.outgoing.mute = true;
        self.duties.wake_speaking = true;
    }

    /// Has the hearing half woken if something is now due earlier than it meant to sleep.
    fn rouse(&mut self) {
        if let Some(until) = self.asleep_until
            && self.sleep_until() < until
        {
            self.duties.wake_hearing = true;
        }
    }
}
