//! A call on a socket, and the two steps that open it.

use core::cell::RefCell;
use core::fmt;

use embedded_io_async::{Read, Write};
use voxwire::{Application, Counters, Dialect, FarEnd, Heard, Platform};

use crate::{CallConfig, CallError, Cleared, Clock, Dial, End, Inbox};

mod halves;
mod shared;
mod state;
mod upgrade;
mod voice;

pub use halves::{Handle, Hearing, Speaking};
pub use upgrade::Upgrade;
pub use voice::Voice;

use shared::Shared;
use state::State;

/// One call on one socket, whose two directions are `In` and `Out`, with a clock `C`.
///
/// It keeps everything in itself, in the caller's queue and in the caller's [`Inbox`]. Whichever of its futures is polled
/// moves what waits to be written: one that only hears still sends heartbeats, pongs and queued audio.
pub struct Call<'m, R: End, In, Out, C> {
    input: In,
    shared: Shared<'m, R, Out, C>,
}

impl<'m, In: Read, Out: Write<Error = In::Error>, C: Clock> Call<'m, Application, In, Out, C> {
    /// The application's end of a call on a socket that another server has upgraded. What that server has read of it
    /// after the request must lie in the inbox ([`Inbox::fill`]). `queue` is where messages wait that the socket does not
    /// take: see [`Upgrade::accept`].
    pub fn application(
        input: In,
        output: Out,
        inbox: &Inbox<'_>,
        queue: &'m mut [u8],
        config: impl Into<CallConfig>,
        clock: C,
    ) -> Self {
        let state = State::application(output, inbox, queue, &config.into(), clock.now());
        Self { input, shared: Shared { state: RefCell::new(state), clock } }
    }

    /// Has `far_end` follow the call: what is said and heard is told to it, so that [`clear`](Self::clear) and
    /// [`heard`](Self::heard) know what was heard there. Before the call is announced, or it learns of no format and tells
    /// nothing. A firmware that never calls this has neither its memory nor its code.
    ///
    /// ```
    /// use core::time::Duration;
    /// use embedded_io_async::{Read, Write};
    /// use voxwire::{Config, Dialect};
    /// use voxwire_embassy::{CallError, Clock, FarEnd, Inbox, Upgrade};
    ///
    /// async fn attend<In: Read, Out: Write<Error = In::Error>>(
    ///     upgrade: Upgrade<'_, '_, In, Out>,
    ///     clock: impl Clock,
    /// ) -> Result<(), CallError<In::Error>> {
    ///     let (mut queue, mut far_end) = ([0; 4096], FarEnd::new().jitter(Duration::from_millis(10)));
    ///     let call = upgrade.accept(Config::new(Dialect::Sinch), None, &mut queue, clock).await?;
    ///     let call = call.follow(&mut far_end);
    ///     // ... and when the caller interrupts:
    ///     let heard = call.clear()?.stopped.map(|stopped| stopped.heard);
    ///     # let _ = heard;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn follow(mut self, far_end: &'m mut FarEnd) -> Self {
        self.shared.state.get_mut().follow(far_end);
        self
    }

    /// Speaks with a voice of any rate, at the pace of speech. See [`Speaking::speak`].
    ///
    /// # Errors
    /// Those of [`Speaking::speak`].
    pub async fn speak(
        &mut self,
        voice: &mut Voice<'_>,
        pcm: &mut &[u8],
    ) -> Result<(), CallError<In::Error>> {
        self.split().1.speak(voice, pcm).await
    }

    /// Ends an utterance. See [`Speaking::finish`].
    ///
    /// # Errors
    /// Those of [`Speaking::finish`].
    pub async fn finish(&mut self, voice: &mut Voice<'_>) -> Result<(), CallError<In::Error>> {
        self.split().1.finish(voice).await
    }

    /// Throws away what has been said and is not yet on the socket, then tells the platform to do the same: barge-in.
    /// A frame that is half written is finished, then the clear goes out, now if the socket takes both. Nothing else that was
    /// said before is heard afterwards; what was heard of it, [`Cleared::stopped`] tells, where somebody
    /// [follows](Self::follow) the call.
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&self) -> Result<Cleared, CallError<In::Error>> {
        self.shared.clear()
    }

    /// What the far end has heard by now of what is on the socket: by the clock, and by the marks that have come back.
    /// `None` if there was no audio, its format is not known ([`Start::said`](voxwire::Start::said)), or nobody
    /// [follows](Self::follow) the call.
    pub fn heard(&self) -> Option<Heard> {
        self.shared.heard()
    }
}

