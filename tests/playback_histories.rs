//! What the far end has heard, held against a platform that really plays, with a network in between: 10,000 random
//! calls with pauses, bursts, clears and marks gone astray, and some that flood the platform's 5 MB.
//!
//! `cargo test -p voxwire-tests --test playback_histories -- --nocapture` prints how wide the estimates were.

use core::time::Duration;
use std::collections::VecDeque;
use std::panic;

use support::chance::Chance;
use support::speaker::{Speaker, holds};
use voxwire::audio::{Estimate, Playback, Stopped};
use voxwire::{AudioFormat, Dialect, Instant};

const SECOND: u64 = 1_000_000;

#[test]
fn what_is_told_holds_in_ten_thousand_histories() {
    let mut told = Told::default();
    for seed in 0..10_000 {
        let mut chance = Chance::new(seed);
        let setting = Setting::random(&mut chance);
        told.add(&tell(seed, setting, chance));
    }
    told.print();
    assert!(told.clears > 30_000 && told.echoes.iter().all(|echoes| *echoes > 2_000), "{told:?}");
    // Marks narrow what the clock tells, where they come back at once more often than not.
    let [clock, marks] = told.widths.map(|widths| widths.told / widths.assumed);
    assert!(marks < 0.8 * clock, "{marks} of what is assumed with marks, {clock} without");
}

#[test]
fn what_is_told_holds_where_five_megabytes_overflow() {
    let mut told = Told::default();
    for seed in 0..50 {
        let mut chance = Chance::new(seed);
        let setting = Setting {
            format: AudioFormat::pcm16(48_000).unwrap(),
            buffer: Dialect::Sinch.playback_buffer(),
            marks: Marks::None,
            manner: Manner::Flood,
            steps: 20,
            ..Setting::random(&mut chance)
        };
        told.add(&tell(seed, setting, chance));
    }
    assert!(told.dropped > 100_000_000 && told.clears > 20, "{told:?}");
}

/// What lies between and at the far end. Times are in microseconds.
#[derive(Clone, Copy, Debug)]
struct Setting {
    format: AudioFormat,
    /// What is assumed of the way, and how long it takes without jitter.
    least: u64,
    most: u64,
    jitter: u64,
    delay: u64,
    /// Bytes that the platform holds.
    buffer: Option<u32>,
    marks: Marks,
    manner: Manner,
    steps: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Marks {
    /// The dialect has none.
    None,
    /// Each of its own name; they come back lost, twice, late and in any order.
    Unique,
    /// Three names for all; they come back lost, late and in any order.
    Shared,
}

/// How the application speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    /// Frames of 20 ms and shorter ones, some late, with pauses.
    Paced,
    /// Anything at any time.
    Wild,
    /// More at once than the platform holds.
    Flood,
}

impl Setting {
    fn random(chance: &mut Chance) -> Self {
        let least = chance.below(60_000) as u64;
        let spread = chance.below(150_000);
        let small = Some(2_000 + chance.below(60_000) as u32);
        let (marks, buffer) = match chance.below(8) {
            0 | 1 => (Marks::None, Dialect::Sinch.playback_buffer()),
            2 => (Marks::None, small),
            3 => (Marks::Unique, small),
            4 => (Marks::Shared, Dialect::Wavix.playback_buffer()),
            _ => (Marks::Unique, Dialect::Wavix.playback_buffer()),
        };
        Self {
            format: AudioFormat::pcm16(AudioFormat::RATES[chance.below(6)]).unwrap(),
            least,
            most: least + spread as u64,
            jitter: chance.below(2) as u64 * chance.below(60_000) as u64,
            delay: least + chance.below(spread + 1) as u64,
            buffer,
            marks,
            manner: if chance.below(2) == 0 { Manner::Paced } else { Manner::Wild },
            steps: 20 + chance.below(100),
        }
    }

    fn playback(&self) -> Playback {
        let [least, most, jitter] = [self.least, self.most, self.jitter].map(Duration::from_micros);
        Playback::new(self.format).buffer(self.buffer).delay(least, most).jitter(jitter)
    }

    /// Frames at the pace of speech, and a buffer that holds them.
    fn is_ordinary(&self) -> bool {
        let holds = self.buffer.is_none_or(|bytes| Some(bytes) == Dialect::Sinch.playback_buffer());
        self.manner == Manner::Paced && holds
    }

    /// How many samples last as long as `micros`, and the grace of one at either end.
    fn samples(&self, micros: u64) -> u64 {
        micros * u64::from(self.format.rate()) / SECOND + 4
    }

    /// How wide an estimate may be from what is assumed of the way.
    fn assumed(&self) -> u64 {
        self.samples(self.most - self.least + self.jitter)
    }
}

/// A network that keeps the order of what it carries there, and the platform behind it.
struct Line {
    setting: Setting,
    there: VecDeque<(u64, Word)>,
    back: Vec<(u64, String)>,
    speaker: Speaker<String>,
    /// What was told of each clear that is on its way.
    promised: VecDeque<Stopped>,
    /// How many marks came back heard, flushed and unknown, in the order of `Echo`.
    echoes: [u64; 3],
}

