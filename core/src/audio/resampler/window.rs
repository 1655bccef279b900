//! The samples around a place, side by side in memory.

use super::prototype::TAPS;

/// A window of [`TAPS`] values that moves along a stream. The memory is twice as long, so that the values are copied
/// together only once in [`TAPS`] moves.
#[derive(Clone, Debug)]
pub(super) struct Window<T> {
    values: [T; 2 * TAPS],
    /// Where it begins, at most [`TAPS`].
    start: usize,
}

impl<T: Copy + Default> Window<T> {
    /// A window on zeros.
    pub(super) fn new() -> Self {
        Self { values: [T::default(); 2 * TAPS], start: 0 }
    }

    /// What is in it, the oldest first; never `None`, as `start` is bounded.
    pub(super) fn values(&mut self) -> Option<&mut [T; TAPS]> {
        self.values.get_mut(self.start..)?.first_chunk_mut()
    }

    /// Moves on by one value, and gives the one that leaves.
    pub(super) fn slide(&mut self, entering: T) -> T {
        if self.start >= TAPS {
            let (old, new) = self.values.split_at_mut(TAPS);
            old.copy_from_slice(new);
            self.start = 0;
        }
        let leaving = self.values.get(self.start).copied().unwrap_or_default();
        if let Some(place) = self.values.get_mut(self.start.wrapping_add(TAPS)) {
            *place = entering;
        }
        self.start = self.start.wrapping_add(1);
        leaving
    }
}
