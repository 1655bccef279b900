//! What the halves of a call share: socket, session and outgoing queue, under one lock that is held for one poll and
//! never across an await.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

use bytes::BytesMut;
use futures_util::task::AtomicWaker;
use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant as Clock;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Utf8Bytes};
use voxwire::{
    Application, Close, Command, Deadline, Due, Instant, Outbox, OutboxError, ReceiveError, Role, SendError,
    Session,
};

use crate::library::{code_for, is_loss, owned};
use crate::{CallConfig, CallError, Inbox};

/// Room for what a session owes on time: a heartbeat or a close.
const OWED: usize = 64;

/// How many messages may be heard before time is looked at although more of them lie unread.
const UNTIMED: u32 = 64;

pub(crate) struct Line<R: Role, S> {
    socket: WebSocketStream<S>,
    pub(crate) session: Session<R>,
    pub(crate) outbox: Outbox<Box<[u8]>>,
    /// How often the queue has been cleared: a `send` that waits can tell that it was.
    pub(crate) clears: u64,
    pub(crate) wakers: Arc<Wakers>,
    waker: Waker,
    /// Until when the hearing half sleeps; `None` if it does not.
    asleep_until: Option<Clock>,
    /// Whether the socket library still holds a frame.
    unflushed: bool,
    /// Whether the socket takes no more.
    mute: bool,
    /// Memory of the frame handed to the socket library, used again once it is written.
    frame: BytesMut,
    began: Clock,
    ping_at: Clock,
    /// Whether a ping waits for the frame before it.
    ping_owed: bool,
    /// Messages heard since time was looked at.
    untimed: u32,
    config: CallConfig,
}

