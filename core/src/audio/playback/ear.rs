//! An ear that is no way off: what a platform would have played if sound were there as soon as it is sent.
//!
//! The true one hears the same, later, by a delay that jitters. It can never be ahead of this one, nor further behind
//! than the longest delay, for audio that comes later is never played sooner. So this one, asked about two moments, tells
//! both ends of what is true. Of audio that exceeds the buffer, though, jitter decides how much is dropped and how much
//! is heard: each time that the buffer fills, up to as much as the jitter lasts, in either direction.

use core::num::NonZeroU64;

use heapless::Deque;

use super::Estimate;
use crate::format::AudioFormat;
use crate::time::Instant;

/// How many spurts are remembered: as many as may be under way at once without loss of precision. What is lost with a
/// forgotten one comes back when the next has begun everywhere.
const SPURTS: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Ear {
    format: AudioFormat,
    /// The most samples held to be played.
    capacity: u64,
    /// In order, each begun when those before it were played.
    spurts: Deque<Spurt, SPURTS>,
    /// Once it was full, or may have been, since it was last near dry: how many samples dropped here may be heard there.
    spared: Option<u64>,
    /// When something was last dropped.
    dropped_at: Instant,
}

/// A stretch of audio played without a pause.
#[derive(Clone, Copy, Debug)]
struct Spurt {
    since: Instant,
    /// How many samples it lasts.
    samples: u64,
    /// The position behind it, of all that was sent.
    end: u64,
    /// How many of the samples before `end` will not have been heard.
    unheard: Estimate,
}

/// How far an ear has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    /// The next sample to be heard, of all that were sent.
    pub(super) position: u64,
    /// Samples heard.
    pub(super) heard: u64,
}

impl Ear {
    pub(super) const fn new(format: AudioFormat) -> Self {
        Self { format, capacity: u64::MAX, spurts: Deque::new(), spared: None, dropped_at: Instant::ZERO }
    }

    pub(super) const fn format(&self) -> AudioFormat {
        self.format
    }

    /// Sets the most samples held to be played.
    pub(super) const fn hold(&mut self, samples: u64) {
        self.capacity = samples;
    }

    /// Takes in audio that may come up to `jitter` microseconds later.
    pub(super) fn push(&mut self, now: Instant, samples: u64, jitter: u64) {
        if samples == 0 {
            return;
        }
        let format = self.format;
        if self.spurts.back().is_none_or(|last| last.played(format, now) == last.samples) {
            self.begin(now, self.unheard());
        }
        let Some(spurt) = self.spurts.back_mut() else { return };
        let played = spurt.played(format, now);
        let left = spurt.samples.saturating_sub(played);
        let queued = left.saturating_add(samples);
        let kept = queued.min(self.capacity);
        let dropped = queued.saturating_sub(kept);
        spurt.samples = played.saturating_add(kept);
        spurt.end = spurt.end.saturating_add(samples);
        spurt.unheard.lower = spurt.unheard.lower.saturating_add(dropped);
        spurt.unheard.upper = spurt.unheard.upper.saturating_add(dropped);

        let doubt = format.samples_within(jitter).saturating_add(1);
        if left <= doubt {
            self.spared = None;
        }
        if queued.saturating_add(doubt) > self.capacity {
            let spared = self.spared.get_or_insert_with(|| {
                spurt.unheard.upper = spurt.unheard.upper.saturating_add(doubt);
                0
            });
            let more = doubt.saturating_sub(*spared).min(dropped);
            *spared = spared.saturating_add(more);
            spurt.unheard.lower = spurt.unheard.lower.saturating_sub(more);
        }
        if dropped > 0 {
            self.dropped_at = now;
        }
    }

    /// Stops playing and forgets what was to be played, after which `unheard` of all samples will not have been heard.
    pub(super) fn clear(&mut self, now: Instant, unheard: Estimate) {
        if self.spurts.back().is_some_and(|last| last.samples > 0) {
            self.begin(now, unheard);
        }
    }

    /// The least that can have been played at `at`, when not all may have come that was to be dropped: nothing before the
    /// origin of the clock.
    pub(super) fn at_least(&self, at: Option<Instant>) -> Reach {
        let reach = self.at_least_of_all(at);
        if at < Some(self.dropped_at) { Reach { position: reach.heard, ..reach } } else { reach }
    }

    /// The least that can have been played at `at`, when all has come: nothing where that is not remembered.
    pub(super) fn at_least_of_all(&self, at: Option<Instant>) -> Reach {
        let Some(at) = at else { return Reach::default() };
        let mut most = u64::MAX;
        for spurt in self.spurts.iter().rev() {
            let played = spurt.played(self.format, at);
            let position = spurt.end.saturating_sub(spurt.samples.saturating_sub(played));
            // No more than before the spurts that follow: one may have been cleared while it was still on its way.
            let heard = position.saturating_sub(spurt.unheard.upper).min(most);
            if spurt.since <= at {
                return Reach { position, heard };
            }
            most = heard;
        }
        Reach::default()
    }

    /// The most that can have been played at `at`: all of what is not remembered.
    pub(super) fn at_most(&self, at: Instant) -> Reach {
        let begun = self.spurts.iter().rev().find(|spurt| spurt.since <= at);
        let Some(spurt) = begun.or(self.spurts.front()) else { return Reach::default() };
        let played = spurt.played(self.format, at);
        let position = spurt.end.saturating_sub(spurt.samples.saturating_sub(played));
        Reach { position, heard: position.saturating_sub(spurt.unheard.lower) }
    }

    /// How many of all samples will not have been heard when all is played.
    pub(super) fn unheard(&self) -> Estimate {
        self.spurts.back().map_or(Estimate::exact(0), |last| last.unheard)
    }

    /// When what stands before `position` has been played, or dropped later; `None` where that is not remembered.
    pub(super) fn reaches(&self, position: u64) -> Option<Instant> {
        let mut spurts = self.spurts.iter().skip_while(|spurt| spurt.end < position);
        let spurt = spurts.next()?;
        let samples = spurt.samples.checked_sub(spurt.end.saturating_sub(position))?;
        let played = self.plays(spurt, NonZeroU64::new(samples)?);
        // A clear cuts it short.
        Some(spurts.next().map_or(played, |next| played.min(next.since)))
    }

    /// When all is played, if there is anything.
    pub(super) fn ends(&self) -> Option<Instant> {
        let last = self.spurts.back()?;
        Some(self.plays(last, NonZeroU64::new(last.samples)?))
    }

    fn plays(&self, spurt: &Spurt, samples: NonZeroU64) -> Instant {
        spurt.since.plus_micros(self.format.micros_of(samples.get()))
    }

    fn begin(&mut self, since: Instant, unheard: Estimate) {
        let end = self.spurts.back().map_or(0, |last| last.end);
        if self.spurts.is_full() {
            self.spurts.pop_front();
        }
        // There is room.
        let _ = self.spurts.push_back(Spurt { since, samples: 0, end, unheard });
    }
}

impl Spurt {
    fn played(&self, format: AudioFormat, at: Instant) -> u64 {
        format.samples_within(at.micros_since(self.since)).min(self.samples)
    }
}
