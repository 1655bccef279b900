//! A call without its futures: session, queue and WebSocket, and who is to be woken.

use core::task::{Context, Poll, Waker};
use core::time::Duration;

use embedded_io_async::Write;
use voxwire::{Application, Close, Deadline, Due, FarEnd, Instant, Message, Platform, Session};

use crate::inbox::Kind;
use crate::outgoing::Outgoing;
use crate::websocket::{Decoder, Found, Violation};
use crate::{CallConfig, CallError, End, Inbox};

mod speaking;

/// Room for what a session owes on time: a heartbeat or a close.
const OWED: usize = 64;

/// How many messages and pieces of messages are read in one turn, if more lie unread: then time is looked at, and others
/// have theirs.
const TURN: u32 = 64;

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
    /// Messages and pieces of messages read since time was looked at.
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

    /// Whether it is time to look at time, and for others to have their turn.
    pub(super) const fn is_turn_over(&self) -> bool {
        self.untimed >= TURN
    }

    /// Notes what was read to the inbox: nothing at the end of the socket.
    pub(super) fn note_read(&mut self, bytes: usize, inbox: &mut Inbox<'_>) {
        self.untimed = self.untimed.saturating_add(1);
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

/// Writing, on behalf of either half.
impl<R: End, Out: Write> State<'_, R, Out> {
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
