//! Nothing in the core allocates, whatever is heard and said: ten thousand calls with every word of either side,
//! counted by the allocator.

use core::hint::black_box;
use core::time::Duration;

use support::allocations::{self, Counting};
use support::phases;
use support::samples::VOICE;
use voxwire::audio::{
    Arithmetic, Arrivals, Fixed, Float, G711, Level, Pacer, PcmResampler, Playback, Resampler, Speech, Voice,
    swap_l16,
};
use voxwire::{
    Application, Audio, AudioFormat, Close, Command, Config, Dialect, Due, Event, FarEnd, Framer, Instant,
    Mark, Message, Outbox, Platform, ReceiveError, SendError, Session,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROUNDS: u64 = 10_000;

/// What a platform says to an application, in the order of a call; and what none should say.
fn platform_words(dialect: Dialect) -> &'static [Message<'static>] {
    match dialect {
        Dialect::Sinch => &[
            Message::Text(
                r#"{"command":"connect","CallId":"c\u0031","Headers":{"n":[1,{"o":null}],"k":"\"v\""}}"#,
            ),
            Message::Text(r#"{"command":"connect","CallId":"c2"}"#),
            Message::Text(r#"{"command":"answer"}"#),
            Message::Text(r#"{"command":"#),
            Message::Text("hello"),
            Message::Binary(&[1, 2, 3]),
            Message::Close(Close::NORMAL),
            Message::Binary(&[1, 2, 3]),
        ],
        _ => &[
            Message::Text(r#"{"event":"media","media":{"payload":"AAEC"}}"#),
            Message::Text(r#"{"event":"connected","event_time":"2024-01-15T10:30:00Z"}"#),
            Message::Text(r#"{"event":"start","call_id":"c1","stream_id":"s\u0031","stream_type":"oneway"}"#),
            Message::Text(r#"{"event":"start","call_id":"c1","stream_id":"s1"}"#),
            Message::Text(
                r#"{"event":"media","media":{"payload":"\/\u002f+A","track":"left","timestamp":"7"}}"#,
            ),
            Message::Text(r#"{"event":"media","media":{"payload":"not base64"}}"#),
            Message::Text(r#"{"event":"mark","mark":{"name":"\u0022m\u0022"}}"#),
            Message::Text(r#"{"event":"clear"}"#),
            Message::Binary(&[1, 2, 3]),
            Message::Text(r#"{"event":"stop"}"#),
            Message::Text(r#"{"event":"stop"}"#),
        ],
    }
}

/// What an application says to a platform whose call has begun; and what none should say.
fn application_words(dialect: Dialect) -> &'static [Message<'static>] {
    match dialect {
        Dialect::Sinch => &[
            Message::Binary(&[1, 2, 3]),
            Message::Text(r#"{"command":"answer"}"#),
            Message::Text(r#"{"command":"answer"}"#),
            Message::Binary(&[1, 2, 3]),
            Message::Text(r#"{"command":"clear"}"#),
            Message::Text(r#"{"command":"heartbeat"}"#),
            Message::Text(r#"{"command":"connect"}"#),
            Message::Text(r#"{"command":"busy"}"#),
            Message::Close(Close::NORMAL),
            Message::Text(r#"{"command":"reject"}"#),
        ],
        _ => &[
            Message::Text(r#"{"event":"media","stream_id":"s1","media":{"payload":"AAEC"}}"#),
            Message::Text(r#"{"event":"mark","mark":{"name":"m"}}"#),
            Message::Text(r#"{"event":"mark","mark":{}}"#),
            Message::Text(r#"{"event":"clear"}"#),
            Message::Text(r#"{"event":"future","a":[[[[1]]]]}"#),
            Message::Close(Close::LOST),
            Message::Text(r#"{"event":"clear"}"#),
        ],
    }
}

/// Reads out all there is to read.
fn read_audio(audio: Audio<'_>) {
    let mut pcm = [0; 64];
    let _ = black_box((audio.len(), audio.validate(), audio.copy_to(&mut pcm), audio == Audio::raw(&[0])));
}

fn read_event(heard: Result<Event<'_>, ReceiveError>) {
    match heard {
        Ok(Event::Start(start)) => {
            let mut text = [0; 64];
            for header in start.headers {
                black_box((header.name.len(), header.value.copy_to(&mut text)));
            }
            black_box((start.headers.find("K"), start.call_id.map(|id| id.chars().count())));
        }
        Ok(Event::Audio(audio)) => read_audio(audio),
        heard => drop(black_box(heard)),
    }
}

fn read_command(heard: Result<Command<'_>, ReceiveError>) {
    match heard {
        Ok(Command::Audio(audio)) => read_audio(audio),
        heard => drop(black_box(heard)),
    }
}

#[test]
fn the_allocator_counts() {
    assert!(allocations::during(|| drop(black_box(vec![0_u8; 100]))) > 0);
}

#[test]
fn hearing_allocates_nothing() {
    let mut words = 0;
    let allocations = allocations::during(|| {
        for round in 0..ROUNDS {
            let now = Instant::from_millis(round);
            for dialect in [Dialect::Sinch, Dialect::Wavix] {
                let mut application = Session::<Application>::application(Config::detect(), now);
                for message in platform_words(dialect) {
                    read_event(application.handle_message(now, *message));
                    words += 1;
                }
                let mut platform = Session::<Platform>::platform(Config::new(dialect), now);
                platform.send(now, Event::Start(phases::call(dialect)), &mut [0; 512]).unwrap();
                for message in application_words(dialect) {
                    read_command(platform.handle_message(now, *message));
                    words += 1;
                }
            }
        }
    });
    assert_eq!(allocations, 0, "in {words} messages");
}

#[test]
fn saying_allocates_nothing() {
    let headers = [("tenant", "\"north\"\n"), ("lang", "sv-SE")];
    let escaped = Message::Text(r#"{"event":"media","media":{"payload":"\/\/\/\/"}}"#);
    let Ok(Event::Audio(relayed)) = Dialect::Wavix.decode_event(escaped) else { panic!("audio") };
    let events = [
        Event::Hello,
        Event::Start(phases::call(Dialect::Sinch).with_headers((&headers).into())),
        Event::Start(phases::call(Dialect::Wavix)),
        Event::Audio(Audio::raw(&VOICE[..640])),
        Event::Audio(relayed),
        Event::Mark(Mark::new("\u{1}mark\"")),
        Event::Other(Message::Text("anything")),
        Event::Stop,
        Event::Hangup(Close::new(1006, "not sendable")),
        Event::Hangup(Close::new(4000, "sendable")),
    ];
    let commands = [
        Command::Answer,
        Command::Audio(Audio::raw(&VOICE[..640])),
        Command::Audio(relayed),
        Command::Audio(Audio::base64("not base64".into())),
        Command::Mark(Mark::new("\u{1}mark\"")),
        Command::Clear,
        Command::Heartbeat,
        Command::Busy,
        Command::Reject,
        Command::Other(Message::Binary(&[1, 2, 3])),
        Command::Hangup(Close::NORMAL),
    ];
    let mut said = 0;
    let allocations = allocations::during(|| {
        for round in 0..ROUNDS {
            let now = Instant::from_millis(round);
            for dialect in [Dialect::Sinch, Dialect::Wavix] {
                let mut buf = [0; 2048];
                let mut platform = Session::<Platform>::platform(Config::new(dialect), now);
                let mut application = Session::<Application>::application(Config::new(dialect), now);
                for event in events {
                    let _ = black_box(platform.measure(now, event));
                    if let Ok(Some(message)) = platform.send(now, event, &mut buf) {
                        read_event(application.handle_message(now, message));
                        said += 1;
                    }
                    // An application says what it may, whenever it may.
                    if matches!(event, Event::Start(_)) && application.dialect().is_some() {
                        for command in commands.iter().take(commands.len() - 1) {
                            let _ = black_box(application.measure(now, *command));
                            if let Ok(Some(message)) = application.send(now, *command, &mut buf) {
                                read_command(platform.handle_message(now, message));
                                said += 1;
                            }
                        }
                    }
                }
            }
        }
    });
    assert_eq!(allocations, 0, "in {said} messages");
    assert!(said > 20 * ROUNDS, "{said}");
}

#[test]
fn time_allocates_nothing() {
    let allocations = allocations::during(|| {
        for dialect in [Dialect::Sinch, Dialect::Wavix] {
            for _ in 0..ROUNDS {
                let mut session = Session::<Application>::application(Config::new(dialect), Instant::ZERO);
                let words = if dialect == Dialect::Sinch {
                    r#"{"command":"connect"}"#
                } else {
                    r#"{"event":"start"}"#
                };
                for wish in [None, Some(Command::Answer), Some(Command::Hangup(Close::NORMAL))] {
                    if let Some(due) = session.poll_timeout() {
                        while !matches!(session.handle_timeout(due, &mut []), Ok(Due::Nothing)) {}
                        session.handle_activity(due + Duration::from_millis(1));
                    }
                    match wish {
                        None => drop(black_box(session.handle_message(Instant::ZERO, Message::Text(words)))),
                        Some(wish) => drop(black_box(session.send(Instant::ZERO, wish, &mut []))),
                    }
                }
            }
        }
    });
    assert_eq!(allocations, 0);
}

#[test]
fn framing_and_queueing_allocate_nothing() {
    let mut sinch = Session::<Application>::application(Config::new(Dialect::Sinch), Instant::ZERO);
    sinch.handle_message(Instant::ZERO, Message::Text(r#"{"command":"connect"}"#)).unwrap();
    let mut wavix = Session::<Application>::application(Config::new(Dialect::Wavix), Instant::ZERO);
    wavix.handle_message(Instant::ZERO, Message::Text(r#"{"event":"start"}"#)).unwrap();
    for session in [&mut sinch, &mut wavix] {
        session.send(Instant::ZERO, Command::Answer, &mut []).unwrap();
    }
    let mut frames = 0;
    let mut full = 0;
    let allocations = allocations::during(|| {
        for session in [&mut sinch, &mut wavix] {
            let mut memory = [0; 320];
            let mut framer = Framer::new(&mut memory);
            let mut outbox = Outbox::new([0; 4096]);
            for round in 0..ROUNDS {
                let mut chunk = &VOICE[..(round % 1_000) as usize];
                while let Some(frame) = framer.next(&mut chunk) {
                    let queued = outbox.send(session, Instant::ZERO, Command::Audio(Audio::raw(frame)));
                    full += u64::from(queued.is_err());
                    frames += 1;
                }
                let _ = black_box(outbox.send(session, Instant::ZERO, Command::Mark(Mark::new("m"))));
                black_box((outbox.front(), outbox.audio_bytes()));
                outbox.pop();
                if round % 7 == 0 {
                    black_box(outbox.clear());
                    outbox.send(session, Instant::ZERO, Command::Clear).expect("a clear is always taken");
                }
            }
            black_box(framer.finish(0));
        }
    });
    assert_eq!(allocations, 0, "in {frames} frames");
    assert!(frames > ROUNDS && full > 0, "{frames} frames, {full} refused");
}

#[test]
fn pacing_and_playback_allocate_nothing() {
    let format = AudioFormat::pcm16(24_000).unwrap();
    let names = Vec::from_iter((0..100).map(|n| n.to_string()));
    let mut frames = 0_u64;
    let mut now = Instant::ZERO;
    let allocations = allocations::during(|| {
        let mut pacer = Pacer::new(format, Pacer::AHEAD);
        let mut far = Playback::new(format).buffer(Some(10_000));
        for (round, name) in (0..ROUNDS).zip(names.iter().cycle()) {
            now = pacer.poll_timeout().unwrap_or(now).max(now) + Duration::from_micros(round % 90_000);
            while pacer.take(now, 480) {
                far.push(now, 480);
                frames += 1;
            }
            black_box(far.mark(now, name.as_str().into()));
            if round % 3 == 0 {
                black_box(far.handle_mark(now, name.as_str().into()));
            }
            if round % 50 == 0 {
                pacer.clear();
                black_box(far.clear(now));
            }
            black_box((far.heard(now), far.position(now), far.queued(now), far.runs_dry(now)));
        }
    });
    assert_eq!(allocations, 0, "in {frames} frames");
    assert!(frames >= ROUNDS, "{frames} frames");
}

#[test]
fn a_far_end_allocates_nothing() {
    for dialect in Dialect::ALL {
        let live =
            phases::applications(*dialect).into_iter().find(|application| application.session.is_live());
        let mut session = live.unwrap().session;
        let allocations = allocations::during(|| {
            let (mut far, mut buf, mut now) = (FarEnd::new(), [0; 1_024], phases::NOW);
            far.begin(*dialect, AudioFormat::pcm16(8_000).unwrap());
            for round in 0..ROUNDS {
                let says = match round % 50 {
                    49 => Command::Clear,
                    7 => Command::Mark(Mark::new("seventh")),
                    _ => Command::Audio(Audio::raw(&VOICE[..320])),
                };
                if let Ok(Some(message)) = session.send(now, says, &mut buf) {
                    far.put(now, message);
                }
                if round % 50 == 11 {
                    far.hear(now, Some(*dialect), &Event::Mark(Mark::new("seventh")));
                }
                black_box((far.heard(now), far.stops(now)));
                now = now + Duration::from_millis(20);
            }
            assert!(far.heard(now).unwrap().sent >= 160 * (ROUNDS - ROUNDS / 25));
        });
        assert_eq!(allocations, 0);
    }
}

#[test]
fn converting_and_measuring_allocate_nothing() {
    let format = AudioFormat::pcm16(8_000).unwrap();
    let mut arrivals = Arrivals::new(format);
    let mut level = Level::default();
    let mut drifts = 0;
    let allocations = allocations::during(|| {
        for round in 0..ROUNDS {
            let mut codes = [0; 160];
            let mut pcm = [0; 320];
            for law in [G711::MuLaw, G711::ALaw] {
                law.encode_to(&VOICE[..320], &mut codes).expect("room");
                law.decode_to(&codes, &mut pcm).expect("room");
            }
            let _ = black_box((swap_l16(&pcm, &mut codes), swap_l16(&VOICE[..320], &mut pcm)));
            level.add(&pcm);
            arrivals.add(Instant::from_millis(20 * round), 160);
            drifts += usize::from(black_box((arrivals.drift(), level.millibels())).0.is_some());
        }
    });
    assert_eq!(allocations, 0);
    assert!(drifts > 9_000, "{drifts}");
}

#[test]
fn resampling_allocates_nothing() {
    let mut samples = 0;
    let allocations = allocations::during(|| {
        for (from, to) in [(8_000, 44_100), (48_000, 16_000), (16_000, 16_000)] {
            let mut fixed = PcmResampler::new(Resampler::fixed(from, to).unwrap());
            let mut float = PcmResampler::new(Resampler::float(from, to).unwrap());
            for round in 0..ROUNDS / 10 {
                let chunk = &VOICE[..(round % 1_000) as usize];
                let mut out = [0; 640];
                for mut chunk in [chunk, chunk] {
                    while !chunk.is_empty() {
                        samples += fixed.next(&mut chunk, &mut out);
                    }
                }
                for mut chunk in [chunk, chunk] {
                    while !chunk.is_empty() {
                        samples += float.next(&mut chunk, &mut out);
                    }
                }
                if round % 7 == 0 {
                    samples += fixed.finish(&mut out) + float.finish(&mut out);
                    fixed.clear();
                    float.clear();
                }
            }
        }
    });
    assert_eq!(allocations, 0, "for {samples} bytes");
    assert!(samples > 1_000_000, "{samples}");
}

#[test]
fn speaking_allocates_nothing() {
    fn speak<A: Arithmetic>(rate: u32) -> u64 {
        let format = AudioFormat::pcm16(16_000).unwrap();
        let mut voice = Voice::<_, A>::new(rate, format, [0; 640]).expect("room");
        let (mut now, mut frames) = (Instant::ZERO, 0);
        for round in 0..ROUNDS / 5 {
            let mut pcm = &VOICE[..(round % 1_000) as usize];
            let ends = round % 7 == 0;
            loop {
                match if ends { voice.finish(now) } else { voice.poll(now, &mut pcm) } {
                    Speech::Frame(frame) => {
                        frames += u64::from(!black_box(frame).is_empty());
                        voice.sent(now);
                    }
                    Speech::Wait(until) => now = until,
                    Speech::Spent => break,
                }
            }
            if round % 50 == 0 {
                voice.clear();
            }
        }
        frames
    }
    let mut frames = 0;
    let allocations = allocations::during(|| {
        for rate in [8_000, 16_000, 24_000] {
            frames += speak::<Fixed>(rate) + speak::<Float>(rate);
        }
    });
    assert_eq!(allocations, 0, "in {frames} frames");
    assert!(frames > 5_000, "{frames} frames");
}

#[test]
fn refusals_allocate_nothing() {
    let session = Session::<Application>::application(Config::new(Dialect::Sinch), Instant::ZERO);
    let allocations = allocations::during(|| {
        for _ in 0..ROUNDS {
            let refused = session.measure(Instant::ZERO, Command::Clear);
            assert_eq!(black_box(refused), Err(SendError::WrongPhase));
        }
    });
    assert_eq!(allocations, 0);
}
