//! Peers that go, or are there no more, or might as well not be.

use core::time::Duration;
use std::io;
use std::thread;

use super::TOO_MUCH;
use crate::frame::{BINARY, CLOSE};
use crate::peer::Peer;
use crate::victims::SILENCE;

/// Does nothing at all: its machine is gone, and no word of it came.
pub(crate) fn stay(_: &mut Peer) -> io::Result<()> {
    Ok(())
}

/// Does nothing, shorter than any deadline.
pub(crate) fn pause(_: &mut Peer) -> io::Result<()> {
    thread::sleep(SILENCE / 2);
    Ok(())
}

/// Speaks, is answered, and reads nothing of it. It learns of the end by what it cannot write.
pub(crate) fn never_read(peer: &mut Peer) -> io::Result<()> {
    peer.pour(&peer.frame(BINARY, [0; 4 * 1024]), TOO_MUCH, Duration::from_secs(3))?;
    peer.pour_on(&[0], usize::MAX)
}

pub(crate) fn reset_in_opening(mut peer: Peer) {
    let head = peer.head();
    let _ = peer.write(&head.as_bytes()[..head.len() / 2]);
    peer.reset();
}

pub(crate) fn reset_amid_audio(mut peer: Peer) {
    let _ = (0..50).try_for_each(|_| peer.say(BINARY, [0; 640]));
    peer.reset();
}

pub(crate) fn reset_in_frame(mut peer: Peer) {
    let frame = peer.frame(BINARY, [0; 640]);
    let _ = peer.write(&frame[..400]);
    peer.reset();
}

pub(crate) fn reset_in_close(mut peer: Peer) {
    let _ = peer.say(CLOSE, 1000_u16.to_be_bytes());
    peer.reset();
}
