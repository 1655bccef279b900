//! How audio comes in: gaps, bursts, jitter, drift.

use core::time::Duration;

use super::drift::{Drift, DriftMeter};
use crate::format::AudioFormat;
use crate::time::Instant;

/// Meters on the receiving side of a call, fed with when audio came and how much.
///
/// The platforms send no timestamps to compute from (the unit of Wavix's is unclear), so the sender's clock is the
/// count of its samples: audio that the sender left out looks late from then on.
///
/// Inline and bounded. All saturates, and a clock that goes back counts as one that stands still.
///
/// ```
/// use core::time::Duration;
/// use voxwire::audio::Arrivals;
/// use voxwire::{AudioFormat, Instant};
///
/// let mut arrivals = Arrivals::new(AudioFormat::pcm16(8_000).unwrap());
/// for millis in [0, 20, 40, 160, 160, 160, 160, 160, 180] {
///     arrivals.add(Instant::from_millis(millis), 160); // 20 ms
/// }
/// assert_eq!(arrivals.longest_silence(), Duration::from_millis(120));
/// assert_eq!((arrivals.gaps(), arrivals.dry()), (1, Duration::from_millis(100)));
/// assert_eq!(arrivals.burst(), Duration::from_millis(100)); // five at once
/// ```
#[derive(Clone, Debug)]
pub struct Arrivals {
    format: AudioFormat,
    first: Option<Instant>,
    last: Instant,
    count: u64,
    samples: u64,
    gaps: u64,
    /// In microseconds, as the next two.
    longest_silence: u64,
    dry: u64,
    burst: u64,
    /// In sixteenths of a microsecond.
    jitter: u64,
    drift: DriftMeter,
}

impl Arrivals {
    /// Running dry for this long is a gap, in microseconds: as long as a [`FRAME`](AudioFormat::FRAME).
    const GAP: u64 = 20_000;

    /// Meters for audio of a `format`, before any has come.
    pub const fn new(format: AudioFormat) -> Self {
        Self {
            format,
            first: None,
            last: Instant::ZERO,
            count: 0,
            samples: 0,
            gaps: 0,
            longest_silence: 0,
            dry: 0,
            burst: 0,
            jitter: 0,
            drift: DriftMeter::new(),
        }
    }

    /// Notes that `samples` samples have come. None is no arrival.
    pub fn add(&mut self, now: Instant, samples: u64) {
        if samples == 0 {
            return;
        }
        let now = now.max(self.last);
        let first = *self.first.get_or_insert(now);
        let elapsed = now.as_micros().saturating_sub(first.as_micros());
        let before = self.audio();
        self.samples = self.samples.saturating_add(samples);
        let after = self.audio();

        if self.count > 0 {
            let silence = now.as_micros().saturating_sub(self.last.as_micros());
            self.longest_silence = self.longest_silence.max(silence);
            let deviation = silence.abs_diff(after.saturating_sub(before));
            let decay = self.jitter.saturating_add(8) >> 4;
            self.jitter = self.jitter.saturating_add(deviation).saturating_sub(decay);
        }

        let late = elapsed.saturating_sub(before);
        let dried = late.saturating_sub(self.dry);
        if dried >= Self::GAP {
            self.gaps = self.gaps.saturating_add(1);
        }
        self.dry = self.dry.max(late);
        let waiting = after.saturating_add(self.dry).saturating_sub(elapsed);
        self.burst = self.burst.max(waiting);

        self.drift.add(elapsed, after);
        self.last = now;
        self.count = self.count.saturating_add(1);
    }

    /// How many pieces of audio have come.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many samples have come.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// The longest time between two arrivals.
    pub const fn longest_silence(&self) -> Duration {
        Duration::from_micros(self.longest_silence)
    }

    /// How often a listener without a buffer has run dry for 20 ms or more: one who begins to play with the first
    /// arrival, stops where nothing is there to play, and goes on with the next arrival.
    pub const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// How long that listener has run dry, all in all: what a listener must hold back at first so as never to.
    pub const fn dry(&self) -> Duration {
        Duration::from_micros(self.dry)
    }

    /// The most audio that has waited at that listener's, what just came included: one piece while audio comes in
    /// real time, more where it came at once or ahead.
    pub const fn burst(&self) -> Duration {
        Duration::from_micros(self.burst)
    }

    /// The interarrival jitter of RFC 3550, section 6.4.1, by the integer algorithm of its appendix A.8, in
    /// microseconds. A piece's timestamp is taken to be that of its end, before which it cannot be sent, so that
    /// pieces of several lengths do not count as jitter.
    pub const fn jitter(&self) -> Duration {
        Duration::from_micros(self.jitter >> 4)
    }

    /// How fast the sender's clock runs against ours; see there from when on that means anything.
    pub fn drift(&self) -> Option<Drift> {
        self.drift.drift()
    }

    /// How long all audio lasts that has come, in microseconds.
    fn audio(&self) -> u64 {
        let scaled = self.samples.saturating_mul(1_000_000);
        scaled.checked_div(u64::from(self.format.rate())).unwrap_or_default()
    }
}
