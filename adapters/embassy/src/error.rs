use core::fmt;

use voxwire::{Deadline, ReceiveError, SendError};

use crate::HandshakeError;
use crate::websocket::Violation;

/// What can go wrong in a call; `E` is the socket's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError<E> {
    /// The peer sent something that cannot be read. The call goes on.
    Receive(ReceiveError),
    /// What was to be said cannot be said. The call goes on.
    Send(SendError),
    /// Something was waited for in vain. The call goes on.
    Expired(Deadline),
    /// A clear came while this `send` waited for room: nothing of it was queued. Or in the utterance of which this `speak`
    /// or `finish` is part: that is over.
    Cleared,
    /// The application declined the call with this HTTP status.
    Declined(u16),
    /// The peer does not speak the opening handshake of a WebSocket.
    Handshake(HandshakeError),
    /// The peer broke the rules of WebSocket. The call is over.
    WebSocket(Violation),
    /// The socket failed. The call is over.
    Socket(E),
    /// This is not the inbox that the call has used so far, and what lies unread is in that one. The call goes on.
    Inbox,
}

impl<E> From<ReceiveError> for CallError<E> {
    fn from(error: ReceiveError) -> Self {
        Self::Receive(error)
    }
}

impl<E> From<SendError> for CallError<E> {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

impl<E> From<HandshakeError> for CallError<E> {
    fn from(error: HandshakeError) -> Self {
        match error {
            HandshakeError::Declined(status) => Self::Declined(status),
            error => Self::Handshake(error),
        }
    }
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receive(error) => error.fmt(f),
            Self::Send(error) => error.fmt(f),
            Self::Expired(Deadline::Start) => f.write_str("no call was announced in time"),
            Self::Expired(Deadline::Answer) => f.write_str("the call was not answered in time"),
            Self::Expired(Deadline::Silence) => f.write_str("the peer gave no sign of life"),
            Self::Expired(Deadline::Ending) => f.write_str("the peer did not close in time"),
            Self::Expired(_) => f.write_str("a deadline expired"),
            Self::Cleared => f.write_str("cleared while waiting to be sent"),
            Self::Declined(status) => write!(f, "the upgrade was declined with HTTP status {status}"),
            Self::Handshake(error) => write!(f, "no WebSocket handshake: {error}"),
            Self::WebSocket(violation) => write!(f, "the peer broke a rule of WebSocket: {violation}"),
            Self::Socket(error) => write!(f, "the socket failed: {error:?}"),
            Self::Inbox => f.write_str("not the inbox of this call"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for CallError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Receive(error) => Some(error),
            Self::Send(error) => Some(error),
            Self::Handshake(error) => Some(error),
            Self::WebSocket(violation) => Some(violation),
            _ => None,
        }
    }
}
