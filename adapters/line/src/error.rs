use voxwire::{Deadline, ReceiveError, SendError};

/// What can go wrong in a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The peer sent something that cannot be read. The call goes on.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// What was to be said cannot be said. The call goes on.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Something was waited for in vain. The call goes on.
    #[error("{}", deadline(.0))]
    Expired(Deadline),
    /// A clear came while this `send` waited for room: nothing of it was queued. Or in the utterance of which this `speak`
    /// or `finish` is part: that is over.
    #[error("cleared while waiting to be sent")]
    Cleared,
    /// The application declined the call with this HTTP status.
    #[error("the upgrade was declined with HTTP status {0}")]
    Declined(u16),
    /// The peer does not speak the opening handshake of a WebSocket.
    #[error("no WebSocket handshake: {0}")]
    Handshake(#[source] tungstenite::Error),
    /// The peer broke the rules of WebSocket, or the socket failed. The call is over.
    #[error(transparent)]
    Socket(tungstenite::Error),
}

impl CallError {
    /// The socket failed before there was a call.
    pub fn opening(error: std::io::Error) -> Self {
        Self::Handshake(error.into())
    }
}

fn deadline(deadline: &Deadline) -> &'static str {
    match deadline {
        Deadline::Start => "no call was announced in time",
        Deadline::Answer => "the call was not answered in time",
        Deadline::Silence => "the peer gave no sign of life",
        Deadline::Ending => "the peer did not close in time",
        _ => "a deadline expired",
    }
}
