//! What the far end has heard, as this end can know it.

use core::time::Duration;

use crate::format::AudioFormat;
use crate::text::Text;
use crate::time::Instant;

mod ear;
mod ledger;

use ear::Ear;
use ledger::{Ledger, Mark};

/// The far end's ear: how much of what was sent has been heard there, how much is still queued, and, after a clear,
/// at which sample speech stopped.
///
/// Tell it what is put on the socket, when it is put there: audio, marks and clears; and the marks that are heard back.
/// What a clear of our own queue threw away was never sent. Positions and counts are in samples, counted from the
/// beginning of the call, across utterances and clears. A clock that goes back counts as one that stands still.
///
/// # How it knows
///
/// A platform plays what it receives at the pace of speech, falls silent when it runs dry, and starts anew when more
/// comes; what exceeds its buffer pushes out the oldest ([`buffer`](Self::buffer)). That much is reckoned from the clock
/// and holds for every dialect. What is not known is how long the way there takes, so every answer is an [`Estimate`]
/// that holds as long as three figures do: the way takes at least [`delay`](Self::delay)'s least and at most its most,
/// the same for the whole call, and each message up to [`jitter`](Self::jitter) more. Grace for a platform's own
/// buffering and for the difference of the two clocks belongs in there too; the defaults are assumed.
///
/// A mark that comes back proves what stands before it, whatever the clock says, and that the way takes no longer than
/// its answer did; from then on the estimate is as narrow as that. Where the dialect has no marks (Sinch), the clock is
/// all there is, and where the clock is not to be trusted, a `delay` of [`Duration::MAX`] leaves the marks alone to tell
/// what was heard.
///
/// A clear stops speech within the jitter alone, for it travels the way that the audio travelled. The marks that are
/// outstanding then come back flushed and prove nothing (Wavix guide "Stream calls with WebSocket"), in any order and at
/// any time; a mark that comes back unasked is tolerated. Marks of one name are taken to come back in the order in which
/// they were sent.
///
/// ```
/// # #[cfg(feature = "wavix")] {
/// use core::time::Duration;
/// use voxwire::audio::{Echo, Estimate, Playback};
/// use voxwire::{AudioFormat, Dialect, Instant};
///
/// let ms = Instant::from_millis;
/// let mut far = Playback::new(AudioFormat::pcm16(24_000).unwrap())
///     .buffer(Dialect::Wavix.playback_buffer())
///     .delay(Duration::from_millis(10), Duration::from_millis(90))
///     .jitter(Duration::from_millis(5));
///
/// far.push(ms(0), 24_000); // a second of audio
/// far.mark(ms(0), "first".into());
/// far.push(ms(0), 24_000); // and another
/// assert_eq!(far.queued(ms(0)), Estimate::exact(48_000));
///
/// // After 110 ms the far end has played for 15 to 100 ms, give or take a sample.
/// assert_eq!(far.heard(ms(110)), Estimate { lower: 358, upper: 2_401 });
///
/// // The mark is back 30 ms after it was due at the earliest: so the way takes at most that.
/// assert_eq!(far.handle_mark(ms(1_030), "first".into()), Echo::Heard);
/// assert_eq!(far.heard(ms(1_200)), Estimate { lower: 27_957, upper: 28_561 });
///
/// // Barge-in: within 5 ms of jitter the sample is known at which speech stopped.
/// let stopped = far.clear(ms(1_200));
/// assert_eq!(stopped.at, Estimate { lower: 28_678, upper: 28_921 });
/// assert_eq!(stopped.unheard, Estimate { lower: 19_079, upper: 19_322 });
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Playback {
    ear: Ear,
    marks: Ledger,
    /// Microseconds, as the next two.
    least: u64,
    most: u64,
    jitter: u64,
    /// The latest time seen: a clock that goes back stands still.
    now: Instant,
    sent: u64,
    /// The position that is passed for certain: played to, or cleared.
    passed: u64,
    /// Samples heard for certain.
    heard: u64,
}

impl Playback {
    /// How many marks are remembered until they come back.
    pub const MARKS: usize = ledger::MARKS;

