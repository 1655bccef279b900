//! The laws of the crate's documentation, one by one. Law 6 is the whole of `robust.rs`; laws 2 and 8 are also lived
//! through in `histories.rs`.

use core::time::Duration;

use support::duet::Duet;
use support::phases::{self, InPhase, NOW};
use support::samples::{self, VOICE};
use support::vocabulary;
use voxwire::{
    Application, Audio, Close, Command, Config, Dialect, Dropped, Due, Event, Mark, Message, Platform,
    ReceiveError, SendError, Session,
};

const DIALECTS: [Dialect; 2] = [Dialect::Sinch, Dialect::Wavix];
const MEDIA: &str = r#"{"event":"media","media":{"payload":"AAECAwQFBgc","track":"inbound"}}"#;

// Law 1. An event borrows the message, never the session.

#[test]
fn law_1_one_may_speak_while_holding_what_was_heard() {
    let mut session = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).application;
    let mut buf = [0; 256];
    let first = session.handle_message(NOW, Message::Text(MEDIA)).unwrap();
    let second = session.handle_message(NOW, Message::Text(MEDIA)).unwrap();
    let said = session.send(NOW, Command::Clear, &mut buf).unwrap();
    drop(session);
    // All three outlive the session.
    assert_eq!(first, second);
    assert_eq!(said, Some(Message::Text(r#"{"event":"clear","stream_id":"s1"}"#)));
}

// Law 2. An `Err` changes nothing.

#[test]
fn law_2_a_refused_message_leaves_every_phase_as_it_was() {
    for dialect in DIALECTS {
        let again = match dialect {
            Dialect::Sinch => r#"{"command":"connect","CallId":"another"}"#,
            _ => r#"{"event":"start","call_id":"another","stream_id":"another"}"#,
        };
        for InPhase { phase, session } in phases::applications(dialect) {
            for text in ["{\"command\":", "{\"event\"}", again] {
                let mut hearer = session.clone();
                let later = NOW + Duration::from_secs(1);
                match hearer.handle_message(later, Message::Text(text)) {
                    Err(_) => assert_eq!(hearer, session, "{phase}"),
                    Ok(_) => assert!(matches!(phase, "idle" | "closed" | "stopped"), "{phase} took {text}"),
                }
            }
        }
    }
}

#[test]
fn law_2_a_text_that_the_peer_would_refuse_is_not_written() {
    let config = Config::new(Dialect::Sinch);
    let long = "x".repeat(16 * 1024);
    let headers = [("k", long.as_str())];
    let start = voxwire::Start::new("c1").with_headers(voxwire::Headers::from(&headers));
    let mut platform = Session::platform(config, NOW);
    let before = platform.clone();
    let mut buf = [0; 32 * 1024];
    let said = platform.send(NOW, Event::Start(start), &mut buf);
    assert_eq!(said, Err(SendError::Limit { bound: voxwire::Bound::Text }));
    assert_eq!(platform, before);
}

#[test]
fn law_2_a_refused_wish_leaves_every_phase_as_it_was() {
    for dialect in DIALECTS {
        for InPhase { phase, session } in phases::applications(dialect) {
            for wish in vocabulary::WISHES {
                let mut speaker = session.clone();
                if speaker.send(NOW + Duration::from_secs(1), wish, &mut [0; 8]).is_err() {
                    assert_eq!(speaker, session, "{wish:?} in {phase}");
                }
            }
        }
        for InPhase { phase, session } in phases::platforms(dialect) {
            for wish in vocabulary::events(dialect) {
                let mut speaker = session.clone();
                if speaker.send(NOW + Duration::from_secs(1), wish, &mut [0; 8]).is_err() {
                    assert_eq!(speaker, session, "{wish:?} in {phase}");
                }
            }
        }
    }
}

#[test]
fn law_2_the_sequence_of_a_platform_has_no_gap_where_saying_failed() {
    let mut duet = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix));
    let voice = Event::Audio(Audio::raw(&VOICE[..6]));
    let mut buf = [0; 512];
    let refused = duet.platform.send(duet.now, voice, &mut buf[..20]);
    assert!(matches!(refused, Err(SendError::BufferTooSmall { needed: 150.. })), "{refused:?}");
    let Ok(Some(Message::Text(said))) = duet.platform.send(duet.now, voice, &mut buf) else { panic!("said") };
    assert!(said.contains(r#""sequence_number":2,"#) && said.contains(r#""chunk":1}"#), "{said}");
}

// Law 3. One message is exactly one event.

#[test]
fn law_3_what_means_nothing_is_other_and_counted() {
    for (dialect, message) in [
        (Dialect::Sinch, Message::Text("hello")),
        (Dialect::Sinch, Message::Text(r#"{"command":"future"}"#)),
        (Dialect::Wavix, Message::Text(r#"{"event":"future"}"#)),
        (Dialect::Wavix, Message::Binary(&[1, 2, 3])),
    ] {
        for InPhase { phase, mut session } in phases::applications(dialect) {
            let heard = session.handle_message(NOW, message);
            // On Wavix, stop is the end of what means anything.
            if phase == "closed" || (dialect, phase) == (Dialect::Wavix, "stopped") {
                assert_eq!(heard, Ok(Event::Hangup(Close::BARE)), "{phase}");
            } else {
                assert_eq!(heard, Ok(Event::Other(message)), "{phase}");
                assert_eq!(session.counters().other, 1);
            }
        }
    }
}

#[test]
fn law_3_audio_that_comes_when_none_may_is_dropped_and_counted() {
    let mut session = Session::application(Config::new(Dialect::Sinch), NOW);
    for _ in 0..3 {
        let heard = session.handle_message(NOW, Message::Binary(&VOICE[..321]));
        assert_eq!(heard, Ok(Event::Dropped(Dropped { bytes: 321 })));
    }
    assert_eq!((session.counters().dropped, session.counters().dropped_bytes), (3, 963));

    let mut duet = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix).oneway());
    assert_eq!(duet.platform_hears(Message::Text(MEDIA)), Command::Dropped(Dropped { bytes: 8 }));
    assert_eq!((duet.platform.counters().dropped, duet.platform.counters().dropped_bytes), (1, 8));
}

#[test]
fn law_3_after_the_end_everything_is_the_end_again() {
    for dialect in DIALECTS {
        let mut duet = Duet::new(dialect).live(phases::call(dialect));
        assert_eq!(duet.application_hears(Message::Close(Close::LOST)), Event::Hangup(Close::LOST));
        for sample in samples::all(dialect) {
            let heard = duet.application.handle_message(duet.now, sample.message());
            assert_eq!(heard, Ok(Event::Hangup(Close::BARE)));
            let heard = duet.platform.handle_message(duet.now, sample.message());
            assert_eq!(heard, Ok(Command::Hangup(Close::BARE)));
        }
        assert!(duet.application.is_closed() && duet.platform.is_closed());
        assert_eq!(duet.application.poll_timeout(), None);
    }
}

#[test]
fn law_3_a_stop_that_crosses_our_close_does_not_undo_it() {
    let mut session = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).application;
    session.send(NOW, Command::Hangup(Close::NORMAL), &mut []).unwrap();
    let stop = Message::Text(r#"{"event":"stop","call_id":"c1","stream_id":"s1"}"#);
    assert_eq!(session.handle_message(NOW, stop), Ok(Event::Stop));
    assert_eq!(session.send(NOW, Command::Hangup(Close::NORMAL), &mut []), Err(SendError::Closed));
    let due = session.poll_timeout().unwrap();
    assert!(matches!(session.handle_timeout(due, &mut []), Ok(Due::Expired(_))), "no second close is owed");
    assert!(session.is_closed());
}

#[test]
fn law_3_what_crosses_the_last_words_is_heard_and_changes_nothing() {
    // An answer crosses the platform's close.
    let mut platform = Session::platform(Config::new(Dialect::Sinch), NOW);
    platform.send(NOW, Event::Start(phases::call(Dialect::Sinch)), &mut [0; 256]).unwrap();
    platform.send(NOW, Event::Hangup(Close::NORMAL), &mut []).unwrap();
    assert_eq!(platform.handle_message(NOW, Message::Text(r#"{"command":"answer"}"#)), Ok(Command::Answer));
    assert!(!platform.is_live());

    // A clear crosses the platform's stop.
    let mut platform = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).platform;
    platform.send(NOW, Event::Stop, &mut [0; 256]).unwrap();
    assert_eq!(platform.handle_message(NOW, Message::Text(r#"{"event":"clear"}"#)), Ok(Command::Clear));
    assert!(!platform.is_live());

    // A call crosses the close of an application that would wait no longer.
    let mut application = Session::application(Config::new(Dialect::Sinch), NOW);
    application.send(NOW, Command::Hangup(Close::NORMAL), &mut []).unwrap();
    let heard = application.handle_message(NOW, Message::Text(r#"{"command":"connect"}"#));
    assert!(matches!(heard, Ok(Event::Start(_))));
    assert_eq!(application.send(NOW, Command::Answer, &mut []), Err(SendError::Closed));

    // And so does all that is said in a call that needs no answer.
    let mut application = Session::application(Config::new(Dialect::Wavix), NOW);
    application.send(NOW, Command::Hangup(Close::NORMAL), &mut []).unwrap();
    application.handle_message(NOW, Message::Text(r#"{"event":"start"}"#)).unwrap();
    let heard = application.handle_message(NOW, Message::Text(r#"{"event":"mark","mark":{"name":"m"}}"#));
    assert_eq!(heard, Ok(Event::Mark(Mark::new("m"))));
}

#[test]
fn law_3_before_the_dialect_is_known_audio_is_dropped_and_a_greeting_tells_nothing() {
    let mut application = Session::application(Config::detect(), NOW);
    let heard = application.handle_message(NOW, Message::Binary(&VOICE[..320]));
    assert_eq!(heard, Ok(Event::Dropped(Dropped { bytes: 320 })));
    assert_eq!(application.counters().dropped_bytes, 320);
    // Others than Wavix greet like this.
    let greeting = Message::Text(r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#);
    assert_eq!(application.handle_message(NOW, greeting), Ok(Event::Hello));
    assert_eq!(application.dialect(), None);
    let connect = Message::Text(r#"{"command":"connect","CallId":"c1"}"#);
    assert!(matches!(application.handle_message(NOW, connect), Ok(Event::Start(_))));
    assert_eq!(application.dialect(), Some(Dialect::Sinch));
}

#[test]
fn law_3_after_a_stop_even_garbage_is_the_end() {
    let mut application = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).application;
    assert_eq!(application.handle_message(NOW, Message::Text(r#"{"event":"stop"}"#)), Ok(Event::Stop));
    assert_eq!(application.handle_message(NOW, Message::Text("{")), Ok(Event::Hangup(Close::BARE)));
    assert!(application.is_closed());
}

#[test]
fn law_3_only_what_lies_where_it_belongs_is_read() {
    let elsewhere = r#"{"event":"media","other":{"payload":"AAEC"},"payload":"AAEC","media":"AAEC"}"#;
    let heard = Dialect::Wavix.decode_event(Message::Text(elsewhere));
    let what = "media without a payload";
    assert_eq!(heard, Err(ReceiveError::Malformed { what, at: elsewhere.len() }));
    let elsewhere = r#"{"event":"mark","other":{"name":"m"},"name":"m","mark":"m"}"#;
    let heard = Dialect::Wavix.decode_event(Message::Text(elsewhere));
    let what = "mark without a name";
    assert_eq!(heard, Err(ReceiveError::Malformed { what, at: elsewhere.len() }));
}

// Law 4. Raw audio in is the same pointer out.

#[test]
fn law_4_raw_audio_is_never_copied_whatever_its_length() {
    let mut duet = Duet::new(Dialect::Sinch).live(phases::call(Dialect::Sinch));
    for length in [0, 1, 319, 320, 321, 8_191] {
        let voice = &VOICE[..length];
        let Event::Audio(heard) = duet.application_hears(Message::Binary(voice)) else { panic!("audio") };
        let said = duet.application.send(duet.now, Command::Audio(heard), &mut []).unwrap();
        let Some(Message::Binary(said)) = said else { panic!("{said:?}") };
        assert!(core::ptr::eq(voice, said));
    }
}

#[test]
fn law_4_a_relay_of_base64_passes_it_on_as_it_was_spelled_but_proves_it() {
    let mut duet = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix));
    let mut buf = [0; 256];
    let Event::Audio(heard) = duet.application_hears(Message::Text(MEDIA)) else { panic!("audio") };
    let said = duet.application.send(duet.now, Command::Audio(heard), &mut buf).unwrap();
    // Padding left out is still left out.
    let expected = r#"{"event":"media","stream_id":"s1","media":{"payload":"AAECAwQFBgc"}}"#;
    assert_eq!(said, Some(Message::Text(expected)));

    let sample = r#"{"event":"media","media":{"payload":"AAEC/f7..."}}"#;
    let Event::Audio(heard) = duet.application_hears(Message::Text(sample)) else { panic!("audio") };
    let before = duet.application.clone();
    let refused = duet.application.send(duet.now, Command::Audio(heard), &mut buf);
    assert_eq!(refused, Err(SendError::BadAudio(voxwire::AudioError::Malformed { at: 7 })));
    assert_eq!(duet.application, before);
}

// Law 5. `Ok(None)`: the wish holds without words. `Unsupported`: it cannot be met.

#[test]
fn law_5_one_application_takes_calls_of_every_provider() {
    for dialect in DIALECTS {
        let mut duet = Duet::new(dialect);
        let mut buf = [0; 1024];
        duet.platform_says(Event::Hello, &mut buf).unwrap();
        duet.platform_says(Event::Start(phases::call(dialect)), &mut buf).unwrap();
        // The same words, whoever calls.
        let answered = duet.application_says(Command::Answer, &mut buf).unwrap();
        assert_eq!(answered.is_none(), dialect == Dialect::Wavix);
        assert!(duet.application.is_live());
        duet.application_says(Command::Audio(Audio::raw(&VOICE[..320])), &mut buf).unwrap();
        let marked = duet.application_says(Command::Mark(Mark::new("m")), &mut buf);
        assert_eq!(marked.is_ok(), dialect == Dialect::Wavix);
        assert!(marked.is_ok() || marked == Err(SendError::Unsupported));
        duet.application_says(Command::Heartbeat, &mut buf).unwrap();
        duet.application_says(Command::Clear, &mut buf).unwrap();
        duet.application_says(Command::Hangup(Close::NORMAL), &mut buf).unwrap();
        assert!(duet.application.is_closed() && duet.platform.is_closed());
    }
}

// Law 7. The session keeps only what must outlive a message.

#[test]
fn law_7_a_session_is_small_whatever_it_hears() {
    // On a 64-bit machine; a call's sockets and buffers take far more.
    assert!(size_of::<Session<Application>>() <= 192, "{}", size_of::<Session<Application>>());
    assert!(size_of::<Session<Platform>>() <= 288, "{}", size_of::<Session<Platform>>());
}

#[test]
fn law_7_of_two_messages_of_one_kind_no_session_can_tell_later_which_it_heard() {
    let pairs = [
        (
            Dialect::Sinch,
            r#"{"command":"connect","CallId":"one","Headers":{"secret":"s3cr3t"}}"#,
            r#"{"command":"connect","applicationKey":"two","callHeaders":[]}"#,
        ),
        (
            Dialect::Wavix,
            r#"{"event":"start","call_id":"one","stream_id":"s1","sequence_number":1}"#,
            r#"{"event":"start","call_id":"two","stream_id":"s1","sequence_number":9}"#,
        ),
    ];
    for (dialect, one, two) in pairs {
        let mut sessions = [one, two].map(|words| {
            let mut session = Session::application(Config::new(dialect), NOW);
            assert!(matches!(session.handle_message(NOW, Message::Text(words)), Ok(Event::Start(_))));
            session.send(NOW, Command::Answer, &mut []).unwrap();
            session
        });
        assert_eq!(sessions[0], sessions[1]);
        for (session, voice) in sessions.iter_mut().zip([&VOICE[..640], &VOICE[1..321]]) {
            session.handle_message(NOW, Message::Binary(voice)).unwrap();
        }
        assert_eq!(sessions[0], sessions[1]);
    }
}
