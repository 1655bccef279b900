use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use voxwire::{Application, Close, Counters, Dialect, Platform, Role, SendError, Session};

use crate::line::Line;
use crate::{CallConfig, CallError, Inbox};

/// One call on one socket. Dropping it closes the socket.
///
/// The two directions may be used from two tasks at once after [`split`](Self::split). Whichever is polled moves
/// what waits to be written: a task that only hears still sends heartbeats, pongs and queued audio.
#[derive(Debug)]
pub struct Call<R: Role, S> {
    hearing: Hearing<R, S>,
    speaking: Speaking<R, S>,
}

/// The half of a call that hears.
pub struct Hearing<R: Role, S> {
    line: Arc<Mutex<Line<R, S>>>,
    alarm: Pin<Box<Sleep>>,
}

/// The half of a call that speaks.
pub struct Speaking<R: Role, S> {
    line: Arc<Mutex<Line<R, S>>>,
    config: CallConfig,
}

/// Interrupts a call from anywhere. It does not keep the call open.
pub struct Handle<S> {
    line: Weak<Mutex<Line<Application, S>>>,
}

/// What a clear threw away before it left this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cleared {
    /// Bytes of audio, decoded, that had been said and were not yet on the socket.
    pub bytes: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Call<Application, S> {
    /// The application's end of a call on a socket that another server has upgraded.
    ///
    /// Give that server [`CallConfig::websocket`]: with a write buffer, say, a clear reaches less.
    pub fn application(socket: WebSocketStream<S>, config: impl Into<CallConfig>) -> Self {
        Self::new(socket, config.into(), Session::application)
    }

    /// Throws away what has been said and is not yet on the socket, then tells the platform to do the same: barge-in.
    /// Every `send` that waits for room returns [`CallError::Cleared`]. Nothing said before is heard afterwards.
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.speaking.line)
    }

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S> {
        self.speaking.handle()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Call<Platform, S> {
    /// The platform's end of a call on a socket that is already a WebSocket. See also [`connect`](crate::connect).
    pub fn platform(socket: WebSocketStream<S>, config: impl Into<CallConfig>) -> Self {
        Self::new(socket, config.into(), Session::platform)
    }
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Call<R, S> {
    fn new(
        socket: WebSocketStream<S>,
        config: CallConfig,
        session: impl FnOnce(voxwire::Config, voxwire::Instant) -> Session<R>,
    ) -> Self {
        let mut line = Line::new(socket, config, session);
        let alarm = Box::pin(sleep_until(line.sleep_until()));
        let line = Arc::new(Mutex::new(line));
        Self { hearing: Hearing { line: line.clone(), alarm }, speaking: Speaking { line, config } }
    }

    /// Waits for what the peer says next. See [`Hearing::next`].
    ///
    /// # Errors
    /// Those of [`Hearing::next`].
    pub async fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        self.hearing.next(inbox).await
    }

    /// Says something. See [`Speaking::send`].
    ///
    /// # Errors
    /// Those of [`Speaking::send`].
    pub async fn send(&mut self, says: impl Into<R::Says<'_>>) -> Result<(), CallError> {
        self.speaking.send(says).await
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
        lock(&self.hearing.line).session.counters()
    }
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Hearing<R, S> {
    /// Waits for what the peer says next, which borrows the inbox. Keeps the call alive while it waits. After the end
    /// it tells the end again.
    ///
    /// Cancel-safe: a message is heard by the `next` that returns it, or by the one after.
    ///
    /// # Errors
    /// [`CallError::Receive`] and [`CallError::Expired`]: the call goes on, and whether to hang up is up to you.
    /// [`CallError::Socket`]: it is over.
    pub async fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        inbox.empty();
        let Self { line, alarm } = self;
        poll_fn(|cx| {
            let mut line = lock(line);
            line.wakers.hearing.register(cx.waker());
            loop {
                if let Poll::Ready(heard) = line.poll_hear(inbox) {
                    return Poll::Ready(heard);
                }
                let until = line.sleep_until();
                if alarm.deadline() != until {
                    alarm.as_mut().reset(until);
                }
                if alarm.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await?;
        Ok(lock(line).hear(inbox)?)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        lock(&self.line).session.is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        lock(&self.line).session.dialect()
    }
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Speaking<R, S> {
    /// Says something. Returns as soon as it is queued, and waits only while the queue is full. What the socket does
    /// not take at once is written by whichever half is polled next; [`flush`](Self::flush) waits for it. Deadlines
    /// are told by the hearing half alone: while nobody hears, a `send` to a peer that reads nothing waits without end.
    ///
    /// Cancel-safe: it is wholly queued or not at all.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came while it waited.
    pub async fn send(&mut self, says: impl Into<R::Says<'_>>) -> Result<(), CallError> {
        let says = says.into();
        let mut clears = None;
        poll_fn(|cx| {
            let mut line = lock(&self.line);
            if *clears.get_or_insert(line.clears) != line.clears {
                return Poll::Ready(Err(CallError::Cleared));
            }
            line.wakers.speaking.register(cx.waker());
            line.poll_send(says)
        })
        .await
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub async fn flush(&mut self) {
        poll_fn(|cx| {
            let mut line = lock(&self.line);
            line.wakers.speaking.register(cx.waker());
            line.poll_write()
        })
        .await;
    }

    /// Hangs up: lets the queue drain within [`CallConfig::drain_within`] and throws away what is left then, says the
    /// close, and waits for as long again until it is on the socket. The hearing half hears the peer's close.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub async fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        let close = Close::new(code, reason);
        if !close.is_sendable() {
            return Err(SendError::InvalidClose.into());
        }
        if timeout(self.config.drain_within, self.flush()).await.is_err() {
            lock(&self.line).outbox.clear();
        }
        match lock(&self.line).hang_up(close) {
            Ok(()) | Err(SendError::Closed) => {}
            Err(error) => return Err(error.into()),
        }
        let _ = timeout(self.config.drain_within, self.flush()).await;
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Speaking<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.line)
    }

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S> {
        Handle { line: Arc::downgrade(&self.line) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Hearing<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.line)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Handle<S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`]; [`SendError::Closed`] when the call has been dropped.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        let line = self.line.upgrade().ok_or(SendError::Closed)?;
        clear(&line)
    }
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { line: self.line.clone() }
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

impl<S> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

fn clear<S: AsyncRead + AsyncWrite + Unpin>(
    line: &Mutex<Line<Application, S>>,
) -> Result<Cleared, CallError> {
    Ok(Cleared { bytes: lock(line).clear()? })
}

/// A panic elsewhere leaves nothing half done here: every change is whole before anything can fail.
fn lock<R: Role, S>(line: &Mutex<Line<R, S>>) -> MutexGuard<'_, Line<R, S>> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}
