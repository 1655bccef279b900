//! What is reckoned from the clock: what the far end has heard, when a frame is to be sent, how audio comes in.
//!
//! The first line of the script is two letters, then numbers with blanks between them:
//!
//! | | |
//! |---|---|
//! | rate | `0` to `5`: 8, 16, 24, 44.1, 48, 96 kHz |
//! | start | `e` for a clock near its end, otherwise 0 |
//! | numbers | bytes that the platform holds, without limit if it is no number; the least and the most of the way, jitter, how far ahead: all in microseconds |
//!
//! Each further line is a step:
//!
//! | step | what happens |
//! |---|---|
//! | `+…` | so many samples are sent |
//! | `t…` | so many samples are sent if it is time |
//! | `v…` | so many samples come in |
//! | `m…` `e…` | a mark of this name is sent, comes back |
//! | `/` | a clear is sent |
//! | `~…` | so many microseconds pass; backwards if negative |
//! | `@` | the time passes until a frame may be sent |

use std::time::Duration;

use voxwire::audio::{Arrivals, Echo, Estimate, Pacer, Playback};
use voxwire::{AudioFormat, Instant, Text};

use crate::script;

/// Runs the script.
///
/// # Panics
/// Where an estimate is out of order or takes back what was certain, or where a pacer gets further ahead than it may.
pub fn audio(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let letter = |at: usize| first.get(at).copied().unwrap_or_default();
    let rate = AudioFormat::RATES[usize::from(letter(0).wrapping_sub(b'0')) % AudioFormat::RATES.len()];
    let format = AudioFormat::pcm16(rate).expect("a rate that is documented");
    let mut numbers = first.get(2..).unwrap_or_default().split(|byte| *byte == b' ');
    let mut number = || str::from_utf8(numbers.next()?).ok()?.parse::<u64>().ok();
    let buffer = number().and_then(|bytes| u32::try_from(bytes).ok());
    let (least, most, jitter, ahead) = (number(), number(), number(), number());
    let micros = |number: Option<u64>, default: u64| Duration::from_micros(number.unwrap_or(default));
    let far = Playback::new(format)
        .buffer(buffer)
        .delay(micros(least, 0), micros(most, 100_000))
        .jitter(micros(jitter, 30_000));
    let now = Instant::from_micros(if letter(1) == b'e' { u64::MAX - 30_000_000 } else { 0 });
    let listener = Listener {
        format,
        now,
        latest: Instant::ZERO,
        far,
        holds_nothing: buffer.is_some_and(|bytes| bytes < 2),
        sent: 0,
        known: Known::default(),
        pacer: Pacer::new(format, micros(ahead, 60_000)),
        schedule: Schedule { rate, ahead: micros(ahead, 60_000), now: Instant::ZERO, begun: None },
        arrivals: Arrivals::new(format),
    };
    listener.play(lines);
}

/// The longest script that is played, in steps; and more samples than any call has: at 8 kHz a thousand years.
const MAX_STEPS: usize = 512;
const ENDLESS: u64 = 1 << 48;

struct Listener {
    format: AudioFormat,
    /// The clock, which may go back.
    now: Instant,
    /// The latest time that the far end was told.
    latest: Instant,
    far: Playback,
    /// Whether the platform drops all that it receives.
    holds_nothing: bool,
    sent: u64,
    known: Known,
    pacer: Pacer,
    schedule: Schedule,
    arrivals: Arrivals,
}

/// What is certain cannot become less.
#[derive(Clone, Copy, Default)]
struct Known {
    heard: u64,
    position: u64,
}

