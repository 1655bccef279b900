//! A call without its futures: session, queue and WebSocket, and who is to be woken.

use core::task::{Context, Poll, Waker, ready};
use core::time::Duration;

use embedded_io_async::Write;
use voxwire::audio::{self, Fixed, Speech};
use voxwire::{
    Application, Audio, Close, Command, Deadline, Due, FarEnd, Heard, Instant, Message, OutboxError,
    Platform, SendError, Session,
};

use super::voice::Voice;
use crate::inbox::Kind;
use crate::outgoing::Outgoing;
use crate::websocket::{Decoder, Found, Violation};
use crate::{CallConfig, CallError, Cleared, End, Inbox};

/// Room for what a session owes on time: a heartbeat or a close.
const OWED: usize = 64;

/// How many messages may be heard before time is looked at although more of them lie unread.
const UNTIMED: u32 = 64;

pub(super) struct State<'m, R: End, Out> {
    pub(super) session: Session<R>,
    decoder: Decoder,
    outgoing: Outgoing<'m, R>,
    output: Out,
    hearing: Option<Waker>,
    speaking: Option<Waker>,
    /// How often the queue has been cleared.
    clears: u32,
    pub(super) drain_within: Duration,
    ping_every: Duration,
    ping_at: Instant,
    /// Messages heard since time was looked at.
    untimed: u32,
    /// Bytes received, as the call's inbox counts them.
    received: u32,
}

/// How often the queue had been cleared when a wait for room in it, or an utterance, began.
#[derive(Default)]
pub(super) struct Turn(Option<u32>);

impl Turn {
    /// Whether it has been cleared since, which begins now if it has not.
    fn is_cleared(&mut self, clears: u32) -> bool {
        *self.0.get_or_insert(clears) != clears
    }
}

impl<'m, Out> State<'m, Application, Out> {
    pub(super) fn application(
        output: Out,
        inbox: &Inbox<'_>,
        queue: &'m mut [u8],
        config: &CallConfig,
        now: Instant,
    ) -> Self {
        let session = Session::application(config.session, now);
        Self::new(session, output, inbox, Outgoing::new(queue, ()), config, now)
    }

    /// Tells `far_end` what is said and heard from now on.
    pub(super) fn follow(&mut self, far_end: &'m mut FarEnd) {
        self.outgoing.far_end = Some(far_end);
    }
}

impl<'m, Out> State<'m, Platform, Out> {
    pub(super) fn platform(
        output: Out,
        inbox: &Inbox<'_>,
        queue: &'m mut [u8],
        masks: &'m mut dyn FnMut() -> [u8; 4],
        config: &CallConfig,
        now: Instant,
    ) -> Self {
        let session = Session::platform(config.session, now);
        Self::new(session, output, inbox, Outgoing::new(queue, masks), config, now)
    }
}

impl<'m, R: End, Out> State<'m, R, Out> {
    fn new(
        session: Session<R>,
        output: Out,
        inbox: &Inbox<'_>,
        outgoing: Outgoing<'m, R>,
        config: &CallConfig,
        now: Instant,
    ) -> Self {
        Self {
            session,
            decoder: Decoder::new(R::SIDE),
            outgoing,
            output,
            hearing: None,
            speaking: None,
            clears: 0,
            drain_within: config.drain_within,
            ping_every: config.ping_every,
            ping_at: now.saturating_add(config.ping_every),
            untimed: 0,
            received: inbox.received(),
        }
    }
}

