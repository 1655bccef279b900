//! WAV files of the one kind a call is made of: 16-bit integer PCM, mono.
//!
//! Whatever else a file holds is refused in one sentence that says what was found and what is needed. Nothing is
//! converted: a recording that silently changed its rate or lost a channel would spoil every measurement made with it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use thiserror::Error;
use voxwire::AudioFormat;

use crate::exit::Failure;

mod riff;

/// The most audio read into memory, in bytes: 1 GiB, six hours at 24 kHz.
pub(crate) const MAX_BYTES: u32 = 1 << 30;

/// The highest sample rate taken for real, in Hz.
pub(crate) const MAX_RATE: u32 = 384_000;

/// A recording in memory.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Wav {
    /// Samples per second, in Hz.
    pub(crate) rate: u32,
    /// Samples as little-endian 16-bit integers, two bytes each.
    pub(crate) pcm: Vec<u8>,
}

impl Wav {
    /// Reads a whole file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is cut short, or holds anything but mono 16-bit PCM of at most [`MAX_BYTES`].
    pub(crate) fn read(path: impl AsRef<Path>) -> Result<Self, WavError> {
        let path = path.as_ref();
        match File::open(path) {
            Ok(file) => Self::decode(&path.display().to_string(), BufReader::new(file)),
            Err(cause) => Err(WavError::Read { name: path.display().to_string(), cause }),
        }
    }

    /// Reads the bytes of a file that the program carries within itself.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, WavError> {
        Self::decode("the built-in recording", bytes)
    }

    /// Writes a whole file, over any that was there.
    ///
    /// # Errors
    ///
    /// As [`Recorder`].
    pub(crate) fn write(&self, path: impl AsRef<Path>) -> Result<(), WavError> {
        let mut recorder = Recorder::create(path, self.rate)?;
        recorder.push(&self.pcm)?;
        recorder.finish().map(drop)
    }

    /// Whether this is audio of a call's format, as far as that is known.
    ///
    /// # Errors
    ///
    /// [`Failure::WrongRate`], which names the recording.
    pub(crate) fn fits(&self, name: &str, format: Option<AudioFormat>) -> Result<(), Failure> {
        match format {
            Some(format) if format.rate() != self.rate => {
                Err(Failure::WrongRate { name: name.to_owned(), found: self.rate, needed: format.rate() })
            }
            _ => Ok(()),
        }
    }

    fn decode(name: &str, source: impl Read) -> Result<Self, WavError> {
        let riff::Plain { file, endless } =
            riff::plain(source).map_err(|error| refusal(name, hound::Error::IoError(error)))?;
        if endless {
            return Err(WavError::Endless { name: name.to_owned() });
        }
        let mut reader = WavReader::new(file).map_err(|error| refusal(name, error))?;
        let WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format } = reader.spec();
        let name = name.to_owned();
        if channels != 1 {
            return Err(WavError::Channels { name, channels });
        }
        if (bits, sample_format) != (16, SampleFormat::Int) {
            let kind = match sample_format {
                SampleFormat::Int => "integer",
                SampleFormat::Float => "floating-point",
            };
            return Err(WavError::Samples { name, bits, kind });
        }
        if !(1..=MAX_RATE).contains(&rate) {
            return Err(WavError::Rate { name, rate });
        }
        let announced = reader.len();
        if announced > MAX_BYTES / 2 {
            return Err(WavError::TooLong { name, bytes: u64::from(announced) * 2 });
        }

        // The header is not trusted for the size of the buffer: it grows with what is really there.
        let mut pcm = Vec::new();
        for sample in reader.samples::<i16>() {
            match sample {
                Ok(sample) => pcm.extend_from_slice(&sample.to_le_bytes()),
                Err(error) if is_end_of_file(&error) => {
                    return Err(WavError::CutShort {
                        name,
                        found: pcm.len(),
                        announced: u64::from(announced) * 2,
                    });
                }
                Err(error) => return Err(refusal(&name, error)),
            }
        }
        Ok(Self { rate, pcm })
    }
}

