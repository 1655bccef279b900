use core::cell::Cell;
use core::task::Poll;
use std::io::{self, ErrorKind, Read, Write};

use bytes::{Buf, BytesMut};
use tungstenite::protocol::{Role, WebSocketContext};
use tungstenite::{Error, Message};

use crate::CallConfig;

/// The most that is read from a stream at once, in bytes.
const READ: usize = 4 * 1024;

thread_local! {
    /// Where a stream is read to, one for all calls of a thread: it stays in the processor's cache, and a stream that has
    /// nothing to read costs the library nothing, which would clear a buffer of each call's own first.
    static MEMORY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The socket library's WebSocket, which is given the stream whenever it is used. A stream that would wait is
/// [`Poll::Pending`].
pub(crate) struct WebSocket {
    library: WebSocketContext,
    /// Whether the other side masks what it says.
    masked: bool,
    /// What was read from the stream and is not with the library yet.
    rest: BytesMut,
    /// Whether nothing can come of what the library has been given.
    hungry: bool,
    /// The most that can be left of that, in bytes; exact unless messages came in fragments, or long ones without masks.
    given: usize,
    /// Whether the library has yet to write a pong.
    pong_owed: bool,
}

impl WebSocket {
    pub(crate) fn new(role: Role, config: &CallConfig, early: &[u8]) -> Self {
        Self {
            library: WebSocketContext::from_partially_read(early.to_vec(), role, Some(config.websocket())),
            masked: role == Role::Server,
            rest: BytesMut::new(),
            hungry: early.is_empty(),
            given: early.len(),
            pong_owed: false,
        }
    }

    /// The next message. Replies to pings and closes on the way.
    pub(crate) fn poll_read(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<Message, Error>> {
        let mut memory = MEMORY.try_with(Cell::take).unwrap_or_default();
        if memory.is_empty() {
            memory.resize(READ, 0);
        }
        let read = self.poll_read_with(io, &mut memory);
        let _ = MEMORY.try_with(|kept| kept.set(memory));
        read
    }

    fn poll_read_with(
        &mut self,
        io: &mut (impl Read + Write),
        memory: &mut [u8],
    ) -> Poll<Result<Message, Error>> {
        if self.pong_owed {
            // The library would write it only when it reads again, or writes something else.
            let _ = self.poll_flush(io);
        }
        loop {
            let (mut len, mut ended) = (0, None);
            let fresh = self.rest.is_empty();
            if fresh && self.hungry {
                match io.read(memory) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Poll::Pending,
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Ok(read) if read > 0 => len = read,
                    read => ended = Some(read),
                }
            }
            let bytes = if fresh { &memory[..len] } else { &self.rest };
            let mut fed = Fed { io, bytes, ended };
            let read = self.library.read(&mut fed);
            let taken = bytes.len() - fed.bytes.len();
            self.given += taken;
            if fresh {
                self.rest.extend_from_slice(&memory[taken..len]);
            } else {
                self.rest.advance(taken);
            }
            match read {
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => self.hungry = true,
                Ok(message) => {
                    self.given = self.given.saturating_sub(self.frame_len(&message));
                    self.hungry = self.given == 0;
                    self.pong_owed |= message.is_ping();
                    return Poll::Ready(Ok(message));
                }
                failed => return Poll::Ready(failed),
            }
        }
    }

    /// The least that a message took on the wire, in bytes (RFC 6455 section 5.2).
    fn frame_len(&self, message: &Message) -> usize {
        let len = message.len();
        let header = match len {
            0..126 => 2,
            126..0x1_0000 => 4,
            _ if self.masked => 10,
            // Two fragments have shorter headers than the whole; with masks they never have.
            _ => 6,
        };
        header + if self.masked { 4 } else { 0 } + len
    }

    /// Takes a message, whether or not the stream does: [`poll_flush`](Self::poll_flush) writes what is left.
    pub(crate) fn start(&mut self, io: &mut (impl Read + Write), message: Message) -> Result<(), Error> {
        match poll(self.library.write(io, message)) {
            Poll::Ready(started) => started,
            Poll::Pending => Ok(()),
        }
    }

    /// Ready once everything taken is on the stream.
    pub(crate) fn poll_flush(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<(), Error>> {
        let flushed = match self.library.flush(io) {
            // With the reply to a close, the last byte is written, but the library does not flush it.
            Err(Error::ConnectionClosed) => poll(io.flush().map_err(Error::Io)),
            flushed => poll(flushed),
        };
        self.pong_owed &= flushed.is_pending();
        flushed
    }

    /// Whether a pong waits for the stream: a frame started now might have no room beside it.
    pub(crate) const fn owes_pong(&self) -> bool {
        self.pong_owed
    }
}

fn poll<T>(result: Result<T, Error>) -> Poll<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// The stream as the library reads it: what was read of it, then its end, if it has come to that.
struct Fed<'f, S> {
    io: &'f mut S,
    bytes: &'f [u8],
    ended: Option<io::Result<usize>>,
}

impl<S> Read for Fed<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return self.ended.take().unwrap_or(Err(ErrorKind::WouldBlock.into()));
        }
        self.bytes.read(buf)
    }
}

impl<S: Write> Write for Fed<'_, S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.io.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.io.flush()
    }
}
