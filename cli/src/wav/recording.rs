//! Recordings that are read.

use core::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::OnceLock;

use serde::Serialize;
use voxwire::AudioFormat;
use voxwire::audio::{Float, PcmResampler, Resampler};

use super::kind::Kind;
use super::riff::Riff;
use super::{MAX_BYTES, MAX_RATE, WavError};
use crate::report::Millis;

/// How much is read at a time, in bytes.
const BLOCK: usize = 64 * 1024;

/// The format of the highest rate that calls have.
const HIGHEST: AudioFormat = AudioFormat::pcm16(96_000).unwrap();

/// A recording in memory, of any kind, to be said in calls of any rate.
pub(crate) struct Recording {
    name: String,
    kind: Kind,
    /// Its channels mixed, as little-endian 16-bit samples at its own rate.
    mono: Vec<u8>,
    /// For each rate of a call what is said at it, once it has been: nothing where that is `mono`.
    said: [OnceLock<Option<Vec<u8>>>; AudioFormat::RATES.len()],
}

impl Recording {
    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is cut short, is of no kind that is known, or makes more than [`MAX_BYTES`].
    pub(crate) fn read(path: impl AsRef<Path>) -> Result<Self, WavError> {
        let path = path.as_ref();
        match File::open(path) {
            Ok(file) => Self::decode(path.display().to_string(), BufReader::new(file)),
            Err(cause) => Err(WavError::Read { name: path.display().to_string(), cause }),
        }
    }

    /// Reads the bytes of a file that the program carries within itself.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, WavError> {
        Self::decode("the built-in recording".into(), bytes)
    }

    /// The format of a call that loses nothing of it: of its own rate if calls have that, else of the next above it,
    /// and of the highest that calls have if it lies above them all.
    pub(crate) fn format(&self) -> AudioFormat {
        let formats = AudioFormat::RATES.into_iter().filter_map(AudioFormat::pcm16);
        formats
            .filter(|format| format.rate() >= self.kind.rate)
            .min_by_key(|format| format.rate())
            .unwrap_or(HIGHEST)
    }

    /// What of it is said in a call of this format. It is converted once, however many calls there are.
    ///
    /// # Errors
    ///
    /// [`WavError::TooFar`] where nothing brings its rate to that of the call, [`WavError::TooLong`].
    pub(crate) fn at(&self, format: AudioFormat) -> Result<Said<'_>, WavError> {
        let Kind { rate: from, .. } = self.kind;
        let to = format.rate();
        let name = || self.name.clone();
        let resampler =
            Resampler::float(from, to).ok_or_else(|| WavError::TooFar { name: name(), from, to })?;
        let samples = (self.mono.len() as u64 / 2 * u64::from(to)).div_ceil(from.into());
        bounded(&self.name, samples, to)?;

        let mut first = false;
        let said = self.said.iter().zip(AudioFormat::RATES).find(|(_, rate)| *rate == to).map(|(said, _)| {
            said.get_or_init(|| {
                first = true;
                (from != to).then(|| resampled(&self.mono, PcmResampler::new(resampler)))
            })
        });
        let pcm = said.and_then(Option::as_deref).unwrap_or(&self.mono);
        let conversion = Conversion {
            file: &self.name,
            from: self.kind,
            to: Kind::of_a_call(to),
            duration_ms: Millis(format.duration_of(pcm.len() as u64)),
        };
        Ok(Said { pcm, conversion: (first && conversion.from != conversion.to).then_some(conversion) })
    }

    /// The size of the memory is that of what is really there, whatever is announced.
    fn decode(name: String, source: impl Read) -> Result<Self, WavError> {
        let riff = Riff::open(source).map_err(|fault| WavError::unopened(name.clone(), fault))?;
        let Riff { format, announced, samples } = riff;
        let kind = Kind::parse(&format).map_err(|why| WavError::unreadable(name.clone(), why))?;
        let Kind { rate, .. } = kind;
        if !(1..=MAX_RATE).contains(&rate) {
            return Err(WavError::Rate { name, rate });
        }
        let frame = kind.frame_bytes();
        let whole = u64::from(announced) / frame as u64;
        if whole * frame as u64 != u64::from(announced) {
            return Err(WavError::Malformed { name, reason: "its audio ends in the middle of a sample" });
        }
        bounded(&name, whole, rate)?;

        let mut samples = samples.take(announced.into());
        let mut mono = Vec::new();
        let mut block = Vec::new();
        loop {
            block.clear();
            let most = BLOCK.next_multiple_of(frame) as u64;
            let read = samples.by_ref().take(most).read_to_end(&mut block);
            read.map_err(|cause| WavError::Read { name: name.clone(), cause })?;
            if block.is_empty() {
                break;
            }
            kind.mix(&block, &mut mono);
        }
        let found = mono.len() as u64 / 2;
        if found < whole {
            return Err(WavError::CutShort { name, found: found * frame as u64, announced });
        }
        Ok(Self { name, kind, mono, said: Default::default() })
    }
}

