//! What people read: errors in words, names, and what is printed of values.

use core::error::Error;

use voxwire::audio::Speech;
use voxwire::callback::{CallbackError, CallbackEvent, Domain};
use voxwire::signature::{ContentMd5, Credentials, CredentialsError};
use voxwire::svaml::{BufferTooSmall, Callout, CalloutError, Reply, Svaml, SvamlError};
use voxwire::{
    AudioError, Bound, Close, Config, Dialect, FarEnd, Instant, Message, OutboxError, Payload, ReceiveError,
    SendError, Text, Timestamp, UnknownDialect, Utc, Word,
};

#[test]
fn what_was_heard_and_cannot_be_read_is_told_with_its_place() {
    let malformed = ReceiveError::Malformed { what: "a string", at: 7 };
    let nesting = ReceiveError::Limit { bound: Bound::Nesting, at: 64 };
    let unexpected = ReceiveError::Unexpected { word: "start" };
    assert_eq!(malformed.to_string(), "malformed message: a string at byte 7");
    assert_eq!(nesting.to_string(), "nesting depth exceeded at byte 64");
    assert_eq!(unexpected.to_string(), "unexpected start in this phase of the call");

    assert_eq!(CallbackError::from(malformed).to_string(), "malformed callback: a string at byte 7");
    assert_eq!(CallbackError::from(nesting).to_string(), "nesting depth exceeded at byte 64");
    // A reader knows no phases.
    assert_eq!(CallbackError::from(unexpected), CallbackError::Malformed { what: "start", at: 0 });
    assert_eq!(CallbackError::UnknownEvent { at: 3 }.to_string(), "missing or unknown event at byte 3");
    assert_eq!(SvamlError::from(unexpected), SvamlError::Malformed { what: "start", at: 0 });
    assert_eq!(SvamlError::from(nesting).to_string(), "more than 32 levels at byte 64");
}

#[test]
fn what_cannot_be_said_is_told_with_the_reason() {
    let audio = SendError::BadAudio(AudioError::Malformed { at: 7 });
    for (error, words) in [
        (SendError::WrongPhase, "not in this phase of the call"),
        (SendError::Unsupported, "the dialect has no words for it"),
        (SendError::Oneway, "the stream only listens"),
        (SendError::Closed, "the call is over"),
        (SendError::Limit { bound: Bound::Message }, "message length exceeded"),
        (SendError::Limit { bound: Bound::Queue }, "length that the outgoing queue holds exceeded"),
        (SendError::Limit { bound: Bound::Text }, "control text length exceeded"),
        (SendError::Limit { bound: Bound::Headers }, "number of headers exceeded"),
        (SendError::Limit { bound: Bound::Identifier }, "identifier length exceeded"),
        (SendError::Limit { bound: Bound::Body }, "body length exceeded"),
        (SendError::InvalidClose, "close code or reason that may not be sent"),
        (audio, "relayed audio: not base64 at character 7"),
        (SendError::BufferTooSmall { needed: 32 }, "buffer too small, 32 bytes needed"),
    ] {
        assert_eq!(error.to_string(), words);
        assert_eq!(OutboxError::from(error).to_string(), words);
        assert_eq!(error.source().is_some(), error == audio, "{words}");
    }
    assert_eq!(OutboxError::Full.to_string(), "the outgoing queue is full");
}

#[test]
fn what_is_wrong_with_audio_is_told() {
    for (error, words) in [
        (AudioError::BufferTooSmall { needed: 320 }, "buffer too small, 320 bytes needed"),
        (AudioError::PartSample, "not a whole number of samples"),
        (AudioError::Rate { rate: 1 }, "1 Hz cannot be brought to the rate of the call"),
    ] {
        assert_eq!(error.to_string(), words);
    }
    // Of audio itself only its length.
    assert_eq!(format!("{:?}", Speech::Frame(&[7; 320])), "Frame(320 bytes)");
    assert_eq!(format!("{:?}", Speech::Spent), "Spent");
    let until = Speech::Wait(Instant::ZERO);
    assert!(format!("{until:?}").starts_with("Wait("), "{until:?}");
}

#[test]
fn a_payload_is_a_message_only_where_its_text_is_text() {
    let cut = Payload::Text(b"{\"event\":\"\xc3");
    assert_eq!(Message::try_from(cut).map_err(|error| error.valid_up_to()), Err(10));
    assert_eq!(Message::try_from(Payload::Binary(b"\xc3")), Ok(Message::Binary(b"\xc3")));
    assert_eq!(Message::try_from(Payload::Close(Close::NORMAL)), Ok(Message::Close(Close::NORMAL)));
    assert_eq!(format!("{cut:?}"), "Text(11 bytes)");
}