/// Hearing.
impl<R: End, Out: Write> State<'_, R, Out> {
    /// Whether a message, or the end, is in the inbox for [`hear`](Self::hear). If not, more is to be read to it.
    pub(super) fn receive(
        &mut self,
        now: Instant,
        inbox: &mut Inbox<'_>,
        cx: &mut Context<'_>,
    ) -> Result<bool, CallError<Out::Error>> {
        if inbox.received() != self.received {
            return Err(CallError::Inbox);
        }
        loop {
            self.drive(now, cx);
            if self.untimed >= UNTIMED
                && let Some(deadline) = self.wake(now)
            {
                return Err(CallError::Expired(deadline));
            }
            if self.session.is_closed() {
                inbox.lose();
                return Ok(true);
            }
            match self.decoder.decode(inbox) {
                Ok(Found::Nothing) => return Ok(false),
                Ok(Found::Message) => {
                    self.untimed = self.untimed.saturating_add(1);
                    return Ok(true);
                }
                Ok(Found::Ping) => {
                    self.outgoing.reply_to(inbox.payload());
                    self.session.handle_activity(now);
                }
                Ok(Found::Pong) => self.session.handle_activity(now),
                Err(violation) => return Err(self.refuse(violation, now, cx)),
            }
        }
    }

    /// Notes what was read to the inbox: nothing at the end of the socket.
    pub(super) fn note_read(&mut self, bytes: usize, inbox: &mut Inbox<'_>) {
        inbox.fill(bytes);
        self.received = inbox.received();
    }

    /// What the message in the inbox means. The end of the call sets free whoever waits to speak.
    pub(super) fn hear<'i>(
        &mut self,
        now: Instant,
        inbox: &'i Inbox<'_>,
        cx: &mut Context<'_>,
    ) -> Result<R::Hears<'i>, CallError<Out::Error>> {
        let message = match inbox.message() {
            Ok(message) => message,
            Err(violation) => return Err(self.refuse(violation, now, cx)),
        };
        if let (Some(Kind::Close), Message::Close(close)) = (inbox.kind(), message) {
            self.outgoing.say_goodbye(close.code);
        }
        let heard = self.session.handle_message(now, message);
        if let Some(far_end) = &mut self.outgoing.far_end
            && let Some(event) = heard.as_ref().ok().and_then(R::as_event)
        {
            far_end.hear(now, self.session.dialect(), event);
        }
        if self.session.is_closed() {
            self.outgoing.mute = true;
        }
        if !self.session.is_live() {
            wake(&mut self.speaking);
        }
        self.drive(now, cx);
        Ok(heard?)
    }

    /// Ends a call whose socket has failed.
    pub(super) fn lose(&mut self, now: Instant) {
        self.outgoing.mute = true;
        wake(&mut self.speaking);
        let lost = self.session.handle_message(now, Message::Close(Close::LOST));
        debug_assert!(lost.is_ok(), "a close is always heard");
    }

    /// Ends a call whose peer broke the rules of WebSocket, telling it why if it still listens.
    fn refuse(&mut self, violation: Violation, now: Instant, cx: &mut Context<'_>) -> CallError<Out::Error> {
        self.outgoing.say_goodbye(Some(violation.code()));
        self.lose(now);
        self.drive(now, cx);
        CallError::WebSocket(violation)
    }

    /// When the hearing half must [`wake`](Self::wake), whatever else happens.
    pub(super) fn sleep_until(&self) -> Instant {
        self.session.poll_timeout().map_or(self.ping_at, |due| due.min(self.ping_at))
    }

    /// Writes while the hearing half sleeps. Ready when something is due earlier than it meant to wake.
    pub(super) fn poll_roused(&mut self, now: Instant, until: Instant, cx: &mut Context<'_>) -> Poll<()> {
        keep(&mut self.hearing, cx);
        self.drive(now, cx);
        if self.sleep_until() < until { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Queues what has become due, if anything has, and tells what was waited for in vain.
    pub(super) fn wake(&mut self, now: Instant) -> Option<Deadline> {
        self.untimed = 0;
        if now >= self.ping_at {
            self.ping_at = now.saturating_add(self.ping_every);
            self.outgoing.ping_owed = true;
        }
        let mut buf = [0; OWED];
        loop {
            match self.session.handle_timeout(now, &mut buf) {
                Ok(Due::Send(message)) => self.outgoing.queue.push(message),
                // The session is closed, and hearing tells it. What it owes has room in the buffer.
                Ok(Due::Nothing | Due::Expired(Deadline::Ending)) | Err(_) => return None,
                Ok(Due::Expired(deadline)) => return Some(deadline),
            }
        }
    }
}

/// Speaking.
impl<R: End, Out: Write> State<'_, R, Out> {
    /// Ready once the message is wholly queued, and some of the queue perhaps written. While it is pending nothing is
    /// queued, and `turn` remembers since when.
    pub(super) fn poll_send(
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
    pub(super) fn poll_flush(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.drive(now, cx);
        if self.outgoing.is_idle() {
            return Poll::Ready(());
        }
        keep(&mut self.speaking, cx);
        Poll::Pending
    }

    /// Throws away the audio that is queued.
    pub(super) fn drop_audio(&mut self) {
        self.outgoing.queue.clear();
    }

    /// Writes what the socket takes.
    fn drive(&mut self, now: Instant, cx: &mut Context<'_>) {
        while let Poll::Ready(true) = self.poll_step(now, cx) {
            wake(&mut self.speaking);
        }
    }

    fn poll_step(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<bool> {
        self.outgoing.poll_step(now, &mut self.output, cx)
    }
}

/// Speaking with a voice.
impl<Out: Write> State<'_, Application, Out> {
    /// Says what is `next` of a voice. Ready when it must wait for its time, which is told, or is through. Pending while
    /// audio waits in the queue: no frame piles up behind another.
    pub(super) fn poll_voice<'m>(
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
    pub(super) fn poll_interrupted(
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
}

impl<Out: Write> State<'_, Application, Out> {
    /// Throws away what is queued, and tells the platform to do the same, at once if the socket takes it. If it does not, it
    /// has nobody to wake until those who wait for it, who are woken, have asked it again.
    pub(super) fn clear(&mut self, now: Instant) -> Result<Cleared, CallError<Out::Error>> {
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
    pub(super) fn heard(&self, now: Instant) -> Option<Heard> {
        self.outgoing.far_end.as_ref()?.heard(now)
    }
}

/// Remembers whom to wake.
fn keep(waker: &mut Option<Waker>, cx: &Context<'_>) {
    match waker {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *waker = Some(cx.waker().clone()),
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