enum Word {
    Audio(u64),
    Mark(String),
    Clear,
}

impl Line {
    fn new(setting: Setting) -> Self {
        let capacity = setting.buffer.map_or(u64::MAX, |bytes| u64::from(bytes) / 2);
        Self {
            setting,
            there: VecDeque::new(),
            back: Vec::new(),
            speaker: Speaker::new(setting.format.rate(), capacity),
            promised: VecDeque::new(),
            echoes: [0; 3],
        }
    }

    fn send(&mut self, now: u64, word: Word, chance: &mut Chance) {
        let jitter = chance.below(self.setting.jitter as usize + 1) as u64;
        let before = self.there.back().map_or(0, |(at, _)| *at);
        self.there.push_back((before.max(now + self.setting.delay + jitter), word));
    }

    /// Lives through all that happens until `now`.
    fn run(&mut self, now: u64, playback: &mut Playback, chance: &mut Chance) {
        loop {
            let arrival = self.there.front().map(|(at, _)| *at);
            let echo = self.back.iter().map(|(at, _)| *at).min();
            let mark = self.speaker.next_mark_at();
            let Some(at) = [arrival, echo, mark].into_iter().flatten().min().filter(|at| *at <= now) else {
                break;
            };
            if mark == Some(at) {
                self.speaker.play(at);
                self.give_back(at, chance);
            } else if echo == Some(at) {
                let first = self.back.iter().position(|(when, _)| *when == at).expect("it was found");
                let (_, name) = self.back.swap_remove(first);
                let echo = playback.handle_mark(Instant::from_micros(at), name.as_str().into());
                self.echoes[echo as usize] += 1;
            } else if let Some((at, word)) = self.there.pop_front() {
                match word {
                    Word::Audio(samples) => self.speaker.push(at, samples),
                    Word::Mark(name) => self.speaker.mark(at, name),
                    Word::Clear => {
                        let promised = self.promised.pop_front().expect("it was told when it was sent");
                        self.speaker.stop(at, promised);
                    }
                }
                self.give_back(at, chance);
            }
        }
        self.speaker.play(now);
    }

    /// Gives back the marks that are due: half of them at once, which is never sooner than can be.
    fn give_back(&mut self, at: u64, chance: &mut Chance) {
        while let Some(name) = self.speaker.poll_mark() {
            let mut back = || at + (chance.below(2) * chance.below(200_000)) as u64;
            let (once, again) = (back(), back());
            match chance.below(20) {
                0 => {}
                1 if self.setting.marks == Marks::Unique => {
                    self.back.extend([(once, name.clone()), (again, name)]);
                }
                2 => self.back.push((once + 5 * SECOND, name)),
                _ => self.back.push((once, name)),
            }
        }
    }
}

/// What was told in histories, besides that it held.
#[derive(Debug, Default)]
struct Told {
    questions: u64,
    clears: u64,
    echoes: [u64; 3],
    dropped: u64,
    /// Of positions in ordinary histories, without marks and with them.
    widths: [Widths; 2],
    /// Of stops in ordinary histories, against twice the jitter.
    stops: Widths,
}

/// Sums, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Widths {
    count: f64,
    told: f64,
    assumed: f64,
}

impl Told {
    fn add(&mut self, more: &Self) {
        self.questions += more.questions;
        self.clears += more.clears;
        self.dropped += more.dropped;
        self.echoes.iter_mut().zip(more.echoes).for_each(|(sum, more)| *sum += more);
        self.widths.iter_mut().zip(more.widths).for_each(|(sum, more)| sum.add(more));
        self.stops.add(more.stops);
    }

    fn print(&self) {
        let [heard, flushed, unknown] = self.echoes;
        println!("{} questions, {} clears, {} samples dropped", self.questions, self.clears, self.dropped);
        println!("marks back: {heard} heard, {flushed} flushed, {unknown} unknown");
        for (what, widths) in
            [("clock alone", self.widths[0]), ("with marks", self.widths[1]), ("stops", self.stops)]
        {
            let [told, assumed] = [widths.told, widths.assumed].map(|sum| sum / widths.count);
            println!("ordinary, {what}: {told:.1} ms wide of {assumed:.1} ms assumed");
        }
    }
}

impl Widths {
    fn of(setting: Setting, told: u64, assumed: u64) -> Self {
        let millis = |samples: u64| samples as f64 * 1_000.0 / f64::from(setting.format.rate());
        Self { count: 1.0, told: millis(told), assumed: millis(assumed) }
    }

    fn add(&mut self, more: Self) {
        self.count += more.count;
        self.told += more.told;
        self.assumed += more.assumed;
    }
}

/// Lives through a history, and tells which one it was if something does not hold.
fn tell(seed: u64, setting: Setting, chance: Chance) -> Told {
    panic::catch_unwind(|| live(setting, chance)).unwrap_or_else(|_| panic!("history {seed}: {setting:?}"))
}

