use core::task::Poll;
use std::io::{self, ErrorKind, Read, Write};

use bytes::{Buf, Bytes, BytesMut};
use tungstenite::protocol::{Role, WebSocketContext};
use tungstenite::{Error, Message};
use voxwire::Payload;

use crate::library::closing;
use crate::{CallConfig, frame, memory};

/// The most that is read from a stream at once, in bytes.
const READ: usize = 4 * 1024;

/// The socket library's WebSocket, which is given the stream whenever it is used, and what goes past it: messages of one
/// frame. A stream that would wait is [`Poll::Pending`].
pub(crate) struct WebSocket {
    /// Apart, for it is large and seldom used: what each message needs lies close together.
    library: Box<WebSocketContext>,
    role: Role,
    /// The longest message that is read, in bytes.
    limit: usize,
    /// What was read from the stream and is not with the library yet.
    rest: BytesMut,
    /// Whether nothing can come of what the library has been given.
    hungry: bool,
    /// The most that can be left of that, in bytes; exact unless messages came in fragments, or long ones without masks.
    given: usize,
    /// What the stream has not taken of a frame. It goes before all that the library writes.
    unwritten: Vec<u8>,
    /// Whether the library may hold something to write.
    library_owes: bool,
    /// Whether anything is still to be written or flushed.
    unflushed: bool,
}

impl WebSocket {
    pub(crate) fn new(role: Role, config: &CallConfig, early: &[u8]) -> Self {
        let library = WebSocketContext::from_partially_read(early.to_vec(), role, Some(config.websocket()));
        Self {
            library: Box::new(library),
            role,
            limit: config.session.message_limit(),
            rest: BytesMut::new(),
            hungry: early.is_empty(),
            given: early.len(),
            unwritten: Vec::new(),
            library_owes: false,
            unflushed: false,
        }
    }

