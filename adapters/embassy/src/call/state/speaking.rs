//! What the speaking half does, and who interrupts it.

use core::task::{Context, Poll, Waker, ready};

use embedded_io_async::Write;
use voxwire::audio::{self, Fixed, Speech};
use voxwire::{Application, Audio, Command, Heard, Instant, OutboxError, SendError};

use super::{State, Turn, keep, wake};
use crate::call::Voice;
use crate::{CallError, Cleared, End};

impl<R: End, Out: Write> State<'_, R, Out> {
    /// Ready once the message is wholly queued, and some of the queue perhaps written. While it is pending nothing is
    /// queued, and `turn` remembers since when.
    pub(in crate::call) fn poll_send(
        &mut self,
        now: Instant,
        says: R::Says<'_>,
        turn: &mut Turn,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CallError<Out::Error>>> {
        if turn.is_cleared(self.clears) {
            return Poll::Ready(Err(CallError::Cleared));
        }
        loop {
            if self.outgoing.mute {
                return Poll::Ready(Err(SendError::Closed.into()));
            }
            match self.outgoing.queue.send(&mut self.session, now, says) {
                Err(OutboxError::Full) if self.poll_step(now, cx).is_pending() => {
                    keep(&mut self.speaking, cx);
                    return Poll::Pending;
                }
                Err(OutboxError::Full) => {}
                Err(OutboxError::Send(error)) => return Poll::Ready(Err(error.into())),
                Ok(()) => {
                    self.drive(now, cx);
                    // It may have to write the rest, or to wake earlier.
                    wake(&mut self.hearing);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// Ready once everything said is on the socket, or nothing can be sent any more.
    pub(in crate::call) fn poll_flush(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(now, cx);
        if self.outgoing.is_idle() {
            return Poll::Ready(());
        }
        keep(&mut self.speaking, cx);
        Poll::Pending
    }

    /// Throws away the audio that is queued.
    pub(in crate::call) fn drop_audio(&mut self) {
        self.outgoing.queue.clear();
    }
}

impl<Out: Write> State<'_, Application, Out> {
    /// Says what is `next` of a voice. Ready when it must wait for its time, which is told, or is through. Pending while
    /// audio waits in the queue: no frame piles up behind another.
    pub(in crate::call) fn poll_voice<'m>(
        &mut self,
        now: Instant,
        voice: &mut Voice<'m>,
        mut next: impl for<'v> FnMut(&'v mut audio::Voice<&'m mut [u8], Fixed>, Instant) -> Speech<'v>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Instant>, CallError<Out::Error>>> {
        if voice.utterance.is_cleared(self.clears) {
            voice.clear();
            return Poll::Ready(Err(CallError::Cleared));
        }
        loop {
            self.drive(now, cx);
            if self.outgoing.mute {
                return Poll::Ready(Err(SendError::Closed.into()));
            }
            self.session.measure(now, Command::Audio(Audio::raw(&[])))?;
            if self.outgoing.queue.audio_bytes() > 0 {
                keep(&mut self.speaking, cx);
                return Poll::Pending;
            }
            match next(&mut voice.speech, now) {
                Speech::Frame(frame) => {
                    let frame = Command::Audio(Audio::raw(frame));
                    ready!(self.poll_send(now, frame, &mut voice.utterance, cx))?;
                    voice.speech.sent(now);
                }
                Speech::Wait(until) => return Poll::Ready(Ok(Some(until))),
                Speech::Spent => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Writes while a voice waits for its time. Ready when it need not wait any longer: a clear has come, or the end.
    pub(in crate::call) fn poll_interrupted(
        &mut self,
        now: Instant,
        voice: &mut Voice<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.drive(now, cx);
        let is_over = self.outgoing.mute || !self.session.is_live();
        if is_over || voice.utterance.is_cleared(self.clears) {
            return Poll::Ready(());
        }
        keep(&mut self.speaking, cx);
        Poll::Pending
    }

    /// Throws away what is queued, and tells the platform to do the same, at once if the socket takes it. If it does not, it
    /// has nobody to wake until those who wait for it, who are woken, have asked it again.
    pub(in crate::call) fn clear(&mut self, now: Instant) -> Result<Cleared, CallError<Out::Error>> {
        if self.outgoing.mute {
            return Err(SendError::Closed.into());
        }
        self.session.measure(now, Command::Clear)?;
        let bytes = self.outgoing.queue.clear();
        if let Some(far_end) = &mut self.outgoing.far_end {
            far_end.await_clear();
        }
        self.clears = self.clears.wrapping_add(1);
        // The queue keeps room for it, and it was just found to be allowed.
        let sent = self.outgoing.queue.send(&mut self.session, now, Command::Clear);
        debug_assert_eq!(sent, Ok(()));
        self.drive(now, &mut Context::from_waker(Waker::noop()));
        wake(&mut self.speaking);
        wake(&mut self.hearing);
        let stopped = self.outgoing.far_end.as_ref().and_then(|far_end| far_end.stops(now));
        Ok(Cleared { bytes, stopped })
    }

    /// What the far end has heard.
    pub(in crate::call) fn heard(&self, now: Instant) -> Option<Heard> {
        self.outgoing.far_end.as_ref()?.heard(now)
    }
}
