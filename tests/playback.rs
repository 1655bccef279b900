//! What the far end has heard: rule by rule, and through whole calls of both dialects.

use core::time::Duration;
use std::collections::VecDeque;

use support::chance::Chance;
use support::duet::Duet;
use support::phases;
use support::samples::VOICE;
use support::speaker::Speaker;
use voxwire::audio::{Echo, Estimate, Pacer, Playback, Stopped};
use voxwire::{
    Application, Audio, AudioFormat, Command, Config, Dialect, Event, FarEnd, Instant, Mark, Message,
    Platform, SendError, Session, Start,
};

const NOTHING: Estimate = Estimate::exact(0);

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// 8 kHz, 8 samples a millisecond, and no way at all: only the grace of a sample is left.
fn next_door() -> Playback {
    let format = AudioFormat::pcm16(8_000).unwrap();
    Playback::new(format).delay(Duration::ZERO, Duration::ZERO).jitter(Duration::ZERO)
}

/// The figure, give or take the grace.
#[track_caller]
fn about(estimate: Estimate, figure: u64) {
    let Estimate { lower, upper } = estimate;
    assert!((lower..=upper).contains(&figure) && estimate.width() <= 4, "{figure} is not about {estimate:?}");
}

#[test]
fn a_far_end_that_is_lent_to_another_call_begins_anew() {
    let mut far = FarEnd::new().delay(Duration::ZERO, Duration::ZERO).jitter(Duration::ZERO);
    let audio = Message::Binary(&VOICE[..321]);
    far.put(ms(0), audio);
    assert_eq!(far.heard(ms(0)), None, "no call has begun");
    for rate in [8_000, 16_000] {
        let format = AudioFormat::pcm16(rate).unwrap();
        let start = Event::Start(Start::new("c1").with_format(format));
        far.hear(ms(0), None, &start);
        far.hear(ms(0), Some(Dialect::Sinch), &start);
        assert_eq!((far.heard(ms(0)), far.stops(ms(0))), (None, None));
        far.put(ms(0), audio);
        let heard = far.heard(ms(5)).unwrap();
        assert_eq!(heard.sent, 160, "half a sample of the first call is not in the second");
        about(heard.heard, u64::from(rate) / 200);
        far.put(ms(5), Message::Text(r#"{"command":"clear"}"#));
        about(far.stops(ms(9)).unwrap().at, u64::from(rate) / 200);
        far.put(ms(20), Message::Binary(&VOICE[..1]));
    }
}

#[test]
fn a_far_end_that_is_told_lengths_knows_what_one_does_that_reads_messages() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    let (mut reads, mut told) = (FarEnd::new(), FarEnd::new());
    told.put_audio(ms(0), 320);
    for far in [&mut reads, &mut told] {
        far.begin(Dialect::Sinch, format);
        assert_eq!(far.heard(ms(0)), None);
    }
    // Halves of samples too, and a clear that parts them.
    for (at, bytes) in [(0, 321), (20, 1), (40, 0), (60, 639)] {
        reads.put(ms(at), Message::Binary(&VOICE[..bytes]));
        told.put_audio(ms(at), bytes);
        assert_eq!(reads.heard(ms(at + 5)), told.heard(ms(at + 5)));
    }
    for far in [&mut reads, &mut told] {
        far.put(ms(80), Message::Text(r#"{"command":"clear"}"#));
    }
    assert!(told.stops(ms(80)).is_some_and(|stopped| reads.stops(ms(80)) == Some(stopped)));
}

#[test]
fn whoever_runs_dry_begins_anew() {
    let mut far = next_door();
    assert_eq!((far.heard(ms(5)), far.queued(ms(5)), far.runs_dry(ms(5))), (NOTHING, NOTHING, None));
    far.push(ms(100), 160);
    far.push(ms(110), 160);
    about(far.heard(ms(120)), 160);
    about(far.queued(ms(120)), 160);
    let dry = far.runs_dry(ms(120)).unwrap();
    assert!(dry.lower <= ms(140) && ms(140) <= dry.upper && dry.upper.since(dry.lower).as_micros() <= 252);

    assert_eq!((far.heard(ms(150)), far.runs_dry(ms(150))), (Estimate::exact(320), None));
    far.push(ms(200), 160);
    about(far.heard(ms(210)), 400);
    about(far.position(ms(210)), 400);
}

#[test]
fn a_full_buffer_forgets_the_oldest() {
    let mut far = next_door().buffer(Some(3_200)); // 200 ms
    far.push(ms(0), 1_600);
    far.push(ms(100), 1_600); // 800 still to be played make room
    about(far.position(ms(101)), 1_608);
    about(far.queued(ms(101)), 1_592);
    let stopped = far.clear(ms(150));
    about(stopped.at, 2_000);
    about(stopped.unheard, 1_200);
    // What jitter makes of it is in doubt once more.
    assert_eq!(stopped.heard, Estimate { lower: 1_197, upper: 1_202 });
}

#[test]
fn nothing_is_dropped_there_before_it_can_be_there() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    // The clock begins with the call, so that its origin is no longer ago than the way may take.
    let mut far = Playback::new(format).buffer(Some(1_000)).delay(Duration::ZERO, Duration::from_millis(100));
    far.push(ms(0), 800);
    assert_eq!(far.position(ms(0)).lower, 0);
    assert_eq!(far.position(ms(129)).lower, 0);
    assert_eq!(far.clear(ms(29)).at.lower, 0);
}

#[test]
fn sinch_holds_five_million_bytes_and_wavix_does_not_say() {
    assert_eq!(Dialect::Sinch.playback_buffer(), Some(5_000_000));
    assert_eq!(Dialect::Wavix.playback_buffer(), None);
}

#[test]
fn a_clear_stops_speech_where_it_catches_it() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    // Wherever the far end is, what is said and what stops it go the same way.
    let mut far = Playback::new(format).delay(Duration::ZERO, Duration::MAX).jitter(Duration::from_millis(2));
    far.push(ms(0), 8_000);
    far.mark(ms(0), "flushed".into());
    let stopped = far.clear(ms(500));
    assert!(stopped.at.lower <= 4_000 - 16 && 4_000 + 16 <= stopped.at.upper && stopped.at.width() <= 36);
    assert_eq!(stopped.at.since(1_000).lower, stopped.at.lower - 1_000);
    assert_eq!((far.queued(ms(500)), far.runs_dry(ms(500))), (NOTHING, None));

    // Nothing is left to be stopped.
    let again = far.clear(ms(501));
    assert_eq!((again.at, again.unheard, again.heard), (Estimate::exact(8_000), NOTHING, stopped.heard));
    assert_eq!(far.handle_mark(ms(510), "flushed".into()), Echo::Flushed);
    assert_eq!(far.position(ms(510)), Estimate::exact(8_000));

    // What is said after it is heard.
    far.push(ms(600), 800);
    far.mark(ms(600), "heard".into());
    assert_eq!(far.handle_mark(ms(720), "heard".into()), Echo::Heard);
    assert_eq!(far.position(ms(720)), Estimate::exact(8_800));
    assert_eq!(far.heard(ms(720)).lower, stopped.heard.lower + 800);
}

#[test]
fn marks_alone_tell_where_the_clock_cannot() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    let mut far = Playback::new(format).delay(Duration::ZERO, Duration::MAX);
    far.push(ms(0), 800);
    far.mark(ms(0), "a".into());
    far.push(ms(0), 800);
    far.mark(ms(0), "b".into());
    assert_eq!(far.heard(ms(5_000)), Estimate { lower: 0, upper: 1_600 });
    assert_eq!(far.handle_mark(ms(5_000), "a".into()), Echo::Heard);
    assert_eq!(far.heard(ms(5_000)), Estimate { lower: 800, upper: 1_600 });
    assert_eq!(far.handle_mark(ms(6_000), "b".into()), Echo::Heard);
    assert_eq!((far.heard(ms(6_000)), far.runs_dry(ms(6_000))), (Estimate::exact(1_600), None));
}

