//! Openings that never come to an end.

use std::io;
use std::thread;
use std::time::Instant as Clock;

use core::time::Duration;

use super::TOO_MUCH;
use crate::peer::{Part, Peer, tired};

/// A byte now and then: the head first, then a header that does not end.
pub(crate) fn slowly(peer: &mut Peer) -> io::Result<()> {
    let until = Clock::now() + peer.stamina;
    let head = peer.head() + "X-Slow: ";
    for byte in head.bytes().chain(core::iter::repeat(b'x')).take_while(|_| Clock::now() < until) {
        peer.write(&[byte])?;
        thread::sleep(Duration::from_millis(5));
    }
    Err(tired())
}

pub(crate) fn long_header(peer: &mut Peer) -> io::Result<()> {
    peer.write(&peer.head().into_bytes())?;
    peer.write(b"X-Long: ")?;
    peer.pour_on(&[b'x'; 4096], TOO_MUCH)
}

pub(crate) fn many_headers(peer: &mut Peer) -> io::Result<()> {
    peer.write(&peer.head().into_bytes())?;
    peer.pour_on(&b"X-Many: 1\r\n".repeat(400), TOO_MUCH)
}

/// Bytes that begin no request and no response.
pub(crate) fn noise(peer: &mut Peer) -> io::Result<()> {
    let noise: Vec<u8> =
        (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    peer.pour_on(&noise, TOO_MUCH)
}

/// The victim need read no more than the status.
pub(crate) fn long_refusal(peer: &mut Peer) -> io::Result<()> {
    debug_assert_eq!(peer.part, Part::Application, "who is called refuses");
    peer.write(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\n")?;
    peer.pour_on(&[b'x'; 4096], TOO_MUCH)
}