/// A recording written while the call goes on, for as long as it takes.
///
/// The header is brought up to date after the first second of audio and then every ten, so what a killed program
/// leaves can be played. After
/// an error the recording is over: what was written before it remains.
pub(crate) struct Recorder {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    /// The first half of a sample whose second half is still to come.
    half: Option<u8>,
    /// Samples written so far.
    samples: u64,
    /// Samples that still fit: lengths in a WAV file have 32 bits.
    room: u64,
    /// Samples from one update of the header to the next, and those left until it.
    save_every: u32,
    save_in: u32,
}

impl Recorder {
    /// Begins a file, over any that was there. `rate` is in Hz.
    ///
    /// # Errors
    ///
    /// When the file cannot be created, or the rate is zero or above [`MAX_RATE`].
    pub(crate) fn create(path: impl AsRef<Path>, rate: u32) -> Result<Self, WavError> {
        let path = path.as_ref().to_owned();
        if !(1..=MAX_RATE).contains(&rate) {
            return Err(WavError::Rate { name: path.display().to_string(), rate });
        }
        let spec =
            WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let writer = WavWriter::create(&path, spec).map_err(|error| failure(&path, error))?;
        let save_every = rate * 10;
        // Two bytes a sample, and room for the header, which counts towards the length of the whole.
        let room = u64::from(u32::MAX / 2 - 64);
        Ok(Self { path, writer, half: None, samples: 0, room, save_every, save_in: rate })
    }

    /// Appends bytes of little-endian 16-bit samples, in pieces of any length: half a sample waits for the next piece.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, the disk being full, say, or when it has reached 4 GiB.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), WavError> {
        let mut bytes = bytes;
        if let (Some(low), Some((&high, rest))) = (self.half, bytes.split_first()) {
            self.half = None;
            self.write(i16::from_le_bytes([low, high]))?;
            bytes = rest;
        }
        let (samples, rest) = bytes.as_chunks::<2>();
        for &sample in samples {
            self.write(i16::from_le_bytes(sample))?;
        }
        self.half = rest.first().copied().or(self.half);
        Ok(())
    }

    /// Completes the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn finish(self) -> Result<Recorded, WavError> {
        let Self { path, writer, half, samples, .. } = self;
        match writer.finalize() {
            Ok(()) => Ok(Recorded { samples, odd_byte: half.is_some() }),
            Err(error) => Err(failure(&path, error)),
        }
    }

    fn write(&mut self, sample: i16) -> Result<(), WavError> {
        let Some(room) = self.room.checked_sub(1) else {
            return Err(WavError::Full { name: self.path.display().to_string() });
        };
        self.writer.write_sample(sample).map_err(|error| failure(&self.path, error))?;
        self.room = room;
        self.samples += 1;
        self.save_in -= 1;
        if self.save_in == 0 {
            self.save_in = self.save_every;
            self.writer.flush().map_err(|error| failure(&self.path, error))?;
        }
        Ok(())
    }
}

/// What a finished recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Samples in the file.
    pub(crate) samples: u64,
    /// Whether half a sample was left over at the end, and dropped.
    pub(crate) odd_byte: bool,
}

