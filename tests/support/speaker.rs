//! A platform's loudspeaker that really plays, sample by sample.

use core::fmt::Debug;
use core::ops::Range;
use std::collections::VecDeque;

use voxwire::audio::{Estimate, Stopped};

/// One sample, on a clock that ticks a million times a sample, whatever the rate.
const SAMPLE: u64 = 1_000_000;

/// Plays what it receives at its rate and nothing else: it knows neither who sent it, nor when, nor how much comes. Times
/// are in microseconds.
#[derive(Debug)]
pub struct Speaker<M> {
    rate: u64,
    capacity: u64,
    /// Positions of the samples to be played, of all that were received.
    queue: VecDeque<Range<u64>>,
    queued: u64,
    received: u64,
    heard: u64,
    dropped: u64,
    /// The tick at which the last sample was over, unless nothing is to be carried on from there.
    over: Option<u64>,
    marks: VecDeque<(u64, M)>,
}

impl<M> Speaker<M> {
    /// A speaker that plays `rate` samples a second and holds `capacity`, beyond which it drops the oldest.
    pub fn new(rate: u32, capacity: u64) -> Self {
        Self {
            rate: u64::from(rate),
            capacity,
            queue: VecDeque::new(),
            queued: 0,
            received: 0,
            heard: 0,
            dropped: 0,
            over: None,
            marks: VecDeque::new(),
        }
    }

    /// Receives audio. What comes less than a sample after the rest was played carries on from there; after that it
    /// begins anew, now.
    pub fn push(&mut self, now: u64, samples: u64) {
        self.play(now);
        if self.queued == 0 && samples > 0 {
            let carried = self.over.filter(|over| self.ticks(now) < over + SAMPLE);
            self.over = Some(carried.unwrap_or(self.ticks(now)));
        }
        self.queue.push_back(self.received..self.received + samples);
        self.received += samples;
        self.queued += samples;
        while self.queued > self.capacity {
            self.take();
            self.dropped += 1;
        }
    }

    /// Receives a mark, to be given back when what was received before it has been played.
    pub fn mark(&mut self, now: u64, mark: M) {
        self.play(now);
        self.marks.push_back((self.received, mark));
    }

    /// Stops, and gives back the position at which it did. All marks are due.
    pub fn clear(&mut self, now: u64) -> u64 {
        self.play(now);
        let stopped = self.position();
        self.queue.clear();
        self.queued = 0;
        self.over = None;
        stopped
    }

    /// Plays what is over by now.
    pub fn play(&mut self, now: u64) {
        let now = self.ticks(now);
        while self.queued > 0
            && let Some(over) = &mut self.over
            && *over + SAMPLE <= now
        {
            *over += SAMPLE;
            self.take();
            self.heard += 1;
        }
    }

    /// Obeys a clear, which stops it as was `promised` when it was sent.
    ///
    /// # Panics
    /// Where it does not.
    #[track_caller]
    pub fn stop(&mut self, at: u64, promised: Stopped) {
        self.play(at);
        let unheard = self.queued();
        let position = self.clear(at);
        holds("stopped at", promised.at, position);
        holds("unheard by a clear", promised.unheard, unheard);
        holds("heard at a clear", promised.heard, self.heard());
    }

    /// The next mark that is due.
    pub fn poll_mark(&mut self) -> Option<M> {
        let position = self.position();
        self.marks.pop_front_if(|(at, _)| *at <= position).map(|(_, mark)| mark)
    }

    /// When the next mark is due; not in the future if it is.
    pub fn next_mark_at(&self) -> Option<u64> {
        let (at, _) = self.marks.front()?;
        self.plays(at.saturating_sub(self.position()))
    }

    /// When all will have been played; not in the future if it has.
    pub fn empty_at(&self) -> Option<u64> {
        self.plays(self.queued)
    }

    /// Samples played.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Samples dropped because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Samples to be played.
    pub fn queued(&self) -> u64 {
        self.queued
    }

    /// The next sample to be played, of all received.
    pub fn position(&self) -> u64 {
        self.received - self.queued
    }

    fn take(&mut self) {
        while let Some(samples) = self.queue.front_mut() {
            self.queued -= u64::from(!samples.is_empty());
            match samples.next() {
                Some(_) => return,
                None => drop(self.queue.pop_front()),
            }
        }
    }

    fn plays(&self, samples: u64) -> Option<u64> {
        match samples {
            0 => Some(0),
            _ => self.over.map(|over| (over + samples * SAMPLE).div_ceil(self.rate)),
        }
    }

    fn ticks(&self, micros: u64) -> u64 {
        micros * self.rate
    }
}

/// What is told is true.
///
/// # Panics
/// Where it is not.
#[track_caller]
pub fn holds<T: PartialOrd + Debug + Copy>(what: &str, estimate: Estimate<T>, truth: T) {
    assert!(estimate.lower <= truth && truth <= estimate.upper, "{what}: {truth:?} is not in {estimate:?}");
}
