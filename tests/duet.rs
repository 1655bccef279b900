//! Both ends of a call against each other: what one says the other hears, all of the vocabulary, in every dialect.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use support::duet::Duet;
use support::vocabulary::{self, Call, Voice};
use support::{cases, phases};
use voxwire::{
    Application, Audio, AudioError, AudioFormat, Bound, Command, Config, Dialect, Event, Instant,
    MAX_HEADERS, Mark, Message, Payload, Platform, ReceiveError, Role, SendError, Session, Start, Track,
};

/// Says it into a buffer of exactly the measured length, after one byte less was refused and changed nothing.
fn say_exactly<'s: 'b, 'b, R: Role + Clone + PartialEq>(
    session: &mut Session<R>,
    now: Instant,
    says: R::Says<'s>,
    buf: &'b mut Vec<u8>,
) -> Option<Message<'b>> {
    let needed = session.measure(now, says).expect("it can be said");
    *buf = vec![0; needed];
    // What already lies somewhere as it is to be sent needs no buffer.
    let borrowed = session.clone().send(now, says, &mut []).is_ok();
    if !borrowed {
        let before = session.clone();
        let refused = session.send(now, says, &mut vec![0; needed - 1]).map(drop);
        assert_eq!(refused, Err(SendError::BufferTooSmall { needed }));
        assert!(*session == before, "a refusal changed the session");
    }
    let mut memory = vec![0; needed];
    let payload = session.clone().send_payload(now, says, &mut memory).expect("the measure is exact");
    let said = session.send(now, says, buf).expect("the measure is exact");
    assert_eq!(said.map_or(0, |message| message.len()), needed);
    assert_eq!(payload, said.map(Payload::from));
    assert_eq!(payload.map(Message::try_from), said.map(Ok));
    said
}

fn platform_says<'s: 'b, 'b>(duet: &mut Duet, event: Event<'s>, buf: &'b mut Vec<u8>) -> Option<Event<'b>> {
    let said = say_exactly(&mut duet.platform, duet.now, event, buf)?;
    Some(duet.application_hears(said))
}

fn application_says<'s: 'b, 'b>(
    duet: &mut Duet,
    command: Command<'s>,
    buf: &'b mut Vec<u8>,
) -> Option<Command<'b>> {
    let said = say_exactly(&mut duet.application, duet.now, command, buf)?;
    Some(duet.platform_hears(said))
}

fn live(dialect: Dialect) -> Duet {
    Duet::new(dialect).live(phases::call(dialect))
}

/// Both ends told the same format.
fn connected(dialect: Dialect, format: AudioFormat) -> Duet {
    Duet::of(Config::new(dialect).format(format), Config::new(dialect))
}

/// The audio as Wavix tells of it where the speaker did not: on the inbound track, at this time, the first piece.
fn told(voice: &Voice, millis: u64) -> Audio<'_> {
    let audio = voice.audio();
    audio
        .with_track(audio.track().unwrap_or(Track::Inbound))
        .with_timestamp(audio.timestamp().unwrap_or(millis))
        .with_chunk(audio.chunk().unwrap_or(1))
}

