//! Openings that never come to an end.

use std::io;
use std::thread;
use std::time::Instant as Clock;

use core::time::Duration;

use super::{STAMINA, TOO_MUCH};
use crate::peer::{Part, Peer};

/// A byte now and then: the head first, then a header that does not end.
pub(crate) fn slowly(peer: &mut Peer) -> io::Result<()> {
    let until = Clock::now() + STAMINA;
    let head = peer.head().bytes().chain(*b"X-Slow: ").chain(core::iter::repeat(b'x'));
    for byte in head.take_while(|_| Clock::now() < until) {
        peer.write(&[byte])?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

pub(crate) fn long_header(peer: &mut Peer) -> io::Result<()> {
    peer.write(peer.head().as_bytes())?;
    peer.write(b"X-Long: ")?;
    peer.pour(&[b'x'; 4096], TOO_MUCH, STAMINA)
}

pub(crate) fn many_headers(peer: &mut Peer) -> io::Result<()> {
    peer.write(peer.head().as_bytes())?;
    peer.pour(&b"X-Many: 1\r\n".repeat(400), TOO_MUCH, STAMINA)
}

/// Bytes that begin no request and no response.
pub(crate) fn noise(peer: &mut Peer) -> io::Result<()> {
    let noise: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    peer.pour(&noise, TOO_MUCH, STAMINA)
}

/// The victim need read no more than the status.
pub(crate) fn long_refusal(peer: &mut Peer) -> io::Result<()> {
    debug_assert_eq!(peer.part, Part::Application, "who is called refuses");
    peer.write(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\n")?;
    peer.pour(&[b'x'; 4096], TOO_MUCH, STAMINA)
}
