//! The socket library's messages and errors, and what they are to us. Its messages are read in `inbox.rs`.

use std::io::ErrorKind;

use tungstenite::Utf8Bytes;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use voxwire::Close;

/// A close, as the socket library wants it.
pub(crate) fn closing(Close { code, reason }: Close<'_>) -> tungstenite::Message {
    let frame = code.map(|code| CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) });
    tungstenite::Message::Close(frame)
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