impl<'m, In: Read, Out: Write<Error = In::Error>, C: Clock> Call<'m, Platform, In, Out, C> {
    /// Calls an application as the platform does, on a socket that is connected to it. It waits for as long as the
    /// application takes. `queue` is as in [`Upgrade::accept`]; `masks` gives four random bytes for each frame.
    ///
    /// # Errors
    /// [`CallError::Declined`] with the HTTP status, [`CallError::Handshake`] for a peer that is no WebSocket server, or
    /// whose response is longer than the inbox; [`CallError::Socket`].
    #[expect(clippy::too_many_arguments, reason = "each is memory or a device that only the caller has")]
    pub async fn dial(
        mut input: In,
        mut output: Out,
        dial: &Dial<'_>,
        inbox: &mut Inbox<'_>,
        queue: &'m mut [u8],
        masks: &'m mut dyn FnMut() -> [u8; 4],
        config: impl Into<CallConfig>,
        clock: C,
    ) -> Result<Self, CallError<In::Error>> {
        upgrade::write(&mut output, &dial.parts()).await.map_err(CallError::Socket)?;
        let length = upgrade::read_head(&mut input, inbox, |head| dial.accepted(head)).await?;
        inbox.skip(length);
        Ok(Self::platform(input, output, inbox, queue, masks, config, clock))
    }

    /// The platform's end of a call on a socket that is already a WebSocket. What was read of it after the response must
    /// lie in the inbox ([`Inbox::fill`]). See also [`dial`](Self::dial).
    pub fn platform(
        input: In,
        output: Out,
        inbox: &Inbox<'_>,
        queue: &'m mut [u8],
        masks: &'m mut dyn FnMut() -> [u8; 4],
        config: impl Into<CallConfig>,
        clock: C,
    ) -> Self {
        let state = State::platform(output, inbox, queue, masks, &config.into(), clock.now());
        Self { input, shared: Shared { state: RefCell::new(state), clock } }
    }
}

impl<'m, R: End, In: Read, Out: Write<Error = In::Error>, C: Clock> Call<'m, R, In, Out, C> {
    /// Waits for what the peer says next. See [`Hearing::next`].
    ///
    /// # Errors
    /// Those of [`Hearing::next`].
    pub async fn next<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<R::Hears<'i>, CallError<In::Error>> {
        self.split().0.next(inbox).await
    }

    /// Says something. See [`Speaking::send`].
    ///
    /// # Errors
    /// Those of [`Speaking::send`].
    pub async fn send(&mut self, says: impl Into<R::Says<'_>>) -> Result<(), CallError<In::Error>> {
        self.split().1.send(says).await
    }

    /// Waits until everything said is on the socket. See [`Speaking::flush`].
    pub async fn flush(&mut self) {
        self.split().1.flush().await;
    }

    /// Hangs up as [`Speaking::hang_up`] does, then waits for the peer's close within
    /// [`Config::end_within`](voxwire::Config::end_within). What the peer says meanwhile is not heard; to hear it,
    /// [`split`](Self::split), hang up with the speaking half and go on hearing. To cut what is queued, clear first.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent; [`CallError::Inbox`]. A call that is already over is
    /// no error.
    pub async fn hang_up(
        &mut self,
        code: u16,
        reason: &str,
        inbox: &mut Inbox<'_>,
    ) -> Result<(), CallError<In::Error>> {
        let (mut hearing, mut speaking) = self.split();
        speaking.hang_up(code, reason).await?;
        while !hearing.is_closed() {
            if let Err(CallError::Inbox) = hearing.next(inbox).await {
                return Err(CallError::Inbox);
            }
        }
        Ok(())
    }

    /// Two halves, which hear and speak at once in one task: join or select their futures.
    #[expect(clippy::type_complexity, reason = "two names for two halves of so many parts")]
    pub fn split(&mut self) -> (Hearing<'_, 'm, R, In, Out, C>, Speaking<'_, 'm, R, Out, C>) {
        (Hearing { input: &mut self.input, shared: &self.shared }, Speaking { shared: &self.shared })
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.shared.with(None, |state, _| state.session.dialect())
    }

    /// What the session has passed over so far.
    pub fn counters(&self) -> Counters {
        self.shared.with(Counters::default(), |state, _| state.session.counters())
    }
}

impl<R: End, In, Out, C> fmt::Debug for Call<'_, R, In, Out, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
