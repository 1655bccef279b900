//! What the far end has heard, held against a platform that really plays, with a network in between.

use std::collections::VecDeque;
use std::fmt::Debug;

use support::chance::Chance;
use support::speaker::Speaker;
use voxwire::audio::{Echo, Estimate, Playback, Stopped};
use voxwire::{AudioFormat, Dialect, Instant};

const SECOND: u64 = 1_000_000;
const HISTORIES: u64 = 10_000;

/// What lies between and at the far end. Times are in microseconds.
#[derive(Clone, Debug)]
struct Surroundings {
    format: AudioFormat,
    /// What is assumed of the way, and how long it truly takes.
    least: u64,
    most: u64,
    jitter: u64,
    delay: u64,
    /// Bytes that the platform holds.
    buffer: Option<u32>,
    marks: Marks,
    /// How the application speaks.
    manner: Manner,
    steps: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Marks {
    None,
    /// Each of its own name; they come back lost, twice, late and in any order.
    Unique,
    /// Three names for all; they come back lost, late and in any order.
    Shared,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    /// Frames of 20 ms, some of them late, and pauses.
    Paced,
    /// Anything at any time.
    Wild,
    /// More than the buffer holds, at once.
    Flood,
}

impl Surroundings {
    fn random(chance: &mut Chance) -> Self {
        let format = AudioFormat::pcm16(AudioFormat::RATES[chance.below(6)]).unwrap();
        let least = chance.below(60_000) as u64;
        let most = least + chance.below(150_000) as u64;
        let small = Some(2_000 + chance.below(60_000) as u32);
        let (marks, buffer) = match chance.below(8) {
            0 | 1 => (Marks::None, Dialect::Sinch.playback_buffer()),
            2 => (Marks::None, small),
            3 => (Marks::Unique, small),
            4 => (Marks::Shared, Dialect::Wavix.playback_buffer()),
            _ => (Marks::Unique, Dialect::Wavix.playback_buffer()),
        };
        Self {
            format,
            least,
            most,
            jitter: chance.below(2) as u64 * chance.below(60_000) as u64,
            delay: least + chance.below((most - least + 1) as usize) as u64,
            buffer,
            marks,
            manner: if chance.below(2) == 0 { Manner::Paced } else { Manner::Wild },
            steps: 20 + chance.below(100),
        }
    }

    fn playback(&self) -> Playback {
        let [least, most, jitter] =
            [self.least, self.most, self.jitter].map(core::time::Duration::from_micros);
        Playback::new(self.format).buffer(self.buffer).delay(least, most).jitter(jitter)
    }

    /// Frames at the pace of speech, and a buffer that holds them.
    fn is_ordinary(&self) -> bool {
        let holds = self.buffer.is_none_or(|bytes| Some(bytes) == Dialect::Sinch.playback_buffer());
        self.manner == Manner::Paced && holds
    }

    /// How many samples last as long as `micros`, and the ends of two that are cut.
    fn samples(&self, micros: u64) -> u64 {
        micros * u64::from(self.format.rate()) / SECOND + 2
    }
}

/// A network that keeps the order of what it carries there, and a platform that plays.
struct Line {
    surroundings: Surroundings,
    there: VecDeque<(u64, Word)>,
    back: Vec<(u64, String)>,
    speaker: Speaker<String>,
    /// What was told of each clear that is on the way.
    promised: VecDeque<Stopped>,
    /// Samples that clears took away, of all that arrived.
    echoes: [u64; 3],
}

enum Word {
    Audio(u64),
    Mark(String),
    Clear,
}

impl Line {
    fn new(surroundings: &Surroundings) -> Self {
        let capacity = surroundings.buffer.map_or(u64::MAX, |bytes| u64::from(bytes) / 2);
        Self {
            surroundings: surroundings.clone(),
            there: VecDeque::new(),
            back: Vec::new(),
            speaker: Speaker::new(surroundings.format.rate(), capacity),
            promised: VecDeque::new(),
            echoes: [0; 3],
        }
    }

    fn send(&mut self, now: u64, word: Word, chance: &mut Chance) {
        let jitter = chance.below(self.surroundings.jitter as usize + 1) as u64;
        let before = self.there.back().map_or(0, |(at, _)| *at);
        self.there.push_back((before.max(now + self.surroundings.delay + jitter), word));
    }