#[test]
fn a_dialect_is_read_by_the_name_it_shows() {
    for dialect in Dialect::ALL {
        let name = dialect.to_string();
        assert_eq!(name, dialect.name());
        assert_eq!(name.parse(), Ok(*dialect));
        assert_eq!(name.to_uppercase().parse(), Ok(*dialect));
        assert_eq!(format!("{dialect:>8}"), format!("{name:>8}"));
    }
    assert_eq!("sinc".parse::<Dialect>(), Err(UnknownDialect));
    assert_eq!(UnknownDialect.to_string(), "unknown dialect");
    assert_eq!(Config::new(Dialect::Wavix).dialect(), Some(Dialect::Wavix));
    assert_eq!(Config::detect().dialect(), None);
    assert!(FarEnd::default().heard(Instant::ZERO).is_none());
}

#[test]
fn what_is_wrong_with_credentials_is_told_without_them() {
    let long = "k".repeat(1_000);
    for (key, secret, words) in [
        ("", "c2VjcmV0", "the key is empty"),
        (&long, "c2VjcmV0", "the key is longer than"),
        ("a:b", "c2VjcmV0", "the key holds what it cannot hold at byte 1"),
        ("key", "", "the secret is empty"),
        ("key", &"AAAA".repeat(1_000), "the secret is longer than"),
        ("key", "c2V*cmV0", "the secret is not base64 at character 3"),
    ] {
        let error: CredentialsError = Credentials::new(key, secret).unwrap_err();
        assert!(error.to_string().starts_with(words), "{error} instead of {words}");
    }
    let md5 = ContentMd5::of(b"{}");
    assert_eq!(format!("{md5:?} {md5}"), "mZFLkyvTelC5g8XnyQrpOw== mZFLkyvTelC5g8XnyQrpOw==");
}

#[test]
fn what_is_wrong_with_a_callout_is_told_by_the_reply_in_it() {
    let unreadable = SvamlError::Malformed { what: "an object", at: 0 };
    let error = CalloutError::Unreadable { event: CallbackEvent::Ice, error: unreadable };
    assert_eq!(error.to_string(), "reply to ice: malformed document: an object at byte 0");
    assert_eq!(error.source().unwrap().to_string(), unreadable.to_string());
    let error = CalloutError::BufferTooSmall { needed: 9 };
    assert_eq!(error.to_string(), "buffer too small, 9 bytes needed");
    assert!(error.source().is_none());
    assert_eq!(BufferTooSmall { needed: 9 }.to_string(), "buffer too small, 9 bytes needed");

    let body =
        br#"{"method":"customCallout","customCallout":{"ice":"{\"action\":{\"name\":\"continue\"}}"}}"#;
    let error = Callout::parse(body).unwrap().check(&mut [0; 256]).unwrap_err();
    let CalloutError::Reply { invalid, .. } = error else { panic!("{error}") };
    assert_eq!(error.to_string(), format!("reply to ice: {invalid}"));
    assert_eq!(error.source().unwrap().to_string(), invalid.to_string());
}

#[test]
fn the_rules_that_are_waived_are_listed_and_shown() {
    let body = br#"{"action":{"name":"continue"}}"#;
    let waived = Svaml::parse(body).unwrap().check_leniently(CallbackEvent::Ice).unwrap();
    let listed: Vec<_> = (&waived).into_iter().map(ToString::to_string).collect();
    assert_eq!(listed.len(), waived.iter().count());
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert!(Reply::ice().hangup().is_ok());
}

#[test]
fn texts_words_and_times_are_what_they_say() {
    let text = Text::new("pstn");
    assert_eq!(text, *"pstn");
    let word: Word<'_, Domain> = Word::new(text);
    assert_eq!(word, "PSTN");
    assert_eq!(word.to_string(), "pstn");
    let utc = Utc::new(1_770_106_530, 500_000_000);
    assert_eq!((utc.nanos(), utc.to_string().as_str()), (500_000_000, "2026-02-03T08:15:30.5Z"));
    let timestamp = Timestamp::new(Text::new("2026-02-03T08:15:30.5Z"));
    assert_eq!((timestamp.to_string(), timestamp.utc()), (utc.to_string(), Some(utc)));
}