#[test]
fn marks_come_back_as_they_like() {
    let mut far = next_door();
    // At once where nothing is buffered.
    assert!(far.mark(ms(0), "at once".into()));
    assert_eq!(far.handle_mark(ms(0), "at once".into()), Echo::Heard);
    // Unasked, and again.
    assert_eq!(far.handle_mark(ms(0), "at once".into()), Echo::Unknown);
    assert_eq!(far.handle_mark(ms(0), "never sent".into()), Echo::Unknown);
    // Two of a name: the older first.
    far.push(ms(0), 80);
    assert!(far.mark(ms(0), "twin".into()));
    far.push(ms(0), 8_000);
    assert!(far.mark(ms(0), "twin".into()));
    assert_eq!(far.handle_mark(ms(12), "twin".into()), Echo::Heard);
    assert!(far.heard(ms(12)).upper < 160);
    // Flushed ones in any order, after others, or never.
    far.push(ms(12), 80);
    for name in ["x", "y", "z"] {
        assert!(far.mark(ms(12), name.into()));
    }
    let _ = far.clear(ms(20));
    assert!(far.mark(ms(20), "y".into()));
    let echoes = ["z", "y", "y", "x", "x"].map(|name| far.handle_mark(ms(25), name.into()));
    assert_eq!(echoes, [Echo::Flushed, Echo::Flushed, Echo::Heard, Echo::Flushed, Echo::Unknown]);
}

