//! How a thread waits for a socket.

use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::Arc;

use mio::{Events, Interest, Poll, Token, Waker};

const SOCKET: Token = Token(0);
const WAKER: Token = Token(1);

/// A watch on a socket, for one thread at a time. It tells of changes, not of states: who has not yet seen the socket
/// answer [`WouldBlock`](ErrorKind::WouldBlock) must not wait for it.
pub(crate) struct Watch {
    poll: Poll,
    events: Events,
    socket: mio::net::TcpStream,
    waker: Arc<Waker>,
}

impl Watch {
    /// A watch on a socket, which blocks no more.
    pub(crate) fn new(socket: &TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let mut socket = mio::net::TcpStream::from_std(socket.try_clone()?);
        let poll = Poll::new()?;
        poll.registry().register(&mut socket, SOCKET, Interest::READABLE | Interest::WRITABLE)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        Ok(Self { poll, events: Events::with_capacity(4), socket, waker })
    }

    /// What ends a wait from another thread.
    pub(crate) fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }

    /// Waits until the socket can be used again, the waker is used, the limit is over, or for no reason.
    pub(crate) fn wait(&mut self, limit: Option<Duration>) {
        // Has the watch renewed where the system keeps it only until it has told of something (Windows).
        let _ = self.socket.try_io(|| Err::<(), _>(ErrorKind::WouldBlock.into()));
        let waited = self.poll.poll(&mut self.events, limit);
        debug_assert!(
            waited.is_ok() || waited.is_err_and(|error| error.kind() == ErrorKind::Interrupted),
            "nothing else can fail in a wait"
        );
    }
}
