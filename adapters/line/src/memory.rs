//! Memory that all calls of a thread share, so that it stays in the processor's cache and a silent call has none.

use core::cell::Cell;

use bytes::{Bytes, BytesMut};

thread_local! {
    static BYTES: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static FRAME: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static COPIES: Cell<BytesMut> = Cell::default();
}

/// Lends so many bytes, which hold anything.
pub(crate) fn bytes<T>(len: usize, lent: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut memory = BYTES.try_with(Cell::take).unwrap_or_default();
    if memory.len() < len {
        memory.resize(len, 0);
    }
    let done = lent(memory.get_mut(..len).unwrap_or_default());
    let _ = BYTES.try_with(|kept| kept.set(memory));
    done
}

/// Lends memory to put a frame together.
pub(crate) fn frame<T>(lent: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut memory = FRAME.try_with(Cell::take).unwrap_or_default();
    memory.clear();
    let done = lent(&mut memory);
    let _ = FRAME.try_with(|kept| kept.set(memory));
    done
}

/// A copy that lives on. The next one lies in the same place if this one is gone by then.
pub(crate) fn copy(bytes: &[u8], change: impl FnOnce(&mut [u8])) -> Bytes {
    let mut memory = COPIES.try_with(Cell::take).unwrap_or_default();
    memory.clear();
    memory.extend_from_slice(bytes);
    change(&mut memory);
    let copy = memory.split().freeze();
    let _ = COPIES.try_with(|kept| kept.set(memory));
    copy
}
