//! What the far end has heard, as it is told and as it is: against a platform that really plays, sample by sample.
//!
//! The first line of the script is a letter for the rate, `0` to `5` for 8, 16, 24, 44.1, 48, 96 kHz, then numbers, each
//! behind a blank: bytes that the platform holds, without limit if it is no number; how long the way takes at least, how
//! much longer at most, how much longer it does take, and how much one message may be late, all in microseconds.
//!
//! Each further line is a step:
//!
//! | step | what happens |
//! |---|---|
//! | `+… …` | so many samples are sent, and are so late |
//! | `m…` `/…` | a mark, a clear is sent, and is so late |
//! | `e` `E` `x` | of the marks that have come back the oldest, the newest is heard; the oldest is lost |
//! | `~…` | so many microseconds pass |

use std::collections::VecDeque;
use std::time::Duration;

use voxwire::audio::{Estimate, Playback, Stopped};
use voxwire::{AudioFormat, Instant, Text};

use crate::script;
use crate::speaker::{Speaker, holds};

/// Runs the script.
///
/// # Panics
/// Where what is true does not lie in what is told.
pub fn playback(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let letter = first.first().copied().unwrap_or_default().wrapping_sub(b'0');
    let rate = AudioFormat::RATES[usize::from(letter) % AudioFormat::RATES.len()];
    let mut numbers = first.split(|byte| *byte == b' ').skip(1);
    let mut number = || str::from_utf8(numbers.next()?).ok()?.parse::<u64>().ok();
    let buffer = number().and_then(|bytes| u32::try_from(bytes).ok());
    let mut micros = || number().unwrap_or_default().min(MOST_MICROS);
    let (least, spread, longer, jitter) = (micros(), micros(), micros(), micros());
    let call = Call {
        far: Playback::new(AudioFormat::pcm16(rate).expect("a rate that is documented"))
            .buffer(buffer)
            .delay(Duration::from_micros(least), Duration::from_micros(least + spread))
            .jitter(Duration::from_micros(jitter)),
        way: least + longer % (spread + 1),
        jitter,
        there: VecDeque::new(),
        speaker: Speaker::new(rate, buffer.map_or(u64::MAX, |bytes| u64::from(bytes) / 2)),
        back: VecDeque::new(),
        promised: VecDeque::new(),
        marks: 0,
        cleared: 0,
        now: 0,
    };
    call.play(lines);
}

const MAX_STEPS: usize = 256;
const MOST_MICROS: u64 = 1_000_000;
/// Samples of a step and of a script: each is played one by one.
const MOST_SAMPLES: u64 = 50_000;
const MOST_OF_ALL: u64 = 200_000;

struct Call {
    far: Playback,
    /// How long the way takes without jitter, and with how much of it, in microseconds.
    way: u64,
    jitter: u64,
    /// What is under way, and when it arrives.
    there: VecDeque<(u64, Word)>,
    speaker: Speaker<u64>,
    /// Marks that have come back.
    back: VecDeque<u64>,
    /// What was told of each clear that is under way.
    promised: VecDeque<Stopped>,
    marks: u64,
    /// The position up to which all was cleared.
    cleared: u64,
    now: u64,
}

enum Word {
    Audio(u64),
    Mark(u64),
    Clear,
}

impl Call {
    fn play<'d>(mut self, lines: impl Iterator<Item = &'d [u8]>) {
        for line in lines.take(MAX_STEPS) {
            let (step, rest) = line.split_first().unwrap_or((&b'~', &[]));
            let mut numbers =
                rest.split(|byte| *byte == b' ').map(|number| script::number(number).max(0) as u64);
            let mut number = || numbers.next().unwrap_or_default();
            let at = Instant::from_micros(self.now);
            match step {
                b'+' => {
                    let samples = number().min(MOST_SAMPLES).min(MOST_OF_ALL - self.far.sent());
                    self.far.push(at, samples);
                    self.send(Word::Audio(samples), number());
                }
                b'm' => {
                    self.marks += 1;
                    // What is not remembered proves nothing.
                    if self.far.mark(at, Text::new(&self.marks.to_string())) {
                        self.send(Word::Mark(self.marks), number());
                    }
                }
                b'/' => {
                    self.cleared = self.far.sent();
                    self.promised.push_back(self.far.clear(at));
                    self.send(Word::Clear, number());
                }
                b'e' => self.hear_back(VecDeque::pop_front),
                b'E' => self.hear_back(VecDeque::pop_back),
                b'x' => drop(self.back.pop_front()),
                _ => self.now += number().min(10 * MOST_MICROS),
            }
            self.live();
            self.assert_true();
        }
        self.end();
    }

    /// A network keeps the order of what it carries.
    fn send(&mut self, word: Word, late: u64) {
        let before = self.there.back().map_or(0, |(at, _)| *at);
        let arrives = self.now + self.way + late % (self.jitter + 1);
        self.there.push_back((arrives.max(before), word));
    }

    fn hear_back(&mut self, take: fn(&mut VecDeque<u64>) -> Option<u64>) {
        if let Some(mark) = take(&mut self.back) {
            self.far.handle_mark(Instant::from_micros(self.now), Text::new(&mark.to_string()));
        }
    }

    /// All that happens until now.
    fn live(&mut self) {
        while let Some((at, word)) = self.there.pop_front_if(|(at, _)| *at <= self.now) {
            match word {
                Word::Audio(samples) => self.speaker.push(at, samples),
                Word::Mark(mark) => self.speaker.mark(at, mark),
                Word::Clear => {
                    let promised = self.promised.pop_front().expect("it was told when it was sent");
                    self.speaker.stop(at, promised);
                }
            }
            self.back.extend(std::iter::from_fn(|| self.speaker.poll_mark()));
        }
        self.speaker.play(self.now);
        self.back.extend(std::iter::from_fn(|| self.speaker.poll_mark()));
    }

    fn assert_true(&self) {
        let at = Instant::from_micros(self.now);
        let position = self.speaker.position().max(self.cleared);
        holds("heard", self.far.heard(at), self.speaker.heard());
        holds("position", self.far.position(at), position);
        holds("queued", self.far.queued(at), self.far.sent() - position);
    }

    /// All is played when it was said to be, and then nothing is left in doubt but what clears left.
    fn end(mut self) {
        let dry = self.far.runs_dry(Instant::from_micros(self.now));
        self.now = self.there.back().map_or(self.now, |(at, _)| self.now.max(*at));
        self.live();
        let empty = self.speaker.empty_at().unwrap_or_default();
        if let Some(dry) = dry
            && self.speaker.queued() > 0
        {
            holds("runs dry", dry, Instant::from_micros(empty));
        }
        self.now = self.now.max(empty) + 10 * MOST_MICROS;
        self.live();
        self.assert_true();
        let at = Instant::from_micros(self.now);
        assert_eq!((self.far.queued(at), self.far.runs_dry(at)), (Estimate::exact(0), None));
    }
}
