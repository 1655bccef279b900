//! The socket library's messages and errors, and what they are to us. Its messages are read in `inbox.rs`.

use std::io::ErrorKind;

use bytes::BytesMut;
use tungstenite::Utf8Bytes;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use voxwire::{Close, Message};

/// A message in memory of its own, as the socket library wants it.
pub(crate) fn owned(message: Message<'_>, memory: &mut BytesMut) -> tungstenite::Message {
    match message {
        Message::Text(text) => {
            memory.extend_from_slice(text.as_bytes());
            let text = Utf8Bytes::try_from(memory.split().freeze()).unwrap_or_default();
            tungstenite::Message::Text(text)
        }
        Message::Binary(bytes) => {
            memory.extend_from_slice(bytes);
            tungstenite::Message::Binary(memory.split().freeze())
        }
        Message::Close(Close { code, reason }) => tungstenite::Message::Close(
            code.map(|code| CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) }),
        ),
    }
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