/// Wakes whoever waits for the socket: whichever half is polled drives both directions, so both must be woken.
#[derive(Default)]
pub(crate) struct Wakers {
    pub(crate) hearing: AtomicWaker,
    pub(crate) speaking: AtomicWaker,
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.hearing.wake();
        self.speaking.wake();
    }
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Line<R, S> {
    pub(crate) fn new(
        socket: WebSocketStream<S>,
        config: CallConfig,
        session: impl FnOnce(voxwire::Config, Instant) -> Session<R>,
    ) -> Self {
        let wakers = Arc::new(Wakers::default());
        let began = Clock::now();
        Self {
            socket,
            session: session(config.session, Instant::ZERO),
            outbox: Outbox::new(vec![0; config.memory()].into_boxed_slice()),
            clears: 0,
            waker: wakers.clone().into(),
            wakers,
            asleep_until: None,
            unflushed: false,
            mute: false,
            frame: BytesMut::new(),
            began,
            ping_at: began + config.ping_every,
            ping_owed: false,
            untimed: 0,
            config,
        }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::ZERO + self.began.elapsed()
    }

    /// Queues what is said, and puts on the socket what it takes. Ready once it is wholly queued.
    pub(crate) fn poll_send(&mut self, says: R::Says<'_>) -> Poll<Result<(), CallError>> {
        if self.mute {
            return Poll::Ready(Err(SendError::Closed.into()));
        }
        loop {
            let now = self.now();
            match self.outbox.send(&mut self.session, now, says) {
                Err(OutboxError::Full) if self.poll_write().is_pending() => return Poll::Pending,
                Err(OutboxError::Full) if self.mute => return Poll::Ready(Err(SendError::Closed.into())),
                Err(OutboxError::Full) => {}
                Err(OutboxError::Send(error)) => return Poll::Ready(Err(error.into())),
                Ok(()) => {
                    let _ = self.poll_write();
                    self.rouse();
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    /// Queues the close, for which the queue keeps room. A socket that takes no more is no obstacle: the session then
    /// waits for the peer's close within its bound, as it would otherwise.
    pub(crate) fn hang_up(&mut self, close: Close<'_>) -> Result<(), SendError> {
        let now = self.now();
        match self.outbox.send(&mut self.session, now, close.into()) {
            Err(OutboxError::Send(error)) => return Err(error),
            sent => debug_assert_eq!(sent, Ok(())),
        }
        let _ = self.poll_write();
        self.rouse();
        Ok(())
    }

    /// Puts on the socket what it takes, one frame at a time. Ready when nothing is left, or nothing can be sent
    /// any more.
    pub(crate) fn poll_write(&mut self) -> Poll<()> {
        let mut cx = Context::from_waker(&self.waker);
        while !self.mute {
            if self.unflushed {
                match Pin::new(&mut self.socket).poll_flush(&mut cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(())) => self.unflushed = false,
                    Poll::Ready(Err(_)) => break,
                }
            }
            // A ping goes before all that waits, or a busy line would look dead.
            let ping = core::mem::take(&mut self.ping_owed);
            let message = match self.outbox.front() {
                _ if ping => tungstenite::Message::Ping(bytes::Bytes::new()),
                Some(message) => owned(message, &mut self.frame),
                None => return Poll::Ready(()),
            };
            if Pin::new(&mut self.socket).start_send(message).is_err() {
                break;
            }
            self.unflushed = true;
            if !ping {
                self.outbox.pop();
                self.wakers.speaking.wake();
            }
        }
        // The end of the call is told by reading, where the peer's last words may still lie.
        self.fall_silent();
        Poll::Ready(())
    }

    /// Waits for the next message and puts it into `inbox`; meanwhile keeps the call alive and the queue moving.
    pub(crate) fn poll_hear(&mut self, inbox: &mut Inbox) -> Poll<Result<(), CallError>> {
        if self.untimed >= UNTIMED {
            self.act_on_time()?;
        }
        loop {
            if self.session.is_closed() {
                return Poll::Ready(Ok(()));
            }
            let _ = self.poll_write();
            let mut cx = Context::from_waker(&self.waker);
            match Pin::new(&mut self.socket).poll_next(&mut cx) {
                // What lies unread may be just what was waited for; so time is looked at when nothing does.
                Poll::Pending => {
                    self.act_on_time()?;
                    let _ = self.poll_write();
                    if !self.session.is_closed() {
                        return Poll::Pending;
                    }
                }
                Poll::Ready(Some(Ok(message))) => {
                    self.untimed = self.untimed.saturating_add(1);
                    match message {
                        tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_) => {
                            self.session.handle_activity(self.now());
                        }
                        tungstenite::Message::Frame(_) => {}
                        message => {
                            if message.is_close() {
                                self.end_connection();
                            }
                            inbox.put(message);
                            return Poll::Ready(Ok(()));
                        }
                    }
                }
                Poll::Ready(Some(Err(error))) if !is_loss(&error) => {
                    self.refuse(&error);
                    return Poll::Ready(Err(CallError::Socket(error)));
                }
                // An empty inbox tells the loss.
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(Ok(())),
            }
        }
    }

    /// What the message in the inbox means. The end of the call sets free whoever waits to speak.
    pub(crate) fn hear<'i>(&mut self, inbox: &'i Inbox) -> Result<R::Hears<'i>, ReceiveError> {
        let heard = self.session.handle_message(self.now(), inbox.message());
        if self.session.is_closed() {
            self.fall_silent();
        } else if !self.session.is_live() {
            self.wakers.speaking.wake();
        }
        heard
    }

    /// When the hearing half must be polled again, whatever else happens. It goes to sleep now.
    pub(crate) fn sleep_until(&mut self) -> Clock {
        let until = match self.session.poll_timeout() {
            Some(due) => self.ping_at.min(self.began + due.since(Instant::ZERO)),
            None => self.ping_at,
        };
        self.asleep_until = Some(until);
        until
    }

    /// Wakes the hearing half if something is now due earlier than it meant to sleep.
    fn rouse(&mut self) {
        if let Some(until) = self.asleep_until
            && self.sleep_until() < until
        {
            self.wakers.hearing.wake();
        }
    }

    /// Queues what has become due.
    ///
    /// # Errors
    /// [`CallError::Expired`].
    fn act_on_time(&mut self) -> Result<(), CallError> {
        self.asleep_until = None;
        self.untimed = 0;
        if Clock::now() >= self.ping_at {
            self.ping_at = Clock::now() + self.config.ping_every;
            self.ping_owed = true;
        }
        let now = self.now();
        let mut buf = [0; OWED];
        loop {
            match self.session.handle_timeout(now, &mut buf)? {
                Due::Nothing => return Ok(()),
                Due::Send(message) => self.outbox.push(message),
                // The session is closed, and hearing tells it.
                Due::Expired(Deadline::Ending) => return Ok(()),
                Due::Expired(deadline) => return Err(CallError::Expired(deadline)),
            }
        }
    }

    /// Nothing more can be said; whoever waits to is told.
    fn fall_silent(&mut self) {
        self.mute = true;
        self.wakers.speaking.wake();
    }

    /// Sends our reply to a close, and the end of the connection, which the peer may wait for.
    fn end_connection(&mut self) {
        let mut cx = Context::from_waker(&self.waker);
        if Pin::new(&mut self.socket).poll_flush(&mut cx).is_ready() {
            let _ = Pin::new(self.socket.get_mut()).poll_shutdown(&mut cx);
        }
        self.fall_silent();
    }

    /// Ends a call whose peer broke the rules of WebSocket, telling it why if it still listens.
    fn refuse(&mut self, error: &tungstenite::Error) {
        let mut cx = Context::from_waker(&self.waker);
        let frame = CloseFrame { code: code_for(error), reason: Utf8Bytes::from_static("") };
        if Pin::new(&mut self.socket).start_send(tungstenite::Message::Close(Some(frame))).is_ok() {
            let _ = Pin::new(&mut self.socket).poll_flush(&mut cx);
        }
        let gone = Inbox::new();
        let lost = self.hear(&gone);
        debug_assert!(lost.is_ok(), "a close is always heard");
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<Application, S> {
    /// Throws away what is queued, tells the platform to do the same, and gives the bytes of audio thrown away.
    pub(crate) fn clear(&mut self) -> Result<usize, SendError> {
        if self.mute {
            return Err(SendError::Closed);
        }
        self.session.measure(self.now(), Command::Clear)?;
        let bytes = self.outbox.clear();
        self.clears += 1;
        self.wakers.speaking.wake();
        let now = self.now();
        // The queue keeps room for it, and it was just found to be allowed.
        let sent = self.outbox.send(&mut self.session, now, Command::Clear);
        debug_assert_eq!(sent, Ok(()));
        let _ = self.poll_write();
        Ok(bytes)
    }
}
