//! When calls are refused because the server is late, and until when.

/// Calls are shed since the server was late, until it holds as many again without being so.
///
/// Shedding ends no call, so the load falls only as calls end. It is let rise again slowly, from below: what was once too
/// much would be so again.
#[derive(Default)]
pub(super) struct Shedding {
    late: bool,
    /// How many calls there were when the server was late.
    held: usize,
    /// How many there may be.
    most: usize,
    refused: u64,
}

impl Shedding {
    /// With as many calls as are held, the server is late, for the first time or again.
    pub(super) const fn is_late(&mut self, held: usize) {
        *self = Self { late: true, held, most: held - held / 8, refused: self.refused };
    }

    /// The server has been on time for a while, and may take some more. Whether that is more than were once too many.
    pub(super) fn is_over_after_calm(&mut self) -> bool {
        self.late = false;
        self.most += (self.held / 64).max(1);
        self.most > self.held
    }

    /// Whether another call is let in beside those that are held; if not, it counts as refused. Calls are shed for the
    /// sake of those that there are: the first is let in, for nobody suffers from it.
    pub(super) const fn lets_in(&mut self, held: usize) -> bool {
        let lets_in = held == 0 || (!self.late && held < self.most);
        self.refused += !lets_in as u64;
        lets_in
    }

    /// How many were refused.
    pub(super) const fn refused(&self) -> u64 {
        self.refused
    }
}
