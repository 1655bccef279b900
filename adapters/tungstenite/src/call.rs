use core::fmt;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use voxwire::{Application, Close, Counters, Dialect, Instant, Platform, Role, SendError};
use voxwire_line::{Line, Turn};

use crate::handle::{Handle, clear};
use crate::shared::{Half, Shared};
use crate::watch::Watch;
use crate::{CallConfig, CallError, Cleared, Inbox, Socket};

/// One call on one socket. Dropping it closes the socket.
///
/// The two directions may be used from two threads at once after [`split`](Self::split). Whichever is called moves
/// what waits to be written: a thread that only hears still sends heartbeats, pongs and queued audio.
#[derive(Debug)]
pub struct Call<R: Role, S> {
    hearing: Hearing<R, S>,
    speaking: Speaking<R, S>,
}

/// The half of a call that hears.
pub struct Hearing<R: Role, S> {
    shared: Arc<Shared<R, S>>,
}

/// The half of a call that speaks.
pub struct Speaking<R: Role, S> {
    shared: Arc<Shared<R, S>>,
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

    /// Throws away what has been said and is not yet on the socket, then tells the platform to do the same: barge-in.
    /// Every `send` that waits for room returns [`CallError::Cleared`]. Nothing said before is heard afterwards.
    ///
    /// # Errors
    /// [`CallError::Send`] where the call does not allow it; nothing is thrown away then.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.speaking.shared)
    }

    /// Interrupts the call from another thread.
    pub fn handle(&self) -> Handle<S> {
        self.speaking.handle()
    }
}

impl<S: Socket> Call<Platform, S> {
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
        let shared = Arc::new(Shared::new(socket, watch, line));
        Self { hearing: Hearing { shared: shared.clone() }, speaking: Speaking { shared } }
    }

    #[cfg(test)]
    pub(crate) const fn shared(&self) -> &Arc<Shared<R, S>> {
        &self.hearing.shared
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
        self.hearing.shared.lock().line().session().counters()
    }
}

impl<R: Role, S: Socket> Hearing<R, S> {
    /// Waits for what the peer says next, which borrows the inbox. Keeps the call alive while it waits. After the end
    /// it tells the end again.
    ///
    /// # Errors
    /// [`CallError::Receive`] and [`CallError::Expired`]: the call goes on, and whether to hang up is up to you.
    /// [`CallError::Socket`]: it is over.
    pub fn next<'i>(&mut self, inbox: &'i mut Inbox) -> Result<R::Hears<'i>, CallError> {
        let mut held = self.shared.lock();
        loop {
            match held.act(|line, now, io| line.poll_receive(now, io, inbox)) {
                Poll::Ready(received) => break received?,
                Poll::Pending => {
                    let until = held.line().sleep_until();
                    held = held.rest(Half::Hearing, Some(until));
                }
            }
        }
        Ok(held.act(|line, now, _| line.hear(now, inbox))?)
    }

    /// Whether the call is over.
    pub fn is_closed(&self) -> bool {
        self.shared.lock().line().session().is_closed()
    }

    /// The dialect, once it is known.
    pub fn dialect(&self) -> Option<Dialect> {
        self.shared.lock().line().session().dialect()
    }
}

impl<R: Role, S: Socket> Speaking<R, S> {
    /// Says something. Returns as soon as it is queued, and waits only while the queue is full. What the socket does
    /// not take at once is written by whichever half is called next, or waits; [`flush`](Self::flush) waits for it. Deadlines
    /// are told by the hearing half alone: while nobody hears, a `send` to a peer that reads nothing waits without end.
    ///
    /// It is wholly queued or not at all.
    ///
    /// # Errors
    /// [`CallError::Send`]: nothing was queued. [`CallError::Cleared`]: a clear came while it waited.
    pub fn send<'s>(&mut self, says: impl Into<R::Says<'s>>) -> Result<(), CallError> {
        let says = says.into();
        let mut turn = Turn::new();
        let mut held = self.shared.lock();
        loop {
            match held.act(|line, now, io| line.poll_send(now, io, says, &mut turn)) {
                Poll::Ready(sent) => return sent,
                Poll::Pending => held = held.rest(Half::Speaking, None),
            }
        }
    }

    /// Waits until everything said is on the socket, or nothing can be sent any more.
    pub fn flush(&mut self) {
        self.flush_until(None);
    }

    /// Hangs up: lets the queue drain within [`CallConfig::drain_within`] and throws away what is left then, says the
    /// close, and waits for as long again until it is on the socket. The hearing half hears the peer's close.
    ///
    /// # Errors
    /// [`CallError::Send`] for a code or reason that may not be sent. A call that is already over is no error.
    pub fn hang_up(&mut self, code: u16, reason: &str) -> Result<(), CallError> {
        let close = Close::new(code, reason);
        if !close.is_sendable() {
            return Err(SendError::InvalidClose.into());
        }
        let drain_limit = self.shared.lock().line().drain_limit();
        if !self.flush_within(drain_limit) {
            self.shared.lock().line().drop_audio();
        }
        match self.shared.lock().act(|line, now, io| line.hang_up(now, io, close)) {
            Ok(()) | Err(SendError::Closed) => {}
            Err(error) => return Err(error.into()),
        }
        self.flush_within(drain_limit);
        Ok(())
    }

    fn flush_within(&mut self, limit: Duration) -> bool {
        let until = self.shared.lock().now() + limit;
        self.flush_until(Some(until))
    }

    /// Whether it was done in time.
    fn flush_until(&mut self, until: Option<Instant>) -> bool {
        let mut held = self.shared.lock();
        loop {
            if held.act(|line, _, io| line.poll_flush(io)).is_ready() {
                return true;
            }
            if until.is_some_and(|until| until <= held.now()) {
                return false;
            }
            held = held.rest(Half::Speaking, until);
        }
    }
}

impl<S: Socket> Speaking<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
    }

    /// Interrupts the call from another thread.
    pub fn handle(&self) -> Handle<S> {
        Handle::new(&self.shared)
    }
}

impl<S: Socket> Hearing<Application, S> {
    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`].
    ///
    /// # Errors
    /// Those of [`Call::clear`].
    pub fn clear(&self) -> Result<Cleared, CallError> {
        clear(&self.shared)
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

fn watch(socket: &impl Socket) -> Result<Watch, CallError> {
    Watch::new(socket.tcp()).map_err(|error| CallError::Socket(error.into()))
}