/// Why a recording could not be read or written, as one sentence about the file.
#[derive(Debug, Error)]
pub(crate) enum WavError {
    #[error("cannot read {name}: {cause}")]
    Read { name: String, cause: io::Error },
    #[error("cannot write {name}: {cause}")]
    Write { name: String, cause: io::Error },
    #[error("{name} is not a WAV file that voxwire can read: {reason}")]
    Malformed { name: String, reason: &'static str },
    #[error("{name} is in an encoding that voxwire cannot read; it needs 16-bit integer PCM")]
    Encoding { name: String },
    #[error("{name} has {channels} channels; voxwire needs mono")]
    Channels { name: String, channels: u16 },
    #[error("{name} has {bits}-bit {kind} samples; voxwire needs 16-bit integers")]
    Samples { name: String, bits: u16, kind: &'static str },
    #[error("{name} has a sample rate of {rate} Hz; voxwire needs 1 to {MAX_RATE} Hz")]
    Rate { name: String, rate: u32 },
    #[error("{name} does not say how long it is; write it to a file, not to a pipe")]
    Endless { name: String },
    #[error("{name} announces {bytes} bytes of audio; voxwire reads at most {MAX_BYTES}")]
    TooLong { name: String, bytes: u64 },
    #[error("{name} is cut short: it holds {found} bytes of audio and announces {announced}")]
    CutShort { name: String, found: usize, announced: u64 },
    #[error("{name} has reached 4 GiB, the most a WAV file can hold")]
    Full { name: String },
}

/// Whose fault it is that a file cannot be read: the system's or the file's.
fn refusal(name: &str, error: hound::Error) -> WavError {
    let name = name.to_owned();
    if is_end_of_file(&error) {
        return WavError::Malformed { name, reason: "it ends before the audio begins" };
    }
    match error {
        hound::Error::IoError(cause) => WavError::Read { name, cause },
        hound::Error::FormatError(reason) => WavError::Malformed { name, reason },
        _ => WavError::Encoding { name },
    }
}

fn failure(path: &Path, error: hound::Error) -> WavError {
    let cause = match error {
        hound::Error::IoError(cause) => cause,
        other => io::Error::other(other),
    };
    WavError::Write { name: path.display().to_string(), cause }
}

/// Whether reading came to the end of the file too early: hound makes up such an error, no system call fails.
fn is_end_of_file(error: &hound::Error) -> bool {
    matches!(error, hound::Error::IoError(cause) if cause.raw_os_error().is_none())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let file = Scratch::new("round.wav");
        let wav = Wav { rate: 24_000, pcm: vec![1, 2, 3, 4, 0xFF, 0x7F, 0, 0x80] };
        wav.write(&file.0).unwrap();
        assert!(Wav::read(&file.0).unwrap() == wav);
        assert!(Wav::parse(&fs::read(&file.0).unwrap()).unwrap() == wav);
        assert_eq!(fs::read(&file.0).unwrap().len(), 44 + 8);
    }

    #[test]
    fn half_a_sample_waits_for_its_other_half() {
        let file = Scratch::new("halves.wav");
        let mut recorder = Recorder::create(&file.0, 8_000).unwrap();
        for piece in [&[1][..], &[], &[2], &[3, 4, 5], &[6, 7]] {
            recorder.push(piece).unwrap();
        }
        assert_eq!(recorder.finish().unwrap(), Recorded { samples: 3, odd_byte: true });
        assert_eq!(Wav::read(&file.0).unwrap().pcm, [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn an_unfinished_recording_can_be_read_up_to_ten_seconds_before_its_end() {
        let file = Scratch::new("killed.wav");
        let mut recorder = Recorder::create(&file.0, 100).unwrap();
        recorder.push(&[7; 500]).unwrap();
        assert_eq!(Wav::read(&file.0).unwrap().pcm.len(), 200);
        recorder.push(&[7; 2_000]).unwrap();
        assert_eq!(Wav::read(&file.0).unwrap().pcm.len(), 2_200);
        drop(recorder);
        assert_eq!(Wav::read(&file.0).unwrap().pcm.len(), 2_500);
    }

    #[test]
    fn a_recording_ends_where_its_lengths_would_no_longer_fit() {
        let file = Scratch::new("full.wav");
        let mut recorder = Recorder::create(&file.0, 8_000).unwrap();
        recorder.room = 2;
        let error = recorder.push(&[1; 6]).unwrap_err();
        assert_eq!(error.to_string(), format!("{file} has reached 4 GiB, the most a WAV file can hold"));
        assert_eq!(recorder.finish().unwrap().samples, 2);
    }

    #[test]
    fn each_refusal_says_what_was_found_and_what_is_needed() {
        let mono = WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let of = |spec| {
            let mut file = io::Cursor::new(Vec::new());
            WavWriter::new(&mut file, spec).unwrap().finalize().unwrap();
            refused(file.get_ref())
        };
        assert_eq!(of(WavSpec { channels: 2, ..mono }), "it has 2 channels; voxwire needs mono");
        assert_eq!(
            of(WavSpec { bits_per_sample: 24, ..mono }),
            "it has 24-bit integer samples; voxwire needs 16-bit integers",
        );
        assert_eq!(
            of(WavSpec { bits_per_sample: 32, sample_format: SampleFormat::Float, ..mono }),
            "it has 32-bit floating-point samples; voxwire needs 16-bit integers",
        );
        assert_eq!(
            of(WavSpec { sample_rate: 400_000, ..mono }),
            "it has a sample rate of 400000 Hz; voxwire needs 1 to 384000 Hz",
        );

        assert_eq!(
            refused(b"ID3\x03 music"),
            "it is not a WAV file that voxwire can read: no RIFF tag found"
        );
        assert_eq!(
            refused(b"RI"),
            "it is not a WAV file that voxwire can read: it ends before the audio begins"
        );
        let mut file = header(7, 4);
        file.extend([1, 2, 3, 4]);
        assert_eq!(
            refused(&file),
            "it is in an encoding that voxwire cannot read; it needs 16-bit integer PCM"
        );
        let mut file = header(1, 4);
        file.extend([1, 2, 3]);
        assert_eq!(refused(&file), "it is cut short: it holds 2 bytes of audio and announces 4");
        assert_eq!(
            refused(&header(1, 1 << 31)),
            "it announces 2147483648 bytes of audio; voxwire reads at most 1073741824",
        );
    }

    #[test]
    fn chunks_of_any_length_are_passed_over() {
        let mut file = header(1, 4);
        let rest = file.split_off(12);
        file.extend(b"LIST\x05\0\0\0INFOx\0junk\0\0\0\0");
        file.extend(rest);
        file.extend([1, 2, 3, 4]);
        file.extend(b"LIST\x05\0\0\0INFOx\0");
        let wav = Wav::parse(&file).unwrap();
        assert_eq!((wav.rate, wav.pcm), (8_000, vec![1, 2, 3, 4]));
        assert_eq!(
            refused(b"RIFF\0\0\0\0WAVELIST\xFF\0\0\0"),
            "it is not a WAV file that voxwire can read: it ends before the audio begins"
        );
    }

    #[test]
    fn a_recording_that_came_through_a_pipe_is_refused_for_what_it_is() {
        for length in [0, u32::MAX] {
            let mut file = header(1, length);
            file.extend([1, 2, 3, 4]);
            assert_eq!(refused(&file), "it does not say how long it is; write it to a file, not to a pipe");
        }
        assert!(Wav::parse(&header(1, 0)).unwrap().pcm.is_empty());
    }

    #[test]
    fn the_path_is_named_when_a_file_cannot_be_opened_or_made() {
        let error = Wav::read("/nowhere/hello.wav").err().unwrap();
        assert!(error.to_string().starts_with("cannot read /nowhere/hello.wav: "), "{error}");
        let error = Recorder::create("/nowhere/hello.wav", 8_000).err().unwrap();
        assert!(error.to_string().starts_with("cannot write /nowhere/hello.wav: "), "{error}");
        let error = Recorder::create("/nowhere/hello.wav", 0).err().unwrap();
        assert!(matches!(error, WavError::Rate { rate: 0, .. }));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_and_not_a_short_file() {
        let mut recorder = Recorder::create("/dev/full", 8_000).unwrap();
        let error = recorder.push(&vec![0; 100_000]).unwrap_err();
        assert!(matches!(error, WavError::Write { cause, .. } if cause.kind() == io::ErrorKind::StorageFull));
        assert!(Recorder::create("/dev/full", 8_000).unwrap().finish().is_err());
    }

    /// The header of a mono file with 16-bit samples, of any encoding and announced length.
    fn header(encoding: u8, bytes: u32) -> Vec<u8> {
        let mut header = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        header.extend([encoding, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0]);
        header.extend(b"data");
        header.extend(bytes.to_le_bytes());
        header
    }

    fn refused(bytes: &[u8]) -> String {
        Wav::decode("it", bytes).err().unwrap().to_string()
    }

    /// A file that goes away with the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            Self(env::temp_dir().join(format!("voxwire-{}-{name}", process::id())))
        }
    }

    impl core::fmt::Display for Scratch {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            self.0.display().fmt(f)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }
}
