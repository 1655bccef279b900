/// What an adapter owes after it has called a [`Line`](crate::Line): see [`Line::duties`](crate::Line::duties).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Duties {
    /// Something has become due earlier than the hearing half meant to sleep: wake it.
    pub wake_hearing: bool,
    /// The speaking half may have waited for what has just happened: wake it.
    pub wake_speaking: bool,
    /// The last byte that is to be said has been written: shut down the socket's writing side, for which the peer may
    /// wait.
    pub shut_down: bool,
}

/// What a clear threw away before it left this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cleared {
    /// Bytes of audio, decoded, that had been said and were not yet on the socket.
    pub bytes: usize,
}
