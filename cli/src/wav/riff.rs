//! The chunks of a RIFF file.

use std::io::{self, ErrorKind, Read};

/// The longest `fmt ` chunk that is looked at, in bytes: none in use is as long.
const MAX_FORMAT: u32 = 1024;

/// A WAV file, read up to its samples.
pub(super) struct Riff<R> {
    /// The `fmt ` chunk: how the samples are written.
    pub(super) format: Vec<u8>,
    /// How many bytes of samples are announced.
    pub(super) announced: u32,
    /// What follows, samples first.
    pub(super) samples: R,
}

/// Why there is nothing to read.
pub(super) enum Fault {
    Read(io::Error),
    Malformed(&'static str),
    /// The length is one that was written before anybody knew it.
    Endless,
}

impl<R: Read> Riff<R> {
    /// Passes over all chunks but the two that count. One of odd length is followed by a pad byte.
    pub(super) fn open(mut source: R) -> Result<Self, Fault> {
        if bytes::<4>(&mut source)? != *b"RIFF" {
            return Err(Fault::Malformed("no RIFF tag found"));
        }
        let [_, _, _, _, kind @ ..] = bytes::<8>(&mut source)?;
        if kind != *b"WAVE" {
            return Err(Fault::Malformed("no WAVE tag found"));
        }
        let mut format = None;
        loop {
            let [name @ .., a, b, c, d] = bytes::<8>(&mut source)?;
            let length = u32::from_le_bytes([a, b, c, d]);
            if name == *b"data" {
                let format = format.ok_or(Fault::Malformed("no fmt chunk found"))?;
                return if is_endless(length, &mut source)? {
                    Err(Fault::Endless)
                } else {
                    Ok(Self { format, announced: length, samples: source })
                };
            }
            let mut chunk = source.by_ref().take(u64::from(length).next_multiple_of(2));
            if name == *b"fmt " && length <= MAX_FORMAT {
                let mut bytes = Vec::new();
                chunk.read_to_end(&mut bytes)?;
                format = Some(bytes);
            } else {
                io::copy(&mut chunk, &mut io::sink())?;
            }
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Malformed("it ends before the audio begins"),
            _ => Self::Read(error),
        }
    }
}

fn bytes<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Programs that write to a pipe announce as much as can be, or nothing. Of the latter a byte is read.
fn is_endless(announced: u32, source: &mut impl Read) -> io::Result<bool> {
    Ok(match announced {
        0 => source.take(1).read_to_end(&mut Vec::new())? > 0,
        length => length == u32::MAX,
    })
}
