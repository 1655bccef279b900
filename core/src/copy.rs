//! Copying that cannot panic.

use core::cmp::Ordering;

/// Copies `from` to the start of `to`, which is as long at least.
// By what the system has for that: nothing is faster.
#[cfg(not(target_os = "none"))]
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    if let Some(to) = to.get_mut(..from.len()) {
        to.copy_from_slice(from);
    }
}

/// Copies `from` to the start of `to`, which is as long at least.
// `copy_from_slice` panics where lengths differ, and an optimiser for size does not see that they never do. Neither does
// it make more of a loop over bytes, so it is words that are copied.
#[cfg(target_os = "none")]
pub(crate) fn copy(from: &[u8], to: &mut [u8]) {
    let (words, bytes) = from.as_chunks::<{ size_of::<usize>() }>();
    to.as_chunks_mut().0.iter_mut().zip(words).for_each(|(to, from)| *to = *from);
    let rest = to.get_mut(words.as_flattened().len()..).unwrap_or_default();
    rest.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
}

/// Moves `len` bytes that lie at `from` to `to`, over what lies there, as far as both are in memory.
pub(crate) fn move_within(memory: &mut [u8], from: usize, to: usize, len: usize) {
    let mut move_one = |at: usize| {
        let byte = memory.get(from.saturating_add(at)).copied();
        if let (Some(byte), Some(place)) = (byte, memory.get_mut(to.saturating_add(at))) {
            *place = byte;
        }
    };
    // Where both overlap, what is still to be moved must not be written over.
    match from.cmp(&to) {
        Ordering::Less => (0..len).rev().for_each(&mut move_one),
        Ordering::Equal => {}
        Ordering::Greater => (0..len).for_each(&mut move_one),
    }
}
