//! The board alone: what comes is kept and sent back. What it takes is taken off the others.

#![no_std]
#![no_main]

use voxwire_footprint::board::{self, Payload, Socket};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut socket = Socket::new();
    let mut kept = [0; Socket::CAPACITY];
    loop {
        let (number, bytes) = match socket.receive() {
            Some(Payload::Text(text)) => (0, text.as_bytes()),
            Some(Payload::Binary(bytes)) => (1, bytes),
            Some(Payload::Close(code, reason)) => (code, reason.as_bytes()),
            None => continue,
        };
        if let Some(place) = kept.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            board::write(&(number, &*place));
        }
    }
}
