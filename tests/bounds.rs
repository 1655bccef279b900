//! The bounds on messages, to the byte: what is as long as may be is taken, and what is a byte longer is not.

use support::phases::NOW;
use support::samples::VOICE;
use voxwire::{
    Application, Audio, Bound, Command, Config, Dialect, Event, MAX_IDENTIFIER, Mark, Message, ReceiveError,
    SendError, Session, Start,
};

const MARK: &str = r#"{"event":"mark","stream_id":"s1","mark":{"name":"m"}}"#;
const MEDIA: &str = r#"{"event":"media","media":{"payload":"AAECAwQFBgc"}}"#;

/// An application on Wavix in the middle of a call, which began with fewer words than it is bound to.
fn application(config: Config) -> Session<Application> {
    let mut session = Session::application(config, NOW);
    session.handle_message(NOW, Message::Text(r#"{"event":"start","stream_id":"s1"}"#)).unwrap();
    session
}

fn bytes(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap()
}

#[test]
fn a_message_of_the_greatest_length_is_heard() {
    let config = Config::new(Dialect::Sinch).max_message(320);
    let mut session = Session::application(config, NOW);
    assert!(matches!(session.handle_message(NOW, Message::Binary(&VOICE[..320])), Ok(Event::Dropped(_))));
    let before = session.clone();
    let refused = session.handle_message(NOW, Message::Binary(&VOICE[..321]));
    assert_eq!(refused, Err(ReceiveError::Limit { bound: Bound::Message, at: 320 }));
    assert_eq!(session, before);
}

#[test]
fn a_text_of_the_greatest_length_is_heard_and_audio_may_be_longer() {
    let config = Config::new(Dialect::Wavix);
    let exact = application(config.max_text(bytes(MARK))).handle_message(NOW, Message::Text(MARK));
    assert_eq!(exact, Ok(Event::Mark(Mark::new("m"))));

    let at = MARK.len() - 1;
    let mut short = application(config.max_text(bytes(MARK) - 1));
    let before = short.clone();
    let refused = short.handle_message(NOW, Message::Text(MARK));
    assert_eq!(refused, Err(ReceiveError::Limit { bound: Bound::Text, at }));
    assert_eq!(short, before);
    let media = application(config.max_text(bytes(MEDIA) - 1)).handle_message(NOW, Message::Text(MEDIA));
    assert!(matches!(media, Ok(Event::Audio(_))), "{media:?}");

    let mut platform = Session::platform(config.max_text(bytes(MEDIA) - 1), NOW);
    assert!(matches!(platform.handle_message(NOW, Message::Text(MEDIA)), Ok(Command::Dropped(_))));
    let refused = platform.handle_message(NOW, Message::Text(MARK));
    assert_eq!(refused, Err(ReceiveError::Limit { bound: Bound::Text, at: MEDIA.len() - 1 }));
}

#[test]
fn a_text_of_the_greatest_length_is_said_and_measured() {
    let mark = Command::Mark(Mark::new("m"));
    let config = Config::new(Dialect::Wavix);
    let mut exact = application(config.max_text(bytes(MARK)));
    assert_eq!(exact.measure(NOW, mark), Ok(MARK.len()));
    assert_eq!(exact.send(NOW, mark, &mut [0; 64]), Ok(Some(Message::Text(MARK))));

    let mut short = application(config.max_text(bytes(MARK) - 1));
    let refused = SendError::Limit { bound: Bound::Text };
    assert_eq!(short.measure(NOW, mark), Err(refused));
    // Whether there is room for it or not.
    for len in [0, 64] {
        assert_eq!(short.send(NOW, mark, &mut [0; 64][..len]), Err(refused), "into {len} bytes");
    }
}

#[test]
fn audio_of_the_greatest_length_is_said_and_measured() {
    let voice = Command::Audio(Audio::raw(&VOICE[..320]));
    let length = application(Config::new(Dialect::Wavix)).measure(NOW, voice).unwrap();
    let limit = u32::try_from(length).unwrap();
    // Audio is held to the bound on messages alone.
    let config = Config::new(Dialect::Wavix).max_text(64);
    let mut exact = application(config.max_message(limit));
    assert_eq!(exact.measure(NOW, voice), Ok(length));
    let mut buf = [0; 1_024];
    assert!(
        matches!(exact.send(NOW, voice, &mut buf), Ok(Some(Message::Text(said))) if said.len() == length)
    );

    let mut short = application(config.max_message(limit - 1));
    let refused = SendError::Limit { bound: Bound::Message };
    assert_eq!(short.measure(NOW, voice), Err(refused));
    for len in [0, buf.len()] {
        assert_eq!(short.send(NOW, voice, &mut buf[..len]), Err(refused), "into {len} bytes");
    }
}

#[test]
fn raw_audio_of_the_greatest_length_is_said_and_measured() {
    let mut session = Session::platform(Config::new(Dialect::Sinch).max_message(320), NOW);
    session.send(NOW, Event::Start(Start::new("c1")), &mut [0; 256]).unwrap();
    session.handle_message(NOW, Message::Text(r#"{"command":"answer"}"#)).unwrap();
    let exact = Event::Audio(Audio::raw(&VOICE[..320]));
    assert_eq!(session.measure(NOW, exact), Ok(320));
    assert_eq!(session.send(NOW, exact, &mut []), Ok(Some(Message::Binary(&VOICE[..320]))));
    let long = Event::Audio(Audio::raw(&VOICE[..321]));
    assert_eq!(session.measure(NOW, long), Err(SendError::Limit { bound: Bound::Message }));
    assert_eq!(session.send(NOW, long, &mut []), Err(SendError::Limit { bound: Bound::Message }));
}

#[test]
fn what_needs_no_words_has_no_length() {
    let session = application(Config::new(Dialect::Wavix));
    assert_eq!(session.measure(NOW, Command::Answer), Ok(0));
}

#[test]
fn an_id_of_the_greatest_length_is_said_and_heard() {
    let id = "i".repeat(MAX_IDENTIFIER);
    let longer = "i".repeat(MAX_IDENTIFIER + 1);
    let mut buf = [0; 512];
    for start in [Start::new(&id), Start::new("c1").with_stream_id(&id)] {
        let mut platform = Session::platform(Config::new(Dialect::Wavix), NOW);
        let mut application = Session::application(Config::new(Dialect::Wavix), NOW);
        let said = platform.send(NOW, Event::Start(start), &mut buf).unwrap().unwrap();
        let Ok(Event::Start(heard)) = application.handle_message(NOW, said) else { panic!("{said:?}") };
        assert_eq!((heard.call_id, heard.stream_id), (start.call_id, start.stream_id));
    }
    for start in [Start::new(&longer), Start::new("c1").with_stream_id(&longer)] {
        let mut platform = Session::platform(Config::new(Dialect::Wavix), NOW);
        let refused = platform.send(NOW, Event::Start(start), &mut buf);
        assert_eq!(refused, Err(SendError::Limit { bound: Bound::Identifier }));
    }
    // Of the ids that are heard only the stream's is kept, and so bound.
    let text = format!(r#"{{"event":"start","call_id":"{longer}","stream_id":"{longer}"}}"#);
    let refused = Dialect::Wavix.decode_event(Message::Text(&text));
    assert_eq!(refused, Err(ReceiveError::Limit { bound: Bound::Identifier, at: text.len() }));
    let text = format!(r#"{{"event":"start","call_id":"{longer}","stream_id":"{id}"}}"#);
    assert!(matches!(Dialect::Wavix.decode_event(Message::Text(&text)), Ok(Event::Start(_))));
}

#[test]
fn what_the_platform_holds_is_what_its_page_says() {
    assert_eq!(Dialect::Sinch.playback_buffer(), Some(5_000_000));
    assert_eq!(Dialect::Wavix.playback_buffer(), None);
}
