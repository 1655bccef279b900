use core::fmt;
use core::time::Duration;

use voxwire::{Application, Counters, Dialect, Instant, Platform, Role};
use voxwire_line::Line;

use crate::halves;
use crate::opening::Opening;
use crate::shared::Shared;
use crate::watch::Watch;
use crate::{
    CallConfig, CallError, Cleared, Dial, Handle, Heard, Hearing, Inbox, OPEN_WITHIN, Socket, Speaking, Voice,
};

/// One call on one socket. Dropping it closes the socket.
///
/// The two directions may be used from two threads at once after [`split`](Self::split). Whichever is called moves
/// what waits to be written: a thread that only hears still sends heartbeats, pongs and queued audio.
pub struct Call<R: Role, S> {
    hearing: Hearing<R, S>,
    speaking: Speaking<R, S>,
}

impl<S: Socket> Call<Application, S> {
    /// The application's end of a call on a socket that another server has upgraded. `early` is what that server read
    /// of it after the request, if it did. The socket, and whatever was cloned from it, blocks no more.
    ///
    /// # Errors
    /// [`CallError::Socket`] if the socket cannot be watched, for want of descriptors, say.
    pub fn application(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Result<Self, CallError> {
        let watch = watch(&socket)?;
        Ok(Self::new(socket, watch, |now| Line::application(config, early, now)))
    }

    /// Speaks with a voice of any rate, at the pace of speech. See [`Speaking::speak`].
    ///
    /// # Errors
    /// Those of [`Speaking::speak`].
    pub fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
        self.speaking.speak(voice, pcm)
    }

    /// Ends an utterance. See [`Speaking::finish`].
    ///
    /// # Errors
    /// Those of [`Speaking::finish`].
    pub fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
        self.speaking.finish(voice)
    }

    /// What the far end has heard by now of what is on the socket: by the clock, and by the marks that have come back. It
    /// holds as long as [`CallConfig::delay`] and [`CallConfig::jitter`] do. `None` if there was no audio, or its format
    /// is not known ([`Start::said`](voxwire::Start::said)).
    pub fn heard(&self) -> Option<Heard> {
        self.speaking.heard()
    }

    /// Throws away what has been said and is not yet on the socket, then tells the platform to do the same: barge-in.
    /// Every `send` that waits for room returns [`CallError::Cleared`], and every `speak` whose utterance has begun. Nothing
    /// said before is heard afterwards; what was heard of it, [`Cleared::stopped`] tells.
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        self.speaking.clear()
    }

    /// Interrupts the call from another thread.
    pub fn handle(&self) -> Handle<S> {
        self.speaking.handle()
    }
}

impl<S: Socket> Call<Platform, S> {
    /// Calls an application as the platform does, on a socket that is connected to it: one that speaks TLS, if the URL asks
    /// for it. It waits for [`OPEN_WITHIN`] at most. The socket, and whatever was cloned from it, blocks no more.
    ///
    /// # Errors
    /// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a peer that is no WebSocket server, or
    /// one that does not reply in time.
    pub fn dial(socket: S, dial: &Dial, config: impl Into<CallConfig>) -> Result<Self, CallError> {
        Self::dial_within(socket, dial, config, OPEN_WITHIN)
    }

    /// The same with a limit of your own.
    ///
    /// # Errors
    /// Those of [`dial`](Self::dial).
    pub fn dial_within(
        socket: S,
        dial: &Dial,
        config: impl Into<CallConfig>,
        limit: Duration,
    ) -> Result<Self, CallError> {
        let mut opening = Opening::new(socket, limit)?;
        opening.write(dial.request())?;
        let accepted = |bytes: &[u8]| Ok(dial.accepted(bytes)?.map(|length| ((), length)));
        let ((), early) = opening.read_head(accepted)?;
        let (socket, watch) = opening.into_parts();
        Ok(Self::new(socket, watch, |now| Line::platform(config, &early, now)))
    }

    /// The platform's end of a call on a socket that is already a WebSocket. `early` is what was read of it after the
    /// response, if anything was. See also [`connect`](crate::connect). The socket, and
    /// whatever was cloned from it, blocks no more.
    ///
    /// # Errors
    /// [`CallError::Socket`] if the socket cannot be watched, for want of descriptors, say.
    pub fn platform(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Result<Self, CallError> {
        let watch = watch(&socket)?;
        Ok(Self::new(socket, watch, |now| Line::platform(config, early, now)))
    }
}

impl<R: Role, S: Socket> Call<R, S> {
    pub(crate) fn new(socket: S, watch: Watch, line: impl FnOnce(Instant) -> Line<R>) -> Self {
        let (hearing, speaking) = halves::of(Shared::new(socket, watch, line));
        Self { hearing, speaking }
    }

    #[cfg(test)]
    pub(crate) const fn shared(&self) -> &std::sync::Arc<Shared<R, S>> {
        self.hearing.shared()
    }

    /// Waits for what the peer says next. See [`Hearing::next`].
    ///
    /// # Errors
    /// Those of [`Hearing::next`].
    pub fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        self.hearing.next(inbox)
    }

    /// Says something. See [`Speaking::send`].
    ///
    /// # Errors
    /// Those of [`Speaking::send`].
    pub fn send<'s>(&mut self, says: impl Into<R::Says<'s>>) -> Result<(), CallError> {
        self.speaking.send(says)
    }

    /// Waits until everything said is on the socket. See [`Speaking::flush`].
    pub fn flush(&mut self) {
        self.speaking.flush();
    }

    /// Hangs up as [`Speaking::hang_up`] does, then waits for the peer's close within
    /// [`Config::end_within`](voxwire::Config::end_within). What the peer says meanwhile is not heard; to hear it,
    /// [`split`](Self::split), hang up with the speaking half and go on hearing. To cut what is queued, clear first.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        self.speaking.hang_up(code, reason)?;
        let mut inbox = Inbox::new();
        while !self.is_closed() {
            if let Err(CallError::Socket(_)) = self.next(&mut inbox) {
                break;
            }
        }
        Ok(())
    }

    /// Two halves, for two threads. The socket closes when both are dropped.
    pub fn split(self) -> (Hearing<R, S>, Speaking<R, S>) {
        (self.hearing, self.speaking)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.hearing.is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.hearing.dialect()
    }

    /// What the session has passed over so far.
    pub fn counters(&self) -> Counters {
        self.hearing.counters()
    }
}

impl<R: Role, S> fmt::Debug for Call<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

fn watch(socket: &impl Socket) -> Result<Watch, CallError> {
    Watch::new(socket.tcp()).map_err(|error| CallError::Socket(error.into()))
}