/// The announcement as it is heard: where the wire names no format, the hearer's own holds.
fn completed<'c>(call: &'c Call, pairs: &'c [(&'c str, &'c str)], format: AudioFormat) -> Start<'c> {
    call.start(pairs).with_format(call.format.unwrap_or(format))
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_sinch_call_is_heard_as_it_was_announced(call in vocabulary::sinch_call(), own in vocabulary::format()) {
        let pairs = call.pairs();
        let mut buf = Vec::new();
        let mut duet = connected(Dialect::Sinch, own);
        let heard = platform_says(&mut duet, Event::Start(call.start(&pairs)), &mut buf);
        prop_assert_eq!(heard, Some(Event::Start(completed(&call, &pairs, own))));
    }

    #[test]
    fn a_wavix_call_is_heard_as_it_was_announced(call in vocabulary::wavix_call(), own in vocabulary::format()) {
        let mut buf = Vec::new();
        let mut duet = connected(Dialect::Wavix, own);
        let heard = platform_says(&mut duet, Event::Start(call.start(&[])), &mut buf);
        prop_assert_eq!(heard, Some(Event::Start(completed(&call, &[], own))));
        // The stream's id goes back with what the application says.
        let said = application_says(&mut duet, Command::Other(Message::Text("{}")), &mut buf);
        prop_assert_eq!(said, Some(Command::Other(Message::Text("{}"))));
        if call.oneway {
            let refused = duet.application.measure(duet.now, Command::Clear);
            prop_assert_eq!(refused, Err(SendError::Oneway));
        } else {
            prop_assert_eq!(application_says(&mut duet, Command::Clear, &mut buf), Some(Command::Clear));
        }
    }

    #[test]
    fn audio_is_heard_as_it_was_said_both_ways(voice in vocabulary::voice(), millis in 0..100_000_u64) {
        let mut buf = Vec::new();
        let plain = Audio::raw(voice.pcm);

        // Sinch sends bytes, and nothing about them.
        let mut duet = live(Dialect::Sinch);
        prop_assert_eq!(platform_says(&mut duet, Event::Audio(voice.audio()), &mut buf), Some(Event::Audio(plain)));
        prop_assert_eq!(application_says(&mut duet, Command::Audio(plain), &mut buf), Some(Command::Audio(plain)));

        let mut duet = live(Dialect::Wavix);
        duet.drive(Duration::from_millis(millis));
        let expected = Event::Audio(told(&voice, millis));
        prop_assert_eq!(platform_says(&mut duet, Event::Audio(voice.audio()), &mut buf), Some(expected));
        prop_assert_eq!(application_says(&mut duet, Command::Audio(voice.audio()), &mut buf), Some(Command::Audio(plain)));
    }

    #[test]
    fn a_relay_between_providers_carries_every_byte(voice in vocabulary::voice()) {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let plain = Audio::raw(voice.pcm);
        for from in [Dialect::Sinch, Dialect::Wavix] {
            for to in [Dialect::Sinch, Dialect::Wavix] {
                let (mut near, mut far) = (live(from), live(to));
                let Some(Event::Audio(heard)) = platform_says(&mut near, Event::Audio(plain), &mut first) else {
                    panic!("audio is heard as audio")
                };
                let relayed = application_says(&mut far, Command::Audio(heard), &mut second);
                prop_assert_eq!(relayed, Some(Command::Audio(plain)), "{} to {}", from, to);
            }
        }
    }

    #[test]
    fn audio_is_read_out_into_exactly_its_length(voice in vocabulary::voice()) {
        let mut buf = Vec::new();
        for dialect in [Dialect::Sinch, Dialect::Wavix] {
            let mut duet = live(dialect);
            let Some(Event::Audio(heard)) = platform_says(&mut duet, Event::Audio(voice.audio()), &mut buf) else {
                panic!("audio is heard as audio")
            };
            let needed = voice.pcm.len();
            prop_assert_eq!(heard.len(), needed);
            let mut pcm = vec![0; needed];
            prop_assert_eq!(heard.copy_to(&mut pcm), Ok(voice.pcm));
            if let Some((_, less)) = pcm.split_last_mut() {
                prop_assert_eq!(heard.copy_to(less), Err(AudioError::BufferTooSmall { needed }));
            }
        }
    }

    #[test]
    fn a_mark_comes_back_by_its_name(name in vocabulary::mark()) {
        let mut duet = live(Dialect::Wavix);
        let mut buf = Vec::new();
        let mark = Mark::new(&name);
        prop_assert_eq!(application_says(&mut duet, Command::Mark(mark), &mut buf), Some(Command::Mark(mark)));
        prop_assert_eq!(platform_says(&mut duet, Event::Mark(mark), &mut buf), Some(Event::Mark(mark)));
    }

    #[test]
    fn a_hang_up_is_heard_with_code_and_reason_from_either_side(
        dialect in select(vec![Dialect::Sinch, Dialect::Wavix]),
        end in vocabulary::end(),
    ) {
        let mut buf = Vec::new();
        let mut duet = live(dialect);
        let heard = platform_says(&mut duet, Event::Hangup(end.close()), &mut buf);
        prop_assert_eq!(heard, Some(Event::Hangup(end.close())));
        prop_assert!(duet.application.is_closed() && duet.platform.is_closed());

        let mut duet = live(dialect);
        let heard = application_says(&mut duet, Command::Hangup(end.close()), &mut buf);
        prop_assert_eq!(heard, Some(Command::Hangup(end.close())));
        prop_assert!(duet.application.is_closed() && duet.platform.is_closed());
    }

    #[test]
    fn any_other_message_passes_as_it_is(
        dialect in select(vec![Dialect::Sinch, Dialect::Wavix]),
        words in vocabulary::words(),
        bytes in vec(any::<u8>(), 0..100),
    ) {
        let mut buf = Vec::new();
        let mut duet = live(dialect);
        let text = Message::Text(&words);
        prop_assert_eq!(platform_says(&mut duet, Event::Other(text), &mut buf), Some(Event::Other(text)));
        prop_assert_eq!(application_says(&mut duet, Command::Other(text), &mut buf), Some(Command::Other(text)));
        // On Sinch a binary message is audio.
        let binary = Message::Binary(&bytes);
        let heard = platform_says(&mut duet, Event::Other(binary), &mut buf);
        prop_assert_eq!(heard, Some(match dialect {
            Dialect::Sinch => Event::Audio(Audio::raw(&bytes)),
            _ => Event::Other(binary),
        }));
    }
}

