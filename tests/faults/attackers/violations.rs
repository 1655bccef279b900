//! Frames that break a rule of WebSocket (RFC 6455 section 5).

use std::io;

use crate::frame::{BINARY, PING, TEXT, frame, header};
use crate::peer::{Part, Peer};

pub(crate) fn no_utf8(peer: &mut Peer) -> io::Result<()> {
    peer.say(TEXT, [0xc3, 0x28])
}

/// A platform that masks nothing, an application that masks.
pub(crate) fn wrong_mask(peer: &mut Peer) -> io::Result<()> {
    peer.write(&frame(BINARY, &[0; 320], peer.part == Part::Application))
}

pub(crate) fn reserved_bits(peer: &mut Peer) -> io::Result<()> {
    peer.say(BINARY | 0x40, [0; 320])
}

pub(crate) fn reserved_opcode(peer: &mut Peer) -> io::Result<()> {
    peer.say(0x83, [0; 320])
}

pub(crate) fn length_2_63(peer: &mut Peer) -> io::Result<()> {
    long(peer, BINARY, 1 << 63)
}

pub(crate) fn length_2_62(peer: &mut Peer) -> io::Result<()> {
    long(peer, TEXT, 1 << 62)
}

pub(crate) fn broken_ping(peer: &mut Peer) -> io::Result<()> {
    peer.say(PING & 0x0f, b"ping")
}

pub(crate) fn long_ping(peer: &mut Peer) -> io::Result<()> {
    peer.say(PING, [b'x'; 126])
}

/// The beginning of a frame of a length that nobody has.
fn long(peer: &mut Peer, first: u8, length: u64) -> io::Result<()> {
    let mut bytes = header(first, length, peer.part == Part::Platform);
    bytes.extend_from_slice(&[0; 320]);
    peer.write(&bytes)
}
