//! A call for async runtimes. It knows none: an adapter brings it as a [`Runtime`].

use core::fmt;

use voxwire::{Application, Counters, Dialect, Platform, Role};

use crate::{CallConfig, CallError, Cleared, Dial, Heard, Inbox, Line, Voice};

mod halves;
mod owned;
mod runtime;
mod shared;
mod streams;
mod upgrade;
mod wakers;

pub use halves::{Handle, Hearing, Speaking};
pub use owned::{OwnedCommand, OwnedEvent};
pub use runtime::{Alarm, Runtime};
pub use streams::{HearingStream, SpeakingSink};
pub use upgrade::Upgrade;

use shared::Shared;

/// One call on one socket `S` of a runtime `T`. Dropping it closes the socket.
///
/// The two directions may be used from two tasks at once after [`split`](Self::split). Whichever is polled moves
/// what waits to be written: a task that only hears still sends heartbeats, pongs and queued audio.
pub struct Call<R: Role, S, T> {
    hearing: Hearing<R, S, T>,
    speaking: Speaking<R, S, T>,
}

impl<S, T: Runtime<S>> Call<Application, S, T> {
    /// The application's end of a call on a socket that another server has upgraded. `early` is what that server read
    /// of it after the request, if it did.
    pub fn application(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Self {
        Self::new(Shared::new(socket, |now| Line::application(config, early, now)))
    }

    /// Speaks with a voice of any rate, at the pace of speech. See [`Speaking::speak`].
    ///
    /// # Errors
    /// Those of [`Speaking::speak`].
    pub async fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
        self.speaking.speak(voice, pcm).await
    }

    /// Ends an utterance. See [`Speaking::finish`].
    ///
    /// # Errors
    /// Those of [`Speaking::finish`].
    pub async fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
        self.speaking.finish(voice).await
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

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S, T> {
        self.speaking.handle()
    }
}

impl<S, T: Runtime<S>> Call<Platform, S, T> {
    /// Calls an application as the platform does, on a socket that is connected to it: one that already speaks TLS, if
    /// the URL asks for it. It waits for as long as the application takes: bound it with your runtime's timer.
    ///
    /// # Errors
    /// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a peer that is no WebSocket server.
    pub async fn dial(socket: S, dial: &Dial, config: impl Into<CallConfig>) -> Result<Self, CallError> {
        upgrade::place(socket, dial, config).await
    }

    /// The platform's end of a call on a socket that is already a WebSocket. `early` is what was read of it after the
    /// response, if anything was. See also [`dial`](Self::dial).
    pub fn platform(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Self {
        Self::new(Shared::new(socket, |now| Line::platform(config, early, now)))
    }
}

impl<R: Role, S, T: Runtime<S>> Call<R, S, T> {
    fn new(shared: Shared<R, S, T>) -> Self {
        let (hearing, speaking) = halves::of(shared);
        Self { hearing, speaking }
    }

    /// Waits for what the peer says next. See [`Hearing::next`].
    ///
    /// # Errors
    /// Those of [`Hearing::next`].
    pub fn next<'i>(
        &mut self,
        inbox: &'i mut Inbox,
    ) -> impl Future<Output = Result<R::Hears<'i>, CallError>> {
        self.hearing.next(inbox)
    }

    /// Says something. See [`Speaking::send`].
    ///
    /// # Errors
    /// Those of [`Speaking::send`].
    pub fn send<'s>(&mut self, says: impl Into<R::Says<'s>>) -> impl Future<Output = Result<(), CallError>> {
        self.speaking.send(says)
    }

    /// Waits until everything said is on the socket. See [`Speaking::flush`].
    pub async fn flush(&mut self) {
        self.speaking.flush().await;
    }

    /// Hangs up as [`Speaking::hang_up`] does, then waits for the peer's close within
    /// [`Config::end_within`](voxwire::Config::end_within). What the peer says meanwhile is not heard; to hear it,
    /// [`split`](Self::split), hang up with the speaking half and go on hearing. To cut what is queued, clear first.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub async fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        self.speaking.hang_up(code, reason).await?;
        let mut inbox = Inbox::new();
        while !self.is_closed() {
            if let Err(CallError::Socket(_)) = self.next(&mut inbox).await {
                break;
            }
        }
        Ok(())
    }

    /// Two halves, for two tasks. The socket closes when both are dropped.
    pub fn split(self) -> (Hearing<R, S, T>, Speaking<R, S, T>) {
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

impl<R: Role, S, T> fmt::Debug for Call<R, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
