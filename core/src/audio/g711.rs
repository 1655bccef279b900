//! G.711, the telephone's own encoding: 8 bits a sample, on a scale that is fine where speech is soft.

use crate::error::AudioError;

/// One of the two laws of ITU-T G.711, which RTP calls PCMU and PCMA (RFC 3551, section 4.5.14).
///
/// Both ways give what the reference of ITU-T G.191 gives (`ulaw_compress`, `ulaw_expand`, `alaw_compress`,
/// `alaw_expand`), for every sample and every code. Linear samples are 16 bits wide, left-justified as there:
/// µ-law looks at the upper 14 bits and A-law at the upper 12, so that the rest is cut off, not rounded.
///
/// ```
/// use voxwire::audio::G711;
///
/// let pcm = [0, 0, 0x34, 0x12, 0xcc, 0xed]; // 0, 4660, -4660
/// let mut codes = [0; 3];
/// assert_eq!(G711::MuLaw.encode_to(&pcm, &mut codes)?, [0xff, 0xad, 0x2d]);
///
/// let mut heard = [0; 6];
/// G711::MuLaw.decode_to(&codes, &mut heard)?;
/// assert_eq!(heard, [0, 0, 0xfc, 0x11, 0x04, 0xee]); // 0, 4604, -4604
/// # Ok::<(), voxwire::AudioError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum G711 {
    /// µ-law, of North America and Japan.
    MuLaw,
    /// A-law, of the rest of the world.
    ALaw,
}

impl G711 {
    /// The code of a sample. That of silence is `encode(0)`.
    #[inline]
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::MuLaw => mu_law_code(sample),
            Self::ALaw => a_law_code(sample),
        }
    }

    /// The sample that a code stands for.
    #[inline]
    pub const fn decode(self, code: u8) -> i16 {
        match self {
            Self::MuLaw => mu_law_sample(code),
            Self::ALaw => a_law_sample(code),
        }
    }

    /// Encodes signed 16-bit little-endian PCM to the start of `buf`, one byte for each two.
    ///
    /// # Errors
    /// [`AudioError::PartSample`] where `pcm` ends in mid-sample, [`AudioError::BufferTooSmall`] where `buf` does
    /// not hold half of it. Nothing is written then.
    #[inline]
    pub fn encode_to<'b>(self, pcm: &[u8], buf: &'b mut [u8]) -> Result<&'b [u8], AudioError> {
        let (samples, []) = pcm.as_chunks() else { return Err(AudioError::PartSample) };
        let needed = samples.len();
        let Some(codes) = buf.get_mut(..needed) else { return Err(AudioError::BufferTooSmall { needed }) };
        match self {
            Self::MuLaw => encode_all(samples, codes, mu_law_code),
            Self::ALaw => encode_all(samples, codes, a_law_code),
        }
        Ok(codes)
    }

    /// Decodes to signed 16-bit little-endian PCM at the start of `buf`, two bytes for each.
    ///
    /// # Errors
    /// [`AudioError::BufferTooSmall`] where `buf` does not hold twice the length of `codes`. Nothing is written then.
    #[inline]
    pub fn decode_to<'b>(self, codes: &[u8], buf: &'b mut [u8]) -> Result<&'b [u8], AudioError> {
        let needed = codes.len().saturating_mul(2);
        let Some(pcm) = buf.get_mut(..needed) else { return Err(AudioError::BufferTooSmall { needed }) };
        let (samples, _) = pcm.as_chunks_mut();
        match self {
            Self::MuLaw => decode_all(codes, samples, bulk::mu_law_sample),
            Self::ALaw => decode_all(codes, samples, bulk::a_law_sample),
        }
        Ok(pcm)
    }
}

fn encode_all(samples: &[[u8; 2]], codes: &mut [u8], code: impl Fn(i16) -> u8) {
    for (place, sample) in codes.iter_mut().zip(samples) {
        *place = code(i16::from_le_bytes(*sample));
    }
}

fn decode_all(codes: &[u8], samples: &mut [[u8; 2]], sample: impl Fn(u8) -> i16) {
    for (place, code) in samples.iter_mut().zip(codes) {
        *place = sample(*code).to_le_bytes();
    }
}

/// Where there is no cache, a table is a kibibyte of flash.
#[cfg(target_os = "none")]
use self as bulk;

/// Samples looked up: nothing is faster on every host, though vectors are on some.
#[cfg(not(target_os = "none"))]
mod bulk {
    use super::G711;

    static MU_LAW: [i16; 256] = samples(G711::MuLaw);
    static A_LAW: [i16; 256] = samples(G711::ALaw);

