//! One direction of a call's audio, as one end sees it.

use core::fmt::{self, Display};
use core::time::Duration;

use serde::Serialize;
use voxwire::audio::{Arrivals, Drift, Level};
use voxwire::{AudioFormat, Instant};

use super::Millis;

/// Audio that is said, counted.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "Counts")]
pub(crate) struct Flow {
    /// Messages of audio.
    pub(crate) frames: u64,
    /// Bytes of audio.
    pub(crate) bytes: u64,
    /// When the first came.
    pub(crate) first: Option<Duration>,
    arrivals: Arrivals,
}

/// Audio that comes, counted and measured.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "Readings")]
pub(crate) struct Heard {
    pub(crate) flow: Flow,
    level: Level,
    /// The first half of a sample whose second half is still to come.
    half: Option<u8>,
    format: Option<AudioFormat>,
}

impl Flow {
    /// Of audio in this format, before any.
    pub(crate) fn new(format: Option<AudioFormat>) -> Self {
        // How long nothing comes is measured without it.
        Self { frames: 0, bytes: 0, first: None, arrivals: Arrivals::new(format.unwrap_or(ANY)) }
    }

    pub(crate) fn count(&mut self, at: Duration, bytes: usize) {
        self.first.get_or_insert(at);
        self.frames += 1;
        self.bytes += bytes as u64;
        let samples = self.bytes / AudioFormat::SAMPLE_BYTES as u64;
        self.arrivals.add(Instant::ZERO + at, samples - self.arrivals.samples());
    }

    /// The longest time between two messages.
    pub(crate) const fn longest_gap(&self) -> Millis {
        Millis(self.arrivals.longest_silence())
    }
}

impl Heard {
    /// Of audio in this format, if it is known, before any.
    pub(crate) fn new(format: Option<AudioFormat>) -> Self {
        Self { flow: Flow::new(format), level: Level::default(), half: None, format }
    }

    /// A message of so many bytes has come.
    pub(crate) fn count(&mut self, at: Duration, bytes: usize) {
        self.flow.count(at, bytes);
    }

    /// This is what was in it.
    pub(crate) fn measure(&mut self, pcm: &[u8]) {
        let mut pcm = pcm;
        if let (Some(low), Some((&high, rest))) = (self.half, pcm.split_first()) {
            self.level.add(&[low, high]);
            self.half = None;
            pcm = rest;
        }
        let (_, half) = pcm.as_chunks::<2>();
        self.level.add(pcm);
        self.half = half.first().copied().or(self.half);
    }
}

impl Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Readings { counts, gaps, dry_ms, jitter_ms, level, .. } = self.clone().into();
        let Counts { frames, bytes, longest_gap_ms } = counts;
        write!(f, "{frames} frames, {bytes} bytes; longest gap {longest_gap_ms}")?;
        if let Some(jitter) = jitter_ms {
            write!(f, ", jitter {jitter}")?;
        }
        if let (Some(gaps @ 1..), Some(dry)) = (gaps, dry_ms) {
            let s = if gaps == 1 { "" } else { "s" };
            write!(f, "; ran dry {gaps} time{s}, {dry}")?;
        }
        level.map_or(Ok(()), |level| write!(f, "; {level}"))
    }
}

/// Stands in where the format is unknown.
const ANY: AudioFormat = AudioFormat::pcm16(8_000).unwrap();

/// What is told of audio that is said.
#[derive(Serialize)]
struct Counts {
    frames: u64,
    bytes: u64,
    longest_gap_ms: Millis,
}

/// What is told of audio that comes. How regularly it does is measured against its format.
#[derive(Serialize)]
struct Readings {
    #[serde(flatten)]
    counts: Counts,
    gaps: Option<u64>,
    dry_ms: Option<Millis>,
    burst_ms: Option<Millis>,
    jitter_ms: Option<Millis>,
    drift: Option<Drift>,
    level: Option<Loudness>,
}

/// A level in dBFS, where full scale is a square wave.
#[derive(Clone, Copy, Serialize)]
struct Loudness {
    rms_dbfs: f64,
    peak_dbfs: f64,
}

impl From<Flow> for Counts {
    fn from(flow: Flow) -> Self {
        Self { frames: flow.frames, bytes: flow.bytes, longest_gap_ms: flow.longest_gap() }
    }
}