    /// The next message; `None` if what was read holds none that is whole, and more may lie unread. Replies to pings and
    /// closes on the way.
    pub(crate) fn poll_read(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<Option<Message>, Error>> {
        memory::bytes(READ, |memory| self.poll_read_with(io, memory))
    }

    fn poll_read_with(
        &mut self,
        io: &mut (impl Read + Write),
        memory: &mut [u8],
    ) -> Poll<Result<Option<Message>, Error>> {
        if self.library_owes {
            // It would be written only when the library reads again, or writes something else.
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
            let whole = match self.given {
                0 => frame::read(bytes, self.hears_masks(), self.limit),
                _ => None,
            };
            let (read, taken) = match whole {
                Some((message, taken)) => (Ok(message), taken),
                None => {
                    let mut fed = Fed { io, bytes, ended, shut: !self.unwritten.is_empty() };
                    let read = self.library.read(&mut fed);
                    let taken = bytes.len() - fed.bytes.len();
                    self.given += taken;
                    (read, taken)
                }
            };
            if fresh {
                self.rest.extend_from_slice(&memory[taken..len]);
            } else {
                self.rest.advance(taken);
            }
            match read {
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    self.hungry = true;
                    if len > 0 {
                        return Poll::Ready(Ok(None));
                    }
                }
                Ok(message) => {
                    self.given = self.given.saturating_sub(self.frame_len(&message));
                    self.hungry = self.given == 0;
                    if message.is_ping() || message.is_close() {
                        self.owe();
                    }
                    return Poll::Ready(Ok(Some(message)));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// The least that a message took on the wire, in bytes (RFC 6455 section 5.2).
    fn frame_len(&self, message: &Message) -> usize {
        let len = message.len();
        let header = match len {
            0..126 => 2,
            126..0x1_0000 => 4,
            _ if self.hears_masks() => 10,
            // Two fragments have shorter headers than the whole; with masks they never have.
            _ => 6,
        };
        header + if self.hears_masks() { 4 } else { 0 } + len
    }

    /// A client masks what it says, a server does not (RFC 6455 section 5.1).
    fn hears_masks(&self) -> bool {
        self.role == Role::Server
    }

    /// Takes a message, whether or not the stream does: [`poll_flush`](Self::poll_flush) writes what is left. Nothing but a
    /// close is taken unless it [is idle](Self::is_idle).
    pub(crate) fn start(&mut self, io: &mut (impl Read + Write), payload: Payload<'_>) -> Result<(), Error> {
        let (opcode, payload) = match payload {
            Payload::Text(text) => (frame::TEXT, text),
            Payload::Binary(bytes) => (frame::BINARY, bytes),
            Payload::Close(close) => return self.give(io, closing(close)),
        };
        let mask = self.mask();
        frame::write(opcode, payload, mask, |frame| self.put(io, frame))
    }

    /// Takes a text that lies behind [`HEADER`](frame::HEADER) bytes of `memory`, as [`start`](Self::start) takes a
    /// message, but without a copy.
    pub(crate) fn start_text(
        &mut self,
        io: &mut (impl Read + Write),
        memory: &mut [u8],
    ) -> Result<(), Error> {
        self.put(io, frame::complete(frame::TEXT, memory, self.mask()))
    }

    fn mask(&self) -> Option<[u8; 4]> {
        match self.role {
            Role::Server => None,
            Role::Client => Some(rand::random()),
        }
    }

    fn put(&mut self, io: &mut (impl Read + Write), frame: &[u8]) -> Result<(), Error> {
        self.unflushed = true;
        let written = write(io, frame)?;
        self.unwritten.extend_from_slice(&frame[written..]);
        Ok(())
    }

    /// Takes a ping, as [`start`](Self::start) takes a message.
    pub(crate) fn ping(&mut self, io: &mut (impl Read + Write)) -> Result<(), Error> {
        self.give(io, Message::Ping(Bytes::new()))
    }

    fn give(&mut self, io: &mut (impl Read + Write), message: Message) -> Result<(), Error> {
        self.owe();
        let mut fed = Fed { io, bytes: &[], ended: None, shut: !self.unwritten.is_empty() };
        match poll(self.library.write(&mut fed, message)) {
            Poll::Ready(started) => started,
            Poll::Pending => Ok(()),
        }
    }

    fn owe(&mut self) {
        self.library_owes = true;
        self.unflushed = true;
    }

    /// Ready once everything taken is on the stream.
    pub(crate) fn poll_flush(&mut self, io: &mut (impl Read + Write)) -> Poll<Result<(), Error>> {
        let flushed = poll(self.flush(io));
        self.unflushed = flushed.is_pending();
        self.library_owes &= flushed.is_pending();
        flushed
    }

    fn flush(&mut self, io: &mut (impl Read + Write)) -> Result<(), Error> {
        if !self.unwritten.is_empty() {
            let written = write(io, &self.unwritten)?;
            self.unwritten.drain(..written);
            if !self.unwritten.is_empty() {
                return Err(io::Error::from(ErrorKind::WouldBlock).into());
            }
        }
        if self.library_owes {
            match self.library.flush(io) {
                // With the reply to a close, the last byte is written, but the library does not flush it.
                Err(Error::ConnectionClosed) => {}
                flushed => return flushed,
            }
        }
        Ok(io.flush()?)
    }

    /// Whether all that was taken is on the stream, and no pong waits for it: a frame started now is the only one.
    pub(crate) const fn is_idle(&self) -> bool {
        !self.unflushed
    }
}

/// Writes what the stream takes, and tells how much that was.
fn write(io: &mut impl Write, bytes: &[u8]) -> Result<usize, Error> {
    let mut written = 0;
    while written < bytes.len() {
        match io.write(&bytes[written..]) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(some) => written += some,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(written)
}

fn poll<T>(result: Result<T, Error>) -> Poll<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

/// The stream as the library has it: what was read of it, then its end, if it has come to that.
struct Fed<'f, S> {
    io: &'f mut S,
    bytes: &'f [u8],
    ended: Option<io::Result<usize>>,
    /// Whether a frame must be written first.
    shut: bool,
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
        if self.shut { Err(ErrorKind::WouldBlock.into()) } else { self.io.write(buf) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.io.flush()
    }
}