    pub(super) fn mu_law_sample(code: u8) -> i16 {
        // Every code has its place.
        MU_LAW.get(usize::from(code)).copied().unwrap_or_default()
    }

    pub(super) fn a_law_sample(code: u8) -> i16 {
        A_LAW.get(usize::from(code)).copied().unwrap_or_default()
    }

    const fn samples(law: G711) -> [i16; 256] {
        let mut samples = [0; 256];
        let (mut places, mut code) = (samples.as_mut_slice(), 0_u8);
        while let [place, rest @ ..] = places {
            *place = law.decode(code);
            code = code.wrapping_add(1);
            places = rest;
        }
        samples
    }
}

// A code is a sign, three bits of segment and four of step within it: a floating-point number. So the encoders let
// the conversion to `f32`, which is exact, find segment and step, and the decoders shift by multiplying. Written
// without a branch, a table or a shift by a variable, all four are made into vector code, which is what the speed of
// the encoders is.

const fn mu_law_code(sample: i16) -> u8 {
    /// What G.191 adds so that every segment begins at a power of two, and the magnitude at which it limits.
    const BIAS: i16 = 33;
    const LIMIT: i16 = 0x1fff;
    let magnitude = at_most((one_s_complement(sample) >> 2).wrapping_add(BIAS), LIMIT);
    // The first segment begins at 2⁵.
    let step = segment_and_step(magnitude).wrapping_sub(5 << 4);
    !step & 0x7f | positive(sample)
}

const fn a_law_code(sample: i16) -> u8 {
    /// Below, the codes are the magnitude itself.
    const LINEAR: i16 = 16;
    let magnitude = one_s_complement(sample) >> 4;
    // The second segment, whose number is 1, begins at 2⁴.
    let above = segment_and_step(at_least(magnitude, LINEAR)).wrapping_sub(4 << 4);
    let step = above.wrapping_add(at_most(magnitude, LINEAR) as u8);
    // Even bits are inverted.
    (step | positive(sample)) ^ 0x55
}

const fn mu_law_sample(code: u8) -> i16 {
    /// 33 on the scale of 14 bits is this on that of 16.
    const BIAS: i16 = 33 << 2;
    // All bits are inverted, so that here a set sign bit is a minus.
    let code = !code as i16;
    let first = (code << 3 & 0x78).wrapping_add(BIAS);
    let magnitude = first.wrapping_mul(two_to_the_segment(code)).wrapping_sub(BIAS);
    signed(magnitude, code)
}

const fn a_law_sample(code: u8) -> i16 {
    // Even bits are inverted, and the sign here so that a set bit is a minus.
    let code = (code ^ 0xd5) as i16;
    // The middle of the step; and the leading one, which all segments but the first have.
    let first = (code << 4 & 0xf0).wrapping_add(8).wrapping_add(at_most(code & 0x70, 0x10) << 4);
    // The first two segments have the same step. Twice the magnitude takes all 16 bits.
    let twice = first.wrapping_mul(at_least(two_to_the_segment(code), 2)) as u16;
    let magnitude = (twice >> 1) as i16;
    signed(magnitude, code)
}

/// The magnitude as G.191 takes it: negative samples are inverted, so that -1 counts as 0.
const fn one_s_complement(sample: i16) -> i16 {
    sample ^ (sample >> 15)
}

/// The sign bit of a code.
const fn positive(sample: i16) -> u8 {
    !(sample >> 8) as u8 & 0x80
}

/// The sample of a `magnitude`, negative where the sign bit of `code` is set.
const fn signed(magnitude: i16, code: i16) -> i16 {
    let minus = code << 8 >> 15;
    (magnitude ^ minus).wrapping_sub(minus)
}

/// The exponent of two, shifted left by 4, and the four bits below the leading one of a `magnitude` above 0.
const fn segment_and_step(magnitude: i16) -> u8 {
    const EXPONENT_BIAS: u32 = 127;
    // Without its sign, for vectors are widened faster with zeros.
    ((magnitude as u16 as f32).to_bits() >> 19).wrapping_sub(EXPONENT_BIAS << 4) as u8
}

/// Two to the power of the segment, whose three bits each double, square or raise it once more.
const fn two_to_the_segment(code: i16) -> i16 {
    let one = at_least(code >> 3 & 2, 1);
    let two = at_least(code >> 3 & 4, 1);
    let four = at_least(code >> 2 & 16, 1);
    one.wrapping_mul(two).wrapping_mul(four)
}

const fn at_least(value: i16, least: i16) -> i16 {
    if value < least { least } else { value }
}

const fn at_most(value: i16, most: i16) -> i16 {
    if value > most { most } else { value }
}