    /// Lives through all that happens until `now`.
    fn run(&mut self, now: u64, playback: &mut Playback, chance: &mut Chance) {
        loop {
            let arrival = self.there.front().map(|(at, _)| *at);
            let echo = self.back.iter().map(|(at, _)| *at).min();
            let played = self.speaker.next_mark_at();
            let Some(next) = [arrival, echo, played].into_iter().flatten().min().filter(|next| *next <= now)
            else {
                break;
            };
            if echo == Some(next) {
                let first = self.back.iter().position(|(at, _)| *at == next).unwrap();
                let (_, name) = self.back.swap_remove(first);
                let proof = playback.handle_mark(Instant::from_micros(next), name.as_str().into());
                self.echoes[proof as usize] += 1;
            } else if played == Some(next) {
                self.speaker.play(next);
                let at = next.max(self.last_moment());
                while let Some(name) = self.speaker.poll_mark() {
                    self.give_back(at, name, chance);
                }
            } else if let Some((at, word)) = self.there.pop_front() {
                match word {
                    Word::Audio(samples) => self.speaker.push(at, samples),
                    Word::Mark(name) => self.speaker.mark(at, name),
                    Word::Clear => self.stop(at),
                }
                while let Some(name) = self.speaker.poll_mark() {
                    self.give_back(at, name, chance);
                }
            }
        }
        self.speaker.play(now);
    }

    fn last_moment(&self) -> u64 {
        0
    }

    fn stop(&mut self, at: u64) {
        self.speaker.play(at);
        let unheard = self.speaker.queued();
        let position = self.speaker.clear(at);
        let promised = self.promised.pop_front().unwrap();
        holds("stopped at", promised.at, position);
        holds("cleared", promised.unheard, unheard);
        holds("heard when stopped", promised.heard, self.speaker.heard());
    }

