//! What the bytes of audio are, and exact arithmetic on their lengths.

use core::time::Duration;

/// The encoding of one direction's audio: signed 16-bit little-endian PCM, mono, at a sample rate.
///
/// Both providers send no other (Sinch Voice 2.0 audio page; Wavix's published client), and neither says
/// everything on the wire, so the format is partly the caller's configuration.
///
/// ```
/// use core::time::Duration;
/// use voxwire::AudioFormat;
///
/// let cd = AudioFormat::pcm16(44_100).unwrap();
/// assert_eq!(cd.bytes_in(Duration::from_millis(20)), Some(1_764));
/// assert_eq!(cd.bytes_in(Duration::from_millis(1)), None); // 44.1 samples
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AudioFormat {
    rate: u32,
}

impl AudioFormat {
    /// The rates that providers document, in Hz.
    pub const RATES: [u32; 6] = [8_000, 16_000, 24_000, 44_100, 48_000, 96_000];
    /// The length of frame that providers recommend (Sinch Voice 2.0 audio page; Wavix's published client).
    pub const FRAME: Duration = Duration::from_millis(20);
    /// Bytes that one sample takes.
    pub const SAMPLE_BYTES: usize = 2;

    /// PCM at `rate` Hz, one of [`RATES`](Self::RATES).
    pub const fn pcm16(rate: u32) -> Option<Self> {
        let mut rates = Self::RATES.as_slice();
        while let [known, rest @ ..] = rates {
            if *known == rate {
                return Some(Self { rate });
            }
            rates = rest;
        }
        None
    }

    /// Samples per second, in Hz.
    pub const fn rate(self) -> u32 {
        self.rate
    }

    /// Bytes per second.
    pub const fn byte_rate(self) -> u32 {
        self.rate.saturating_mul(2)
    }

    /// Samples in `duration`, if that is a whole number.
    pub const fn samples_in(self, duration: Duration) -> Option<u64> {
        const NANOS: u128 = 1_000_000_000;
        let scaled = duration.as_nanos().saturating_mul(self.rate as u128);
        if !scaled.is_multiple_of(NANOS) || scaled / NANOS > u64::MAX as u128 {
            return None;
        }
        Some((scaled / NANOS) as u64)
    }

    /// Bytes in `duration`, if that is a whole number of samples.
    pub const fn bytes_in(self, duration: Duration) -> Option<usize> {
        let Some(samples) = self.samples_in(duration) else { return None };
        if samples > (usize::MAX / Self::SAMPLE_BYTES) as u64 {
            return None;
        }
        (samples as usize).checked_mul(Self::SAMPLE_BYTES)
    }

    /// Bytes in a [`FRAME`](Self::FRAME) of 20 ms, which is a whole number of samples at every rate.
    pub const fn frame_bytes(self) -> usize {
        ((self.rate / 50) as usize).saturating_mul(Self::SAMPLE_BYTES)
    }

    /// How long `bytes` bytes last, rounded down to the nanosecond.
    pub const fn duration_of(self, bytes: u64) -> Duration {
        let nanos = (bytes as u128).saturating_mul(1_000_000_000);
        match nanos.checked_div(self.byte_rate() as u128) {
            Some(nanos) => Duration::from_nanos_u128(nanos),
            None => Duration::MAX,
        }
    }

    /// How many microseconds `samples` samples last, rounded down. Each call rounds anew, so nothing adds up.
    pub(crate) const fn micros_of(self, samples: u64) -> u64 {
        let rate = self.rate as u64;
        // Whole seconds apart, so that 64 bits hold all: a machine of 32 bits divides twice as many slowly.
        let (Some(seconds), Some(rest)) = (samples.checked_div(rate), samples.checked_rem(rate)) else {
            return u64::MAX;
        };
        let Some(rest) = rest.saturating_mul(1_000_000).checked_div(rate) else { return u64::MAX };
        seconds.saturating_mul(1_000_000).saturating_add(rest)
    }

    /// How many samples are over `micros` microseconds after the first began.
    pub(crate) const fn samples_within(self, micros: u64) -> u64 {
        let rate = self.rate as u64;
        let rest = (micros % 1_000_000).saturating_mul(rate) / 1_000_000;
        (micros / 1_000_000).saturating_mul(rate).saturating_add(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_exact_at_every_rate() {
        for (rate, bytes) in
            [(8_000, 320), (16_000, 640), (24_000, 960), (44_100, 1_764), (48_000, 1_920), (96_000, 3_840)]
        {
            let format = AudioFormat::pcm16(rate).unwrap();
            assert_eq!(format.bytes_in(AudioFormat::FRAME), Some(bytes));
            assert_eq!(format.frame_bytes(), bytes);
            assert_eq!(format.duration_of(bytes as u64), AudioFormat::FRAME);
            assert_eq!(format.samples_in(Duration::from_secs(3_600)), Some(u64::from(rate) * 3_600));
        }
        assert_eq!(AudioFormat::pcm16(44_100).unwrap().bytes_in(Duration::from_millis(10)), Some(882));
        assert_eq!(AudioFormat::pcm16(11_025), None);
        assert_eq!(AudioFormat::pcm16(96_000).unwrap().samples_in(Duration::MAX), None);
    }
}