/// What is said of a recording in a call.
pub(crate) struct Said<'r> {
    /// Little-endian 16-bit samples at the call's rate.
    pub(crate) pcm: &'r [u8],
    /// What has been done for it, if anything, and if nobody has been told before.
    pub(crate) conversion: Option<Conversion<'r>>,
}

/// What a recording was, and what it has become.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Conversion<'r> {
    file: &'r str,
    from: Kind,
    to: Kind,
    duration_ms: Millis,
}

impl fmt::Display for Conversion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, from, to, duration_ms: Millis(duration) } = self;
        write!(f, "{file}: {from} → {to}, {:.2} s", duration.as_secs_f64())
    }
}

/// Refuses what would take too much memory.
fn bounded(name: &str, samples: u64, rate: u32) -> Result<(), WavError> {
    let bytes = samples * AudioFormat::SAMPLE_BYTES as u64;
    if bytes > u64::from(MAX_BYTES) {
        return Err(WavError::TooLong { name: name.to_owned(), bytes, rate });
    }
    Ok(())
}

fn resampled(mut pcm: &[u8], mut resampler: PcmResampler<Float>) -> Vec<u8> {
    let mut made = Vec::new();
    let mut block = [0; 4_096];
    let mut ends = false;
    loop {
        let bytes = if ends { resampler.finish(&mut block) } else { resampler.next(&mut pcm, &mut block) };
        made.extend_from_slice(block.get(..bytes).unwrap_or_default());
        match bytes {
            0 if ends => return made,
            0 => ends = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use hound::{Sample, SampleFormat, WavSpec, WavWriter};
    use voxwire::audio::G711;

    use super::*;

    const MONO: WavSpec =
        WavSpec { channels: 1, sample_rate: 8_000, bits_per_sample: 16, sample_format: SampleFormat::Int };

    /// What hound writes is read as a reference in integers has it, with any number of channels.
    #[test]
    fn integers_of_every_width_are_rounded_to_16_bits_and_mixed() {
        for (bits, channels) in
            [8_u16, 16, 24, 32].iter().flat_map(|bits| [1_u16, 2, 3, 6].map(|n| (*bits, n)))
        {
            let full = 1_i64 << (bits - 1);
            let mut dice = 1_u32;
            let mut roll = || {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                i64::from(dice.cast_signed()) >> (32 - bits)
            };
            let edges = [full - 1, -full, 0, -1, 1, full / 2]
                .into_iter()
                .flat_map(|edge| vec![edge; channels.into()]);
            let samples: Vec<i64> = edges.chain((0..600 * channels).map(|_| roll())).collect();
            let file = written(
                WavSpec { channels, bits_per_sample: bits, ..MONO },
                samples.iter().map(|sample| i32::try_from(*sample).unwrap()),
            );

            let n = i64::from(channels);
            let expected = samples.chunks(channels.into()).map(|frame| {
                // The mean times 2¹⁶ over 2ᵇⁱᵗˢ, to the nearest, half away from zero, in thirds and halves if need be.
                let (sum, step) = (frame.iter().sum::<i64>() << 16, n << bits);
                let magnitude = (2 * sum.abs() + step) / (2 * step);
                i16::try_from((sum.signum() * magnitude).clamp(-32_768, 32_767)).unwrap()
            });
            assert_eq!(mono(&file), expected.collect::<Vec<_>>(), "{bits} bits, {channels} channels");
        }
    }

    #[test]
    fn floats_are_clipped_at_full_scale() {
        let samples = [0.0, 1.0, -1.0, 0.5, -0.25, 1.5, -7.0, f32::NAN, f32::INFINITY, 0.5 / 32_768.0];
        let expected = [0, 32_767, -32_768, 16_384, -8_192, 32_767, -32_768, 0, 32_767, 1];
        let spec = WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..MONO };
        assert_eq!(mono(&written(spec, samples.into_iter())), expected);
        let doubles = samples.iter().flat_map(|sample| f64::from(*sample).to_le_bytes()).collect::<Vec<_>>();
        assert_eq!(mono(&file(&format(3, 1, 8_000, 8), &doubles)), expected);
        // Each channel is clipped before they are mixed.
        assert_eq!(mono(&written(WavSpec { channels: 2, ..spec }, [3.0, -1.0_f32].into_iter())), [0]);
    }

    #[test]
    fn g711_is_what_telephones_record() {
        let codes: Vec<u8> = (0..=255).collect();
        for (number, law) in [(6, G711::ALaw), (7, G711::MuLaw)] {
            let read = mono(&file(&format(number, 1, 8_000, 1), &codes));
            assert_eq!(read, codes.iter().map(|code| law.decode(*code)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_extensible_form_says_the_same() {
        let subtype = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
        let extensible = |number: u8, bytes, tail: &[u8]| {
            let mut chunk = format(0xFFFE, 1, 8_000, bytes);
            chunk.extend([22, 0, 0, 0, 4, 0, 0, 0, number, 0]);
            chunk.extend(tail);
            chunk
        };
        assert_eq!(mono(&file(&extensible(1, 2, &subtype), &[1, 2])), [0x0201]);
        assert_eq!(mono(&file(&extensible(3, 4, &subtype), &0.5_f32.to_le_bytes())), [16_384]);
        assert_eq!(mono(&file(&extensible(7, 1, &subtype), &[0xAD])), [4_604]);
        // 20 bits in the place of 24: the low ones are 0.
        assert_eq!(mono(&file(&extensible(1, 3, &subtype), &[0x80, 0x34, 0x12])), [0x1235]);
        let other = refused(&file(&extensible(1, 2, &[7; 14]), &[1, 2]));
        assert!(other.contains("number 65534"), "{other}");
    }

    #[test]
    fn a_call_of_any_rate_hears_the_same_at_its_rate() {
        for rate in [1_000, 8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000] {
            // A constant, and a tone of 200 Hz.
            let tone = |samples: u32, rate: f64| {
                (0..samples)
                    .map(move |at| (200.0 * core::f64::consts::TAU * f64::from(at) / rate).sin() * 9_000.0)
            };
            let spec = WavSpec { sample_rate: rate, ..MONO };
            let recording =
                recording(&written(spec, tone(rate / 2, rate.into()).map(|sample| sample.round() as i16)));
            for format in AudioFormat::RATES.into_iter().filter_map(AudioFormat::pcm16) {
                let to = format.rate();
                let Ok(said) = recording.at(format) else {
                    assert!(to.max(rate) > 24 * to.min(rate), "{rate} {to}");
                    continue;
                };
                assert_eq!(said.conversion.is_none(), to == rate);
                let said = samples(said.pcm);
                assert_eq!(said.len() as u64, (u64::from(rate / 2) * u64::from(to)).div_ceil(rate.into()));
                // Off its ends, where there was no sound before and none after.
                let (edge, reference) = (said.len() / 5, tone(to, to.into()));
                for (at, (said, expected)) in said.iter().zip(reference).enumerate() {
                    let inside = (edge..4 * edge).contains(&at);
                    assert!(
                        !inside || (f64::from(*said) - expected).abs() < 8.0,
                        "{rate} to {to}, at {at}: {said} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_conversion_is_told_once_and_nothing_is_said_of_none() {
        let stereo = recording(&written(
            WavSpec { channels: 2, sample_rate: 44_100, bits_per_sample: 24, ..MONO },
            core::iter::repeat_n(0_i32, 2 * 141_120),
        ));
        let told = |recording: &Recording, rate| {
            let said = recording.at(AudioFormat::pcm16(rate).unwrap()).unwrap();
            said.conversion.map(|conversion| conversion.to_string())
        };
        let line = "it: 44,100 Hz stereo 24-bit → 16,000 Hz mono 16-bit, 3.20 s";
        assert_eq!(told(&stereo, 16_000).as_deref(), Some(line));
        assert_eq!(told(&stereo, 16_000), None);
        let line = "it: 44,100 Hz stereo 24-bit → 44,100 Hz mono 16-bit, 3.20 s";
        assert_eq!(told(&stereo, 44_100).as_deref(), Some(line));
        assert_eq!(told(&recording(&written(MONO, [1_i16].into_iter())), 8_000), None);
        let law = recording(&file(&format(7, 6, 800, 1), &[0xFF; 6]));
        let line = "it: 800 Hz 6-channel µ-law → 8,000 Hz mono 16-bit, 0.00 s";
        assert_eq!(told(&law, 8_000).as_deref(), Some(line));
    }

    #[test]
    fn a_call_gets_the_rate_that_loses_nothing() {
        let rates = [(800, 8_000), (8_000, 8_000), (11_025, 16_000), (22_050, 24_000), (32_000, 44_100)];
        for (rate, of_the_call) in
            rates.into_iter().chain([(44_100, 44_100), (88_200, 96_000), (384_000, 96_000)])
        {
            let recording = recording(&written(WavSpec { sample_rate: rate, ..MONO }, [0_i16].into_iter()));
            assert_eq!(recording.format().rate(), of_the_call);
        }
    }

    #[test]
    fn rates_too_far_apart_are_both_named() {
        let at = |rate, to| {
            let recording = recording(&written(WavSpec { sample_rate: rate, ..MONO }, [0_i16].into_iter()));
            recording.at(AudioFormat::pcm16(to).unwrap()).err().map(|error| error.to_string())
        };
        assert_eq!(
            at(384_000, 8_000).unwrap(),
            "it has a sample rate of 384000 Hz, too far from the 8000 Hz of the call to be converted",
        );
        assert_eq!(at(192_000, 8_000), None);
        assert!(at(300, 8_000).is_some());
    }

    #[test]
    fn each_refusal_says_what_was_found_and_what_is_needed() {
        assert_eq!(
            refused(&written(WavSpec { sample_rate: 400_000, ..MONO }, [0_i16].into_iter())),
            "it has a sample rate of 400000 Hz; voxwire needs 1 to 384000 Hz",
        );
        assert_eq!(
            refused(b"ID3\x03 music"),
            "it is not a WAV file that voxwire can read: no RIFF tag found"
        );
        for bytes in [&b"RI"[..], b"RIFF\0\0\0\0WAVELIST\xFF\0\0\0", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01"] {
            assert_eq!(
                refused(bytes),
                "it is not a WAV file that voxwire can read: it ends before the audio begins"
            );
        }
        for (bytes, reason) in [
            (b"RIFF\0\0\0\0AVI ".to_vec(), "no WAVE tag found"),
            (b"RIFF\0\0\0\0WAVEdata\0\0\0\0".to_vec(), "no fmt chunk found"),
            (file(&[1, 0, 1, 0], &[]), "its fmt chunk is too short"),
            (file(&format(1, 0, 8_000, 2), &[]), "it has no channels"),
            (file(&format(1, 2, 8_000, 2)[..12], &[]), "its fmt chunk is too short"),
            (file(&format(1, 2, 8_000, 2), &[0; 6]), "its audio ends in the middle of a sample"),
        ] {
            assert_eq!(refused(&bytes), format!("it is not a WAV file that voxwire can read: {reason}"));
        }
        assert_eq!(
            refused(&file(&format(2, 1, 8_000, 1), &[])),
            "it is in an encoding that voxwire cannot read, number 2; it reads integers, floating-point numbers, µ-law and A-law"
        );
        for (number, bytes, found) in [(1, 5, "40-bit"), (3, 2, "16-bit float"), (7, 2, "µ-law")] {
            let sentence = refused(&file(&format(number, 1, 8_000, bytes), &[]));
            assert!(
                sentence.starts_with(&format!("it has {found} samples of {bytes} bytes; ")),
                "{sentence}"
            );
        }
    }

    #[test]
    fn sizes_are_not_believed_but_bounded() {
        let announcing = |channels, bytes: u32, samples: &[u8]| {
            let mut file = file(&format(1, channels, 8_000, 2), samples);
            let at = file.len() - samples.len() - 4;
            file[at..at + 4].copy_from_slice(&bytes.to_le_bytes());
            file
        };
        assert_eq!(
            refused(&announcing(1, 4, &[1, 2, 3])),
            "it is cut short: it holds 2 bytes of audio and announces 4"
        );
        assert_eq!(
            refused(&announcing(2, 1 << 30, &[1, 2, 3, 4, 5])),
            "it is cut short: it holds 4 bytes of audio and announces 1073741824"
        );
        assert_eq!(
            refused(&announcing(1, 1 << 31, &[])),
            "it makes 2147483648 bytes of audio at 8000 Hz, 16 bits, mono; voxwire takes at most 1073741824",
        );
        for length in [0, u32::MAX] {
            assert_eq!(
                refused(&announcing(1, length, &[1, 2, 3, 4])),
                "it does not say how long it is; write it to a file, not to a pipe"
            );
        }
        assert!(mono(&announcing(1, 0, &[])).is_empty());

        // What fits as it is may not fit at another rate.
        assert!(bounded("it", 1 << 29, 8_000).is_ok());
        assert!(matches!(bounded("it", (1 << 29) + 1, 8_000), Err(WavError::TooLong { .. })));
    }

    #[test]
    fn no_file_makes_it_panic() {
        let pcm = file(&format(1, 2, 44_100, 3), &[7; 60]);
        let law = file(&format(6, 3, 8_000, 1), &[7; 60]);
        let mut dice = 1_u32;
        let mut roll = |sides: usize| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 8) as usize % sides
        };
        for mut file in (0..40_000).map(|turn| if turn % 2 == 0 { pcm.clone() } else { law.clone() }) {
            for _ in 0..=roll(3) {
                let at = roll(file.len());
                file[at] = [0, 1, 0x7F, 0xFF, roll(256) as u8][roll(5)];
            }
            file.truncate(file.len() - roll(2) * roll(file.len()));
            if let Ok(recording) = Recording::decode("it".into(), &file[..]) {
                assert!(recording.mono.len() <= 2 * file.len());
                let _ = recording.at(recording.format()).map(|said| said.pcm.len());
            }
        }
    }

    #[test]
    fn chunks_of_any_length_are_passed_over() {
        let mut file = file(&format(1, 1, 8_000, 2), &[1, 2, 3, 4]);
        let rest = file.split_off(12);
        file.extend(b"LIST\x05\0\0\0INFOx\0junk\0\0\0\0");
        file.extend(rest);
        file.extend(b"LIST\x05\0\0\0INFOx\0");
        assert_eq!(mono(&file), [0x0201, 0x0403]);
    }

    #[test]
    fn the_path_is_named_when_a_file_cannot_be_opened() {
        let error = Recording::read("/nowhere/hello.wav").err().unwrap();
        assert!(error.to_string().starts_with("cannot read /nowhere/hello.wav: "), "{error}");
    }

    fn written<S: Sample>(spec: WavSpec, samples: impl Iterator<Item = S>) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        samples.for_each(|sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
        file.into_inner()
    }

    /// A `fmt ` chunk of samples with so many bytes.
    fn format(number: u16, channels: u16, rate: u32, bytes: u16) -> Vec<u8> {
        let block = channels * bytes;
        let words = [number, channels, rate as u16, (rate >> 16) as u16, 0, 0, block, bytes * 8];
        words.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    fn file(format: &[u8], samples: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
        for (name, chunk) in [(b"fmt ", format), (b"data", samples)] {
            file.extend(name);
            file.extend(u32::try_from(chunk.len()).unwrap().to_le_bytes());
            file.extend(chunk);
        }
        file
    }

    fn recording(file: &[u8]) -> Recording {
        Recording::decode("it".into(), file).ok().unwrap()
    }

    fn mono(file: &[u8]) -> Vec<i16> {
        samples(&recording(file).mono)
    }

    fn samples(pcm: &[u8]) -> Vec<i16> {
        pcm.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect()
    }

    fn refused(file: &[u8]) -> String {
        Recording::decode("it".into(), file).err().unwrap().to_string()
    }
}
