//! Recordings that are written.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{MAX_RATE, WavError};

/// How long a header is, in bytes: the chunk's length of everything behind it is at 4, that of the samples is its end.
const HEADER: u32 = 44;

/// Writes a whole file of little-endian 16-bit samples, mono, over any that was there. `rate` is in Hz.
///
/// # Errors
///
/// As [`Recorder`].
pub(crate) fn write(path: impl AsRef<Path>, rate: u32, pcm: &[u8]) -> Result<(), WavError> {
    let mut recorder = Recorder::create(path, rate)?;
    recorder.push(pcm)?;
    recorder.finish().map(drop)
}

/// A recording written while the call goes on, for as long as it takes.
///
/// The header is written at once, and brought up to date after the first second of audio and then every ten, so what a
/// killed program leaves can be played. After an error the recording is over: finishing it makes what reached the disk
/// one that can be played.
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
        let begun = WavWriter::create(&path, spec).and_then(|mut writer| writer.flush().map(|()| writer));
        let writer = begun.map_err(|error| failure(&path, error))?;
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
    /// When the file cannot be written: it ends then with what there was room for.
    pub(crate) fn finish(self) -> Result<Recorded, WavError> {
        let Self { path, writer, half, samples, .. } = self;
        match writer.finalize() {
            Ok(()) => Ok(Recorded { samples, odd_byte: half.is_some() }),
            Err(error) => {
                // What is wrong is told; that this went wrong too would add nothing.
                let _ = cut_short(&path);
                Err(failure(&path, error))
            }
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

/// Makes a file end where what was written of it ends, to the sample. That takes no room, so a full disk lets it happen.
fn cut_short(path: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    let written = u32::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    // A device has no length, and needs no end.
    let Some(audio) = written.checked_sub(HEADER) else { return Ok(()) };
    let audio = audio & !1;
    file.set_len(u64::from(HEADER + audio))?;
    for (at, length) in [(4, HEADER - 8 + audio), (HEADER - 4, audio)] {
        file.seek(SeekFrom::Start(u64::from(at)))?;
        file.write_all(&length.to_le_bytes())?;
    }
    Ok(())
}

fn failure(path: &Path, error: hound::Error) -> WavError {
    let cause = match error {
        hound::Error::IoError(cause) => cause,
        other => io::Error::other(other),
    };
    WavError::Write { name: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn what_is_written_has_one_header_and_all_samples() {
        let file = Scratch::new("round.wav");
        write(&file.0, 24_000, &[1, 2, 3, 4, 0xFF, 0x7F, 0, 0x80]).unwrap();
        assert_eq!((file.rate(), file.samples()), (24_000, vec![0x0201, 0x0403, i16::MAX, i16::MIN]));
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
        assert_eq!(file.samples(), [0x0201, 0x0403, 0x0605]);
    }

    #[test]
    fn an_unfinished_recording_can_be_read_up_to_ten_seconds_before_its_end() {
        let file = Scratch::new("killed.wav");
        let mut recorder = Recorder::create(&file.0, 100).unwrap();
        recorder.push(&[7; 500]).unwrap();
        assert_eq!(file.samples().len(), 100);
        recorder.push(&[7; 2_000]).unwrap();
        assert_eq!(file.samples().len(), 1_100);
        drop(recorder);
        assert_eq!(file.samples().len(), 1_250);
    }

    #[test]
    fn a_recording_ends_where_its_lengths_would_no_longer_fit() {
        let file = Scratch::new("full.wav");
        let mut recorder = Recorder::create(&file.0, 8_000).unwrap();
        recorder.room = 2;
        let error = recorder.push(&[1; 6]).unwrap_err();
        let name = file.0.display();
        assert_eq!(error.to_string(), format!("{name} has reached 4 GiB, the most a WAV file can hold"));
        assert_eq!(recorder.finish().unwrap().samples, 2);
    }

    #[test]
    fn the_path_is_named_when_a_file_cannot_be_made() {
        let error = Recorder::create("/nowhere/hello.wav", 8_000).err().unwrap();
        assert!(error.to_string().starts_with("cannot write /nowhere/hello.wav: "), "{error}");
        let error = Recorder::create("/nowhere/hello.wav", 0).err().unwrap();
        assert!(matches!(error, WavError::Rate { rate: 0, .. }));
    }

    #[test]
    fn what_reached_the_disk_can_be_played_to_its_last_whole_sample() {
        let file = Scratch::new("short.wav");
        write(&file.0, 8_000, &[3; 1_000]).unwrap();
        let whole = fs::read(&file.0).unwrap();
        for (kept, samples) in [(44, 0), (45, 0), (46, 1), (543, 249), (1_044, 500)] {
            // The header still tells of what never came.
            fs::write(&file.0, &whole[..kept]).unwrap();
            cut_short(&file.0).unwrap();
            assert_eq!(file.samples(), vec![0x0303; samples], "{kept}");
            assert_eq!(fs::read(&file.0).unwrap().len(), 44 + 2 * samples);
        }
        fs::write(&file.0, &whole[..43]).unwrap();
        cut_short(&file.0).unwrap();
        assert_eq!(fs::read(&file.0).unwrap(), whole[..43]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_and_not_a_short_file() {
        let error = Recorder::create("/dev/full", 8_000).err().unwrap();
        assert!(matches!(error, WavError::Write { cause, .. } if cause.kind() == io::ErrorKind::StorageFull));
    }

    /// A file that goes away with the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            Self(env::temp_dir().join(format!("voxwire-{}-{name}", process::id())))
        }

        fn rate(&self) -> u32 {
            hound::WavReader::open(&self.0).unwrap().spec().sample_rate
        }

        fn samples(&self) -> Vec<i16> {
            hound::WavReader::open(&self.0).unwrap().samples().map(Result::unwrap).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }
}