    /// How long the way to the far end takes, at least and at most, unless [`delay`](Self::delay) says so: 0 and 100 ms
    /// (assumed).
    pub const DELAY: [Duration; 2] = [Duration::ZERO, Duration::from_millis(100)];

    /// How much longer than that a message may take, unless [`jitter`](Self::jitter) says so: 30 ms (assumed).
    pub const JITTER: Duration = Duration::from_millis(30);

    /// A far end that has received nothing, of a buffer without limit, with a way of [`DELAY`](Self::DELAY) and
    /// [`JITTER`](Self::JITTER).
    pub const fn new(format: AudioFormat) -> Self {
        let [least, most] = Self::DELAY;
        Self {
            ear: Ear::new(format),
            marks: Ledger::new(),
            least: micros(least),
            most: micros(most),
            jitter: micros(Self::JITTER),
            now: Instant::ZERO,
            sent: 0,
            passed: 0,
            heard: 0,
        }
    }

    /// The most bytes that the platform holds to be played, beyond which it drops the oldest;
    /// [`Dialect::playback_buffer`](crate::Dialect::playback_buffer) tells it. `None` is without limit.
    #[must_use]
    pub fn buffer(mut self, bytes: Option<u32>) -> Self {
        const SAMPLE: u64 = AudioFormat::SAMPLE_BYTES as u64;
        self.ear.hold(bytes.map_or(u64::MAX, |bytes| u64::from(bytes) / SAMPLE));
        self
    }

    /// How long, at least and at most, the way to the far end takes without jitter, until sound is heard there.
    #[must_use]
    pub fn delay(self, least: Duration, most: Duration) -> Self {
        Self { least: micros(least), most: micros(most.max(least)), ..self }
    }