impl Listener {
    fn play<'d>(mut self, lines: impl Iterator<Item = &'d [u8]>) {
        for line in lines.take(MAX_STEPS) {
            let (step, rest) = line.split_first().unwrap_or((&b'~', &[]));
            let name = || Text::new(str::from_utf8(rest).unwrap_or_default());
            let number = || u64::try_from(script::number(rest)).unwrap_or_default();
            match step {
                b'+' => self.push(number()),
                b't' => self.take(number()),
                b'v' => self.come(number()),
                b'm' => drop(self.far.mark(self.now, name())),
                b'e' => self.echo(name()),
                b'/' => self.clear(),
                b'@' => self.now = self.pacer.poll_timeout().unwrap_or(self.now).max(self.now),
                _ => self.pass(script::number(rest)),
            }
            // Those steps tell the far end the time, as what is sent does.
            if matches!(step, b'm' | b'e' | b'/') {
                self.latest = self.latest.max(self.now);
            }
            self.assert_known();
        }
        let _ = format!("{:?} {:?}", self.far, self.arrivals);
    }

    fn pass(&mut self, micros: i128) {
        let now = i128::from(self.now.as_micros()).saturating_add(micros);
        self.now = Instant::from_micros(u64::try_from(now).unwrap_or(if now < 0 { 0 } else { u64::MAX }));
    }

    fn push(&mut self, samples: u64) {
        self.far.push(self.now, samples);
        self.latest = self.latest.max(self.now);
        self.sent = self.sent.saturating_add(samples);
        assert_eq!(self.far.sent(), self.sent);
    }

    fn echo(&mut self, name: Text<'_>) {
        let before = (self.far.heard(self.now), self.far.position(self.now));
        if self.far.handle_mark(self.now, name) != Echo::Heard {
            assert_eq!((self.far.heard(self.now), self.far.position(self.now)), before, "it proves nothing");
        }
    }

    fn clear(&mut self) {
        let stopped = self.far.clear(self.now);
        for estimate in [stopped.at, stopped.unheard, stopped.heard] {
            assert_ordered(estimate);
            assert!(estimate.upper <= self.sent);
        }
        assert_eq!(stopped.at.width(), stopped.unheard.width());
        assert_eq!(self.far.queued(self.now), Estimate::exact(0));
        assert_eq!(self.far.runs_dry(self.now), None);
    }

    /// What holds between any two steps.
    fn assert_known(&mut self) {
        let now = self.now;
        let (heard, position) = (self.far.heard(now), self.far.position(now));
        let queued = self.far.queued(now);
        for estimate in [heard, position, queued] {
            assert_ordered(estimate);
            assert!(estimate.upper <= self.sent, "{estimate:?} of {}", self.sent);
        }
        assert_eq!(queued.lower, self.sent - position.upper);
        assert_eq!(queued.upper, self.sent - position.lower);
        assert!(
            heard.lower <= position.upper && heard.upper <= position.upper.max(heard.lower),
            "{heard:?} {position:?}"
        );
        match self.far.runs_dry(now) {
            Some(dry) => assert!(queued.upper > 0 && dry.lower <= dry.upper),
            None => assert!(queued.upper == 0 || self.holds_nothing, "{queued:?} and never dry"),
        }
        // Beyond what a clock can reckon, nothing but order is promised.
        if self.sent >= ENDLESS {
            return;
        }
        // A clock that goes back stands still, and one that goes on takes nothing back.
        let latest = now.max(self.latest);
        assert_eq!((heard, position), (self.far.heard(latest), self.far.position(latest)));
        if now >= self.latest {
            assert!(heard.lower >= self.known.heard, "{heard:?}, and {} were certain", self.known.heard);
            assert!(position.lower >= self.known.position, "{position:?} and {}", self.known.position);
        }
        for later in [1, 1_000, 1_000_000, u64::MAX] {
            let later = now + Duration::from_micros(later);
            assert_later(heard, self.far.heard(later));
            assert_later(position, self.far.position(later));
        }
        if now == latest && self.latest == now {
            self.known = Known { heard: heard.lower, position: position.lower };
        }
    }

    fn take(&mut self, samples: u64) {
        let may = self.pacer.poll_timeout();
        let taken = self.pacer.take(self.now, samples);
        assert_eq!(taken, self.schedule.take(self.now, samples), "{:?}", self.pacer);
        assert_eq!(self.pacer.due(), self.schedule.due(), "{:?}", self.pacer);
        if taken {
            let ahead = self.schedule.due().map_or(Duration::ZERO, |due| due.since(self.schedule.now));
            let frame = self.format.duration_of(samples.saturating_mul(2)) + Duration::from_micros(1);
            assert!(ahead <= self.schedule.ahead + frame, "too far ahead: {:?}", self.pacer);
            self.push(samples);
        } else {
            assert!(may.is_some_and(|may| may > self.now), "it is time: {:?}", self.pacer);
            assert_eq!(self.pacer.poll_timeout(), may);
        }
    }

    fn come(&mut self, samples: u64) {
        let before = self.arrivals.clone();
        self.arrivals.add(self.now, samples);
        let after = &self.arrivals;
        if samples == 0 {
            assert_eq!((after.count(), after.samples()), (before.count(), before.samples()));
            return;
        }
        assert_eq!(after.count(), before.count() + 1);
        assert_eq!(after.samples(), before.samples().saturating_add(samples));
        assert!(after.gaps() >= before.gaps() && after.gaps() < after.count());
        assert!(after.longest_silence() >= before.longest_silence());
        assert!(after.dry() >= before.dry() && after.burst() >= before.burst());
        let _ = (after.jitter(), after.drift());
    }
}

/// The pacer's schedule, as its documentation has it.
struct Schedule {
    /// In Hz.
    rate: u32,
    ahead: Duration,
    /// The latest time seen.
    now: Instant,
    /// When it began, and how many samples were taken since.
    begun: Option<(Instant, u64)>,
}

impl Schedule {
    fn due(&self) -> Option<Instant> {
        let (start, taken) = self.begun?;
        let micros = u128::from(taken) * 1_000_000 / u128::from(self.rate);
        Some(start + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
    }

    fn take(&mut self, now: Instant, samples: u64) -> bool {
        self.now = self.now.max(now);
        let (start, taken) = match (self.begun, self.due()) {
            (Some(_), Some(due)) if due.since(self.now) > self.ahead => return false,
            (Some((start, taken)), Some(due)) if self.now <= due => (start, taken.saturating_add(samples)),
            _ => (self.now, samples),
        };
        self.begun = Some((start, taken));
        true
    }
}

fn assert_ordered(estimate: Estimate) {
    assert!(estimate.lower <= estimate.upper, "{estimate:?}");
    assert_eq!(estimate.width(), estimate.upper - estimate.lower);
}

/// Time takes nothing back.
fn assert_later(now: Estimate, later: Estimate) {
    assert!(later.lower >= now.lower && later.upper >= now.upper, "{now:?}, later {later:?}");
}
