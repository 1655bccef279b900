//! The oracles, in the shape in which they are compared.

use std::io::{self, ErrorKind, Read, Write};

use tungstenite::error::Error;
use tungstenite::protocol::{Message, Role, WebSocketConfig, WebSocketContext};
use voxwire_embassy::websocket::Side;
use ws_framer::{CLOSE_NO_STATUS, WsFrame, WsRxError, WsRxFramer};

use crate::ours::Heard;

/// A decoder that is asked what it makes of bytes.
pub(crate) trait Oracle {
    type Error: core::fmt::Debug;

    /// What comes of more bytes. After a close nothing does.
    fn push(&mut self, bytes: &[u8], heard: &mut Vec<Heard>) -> Result<(), Self::Error>;
}

/// `tungstenite`, whose replies go nowhere.
pub(crate) struct Tungstenite {
    context: WebSocketContext,
    wire: Wire,
    closed: bool,
}

impl Tungstenite {
    /// The longest frame that it takes, in bytes: it makes room as soon as one is announced.
    pub(crate) const LONGEST: u64 = 1 << 20;

    pub(crate) fn new(side: Side) -> Self {
        let role = match side {
            Side::Server => Role::Server,
            Side::Client => Role::Client,
        };
        let config = WebSocketConfig::default()
            .read_buffer_size(512)
            .write_buffer_size(0)
            .max_message_size(None)
            .max_frame_size(Some(Self::LONGEST as usize));
        Self { context: WebSocketContext::new(role, Some(config)), wire: Wire::default(), closed: false }
    }
}

impl Oracle for Tungstenite {
    type Error = Error;

    fn push(&mut self, bytes: &[u8], heard: &mut Vec<Heard>) -> Result<(), Error> {
        self.wire.come(bytes);
        while !self.closed {
            heard.push(match self.context.read(&mut self.wire) {
                Ok(Message::Text(text)) => Heard::Text(text.as_str().into()),
                Ok(Message::Binary(bytes)) => Heard::Binary(bytes.into()),
                Ok(Message::Ping(payload)) => Heard::Ping(payload.into()),
                Ok(Message::Pong(payload)) => Heard::Pong(payload.into()),
                Ok(Message::Close(close)) => {
                    self.closed = true;
                    let (code, reason) = close.map_or_else(Default::default, |close| {
                        (Some(close.code.into()), close.reason.as_str().into())
                    });
                    Heard::Close(code, reason)
                }
                Ok(Message::Frame(frame)) => panic!("a frame is no message: {frame}"),
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            });
        }
        Ok(())
    }
}

/// What has come and not been read. What is written is thrown away.
#[derive(Default)]
struct Wire {
    bytes: Vec<u8>,
    read: usize,
}

impl Wire {
    fn come(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend(bytes);
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let some = (&self.bytes[self.read..]).read(buf)?;
        self.read += some;
        if some == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(some) }
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `ws-framer`, which goes on after an error: the first is taken for its last word.
pub(crate) struct WsFramer<'m> {
    framer: WsRxFramer<'m>,
    closed: bool,
}

impl<'m> WsFramer<'m> {
    pub(crate) fn new(memory: &'m mut [u8]) -> Self {
        Self { framer: WsRxFramer::new(memory), closed: false }
    }
}

impl Oracle for WsFramer<'_> {
    type Error = WsRxError;

    fn push(&mut self, mut bytes: &[u8], heard: &mut Vec<Heard>) -> Result<(), WsRxError> {
        while !self.closed && !bytes.is_empty() {
            let room = self.framer.read_buf();
            let (some, rest) = bytes.split_at(bytes.len().min(room.len()));
            assert!(!some.is_empty(), "ws-framer has no room");
            room[..some.len()].copy_from_slice(some);
            self.framer.advance(some.len());
            bytes = rest;
            while let Some(frame) = self.framer.next_frame() {
                heard.push(match frame? {
                    WsFrame::Text(text) => Heard::Text(text.into()),
                    WsFrame::Binary(bytes) => Heard::Binary(bytes.into()),
                    WsFrame::Ping(payload) => Heard::Ping(payload.into()),
                    WsFrame::Pong(payload) => Heard::Pong(payload.into()),
                    WsFrame::Close(code, reason) => {
                        self.closed = true;
                        Heard::Close((code != CLOSE_NO_STATUS).then_some(code), reason.into())
                    }
                });
                if self.closed {
                    break;
                }
            }
        }
        Ok(())
    }
}
