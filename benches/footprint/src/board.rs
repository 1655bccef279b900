//! A board as the optimiser sees it: what is read from it may be anything, and what is written to it may not be left
//! out. It is all that `empty` has, so what it costs counts for no program.

use core::hint::black_box;

use voxwire::Instant;

/// A message on a socket.
#[derive(Clone, Copy)]
pub enum Payload<'p> {
    /// A text.
    Text(&'p str),
    /// Bytes.
    Binary(&'p [u8]),
    /// The end, with its code and reason.
    Close(u16, &'p str),
}

/// A socket that hands over whole messages, texts proven to be UTF-8.
pub struct Socket([u8; Self::CAPACITY]);

impl Socket {
    /// Bytes of the longest message: a frame of 20 ms at 16 kHz in base64, and the words around it.
    pub const CAPACITY: usize = 1024;

    /// A socket on which nothing has come.
    pub const fn new() -> Self {
        Self([0; Self::CAPACITY])
    }

    /// The message that has come, if it is one.
    pub fn receive(&mut self) -> Option<Payload<'_>> {
        let kind = number();
        let len = number();
        let bytes = black_box(&mut self.0).get(..len)?;
        if kind == 0 {
            return Some(Payload::Binary(bytes));
        }
        let text = str::from_utf8(bytes).ok()?;
        Some(if kind == 1 { Payload::Text(text) } else { Payload::Close(kind as u16, text) })
    }
}

impl Default for Socket {
    fn default() -> Self {
        Self::new()
    }
}

/// Keeps what comes, and sends it back.
pub fn keep(socket: &mut Socket, memory: &mut [u8; Socket::CAPACITY]) {
    let (number, bytes) = match socket.receive() {
        Some(Payload::Text(text)) => (0, text.as_bytes()),
        Some(Payload::Binary(bytes)) => (1, bytes),
        Some(Payload::Close(code, reason)) => (code, reason.as_bytes()),
        None => return,
    };
    if let Some(place) = memory.get_mut(..bytes.len()) {
        place.copy_from_slice(bytes);
        write(&(number, &*place));
    }
}

/// Any number.
pub fn number() -> usize {
    black_box(0)
}

/// Any time.
pub fn now() -> Instant {
    Instant::from_millis(number() as u64)
}

/// Puts it on a socket, a screen, or wherever it belongs.
pub fn write<T: ?Sized>(what: &T) {
    black_box(what);
}
