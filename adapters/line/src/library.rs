//! The socket library's messages and errors, and what they are to us. Its messages are read in `inbox.rs`.

use core::cell::Cell;
use std::io::ErrorKind;

use bytes::BytesMut;
use tungstenite::Utf8Bytes;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use voxwire::{Close, Message};

thread_local! {
    /// Where a message lies until the socket library has copied it: one for all calls of a thread, so that it stays in the
    /// processor's cache.
    static MEMORY: Cell<BytesMut> = Cell::default();
}

/// A message in memory of its own, as the socket library wants it.
pub(crate) fn owned(message: Message<'_>) -> tungstenite::Message {
    let bytes = match message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
        Message::Close(Close { code, reason }) => {
            let frame = code.map(|code| CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) });
            return tungstenite::Message::Close(frame);
        }
    };
    in_memory(|memory| {
        memory.extend_from_slice(bytes);
        Encoding::of(message).owned(memory)
    })
}

/// The message, if any, that is written at the start of `len` bytes of memory.
pub(crate) fn written<E>(
    len: usize,
    write: impl FnOnce(&mut [u8]) -> Result<Option<Encoding>, E>,
) -> Result<Option<tungstenite::Message>, E> {
    in_memory(|memory| {
        memory.resize(len, 0);
        Ok(write(memory)?.map(|encoding| encoding.owned(memory)))
    })
}

/// What lies at the start of some memory.
pub(crate) struct Encoding {
    is_text: bool,
    len: usize,
}

impl Encoding {
    pub(crate) const fn of(message: Message<'_>) -> Self {
        Self { is_text: matches!(message, Message::Text(_)), len: message.len() }
    }

    fn owned(self, memory: &mut BytesMut) -> tungstenite::Message {
        memory.truncate(self.len);
        let bytes = memory.split().freeze();
        if self.is_text {
            tungstenite::Message::Text(Utf8Bytes::try_from(bytes).unwrap_or_default())
        } else {
            tungstenite::Message::Binary(bytes)
        }
    }
}

fn in_memory<T>(write: impl FnOnce(&mut BytesMut) -> T) -> T {
    let mut memory = MEMORY.try_with(Cell::take).unwrap_or_default();
    memory.clear();
    let written = write(&mut memory);
    let _ = MEMORY.try_with(|kept| kept.set(memory));
    written
}

/// Whether the socket is simply gone, as when a phone loses its network, rather than misused.
pub(crate) fn is_loss(error: &tungstenite::Error) -> bool {
    match error {
        tungstenite::Error::ConnectionClosed
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => true,
        tungstenite::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::NotConnected
                | ErrorKind::TimedOut
                | ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}

/// The close code that tells a peer how it broke the rules (RFC 6455 section 7.4.1).
pub(crate) const fn code_for(error: &tungstenite::Error) -> CloseCode {
    match error {
        tungstenite::Error::Capacity(_) => CloseCode::Size,
        tungstenite::Error::Utf8(_) => CloseCode::Invalid,
        _ => CloseCode::Protocol,
    }
}