impl From<Heard> for Readings {
    fn from(heard: Heard) -> Self {
        let Heard { flow, level, format, .. } = heard;
        let arrivals = format.map(|_| flow.arrivals.clone());
        let arrivals = arrivals.as_ref();
        Self {
            counts: flow.into(),
            gaps: arrivals.map(Arrivals::gaps),
            dry_ms: arrivals.map(|arrivals| Millis(arrivals.dry())),
            burst_ms: arrivals.map(|arrivals| Millis(arrivals.burst())),
            jitter_ms: arrivals.map(|arrivals| Millis(arrivals.jitter())),
            drift: arrivals.and_then(Arrivals::drift),
            level: (level.samples() > 0).then(|| Loudness::of(level)),
        }
    }
}

impl Loudness {
    fn of(level: Level) -> Self {
        const CENTI: f64 = 100.0;
        let floor = f64::from(Level::FLOOR) / CENTI;
        let peak = 20.0 * (f64::from(level.peak()) / 32_768.0).log10();
        Self {
            rms_dbfs: f64::from(level.millibels()) / CENTI,
            peak_dbfs: (peak.max(floor) * CENTI).round() / CENTI,
        }
    }
}

impl Display for Loudness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {:.1} dBFS, peak {:.1}", self.rms_dbfs, self.peak_dbfs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const FORMAT: Option<AudioFormat> = AudioFormat::pcm16(8_000);

    #[test]
    fn what_comes_is_measured() {
        let mut heard = Heard::new(FORMAT);
        // A square wave of half full scale, in pieces that end in mid-sample.
        let wave: Vec<u8> = [0, 0x40, 0, 0xC0].repeat(8_000);
        let mut rest = &wave[..];
        for (at, bytes) in [(0, 321), (20, 319), (20, 1), (160, 319), (160, 0), (160, 960)] {
            let (piece, later) = rest.split_at(bytes);
            heard.count(Duration::from_millis(at), bytes);
            heard.measure(piece);
            rest = later;
        }
        let told = serde_json::to_value(&heard).unwrap();
        assert_eq!(
            (&told["frames"], &told["bytes"], &told["longest_gap_ms"]),
            (&json!(6), &json!(1_920), &json!(140.0))
        );
        assert_eq!((&told["gaps"], &told["dry_ms"]), (&json!(1), &json!(120.0)));
        assert_eq!((&told["burst_ms"], &told["drift"]), (&json!(80.0), &Value::Null));
        assert_eq!(told["level"], json!({"rms_dbfs": -6.02, "peak_dbfs": -6.02}));
        assert!(told["jitter_ms"].as_f64().unwrap() > 0.0);
        let words = heard.to_string();
        assert!(words.starts_with("6 frames, 1920 bytes; longest gap 140.0 ms, jitter "), "{words}");
        assert!(words.ends_with("; ran dry 1 time, 120.0 ms; level -6.0 dBFS, peak -6.0"), "{words}");
    }

    #[test]
    fn without_a_rate_only_silence_and_level_are_known() {
        let mut heard = Heard::new(None);
        for at in [0, 50] {
            heard.count(Duration::from_millis(at), 320);
            heard.measure(&[0; 320]);
        }
        let expected = json!({
            "frames": 2, "bytes": 640, "longest_gap_ms": 50.0,
            "gaps": null, "dry_ms": null, "burst_ms": null, "jitter_ms": null, "drift": null,
            "level": {"rms_dbfs": -127.0, "peak_dbfs": -127.0},
        });
        assert_eq!(serde_json::to_value(&heard).unwrap(), expected);
        assert_eq!(serde_json::to_value(Heard::new(FORMAT)).unwrap()["level"], Value::Null);
    }

    #[test]
    fn drift_is_known_once_it_means_something() {
        let mut heard = Heard::new(FORMAT);
        // The sender's clock is 100 ppm fast.
        for frame in 0..2_000_u64 {
            heard.count(Duration::from_micros(frame * 19_998), 320);
        }
        let drift = &serde_json::to_value(&heard).unwrap()["drift"];
        let [ppm, within] = ["ppm", "within"].map(|key| drift[key].as_i64().unwrap());
        assert!((ppm - 100).abs() <= within && within <= 5, "{drift}");
    }
}
