use core::task::Poll;
use std::io::{ErrorKind, Read, Write};

use tungstenite::protocol::{Role, WebSocketContext};
use tungstenite::{Error, Message};

use crate::CallConfig;

/// The socket library's WebSocket, which is given the stream whenever it is used. A stream that would wait is
/// [`Poll::Pending`].
pub(crate) struct WebSocket(WebSocketContext);

impl WebSocket {
    pub(crate) fn new(role: Role, config: &CallConfig, early: &[u8]) -> Self {
        Self(WebSocketContext::from_partially_read(early.to_vec(), role, Some(config.websocket())))
    }

    /// The next message. Replies to pings and closes on the way.
    pub(crate) fn poll_read(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<Message, Error>> {
        poll(self.0.read(io))
    }

    /// Takes a message, whether or not the stream does: [`poll_flush`](Self::poll_flush) writes what is left.
    pub(crate) fn start(&mut self, io: &mut (impl Read + Write), message: Message) -> Result<(), Error> {
        match poll(self.0.write(io, message)) {
            Poll::Ready(started) => started,
            Poll::Pending => Ok(()),
        }
    }

    /// Ready once everything taken is on the stream.
    pub(crate) fn poll_flush(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<(), Error>> {
        match self.0.flush(io) {
            // With the reply to a close, the last byte is written.
            Err(Error::ConnectionClosed) => Poll::Ready(Ok(())),
            flushed => poll(flushed),
        }
    }
}

fn poll<T>(result: Result<T, Error>) -> Poll<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}
