use core::fmt;
use core::future::poll_fn;
use core::task::Poll;
use std::sync::{Arc, Mutex, Weak};

use futures_util::io::{AsyncRead, AsyncWrite};
use voxwire::{Application, Close, Counters, Dialect, Platform, Role, SendError};
use voxwire_line::{Line, Turn};

use crate::clock::{Alarm, timeout};
use crate::shared::{Shared, lock};
use crate::{CallConfig, CallError, Cleared, Inbox};

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
    shared: Arc<Mutex<Shared<R, S>>>,
    alarm: Alarm,
}

/// The half of a call that speaks.
pub struct Speaking<R: Role, S> {
    shared: Arc<Mutex<Shared<R, S>>>,
}

/// Interrupts a call from anywhere. It does not keep the call open.
pub struct Handle<S> {
    shared: Weak<Mutex<Shared<Application, S>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Call<Application, S> {
    /// The application's end of a call on a socket that another server has upgraded. `early` is what that server read
    /// of it after the request, if it did.
    pub fn application(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Self {
        Self::new(Shared::new(socket, |now| Line::application(config, early, now)))
    }

    /// Throws away what has been said and is not yet on the socket, then tells the platform to do the same: barge-in.
    /// Every `send` that waits for room returns [`CallError::Cleared`]. Nothing said before is heard afterwards.
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.speaking.shared)
    }

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S> {
        self.speaking.handle()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Call<Platform, S> {
    /// The platform's end of a call on a socket that is already a WebSocket. `early` is what was read of it after the
    /// response, if anything was. See also [`dial`](crate::dial).
    pub fn platform(socket: S, early: &[u8], config: impl Into<CallConfig>) -> Self {
        Self::new(Shared::new(socket, |now| Line::platform(config, early, now)))
    }
}

impl<R: Role, S: AsyncRead + AsyncWrite + Unpin> Call<R, S> {
    fn new(shared: Shared<R, S>) -> Self {
        let shared = Arc::new(Mutex::new(shared));
        let alarm = Alarm::new();
        Self { hearing: Hearing { shared: shared.clone(), alarm }, speaking: Speaking { shared } }
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
        lock(&self.hearing.shared).line.session().counters()
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
        let Self { shared, alarm } = self;
        poll_fn(|cx| {
            let mut shared = lock(shared);
            shared.wakers.hearing.register(cx.waker());
            loop {
                let received = shared.act(|line, now, io| line.poll_receive(now, io, inbox));
                if received.is_ready() {
                    return received;
                }
                if alarm.poll_at(shared.sleep_until(), cx).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await?;
        Ok(lock(shared).act(|line, now, _| line.hear(now, inbox))?)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        lock(&self.shared).line.session().is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        lock(&self.shared).line.session().dialect()
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
        let mut turn = Turn::new();
        poll_fn(|cx| {
            let mut shared = lock(&self.shared);
            shared.wakers.speaking.register(cx.waker());
            shared.act(|line, now, io| line.poll_send(now, io, says, &mut turn))
        })
        .await
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub async fn flush(&mut self) {
        poll_fn(|cx| {
            let mut shared = lock(&self.shared);
            shared.wakers.speaking.register(cx.waker());
            shared.act(|line, _, io| line.poll_flush(io))
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
        let drain_limit = lock(&self.shared).line.drain_limit();
        if timeout(drain_limit, self.flush()).await.is_none() {
            lock(&self.shared).line.drop_audio();
        }
        match lock(&self.shared).act(|line, now, io| line.hang_up(now, io, close)) {
            Ok(()) | Err(SendError::Closed) => {}
            Err(error) => return Err(error.into()),
        }
        let _ = timeout(drain_limit, self.flush()).await;
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Speaking<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }

    /// Interrupts the call from another task.
    pub fn handle(&self) -> Handle<S> {
        Handle { shared: Arc::downgrade(&self.shared) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Hearing<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Handle<S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`]; [`SendError::Closed`] when the call has been dropped.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        let shared = self.shared.upgrade().ok_or(SendError::Closed)?;
        clear(&shared)
    }
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
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
    shared: &Mutex<Shared<Application, S>>,
) -> Result<Cleared, CallError> {
    lock(shared).act(|line, now, io| line.clear(now, io))
}
