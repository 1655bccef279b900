//! The chunks of a RIFF file.

use std::io::{self, Chain, Cursor, Read};

/// The longest `fmt ` chunk that is looked at, in bytes: none in use is as long.
const MAX_FORMAT: u32 = 1024;

/// A WAV file with nothing in it but how its samples are written, and the samples.
pub(super) struct Plain<R> {
    pub(super) file: Chain<Cursor<Vec<u8>>, R>,
    /// Whether its length is one that was written before anybody knew it.
    pub(super) endless: bool,
}

/// Passes over all other chunks of a file: hound does not know that a chunk of odd length is followed by a pad byte.
/// What is no WAV file is left as it is.
pub(super) fn plain<R: Read>(mut source: R) -> io::Result<Plain<R>> {
    let mut head = Vec::new();
    source.by_ref().take(12).read_to_end(&mut head)?;
    if !head.starts_with(b"RIFF") || head.get(8..12) != Some(b"WAVE") {
        return Ok(Plain { file: Cursor::new(head).chain(source), endless: false });
    }
    loop {
        let mut chunk = [0; 8];
        source.read_exact(&mut chunk)?;
        let [name @ .., a, b, c, d] = chunk;
        let length = u32::from_le_bytes([a, b, c, d]);
        if name == *b"data" {
            head.extend(chunk);
            let mut endless = length == u32::MAX;
            if length == 0 {
                let mut next = Vec::new();
                source.by_ref().take(1).read_to_end(&mut next)?;
                endless = !next.is_empty();
            }
            return Ok(Plain { file: Cursor::new(head).chain(source), endless });
        }
        let padded = u64::from(length).next_multiple_of(2);
        if name == *b"fmt " && length <= MAX_FORMAT {
            head.extend(chunk);
            source.by_ref().take(padded).read_to_end(&mut head)?;
        } else {
            io::copy(&mut source.by_ref().take(padded), &mut io::sink())?;
        }
    }
}
