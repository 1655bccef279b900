use core::fmt;
use core::task::Poll;
use core::time::Duration;
use std::io::{Read, Write};

use tungstenite::Message;
use tungstenite::protocol::Role as Side;
use voxwire::{
    Application, Close, Config, Deadline, Due, Instant, Payload, Platform, ReceiveError, Role, Session,
};

use crate::library::{code_for, is_loss};
use crate::outgoing::Outgoing;
use crate::websocket::WebSocket;
use crate::{CallConfig, CallError, Duties, Inbox};

mod speaking;

/// Room for what a session owes on time: a heartbeat or a close.
const OWED: usize = 64;

/// How many messages are read in one turn, if more lie unread: then time is looked at, and others have theirs.
const TURN: u32 = 64;

/// How many messages a piece of one counts for, which may be thousands of fragments with nothing in them.
const PIECE: u32 = 8;

/// A call on a stream of bytes: session, outgoing queue and WebSocket. It holds neither the stream nor a clock; both
/// are given to it.
///
/// Two halves use it in turn, the adapter's lock around it: one hears, one speaks. `io` is the stream, and answers
/// [`WouldBlock`](std::io::ErrorKind::WouldBlock) where it would wait, having seen to it that the hearing half is woken
/// when there is something to read, and both when something can be written. `now` is time since any origin, always the
/// same; a clock is read only where it matters, for that costs as much as a small message. After each call, do what
/// [`duties`](Self::duties) says.
pub struct Line<R: Role> {
    websocket: WebSocket,
    session: Session<R>,
    outgoing: Outgoing,
    /// How often the queue has been cleared.
    clears: u64,
    duties: Duties,
    /// Until when the hearing half sleeps; `None` if it does not.
    asleep_until: Option<Instant>,
    drain_within: Duration,
    ping_every: Duration,
    ping_at: Instant,
    /// Messages read since time was looked at, pieces included.
    untimed: u32,
}

impl Line<Application> {
    /// The application's end of a call on a stream that has just become a WebSocket. `early` is what the peer had sent
    /// of it before.
    pub fn application(config: impl Into<CallConfig>, early: &[u8], now: Instant) -> Self {
        Self::new(config.into(), Side::Server, early, now, Session::application)
    }
}

impl Line<Platform> {
    /// The platform's end of such a call.
    pub fn platform(config: impl Into<CallConfig>, early: &[u8], now: Instant) -> Self {
        Self::new(config.into(), Side::Client, early, now, Session::platform)
    }
}

impl<R: Role> Line<R> {
    fn new(
        config: CallConfig,
        side: Side,
        early: &[u8],
        now: Instant,
        session: impl FnOnce(Config, Instant) -> Session<R>,
    ) -> Self {
        Self {
            websocket: WebSocket::new(side, &config, early),
            session: session(config.session, now),
            outgoing: Outgoing::new(&config),
            clears: 0,
            duties: Duties::default(),
            asleep_until: None,
            drain_within: config.drain_within,
            ping_every: config.ping_every,
            ping_at: now + config.ping_every,
            untimed: 0,
        }
    }

    /// For the hearing half: ready once the next message is in the inbox, for [`hear`](Self::hear). Meanwhile it keeps
    /// the queue moving; so while it is pending, call it again when the stream can be used, or when
    /// [`Duties::hear_again`] says so. At [`sleep_until`](Self::sleep_until) call [`wake`](Self::wake) first.
    ///
    /// # Errors
    /// [`CallError::Expired`], and the call goes on; [`CallError::Socket`], and it is over. There is nothing to hear.
    pub fn poll_receive(
        &mut self,
        now: impl Fn() -> Instant,
        io: &mut (impl Read + Write),
        inbox: &mut Inbox,
    ) -> Poll<Result<(), CallError>> {
        inbox.empty();
        self.asleep_until = None;
        loop {
            if self.untimed >= TURN {
                self.wake(now(), io)?;
                self.duties.hear_again = true;
                return Poll::Pending;
            }
            if self.session.is_closed() {
                return Poll::Ready(Ok(()));
            }
            self.write(&now, io);
            match self.websocket.poll_read(io) {
                Poll::Pending => {
                    self.untimed = 0;
                    return Poll::Pending;
                }
                Poll::Ready(Ok(message)) => {
                    self.untimed = self.untimed.saturating_add(if message.is_some() { 1 } else { PIECE });
                    match message {
                        Some(Message::Ping(_) | Message::Pong(_)) => self.session.handle_activity(now()),
                        Some(Message::Frame(_)) | None => {}
                        Some(message) => {
                            if message.is_close() {
                                self.end_connection(io);
                            }
                            inbox.put(message);
                            return Poll::Ready(Ok(()));
                        }
                    }
                }
                // An empty inbox tells the loss.
                Poll::Ready(Err(error)) if is_loss(&error) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => {
                    self.refuse(now(), io, &error);
                    return Poll::Ready(Err(CallError::Socket(error)));
                }
            }
        }
    }