    /// How much longer than that one message may take than another.
    #[must_use]
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter: micros(jitter), ..self }
    }

    /// Audio was put on the socket, `samples` samples of it.
    pub fn push(&mut self, now: Instant, samples: u64) {
        let now = self.settle(now);
        self.sent = self.sent.saturating_add(samples);
        self.ear.push(now, samples, self.jitter);
    }

    /// A mark was put on the socket. Tells whether it is remembered until it comes back: it is not where
    /// [`MARKS`](Self::MARKS) others are, all of which can still prove something. One that can not, because it was flushed
    /// or what stands before it was played for certain, is forgotten for it.
    ///
    /// What comes back and is not remembered is [`Echo::Unknown`], unless another of its name is, for which it is then
    /// taken: so give each mark a name of its own.
    pub fn mark(&mut self, now: Instant, name: Text<'_>) -> bool {
        let now = self.settle(now);
        self.marks.push(Mark::new(name, self.sent, now), self.passed)
    }

    /// A mark has come back, and this is what it proves.
    pub fn handle_mark(&mut self, now: Instant, name: Text<'_>) -> Echo {
        let now = self.settle(now);
        let Some(mark) = self.marks.take(name) else { return Echo::Unknown };
        if mark.flushed {
            return Echo::Flushed;
        }
        self.passed = self.passed.max(mark.at);
        self.heard = self.heard.max(mark.at.saturating_sub(self.ear.unheard().upper));
        // Nothing can come back before it has been there; if it does, our idea of the way was wrong.
        let played = self.ear.reaches(mark.at).map(|played| played.minus_micros(self.grain()));
        let due = played.map_or(mark.sent, |played| played.max(mark.sent));
        self.most = self.most.min(now.micros_since(due));
        self.least = self.least.min(self.most);
        Echo::Heard
    }

    /// A clear was put on the socket: tells where it stops speech, whether or not it is there yet.
    pub fn clear(&mut self, now: Instant) -> Stopped {
        let now = self.settle(now);
        let doubt = self.jitter.saturating_add(self.grain());
        let late = self.ear.at_least_of_all(now.checked_minus_micros(doubt));
        let early = self.ear.at_most(now.plus_micros(doubt));
        let at = self.certain(late.position, early.position);
        let unheard = at.remaining(self.sent);

        let before = self.ear.unheard();
        let lower = before.lower.saturating_add(unheard.lower);
        let upper = before.upper.saturating_add(unheard.upper).min(self.sent.saturating_sub(self.heard));
        let all_unheard = Estimate { lower, upper: upper.max(lower) };
        self.ear.clear(now, all_unheard);
        self.marks.flush();
        self.passed = self.sent;
        Stopped { at, unheard, heard: all_unheard.remaining(self.sent) }
    }

    /// How many samples were sent.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// How many samples have been heard by now.
    pub fn heard(&self, now: Instant) -> Estimate {
        let (late, early) = self.moments(now);
        let lower = self.ear.at_least(late).heard.max(self.heard);
        Estimate { lower, upper: self.ear.at_most(early).heard.max(lower) }
    }

    /// Which of the samples sent is the next to be heard: all before it were heard, dropped or cleared.
    pub fn position(&self, now: Instant) -> Estimate {
        let (late, early) = self.moments(now);
        self.certain(self.ear.at_least(late).position, self.ear.at_most(early).position)
    }

    /// How many samples are still to be heard, on the way or queued there; none of those that were cleared.
    pub fn queued(&self, now: Instant) -> Estimate {
        self.position(now).remaining(self.sent)
    }

    /// When all that was sent will have been heard, if nothing more is; `None` if it has been.
    pub fn runs_dry(&self, now: Instant) -> Option<Estimate<Instant>> {
        if self.queued(now).upper == 0 {
            return None;
        }
        let end = self.ear.ends()?;
        let lower = end.plus_micros(self.least).minus_micros(self.grain());
        Some(Estimate { lower, upper: end.plus_micros(self.latest()) })
    }

    /// Takes note of the time, and of what is certain by then.
    fn settle(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        let (late, _) = self.moments(self.now);
        let late = self.ear.at_least(late);
        self.passed = self.passed.max(late.position);
        self.heard = self.heard.max(late.heard);
        self.now
    }

    /// Which moments of an ear that is no way off may be heard now: the earliest, unless the clock had not begun, and the
    /// latest.
    fn moments(&self, now: Instant) -> (Option<Instant>, Instant) {
        let now = self.now.max(now);
        (now.checked_minus_micros(self.latest()), now.plus_micros(self.grain()).minus_micros(self.least))
    }

    /// The longest that the way can take.
    fn latest(&self) -> u64 {
        self.most.saturating_add(self.jitter).saturating_add(self.grain())
    }

    /// A sample of grace, early or late: when one begins, and whether one that comes less than a sample too late still
    /// carries speech on, is the platform's business.
    fn grain(&self) -> u64 {
        self.ear.format().micros_of(1).saturating_add(1)
    }

    fn certain(&self, lower: u64, upper: u64) -> Estimate {
        let lower = lower.max(self.passed);
        Estimate { lower, upper: upper.max(lower) }
    }
}

/// What is known of a figure: it is at least `lower` and at most `upper`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Estimate<T = u64> {
    /// The least that it can be.
    pub lower: T,
    /// The most that it can be.
    pub upper: T,
}

/// Where a clear stopped speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Stopped {
    /// The first sample of all sent that was not played any more.
    pub at: Estimate,
    /// Samples from there on, which will never be heard.
    pub unheard: Estimate,
    /// Samples heard since the beginning of the call.
    pub heard: Estimate,
}

/// What a mark that has come back proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Echo {
    /// What was sent before it has been played.
    Heard,
    /// Nothing: a clear was sent while it was outstanding.
    Flushed,
    /// Nothing: no mark of this name is outstanding.
    Unknown,
}

impl Estimate {
    /// A figure that is known.
    pub const fn exact(figure: u64) -> Self {
        Self { lower: figure, upper: figure }
    }

    /// How far apart its ends are.
    pub const fn width(self) -> u64 {
        self.upper.saturating_sub(self.lower)
    }

    /// As much of it as lies after `start`: of a position, how far it is into an utterance that began there.
    #[must_use]
    pub const fn since(self, start: u64) -> Self {
        Self { lower: self.lower.saturating_sub(start), upper: self.upper.saturating_sub(start) }
    }

    /// What is missing to `end`.
    const fn remaining(self, end: u64) -> Self {
        Self { lower: end.saturating_sub(self.upper), upper: end.saturating_sub(self.lower) }
    }
}

const fn micros(duration: Duration) -> u64 {
    Instant::ZERO.saturating_add(duration).as_micros()
}
