//! How loud audio is.

/// The level of some audio: a meter's reading over a frame, or over as many as are [added](Self::add).
///
/// Integer arithmetic only, so every machine reads the same.
///
/// ```
/// use voxwire::audio::Level;
///
/// // A square wave at half of full scale.
/// let mut frame = [0; 320];
/// for (at, sample) in frame.as_chunks_mut::<2>().0.iter_mut().enumerate() {
///     *sample = if at % 16 < 8 { 16_384_i16 } else { -16_384 }.to_le_bytes();
/// }
/// let level = Level::of(&frame);
/// assert_eq!((level.peak(), level.rms()), (16_384, 16_384));
/// assert_eq!(level.millibels(), -602); // -6.02 dBFS
/// assert_eq!(Level::of(&[0; 320]).millibels(), Level::FLOOR);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    samples: u64,
    /// The sum of the samples' squares.
    energy: u64,
    peak: u16,
}

impl Level {
    /// What digital silence measures, and what is softer: -127 dBFS, in millibels (RFC 6464, section 3).
    pub const FLOOR: i32 = -12_700;

    /// The level of a frame of signed 16-bit little-endian PCM. A half sample at its end does not count.
    pub fn of(pcm: &[u8]) -> Self {
        let mut level = Self::default();
        level.add(pcm);
        level
    }

    /// Takes more audio into the reading, as if it had been one frame.
    pub fn add(&mut self, pcm: &[u8]) {
        /// So many squares, each of 2³⁰ at most, do not overflow: without saturation vectors can add them.
        const AT_ONCE: usize = 1 << 10;
        let (samples, _) = pcm.as_chunks();
        for piece in samples.chunks(AT_ONCE) {
            let (mut least, mut most, mut energy) = (0_i16, 0_i16, 0_u64);
            for sample in piece {
                let sample = i16::from_le_bytes(*sample);
                (least, most) = (least.min(sample), most.max(sample));
                let square = i32::from(sample).wrapping_mul(i32::from(sample));
                energy = energy.wrapping_add(u64::from(square.cast_unsigned()));
            }
            self.peak = self.peak.max(least.unsigned_abs()).max(most.unsigned_abs());
            self.energy = self.energy.saturating_add(energy);
        }
        self.samples = self.samples.saturating_add(samples.len() as u64);
    }

    /// The samples measured.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// The greatest magnitude of a sample, 0 to 32,768.
    pub const fn peak(&self) -> u16 {
        self.peak
    }

    /// The root of the mean square, 0 to 32,768, rounded down.
    pub const fn rms(&self) -> u16 {
        match self.energy.checked_div(self.samples) {
            // At most 2³⁰.
            Some(mean) => (mean as u32).isqrt() as u16,
            None => 0,
        }
    }

    /// The root of the mean square against full scale, in millibels: hundredths of a dBFS, -12,700 to 0, at most
    /// 0.006 dB off.
    ///
    /// Full scale is a square wave of 32,768, as for the dBov of RFC 6464 and ITU-T G.100.1. A sine as loud as can be
    /// is at -301; those who count that as 0 (AES17) add 301.
    pub fn millibels(&self) -> i32 {
        /// Ten times the decimal logarithm of two, in millibels, with `FRACTION` bits after the point.
        const PER_OCTAVE: i64 = 19_728_302;
        const FRACTION: u32 = 16;
        /// log₂ of the square of full scale.
        const FULL: i64 = 30 << LOG_FRACTION;
        const HALF: i64 = 1 << (FRACTION + LOG_FRACTION - 1);
        let (Some(energy), Some(samples)) = (log2(self.energy), log2(self.samples)) else {
            return Self::FLOOR;
        };
        let octaves = energy.saturating_sub(samples).saturating_sub(FULL);
        let millibels = octaves.saturating_mul(PER_OCTAVE).saturating_add(HALF) >> (FRACTION + LOG_FRACTION);
        i32::try_from(millibels).unwrap_or(Self::FLOOR).clamp(Self::FLOOR, 0)
    }
}

/// Bits after the point of [`log2`].
const LOG_FRACTION: u32 = 20;

/// The binary logarithm, cut off after [`LOG_FRACTION`] bits; none of 0.
fn log2(value: u64) -> Option<i64> {
    let whole = value.checked_ilog2()?;
    // The value over the power of two below it, one point and 31 bits. Squaring it doubles the logarithm, and so
    // brings its next bit before the point.
    let mut ratio = value << value.leading_zeros() >> 32;
    let mut log = i64::from(whole);
    for _ in 0..LOG_FRACTION {
        ratio = ratio.wrapping_mul(ratio) >> 31;
        let bit = ratio >> 32;
        ratio >>= bit;
        log = log << 1 | bit as i64;
    }
    Some(log)
}