fn live(setting: Setting, mut chance: Chance) -> Told {
    let chance = &mut chance;
    let mut playback = setting.playback();
    let mut line = Line::new(setting);
    let mut told = Told::default();
    let mut now = chance.below(1_000_000) as u64;
    let mut cleared = 0;
    let mut stop_widths = 0;
    let mut marks = 0;
    for step in 0..setting.steps {
        let at = Instant::from_micros(now);
        match chance.below(20) {
            0 => {
                let stopped = playback.clear(at);
                assert_eq!(stopped.at.lower + stopped.unheard.upper, playback.sent());
                assert_eq!(stopped.at.upper + stopped.unheard.lower, playback.sent());
                let assumed = setting.samples(2 * setting.jitter);
                if setting.is_ordinary() {
                    assert!(stopped.at.width() <= assumed, "{stopped:?}");
                    told.stops.add(Widths::of(setting, stopped.at.width(), assumed));
                }
                told.clears += 1;
                stop_widths += stopped.at.width();
                line.promised.push_back(stopped);
                line.send(now, Word::Clear, chance);
                cleared = playback.sent();
            }
            1..=3 if setting.marks != Marks::None => {
                let shared = setting.marks == Marks::Shared;
                let name = if shared { chance.below(3) } else { step }.to_string();
                // Who shares names stays within what is remembered, so that none is taken for one that is forgotten.
                if !(shared && marks == Playback::MARKS) && playback.mark(at, name.as_str().into()) {
                    line.send(now, Word::Mark(name), chance);
                    marks += 1;
                }
            }
            other => {
                for samples in speech(setting, other, chance) {
                    playback.push(at, samples);
                    line.send(now, Word::Audio(samples), chance);
                }
            }
        }
        now += pause(setting, chance);
        line.run(now, &mut playback, chance);

        let at = Instant::from_micros(now);
        let truth = line.speaker.position().max(cleared);
        let (heard, position) = (playback.heard(at), playback.position(at));
        holds("heard", heard, line.speaker.heard());
        holds("position", position, truth);
        holds("queued", playback.queued(at), playback.sent() - truth);
        told.questions += 1;
        if setting.is_ordinary() {
            let (assumed, with_marks) = (setting.assumed(), setting.marks != Marks::None);
            assert!(position.width() <= assumed, "{position:?} in {assumed}");
            assert!(heard.width() <= assumed + stop_widths, "{heard:?} in {assumed} and {stop_widths}");
            told.widths[usize::from(with_marks)].add(Widths::of(setting, position.width(), assumed));
        }
    }
    end(now, &mut playback, &mut line, chance);
    told.echoes = line.echoes;
    told.dropped = line.speaker.dropped();
    told
}

/// Pieces of audio, in samples, that are sent at once.
fn speech(setting: Setting, dice: usize, chance: &mut Chance) -> Vec<u64> {
    let second = setting.format.rate() as usize;
    let frame = second / 50;
    let mut pieces = |count, samples| (0..count).map(|_| chance.below(samples) as u64).collect();
    match (setting.manner, dice) {
        (Manner::Paced, 4) => pieces(1, frame),
        (Manner::Paced, _) => vec![frame as u64],
        (Manner::Wild, 4) => pieces(1, 3 * second),
        (Manner::Wild, 5..=7) => pieces(30, 2 * frame),
        (Manner::Wild, _) => pieces(1, 2 * frame),
        (Manner::Flood, 4..=8) => pieces(3, 40 * second),
        (Manner::Flood, _) => pieces(500, 2 * frame),
    }
}

fn pause(setting: Setting, chance: &mut Chance) -> u64 {
    let dice = chance.below(12);
    let mut up_to = |micros| chance.below(micros) as u64;
    match (setting.manner, dice) {
        (Manner::Flood, _) => up_to(5_000_000),
        (_, 0) => up_to(600_000),
        (Manner::Paced, 1..=2) => 20_000 + up_to(5_000),
        (Manner::Paced, _) => 20_000,
        (Manner::Wild, 1..=4) => 0,
        (Manner::Wild, 5..=6) => up_to(120),
        (Manner::Wild, _) => up_to(50_000),
    }
}

/// All is played when it was said to be, and then nothing is left in doubt but what clears left.
fn end(now: u64, playback: &mut Playback, line: &mut Line, chance: &mut Chance) {
    let dry = playback.runs_dry(Instant::from_micros(now));
    let arrived = line.there.back().map_or(now, |(at, _)| *at);
    line.run(arrived, playback, chance);
    let empty = line.speaker.empty_at().unwrap_or(0);
    if let Some(dry) = dry
        && line.speaker.queued() > 0
    {
        holds("runs dry", dry, Instant::from_micros(empty));
    }
    let end = arrived.max(empty) + 10 * SECOND;
    line.run(end, playback, chance);
    let end = Instant::from_micros(end);
    assert_eq!((playback.queued(end), playback.runs_dry(end)), (Estimate::exact(0), None));
    holds("heard in the end", playback.heard(end), line.speaker.heard());
}