#[test]
fn a_mark_narrows_the_way_even_where_nothing_is_left_to_play() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    let mut far =
        Playback::new(format).delay(Duration::ZERO, Duration::from_millis(300)).jitter(Duration::ZERO);
    far.push(ms(0), 800);
    far.mark(ms(1_000), "m".into());
    assert_eq!(far.handle_mark(ms(1_020), "m".into()), Echo::Heard);
    far.push(ms(2_000), 800);
    assert_eq!(far.heard(ms(2_050)), Estimate { lower: 800 + 238, upper: 800 + 401 });
}

#[test]
fn a_mark_that_is_back_too_soon_corrects_what_was_assumed() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    let [least, most] = [200, 300].map(Duration::from_millis);
    let mut far = Playback::new(format).delay(least, most).jitter(Duration::ZERO);
    far.push(ms(0), 800);
    far.mark(ms(0), "m".into());
    far.push(ms(0), 8_000);
    assert_eq!(far.heard(ms(150)), NOTHING);
    assert_eq!(far.handle_mark(ms(150), "m".into()), Echo::Heard);
    about(far.heard(ms(150)), 800);
    about(far.heard(ms(250)), 1_600);
}

#[test]
fn what_cannot_be_remembered_is_refused_and_what_is_stale_makes_room() {
    let names: Vec<_> = (0..=Playback::MARKS).map(|n| n.to_string()).collect();
    let mut far = next_door();
    far.push(ms(0), 80);
    for name in &names[1..] {
        assert!(far.mark(ms(0), name.as_str().into()));
    }
    assert!(!far.mark(ms(0), names[0].as_str().into()));
    assert_eq!(far.handle_mark(ms(0), names[0].as_str().into()), Echo::Unknown);
    // Those whose audio was played for certain say nothing new.
    assert!(far.mark(ms(20), names[0].as_str().into()));
    assert_eq!(far.handle_mark(ms(20), names[1].as_str().into()), Echo::Unknown);
    assert_eq!(far.handle_mark(ms(20), names[2].as_str().into()), Echo::Heard);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut far = next_door();
    far.push(ms(100), 800);
    far.push(ms(150), 800);
    far.push(ms(50), 800);
    about(far.heard(ms(0)), 400);
    let stopped = far.clear(ms(120));
    about(stopped.at, 400);
    assert_eq!(far.sent(), 2_400);
}

#[test]
fn nothing_overflows() {
    let end = Instant::from_micros(u64::MAX);
    for buffer in [None, Some(0), Some(u32::MAX)] {
        let mut far = next_door().buffer(buffer).delay(Duration::MAX, Duration::ZERO).jitter(Duration::MAX);
        for now in [Instant::ZERO, ms(1), end, end] {
            for samples in [0, 1, u64::MAX, u64::MAX] {
                far.push(now, samples);
                far.mark(now, "m".into());
                let told = (far.heard(now), far.position(now), far.queued(now), far.runs_dry(now));
                assert!(told.0.lower <= told.0.upper && told.1.lower <= told.1.upper);
                far.handle_mark(now, "m".into());
            }
            let _ = far.clear(now);
        }
    }
}

