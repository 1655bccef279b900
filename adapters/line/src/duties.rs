use voxwire::audio::Stopped;

/// What an adapter owes after it has called a [`Line`](crate::Line): see [`Line::duties`](crate::Line::duties).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Duties {
    /// Something has become due earlier than the hearing half meant to sleep: wake it.
    pub wake_hearing: bool,
    /// The speaking half may have waited for what has just happened: wake it.
    pub wake_speaking: bool,
    /// More may lie unread than is read in one turn: have the hearing half called again at once, but let others that run on
    /// the same thread, or wait for the line, go first. A peer that speaks without a pause could keep it from them.
    pub hear_again: bool,
    /// The last byte that is to be said has been written: shut down the socket's writing side, for which the peer may
    /// wait.
    pub shut_down: bool,
}

/// What a clear threw away: here, before it left this machine, and there, before it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cleared {
    /// Bytes of audio, decoded, that had been said and were not yet on the socket.
    pub bytes: usize,
    /// Where it stops what is played at the far end, and how much has been heard there, of the audio that was on the
    /// socket. `None` if there was none, or its format is not known ([`Start::said`](voxwire::Start::said)). While the
    /// clear itself must wait for the socket, which it does only behind a message that the peer is slow to take, all
    /// that is certain is told: that it stops somewhere from here to the end.
    pub stopped: Option<Stopped>,
}