    /// What the message in the inbox means. The end of the call sets free whoever waits to speak.
    ///
    /// # Errors
    /// [`ReceiveError`]: the call goes on.
    pub fn hear<'i>(&mut self, now: Instant, inbox: &'i Inbox) -> Result<R::Hears<'i>, ReceiveError> {
        let heard = self.session.handle_message(now, inbox.message());
        if let Some(event) = heard.as_ref().ok().and_then(R::as_event) {
            self.outgoing.far_end.hear(now, self.session.dialect(), event);
        }
        if self.session.is_closed() {
            self.fall_silent();
        } else if !self.session.is_live() {
            self.duties.wake_speaking = true;
        }
        heard
    }

    /// When the hearing half must [`wake`](Self::wake), whatever else happens. It goes to sleep now.
    pub fn sleep_until(&mut self) -> Instant {
        let until = self.session.poll_timeout().map_or(self.ping_at, |due| due.min(self.ping_at));
        self.asleep_until = Some(until);
        until
    }

    /// Says what has become due, if anything has. It is called when nothing is to be received, for what lies unread may be
    /// just what was waited for; call [`poll_receive`](Self::poll_receive) next.
    ///
    /// # Errors
    /// [`CallError::Expired`], and the call goes on.
    pub fn wake(&mut self, now: Instant, io: &mut (impl Read + Write)) -> Result<(), CallError> {
        self.asleep_until = None;
        self.untimed = 0;
        if now >= self.ping_at {
            self.ping_at = now + self.ping_every;
            self.outgoing.ping_owed = true;
        }
        let mut buf = [0; OWED];
        loop {
            match self.session.handle_timeout(now, &mut buf)? {
                Due::Nothing => return Ok(()),
                Due::Send(message) => self.outgoing.owe(now, message, &mut self.websocket, io),
                // The session is closed, and hearing tells it.
                Due::Expired(Deadline::Ending) => return Ok(()),
                Due::Expired(deadline) => return Err(CallError::Expired(deadline)),
            }
        }
    }

    /// What is owed because of what has just been done, to whoever did not do it. Each is told once.
    pub fn duties(&mut self) -> Duties {
        core::mem::take(&mut self.duties)
    }

    /// The session: whether the call is over, the dialect, what was passed over.
    pub const fn session(&self) -> &Session<R> {
        &self.session
    }

    /// Sends our reply to a close, and has the connection ended, for which the peer may wait.
    fn end_connection(&mut self, io: &mut (impl Read + Write)) {
        self.duties.shut_down |= self.websocket.poll_flush(io).is_ready();
        self.fall_silent();
    }

    /// Ends a call whose peer broke the rules of WebSocket, telling it why if it still listens.
    fn refuse(&mut self, now: Instant, io: &mut (impl Read + Write), error: &tungstenite::Error) {
        let close = Close::new(code_for(error).into(), "");
        if self.websocket.start(io, Payload::Close(close)).is_ok() {
            let _ = self.websocket.poll_flush(io);
        }
        let gone = Inbox::new();
        let lost = self.hear(now, &gone);
        debug_assert!(lost.is_ok(), "a close is always heard");
    }
}

impl<R: Role> fmt::Debug for Line<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}
