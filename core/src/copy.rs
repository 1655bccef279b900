//! Copying that cannot panic.

/// Copies `from` to the start of `to`, which is as long at least.
// `copy_from_slice` panics where lengths differ, and an optimiser for size does not see that they never do. Neither does
// it make more of a loop over bytes, so it is words that are copied.
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    let (words, bytes) = from.as_chunks::<{ size_of::<usize>() }>();
    to.as_chunks_mut().0.iter_mut().zip(words).for_each(|(to, from)| *to = *from);
    let rest = to.get_mut(words.as_flattened().len()..).unwrap_or_default();
    rest.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
}
