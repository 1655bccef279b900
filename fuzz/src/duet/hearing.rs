//! What was said, as it must be heard.

use voxwire::{Audio, AudioFormat, Dialect, Track};

use crate::ends::{End, Word, is_answered};
use crate::frame::{CLOSE, CONTINUATION};

/// What was said must be heard as it was, but for what the wire adds or leaves out.
pub(super) fn assert_heard<E: End>(
    said: Word<'_>,
    heard: Word<'_>,
    dialect: Dialect,
    format: Option<AudioFormat>,
) {
    match (said, heard) {
        (Word::Audio(said), Word::Audio(heard)) => {
            assert_eq!(bytes(heard), bytes(said));
            let plain = (None, None, None);
            let told = (heard.track(), heard.timestamp(), heard.chunk());
            // Only a platform of Wavix tells more than the bytes, and all of it.
            if is_answered(dialect) || E::says(Word::Clear).is_none() {
                assert_eq!(told, plain);
            } else {
                assert_eq!(told.0, Some(said.track().unwrap_or(Track::Inbound)));
                assert!(told.1.is_some() && said.timestamp().is_none_or(|said| told.1 == Some(said)));
                assert!(told.2.is_some() && said.chunk().is_none_or(|said| told.2 == Some(said)));
            }
        }
        // Where the wire names no format, the hearer's own holds.
        (Word::Start(mut said), heard) => {
            let named = said.heard.filter(|_| is_answered(dialect));
            (said.heard, said.said) = (named.or(format), named.or(format));
            assert_eq!(heard, Word::Start(said));
        }
        _ => assert_eq!(heard, said),
    }
}

/// A message in parts that are as long: the opcode of each, and whether it is the last. A close is not cut.
pub(super) fn part(opcode: u8, payload: &[u8], len: usize) -> Vec<(u8, bool, &[u8])> {
    if payload.len() <= len || opcode == CLOSE {
        return vec![(opcode, true, payload)];
    }
    let last = payload.len().div_ceil(len) - 1;
    let parts = payload.chunks(len).enumerate();
    parts.map(|(at, part)| (if at == 0 { opcode } else { CONTINUATION }, at == last, part)).collect()
}

fn bytes(audio: Audio<'_>) -> Vec<u8> {
    let mut buf = vec![0; audio.len()];
    audio.copy_to(&mut buf).expect("audio that has been proven").to_vec()
}