#[test]
fn a_far_end_takes_little_memory() {
    assert!(size_of::<Playback>() <= 1_300, "{}", size_of::<Playback>());
    assert!(size_of::<Pacer>() <= 64, "{}", size_of::<Pacer>());
}

#[test]
fn whole_calls_tell_what_a_barge_in_left_unheard() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        for seed in 0..200 {
            let mut call = Call::new(dialect, seed);
            let barge_in = 100_000 + call.chance.below(6_000_000) as u64;
            let sentence = u64::from(call.format.rate()) * 3;
            let first = call.speak(sentence, barge_in);
            let stopped = call.interrupt(barge_in);
            assert_eq!((first, stopped.at.upper + stopped.unheard.lower), (0, call.far.sent()));

            // Another sentence in reply, which is heard out.
            let second = call.speak(sentence, u64::MAX);
            assert_eq!(
                (second, call.far.sent() - second),
                (stopped.at.lower + stopped.unheard.upper, sentence)
            );
            let dry = call.far.runs_dry(Instant::from_micros(call.now)).unwrap();
            call.run(u64::MAX);
            assert!(dry.lower.as_micros() <= call.dry && call.dry <= dry.upper.as_micros());
            call.speaker.play(call.dry);
            let heard = call.far.heard(dry.upper);
            assert_eq!(heard.since(sentence), stopped.heard);
            assert!(heard.lower <= call.speaker.heard() && call.speaker.heard() <= heard.upper);
            assert_eq!(call.echoes.contains(&Echo::Heard), dialect == Dialect::Wavix);
            assert!(!call.echoes.contains(&Echo::Unknown));
        }
    }
}

/// Both ends of a call with 10 to 40 ms and 5 ms of jitter between them, and at the near one all that speaks.
struct Call {
    chance: Chance,
    format: AudioFormat,
    application: Session<Application>,
    platform: Session<Platform>,
    pacer: Pacer,
    far: Playback,
    speaker: Speaker<String>,
    delay: u64,
    there: VecDeque<(u64, Words)>,
    back: VecDeque<(u64, Words)>,
    promised: Option<Stopped>,
    echoes: Vec<Echo>,
    now: u64,
    /// When the far end ran dry, as far as can be told by now.
    dry: u64,
}

enum Words {
    Text(String),
    Binary(Vec<u8>),
}

impl Call {
    fn new(dialect: Dialect, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let format = AudioFormat::pcm16(if dialect == Dialect::Sinch { 16_000 } else { 24_000 }).unwrap();
        let config = Config::new(dialect).format(format);
        let Duet { application, platform, now } = Duet::of(config, config).live(phases::call(dialect));
        let capacity = dialect.playback_buffer().map_or(u64::MAX, |bytes| u64::from(bytes) / 2);
        Self {
            delay: 10_000 + chance.below(30_000) as u64,
            chance,
            format,
            application,
            platform,
            pacer: Pacer::new(format, Pacer::AHEAD),
            far: Playback::new(format)
                .buffer(dialect.playback_buffer())
                .delay(Duration::from_millis(10), Duration::from_millis(40))
                .jitter(Duration::from_millis(5)),
            speaker: Speaker::new(format.rate(), capacity),
            there: VecDeque::new(),
            back: VecDeque::new(),
            promised: None,
            echoes: Vec::new(),
            now: now.as_micros(),
            dry: 0,
        }
    }

    /// Says a sentence in frames of 20 ms, with a mark twice a second and one at the end, and tells at which sample it
    /// begins; or breaks off.
    fn speak(&mut self, samples: u64, until: u64) -> u64 {
        let (start, frame) = (self.far.sent(), (self.format.frame_bytes() / 2) as u64);
        let mut left = samples;
        while left > 0 {
            let samples = left.min(frame);
            let now = self.pacer.poll_timeout().map_or(self.now, Instant::as_micros).max(self.now);
            if now >= until {
                return start;
            }
            self.run(now);
            if !self.pacer.take(Instant::from_micros(now), samples) {
                continue;
            }
            let pcm = Audio::raw(&VOICE[..2 * samples as usize]);
            assert!(self.say(Command::Audio(pcm)));
            self.far.push(Instant::from_micros(now), samples);
            left -= samples;
            if left == 0 || (left / frame).is_multiple_of(25) {
                self.mark(&format!("{left} of {start}"));
            }
        }
        start
    }