#[test]
fn the_plain_words_are_heard_as_they_were_said() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let mut buf = Vec::new();
        let mut duet = live(dialect);
        let wordless = dialect == Dialect::Wavix;
        for command in [Command::Clear, Command::Heartbeat] {
            let heard = application_says(&mut duet, command, &mut buf);
            let expected = (command == Command::Clear || !wordless).then_some(command);
            assert_eq!(heard, expected, "{dialect}");
        }
        let stop = platform_says(&mut duet, Event::Stop, &mut buf);
        assert_eq!(stop, wordless.then_some(Event::Stop), "{dialect}");

        let mut duet = Duet::new(dialect);
        let hello = platform_says(&mut duet, Event::Hello, &mut buf);
        assert_eq!(hello, wordless.then_some(Event::Hello), "{dialect}");
    }
    for command in [Command::Answer, Command::Busy, Command::Reject] {
        let mut buf = Vec::new();
        let mut duet = Duet::new(Dialect::Sinch);
        platform_says(&mut duet, Event::Start(Start::new("c1")), &mut buf);
        assert_eq!(application_says(&mut duet, command, &mut buf), Some(command));
        assert_eq!(duet.platform.is_live(), command == Command::Answer);
    }
}

#[test]
fn what_a_provider_has_no_words_for_is_refused() {
    let unsupported = Err(SendError::Unsupported);
    let platform = |dialect| Session::<Platform>::platform(Config::new(dialect), Instant::ZERO);
    let headers = [("tenant", "north")];
    for (dialect, start) in [
        (Dialect::Sinch, Start::new("c1").with_stream_id("s1")),
        (Dialect::Sinch, Start::new("c1").oneway()),
        (Dialect::Wavix, Start::new("c1").with_application_id("a1")),
        (Dialect::Wavix, Start::new("c1").with_headers((&headers).into())),
    ] {
        assert_eq!(platform(dialect).measure(Instant::ZERO, Event::Start(start)), unsupported, "{start:?}");
    }
    let sinch = live(Dialect::Sinch);
    assert_eq!(sinch.platform.measure(sinch.now, Event::Mark(Mark::new("m"))), unsupported);
    assert_eq!(sinch.application.measure(sinch.now, Command::Mark(Mark::new("m"))), unsupported);
    let wavix = live(Dialect::Wavix);
    assert_eq!(wavix.application.measure(wavix.now, Command::Busy), unsupported);
    assert_eq!(wavix.application.measure(wavix.now, Command::Reject), unsupported);
}

#[test]
fn a_long_silent_call_is_kept_open_by_the_application_alone() {
    let mut duet = live(Dialect::Sinch);
    for minute in 0..60 {
        // The caller is heard every minute; what keeps the platform from hanging up is the heartbeat.
        duet.platform_talks(&[0; 320]);
        let brought = duet.drive(Duration::from_millis(59_999));
        let heartbeats = brought.iter().filter(|line| *line == "= Heartbeat").count();
        assert!(heartbeats >= 2 && brought.len() == 2 * heartbeats, "minute {minute}: {brought:?}");
    }
}

#[test]
fn a_call_in_which_the_application_talks_needs_no_heartbeat() {
    let mut duet = live(Dialect::Sinch);
    let mut buf = [0; 16];
    for _ in 0..10 {
        duet.platform_talks(&[0; 320]);
        duet.application_says(Command::Audio(Audio::raw(&[0; 320])), &mut buf).unwrap();
        assert_eq!(duet.drive(Duration::from_secs(24)), [""; 0]);
    }
}

#[test]
fn an_application_that_forgets_the_clock_is_heard_to_be_silent() {
    let mut duet = live(Dialect::Sinch);
    let limit = Duration::from_secs(60);
    assert_eq!(duet.platform.poll_timeout(), Some(Instant::ZERO + limit));
    let due = duet.platform.handle_timeout(Instant::ZERO + limit, &mut []);
    assert_eq!(due, Ok(voxwire::Due::Expired(voxwire::Deadline::Silence)));
}

#[test]
fn as_many_headers_can_be_said_as_are_heard_and_no_more() {
    let headers = [("name", "value"); MAX_HEADERS + 1];
    let mut buf = [0; 2048];
    let mut duet = Duet::new(Dialect::Sinch);
    let refused =
        duet.platform_says(Event::Start(Start::new("c1").with_headers((&headers).into())), &mut buf);
    assert_eq!(refused, Err(SendError::Limit { bound: Bound::Headers }));
    let start = Start::new("c1").with_headers((&headers[1..]).into());
    assert_eq!(duet.platform_says(Event::Start(start), &mut buf), Ok(Some(Event::Start(start))));

    let one_more =
        format!(r#"{{"command":"connect","Headers":{{{}"n":0}}}}"#, r#""n":0,"#.repeat(MAX_HEADERS));
    let mut session = Session::<Application>::application(Config::new(Dialect::Sinch), Instant::ZERO);
    let refused = session.handle_message(Instant::ZERO, Message::Text(&one_more));
    assert!(matches!(refused, Err(ReceiveError::Limit { bound: Bound::Headers, .. })), "{refused:?}");
}
