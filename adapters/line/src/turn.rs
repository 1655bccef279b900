/// One message's wait for room in the queue, from the first [`Line::poll_send`](crate::Line::poll_send) to the last.
/// It tells whether the queue was cleared meanwhile.
#[derive(Debug, Default)]
pub struct Turn {
    /// How often the queue had been cleared when the wait began.
    clears: Option<u64>,
}

impl Turn {
    /// A wait that has not begun.
    pub const fn new() -> Self {
        Self { clears: None }
    }

    /// Whether a clear has come since the wait began, which it does now if it has not.
    pub(crate) fn is_cleared(&mut self, clears: u64) -> bool {
        *self.clears.get_or_insert(clears) != clears
    }
}