    fn mark(&mut self, name: &str) {
        if self.say(Command::Mark(Mark::new(name))) {
            assert!(self.far.mark(Instant::from_micros(self.now), name.into()));
        }
    }

    fn interrupt(&mut self, now: u64) -> Stopped {
        self.run(now);
        self.pacer.clear();
        assert!(self.say(Command::Clear));
        let stopped = self.far.clear(Instant::from_micros(now));
        // 5 ms of jitter, early or late, and a sample of grace.
        assert!(stopped.at.width() <= u64::from(self.format.rate()) / 100 + 4, "{stopped:?}");
        self.promised = Some(stopped);
        stopped
    }

    /// Puts words on the wire, unless the dialect has none for it.
    fn say(&mut self, command: Command<'_>) -> bool {
        let mut buf = [0; 4096];
        let message = match self.application.send(Instant::from_micros(self.now), command, &mut buf) {
            Ok(message) => message.expect("words are needed"),
            Err(error) => {
                assert_eq!(error, SendError::Unsupported);
                return false;
            }
        };
        send(&mut self.there, self.now + self.delay, &mut self.chance, message);
        true
    }

    /// Lives through all that happens until `now`.
    fn run(&mut self, until: u64) {
        loop {
            let mark = self.speaker.next_mark_at();
            let next = [self.there.front(), self.back.front()].map(|words| words.map(|(at, _)| *at));
            let Some(at) = next.into_iter().flatten().chain(mark).min().filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(at);
            if next[0] == Some(at) {
                let (_, words) = self.there.pop_front().expect("it was there");
                self.platform_hears(&words);
            } else if next[1] == Some(at) {
                let (_, words) = self.back.pop_front().expect("it was there");
                self.application_hears(&words);
            }
            self.speaker.play(self.now);
            while let Some(name) = self.speaker.poll_mark() {
                let mut buf = [0; 512];
                let event = Event::Mark(Mark::new(&name));
                let message = self.platform.send(Instant::from_micros(self.now), event, &mut buf).unwrap();
                send(
                    &mut self.back,
                    self.now + self.delay,
                    &mut self.chance,
                    message.expect("words are needed"),
                );
            }
        }
        if until < u64::MAX {
            self.now = self.now.max(until);
        }
    }

    fn platform_hears(&mut self, words: &Words) {
        let now = Instant::from_micros(self.now);
        match self.platform.handle_message(now, words.message()).expect("it is understood") {
            Command::Audio(audio) => {
                self.speaker.push(self.now, audio.len() as u64 / 2);
                self.dry = self.speaker.empty_at().expect("something is to be played");
            }
            Command::Mark(mark) => self.speaker.mark(self.now, mark.name.chars().collect()),
            Command::Clear => {
                self.speaker.play(self.now);
                let unheard = self.speaker.queued();
                let at = self.speaker.clear(self.now);
                let promised = self.promised.take().expect("it was told when it was said");
                for (estimate, truth) in
                    [(promised.at, at), (promised.unheard, unheard), (promised.heard, self.speaker.heard())]
                {
                    assert!(estimate.lower <= truth && truth <= estimate.upper, "{truth} of {promised:?}");
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn application_hears(&mut self, words: &Words) {
        let now = Instant::from_micros(self.now);
        match self.application.handle_message(now, words.message()).expect("it is understood") {
            Event::Mark(mark) => self.echoes.push(self.far.handle_mark(now, mark.name)),
            other => panic!("{other:?}"),
        }
    }
}

/// On a wire that keeps the order.
fn send(wire: &mut VecDeque<(u64, Words)>, at: u64, chance: &mut Chance, message: Message<'_>) {
    let before = wire.back().map_or(0, |(at, _)| *at);
    let words = match message {
        Message::Text(text) => Words::Text(text.into()),
        Message::Binary(bytes) => Words::Binary(bytes.into()),
        Message::Close(close) => panic!("{close:?}"),
    };
    wire.push_back((before.max(at + chance.below(5_001) as u64), words));
}

impl Words {
    fn message(&self) -> Message<'_> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
        }
    }
}
