//! Messages too long, too deep, too many, or never whole.

use core::time::Duration;
use std::io;
use std::thread;
use std::time::Instant as Clock;

use super::TOO_MUCH;
use crate::frame::{BINARY, GOES_ON, PING, TEXT, TEXT_BEGINS, header};
use crate::peer::{Part, Peer, tired};

/// Bytes written at once by who writes as fast as it goes.
const BATCH: usize = 32 * 1024;

/// Bytes of a flood that its attacker ends: a hundred thousand pings.
const FLOOD: usize = 1 << 20;

/// A frame of audio of which a byte comes now and then.
pub(crate) fn slowly(peer: &mut Peer) -> io::Result<()> {
    let until = Clock::now() + peer.stamina;
    let frame = peer.frame(BINARY, [0; 60_000]);
    for byte in frame.iter().take_while(|_| Clock::now() < until) {
        peer.write(core::slice::from_ref(byte))?;
        thread::sleep(Duration::from_millis(25));
    }
    Err(tired())
}

pub(crate) fn endless_text(peer: &mut Peer) -> io::Result<()> {
    peer.say(TEXT_BEGINS, [b' '; 1024])?;
    peer.pour_on(&peer.frame(GOES_ON, [b' '; 1024]), TOO_MUCH)
}

/// More audio in one message than any may hold. Whoever takes it piece by piece may go on.
pub(crate) fn endless_audio(peer: &mut Peer) -> io::Result<()> {
    let length = 1 << 20;
    let mut frame = header(BINARY, length, peer.part == Part::Platform);
    frame.extend_from_slice(&[0; 4][..if peer.part == Part::Platform { 4 } else { 0 }]);
    peer.write(&frame)?;
    // As fast as it is echoed, so that nothing but its length speaks against it.
    for _ in 0..length / 4096 {
        peer.write(&[0; 4096])?;
        peer.pass_over();
    }
    Ok(())
}

/// A message of nothing that does not end.
pub(crate) fn fragments(peer: &mut Peer) -> io::Result<()> {
    peer.say(TEXT_BEGINS, [])?;
    flood(peer, GOES_ON, b"", usize::MAX)?;
    Err(tired())
}

pub(crate) fn pings(peer: &mut Peer) -> io::Result<()> {
    flood(peer, PING, b"ping", usize::MAX)?;
    Err(tired())
}

pub(crate) fn many_pings(peer: &mut Peer) -> io::Result<()> {
    flood(peer, PING, b"ping", FLOOD)
}

pub(crate) fn many_words(peer: &mut Peer) -> io::Result<()> {
    flood(peer, TEXT, b"{\"command\":\"nothing\"}", FLOOD)
}

pub(crate) fn nesting(peer: &mut Peer) -> io::Result<()> {
    peer.say(TEXT, br#"{"command":"#.iter().copied().chain([b'['; 64 * 1024]).collect::<Vec<_>>())
}

/// One frame over and over, so many bytes of it, as fast as they are taken.
fn flood(peer: &mut Peer, first: u8, payload: &[u8], most: usize) -> io::Result<()> {
    let frame = peer.frame(first, payload);
    // Whole frames only, for the call may go on.
    let batch = frame.repeat(BATCH / frame.len());
    let until = Clock::now() + peer.stamina;
    let mut said = 0;
    while said < most && Clock::now() < until {
        peer.write(&batch)?;
        peer.pass_over();
        said += batch.len();
    }
    Ok(())
}