    fn give_back(&mut self, at: u64, name: String, chance: &mut Chance) {
        let mut back = || at + chance.below(200_000) as u64 * chance.below(2) as u64;
        let once = back();
        let again = back();
        match chance.below(20) {
            0 => {}
            1 if self.surroundings.marks == Marks::Unique => {
                self.back.extend([(once, name.clone()), (again, name)]);
            }
            2 => self.back.extend([(once + 5 * SECOND, name)]),
            _ => self.back.push((once, name)),
        }
    }
}

/// What came of a history.
#[derive(Debug, Default)]
struct Outcome {
    questions: u64,
    clears: u64,
    /// Widest position and stop, in microseconds beyond what was assumed of the way.
    echoes: [u64; 3],
    widths: u64,
    stop_widths: u64,
    dropped: u64,
}

#[track_caller]
fn holds<T: PartialOrd + Debug + Copy>(what: &str, estimate: Estimate<T>, truth: T) {
    assert!(estimate.lower <= truth && truth <= estimate.upper, "{what}: {truth:?} is not in {estimate:?}");
}

fn live(surroundings: &Surroundings, chance: &mut Chance) -> Outcome {
    let format = surroundings.format;
    let rate = u64::from(format.rate());
    let frame = rate / 50;
    let mut playback = surroundings.playback();
    let mut line = Line::new(surroundings);
    let mut outcome = Outcome::default();
    let mut now = chance.below(1_000_000) as u64;
    let mut cleared = 0;
    let mut outstanding = 0;
    let mut doubt = 0;
    for step in 0..surroundings.steps {
        let at = Instant::from_micros(now);
        let mut say = |samples: u64, line: &mut Line, playback: &mut Playback, chance: &mut Chance| {
            playback.push(at, samples);
            line.send(now, Word::Audio(samples), chance);
        };
        match (surroundings.manner, chance.below(20)) {
            (_, 0) => {
                let stopped = playback.clear(at);
                let doubt_of_one = surroundings.samples(2 * surroundings.jitter);
                if surroundings.is_ordinary() || surroundings.buffer.is_none() {
                    assert!(stopped.at.width() <= doubt_of_one, "{stopped:?}");
                }
                assert_eq!(stopped.at.lower + stopped.unheard.upper, playback.sent());
                assert_eq!(stopped.at.upper + stopped.unheard.lower, playback.sent());
                outcome.stop_widths += stopped.at.width();
                outcome.clears += 1;
                doubt += stopped.at.width();
                line.promised.push_back(stopped);
                line.send(now, Word::Clear, chance);
                cleared = playback.sent();
            }
            (_, 1..=3) if surroundings.marks != Marks::None => {
                let name = match surroundings.marks {
                    Marks::Shared => chance.below(3).to_string(),
                    _ => step.to_string(),
                };
                // Whoever shares names counts them, and stays within what is remembered.
                outstanding += 1;
                if surroundings.marks == Marks::Unique || outstanding <= Playback::MARKS {
                    playback.mark(at, name.as_str().into());
                    line.send(now, Word::Mark(name), chance);
                }
            }
            (Manner::Flood, _) => {
                for _ in 0..chance.below(500) {
                    say(frame, &mut line, &mut playback, chance);
                }
                say(chance.below(40 * rate as usize) as u64, &mut line, &mut playback, chance);
            }
            (Manner::Paced, 4) => say(chance.below(frame as usize) as u64, &mut line, &mut playback, chance),
            (Manner::Paced, _) => say(frame, &mut line, &mut playback, chance),
            (Manner::Wild, 4) => {
                say(chance.below(3 * rate as usize) as u64, &mut line, &mut playback, chance)
            }
            (Manner::Wild, 5..=7) => {
                for _ in 0..chance.below(30) {
                    say(chance.below(2 * frame as usize) as u64, &mut line, &mut playback, chance);
                }
            }
            (Manner::Wild, _) => {
                say(chance.below(2 * frame as usize) as u64, &mut line, &mut playback, chance)
            }
        }
        now += match (surroundings.manner, chance.below(12)) {
            (_, 0) => chance.below(600_000) as u64,
            (Manner::Flood, _) => chance.below(5_000_000) as u64,
            (Manner::Paced, 1..=2) => 20_000 + chance.below(5_000) as u64,
            (Manner::Paced, _) => 20_000,
            (Manner::Wild, 1..=4) => 0,
            (Manner::Wild, 5..=6) => chance.below(120) as u64,
            (Manner::Wild, _) => chance.below(50_000) as u64,
        };
        line.run(now, &mut playback, chance);

        let at = Instant::from_micros(now);
        let position = line.speaker.position().max(cleared);
        holds("heard", playback.heard(at), line.speaker.heard());
        holds("position", playback.position(at), position);
        holds("queued", playback.queued(at), playback.sent() - position);
        let way = surroundings.samples(surroundings.most - surroundings.least + surroundings.jitter);
        let width = playback.position(at).width();
        if surroundings.is_ordinary() {
            assert!(width <= way, "{width} of {way}");
        }
        if surroundings.is_ordinary() {
            let heard = playback.heard(at).width();
            assert!(heard <= way + doubt, "{heard} of {way} and {doubt}");
        }
        outcome.widths += width * SECOND / rate;
        outcome.questions += 1;
    }

    // The end of it: all is played, when it was said to be.
    let dry = playback.runs_dry(Instant::from_micros(now));
    let mut last = now;
    while let Some((at, _)) = line.there.front() {
        last = *at;
        line.run(last, &mut playback, chance);
    }
    if let Some(dry) = dry {
        if let Some(empty) = line.speaker.empty_at().filter(|_| line.speaker.queued() > 0) {
            holds("runs dry", dry, Instant::from_micros(empty));
            last = last.max(empty);
        }
    }
    let end = last.max(line.speaker.empty_at().unwrap_or(0)) + 10 * SECOND;
    line.run(end, &mut playback, chance);
    let end = Instant::from_micros(end);
    assert_eq!(playback.queued(end), Estimate::exact(0));
    assert_eq!(playback.runs_dry(end), None);
    holds("heard in the end", playback.heard(end), line.speaker.heard());
    outcome.echoes = line.echoes;
    outcome.dropped = line.speaker.position() - line.speaker.heard();
    outcome
}

#[test]
fn what_is_told_holds_in_ten_thousand_histories() {
    let mut total = Outcome::default();
    for seed in 0..HISTORIES {
        let mut chance = Chance::new(seed);
        let surroundings = Surroundings::random(&mut chance);
        let outcome = std::panic::catch_unwind(move || live(&surroundings, &mut chance));
        let outcome = outcome
            .unwrap_or_else(|_| panic!("history {seed}: {:?}", Surroundings::random(&mut Chance::new(seed))));
        total.questions += outcome.questions;
        total.clears += outcome.clears;
        total.widths += outcome.widths;
        for (sum, echoes) in total.echoes.iter_mut().zip(outcome.echoes) {
            *sum += echoes;
        }
    }
    println!("{total:?}; mean {} us", total.widths / total.questions);
}
