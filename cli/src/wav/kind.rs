//! How the samples of a WAV file are written, and what they are.

use core::fmt;

use serde::{Serialize, Serializer};
use voxwire::audio::G711;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Kind {
    /// Samples per second, in Hz.
    pub(crate) rate: u32,
    pub(super) channels: u16,
    pub(super) encoding: Encoding,
    /// Bits that a sample takes in the file.
    pub(super) bits: u16,
}

/// What the bits of a sample mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Integers, unsigned where they have 8 bits.
    Integer,
    Float,
    G711(G711),
}

/// Why samples cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Malformed(&'static str),
    /// The number of an encoding that is none of ours.
    Encoding(u16),
    /// As many bits as no sample of that encoding has.
    Bits(Kind),
}

/// The tail of a GUID whose first two bytes are the number of an encoding (`KSDATAFORMAT_SUBTYPE_…`).
const SUBTYPE: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

impl Kind {
    /// What all audio of a call is but for its rate.
    pub(super) const fn of_a_call(rate: u32) -> Self {
        Self { rate, channels: 1, encoding: Encoding::Integer, bits: 16 }
    }

    /// Reads a `fmt ` chunk (`WAVEFORMAT`, `WAVEFORMATEX` and `WAVEFORMATEXTENSIBLE` in mmreg.h).
    ///
    /// A sample takes as many bits as its place in the file: those of them that do not count are the low ones.
    pub(super) fn parse(format: &[u8]) -> Result<Self, Unreadable> {
        let (Some([number, channels, rate_low, rate_high, _, _, block, _]), rest) =
            (format.get(..16).map(words), format.get(16..).unwrap_or_default())
        else {
            return Err(Unreadable::Malformed("its fmt chunk is too short"));
        };
        let number = match (number, rest) {
            (0xFFFE, [_, _, _, _, _, _, _, _, low, high, tail @ ..]) if tail.starts_with(&SUBTYPE) => {
                u16::from_le_bytes([*low, *high])
            }
            (number, _) => number,
        };
        let encoding = match number {
            1 => Encoding::Integer,
            3 => Encoding::Float,
            6 => Encoding::G711(G711::ALaw),
            7 => Encoding::G711(G711::MuLaw),
            number => return Err(Unreadable::Encoding(number)),
        };
        if channels == 0 {
            return Err(Unreadable::Malformed("it has no channels"));
        }
        if block == 0 || !block.is_multiple_of(channels) {
            return Err(Unreadable::Malformed("its channels do not fill its blocks"));
        }
        let rate = u32::from(rate_high) << 16 | u32::from(rate_low);
        let kind = Self { rate, channels, encoding, bits: (block / channels).saturating_mul(8) };
        match (encoding, kind.bits) {
            (Encoding::Integer, 8 | 16 | 24 | 32) | (Encoding::Float, 32 | 64) | (Encoding::G711(_), 8) => {
                Ok(kind)
            }
            _ => Err(Unreadable::Bits(kind)),
        }
    }

    /// Bytes of one sample on all channels.
    pub(super) fn frame_bytes(self) -> usize {
        usize::from(self.channels) * self.sample_bytes()
    }

    /// Appends the mean of the channels of some frames, as little-endian 16-bit samples.
    ///
    /// It is rounded once: the sum of as many channels as there can be is exact.
    pub(super) fn mix(self, frames: &[u8], pcm: &mut Vec<u8>) {
        for frame in frames.chunks_exact(self.frame_bytes()) {
            let sum: f64 = frame.chunks_exact(self.sample_bytes()).map(|sample| self.sample(sample)).sum();
            // To the nearest, half a step away from zero; `as` saturates.
            let mean = (sum / f64::from(self.channels) * 32_768.0).round() as i16;
            pcm.extend_from_slice(&mean.to_le_bytes());
        }
    }

    /// How its samples are written, in words.
    pub(super) fn samples(self) -> String {
        match self.encoding {
            Encoding::Integer => format!("{}-bit", self.bits),
            Encoding::Float => format!("{}-bit float", self.bits),
            Encoding::G711(G711::MuLaw) => "µ-law".into(),
            Encoding::G711(G711::ALaw) => "A-law".into(),
        }
    }

    /// A sample, where full scale is 1.
    fn sample(self, bytes: &[u8]) -> f64 {
        match (self.encoding, bytes) {
            (Encoding::Integer, [byte]) => (f64::from(*byte) - 128.0) / 128.0,
            (Encoding::Integer, bytes) => {
                // Whatever the width, the highest bit stands in the same place.
                let mut wide = [0; 4];
                wide.iter_mut().rev().zip(bytes.iter().rev()).for_each(|(place, byte)| *place = *byte);
                f64::from(i32::from_le_bytes(wide)) / 2_147_483_648.0
            }
            (Encoding::Float, [a, b, c, d]) => clip(f32::from_le_bytes([*a, *b, *c, *d]).into()),
            (Encoding::Float, bytes) => clip(bytes.try_into().map_or(0.0, f64::from_le_bytes)),
            (Encoding::G711(law), bytes) => {
                bytes.iter().map(|code| f64::from(law.decode(*code)) / 32_768.0).sum()
            }
        }
    }

    pub(super) fn sample_bytes(self) -> usize {
        usize::from(self.bits / 8)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, channels, .. } = self;
        if *rate >= 1_000 {
            write!(f, "{},{:03} Hz ", rate / 1_000, rate % 1_000)?;
        } else {
            write!(f, "{rate} Hz ")?;
        }
        match channels {
            1 => f.write_str("mono ")?,
            2 => f.write_str("stereo ")?,
            many => write!(f, "{many}-channel ")?,
        }
        f.write_str(&self.samples())
    }
}

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::G711(G711::MuLaw) => "mu_law",
            Self::G711(G711::ALaw) => "a_law",
        })
    }
}

/// What exceeds full scale is cut off, and what is no number is silence.
fn clip(sample: f64) -> f64 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}

/// Eight numbers of 16 bits.
fn words(bytes: &[u8]) -> [u16; 8] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u16::from_le_bytes(*bytes);
    }
    words
}
