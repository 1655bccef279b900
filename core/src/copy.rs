//! Copying that cannot panic.

/// Copies `from` to the start of `to`, as far as there is room.
// `copy_from_slice` panics where lengths differ, and an optimiser for size does not see that they never do.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
