//! Events and commands as typed logs: the same JSON from serde-json-core, into the caller's memory, and from
//! serde_json; audio as its length, headers by their names, and nothing of what was said otherwise.

use serde::Serialize;
use serde_json::{Value, json};
use support::samples::VOICE;
use voxwire::{
    Audio, AudioFormat, Close, Command, Counters, Deadline, Dialect, Dropped, Event, Headers, Mark, Message,
    Start, Text, Track,
};

/// The JSON of `what`, on which both writers must agree.
fn logged(what: &impl Serialize) -> Value {
    let mut buf = [0; 2048];
    let len = serde_json_core::to_slice(what, &mut buf).expect("2 KiB hold any line of a log");
    let line: Value = serde_json::from_slice(&buf[..len]).expect("what is written is JSON");
    assert_eq!(serde_json::to_value(what).ok(), Some(line.clone()));
    line
}

#[test]
fn every_event_is_one_line_of_a_log() {
    let headers = [("Tenant", "north"), ("token", "s3cr3t")];
    let format = AudioFormat::pcm16(16_000).unwrap();
    let start =
        Start::new("c1").with_application_id("a1").with_headers((&headers).into()).with_format(format);
    let audio = Audio::raw(&VOICE[..320]).with_track(Track::Inbound).with_timestamp(160).with_chunk(1);
    for (event, line) in [
        (Event::Hello, json!({"event": "hello"})),
        (
            Event::Start(start),
            json!({
                "event": "start", "call_id": "c1", "stream_id": null, "application_id": "a1",
                "headers": ["Tenant", "token"], "heard": {"rate": 16000}, "said": {"rate": 16000}, "oneway": false,
            }),
        ),
        (
            Event::Start(Start::new("c1").with_stream_id("s1").oneway()),
            json!({
                "event": "start", "call_id": "c1", "stream_id": "s1", "application_id": null,
                "headers": [], "heard": null, "said": null, "oneway": true,
            }),
        ),
        (
            Event::Audio(audio),
            json!({"event": "audio", "bytes": 320, "track": "inbound", "timestamp": 160, "chunk": 1}),
        ),
        (Event::Mark(Mark::new("greeting")), json!({"event": "mark", "name": "greeting"})),
        (Event::Stop, json!({"event": "stop"})),
        (Event::Hangup(Close::new(1000, "bye")), json!({"event": "hangup", "code": 1000, "reason": "bye"})),
        (Event::Hangup(Close::BARE), json!({"event": "hangup", "code": null, "reason": ""})),
        (Event::Dropped(Dropped { bytes: 320 }), json!({"event": "dropped", "bytes": 320})),
        (Event::Other(Message::Text("s3cr3t")), json!({"event": "other", "kind": "text", "bytes": 6})),
        (Event::Other(Message::Binary(&[1, 2])), json!({"event": "other", "kind": "binary", "bytes": 2})),
        (Event::Other(Message::Close(Close::BARE)), json!({"event": "other", "kind": "close", "bytes": 0})),
    ] {
        assert_eq!(logged(&event), line);
    }
}

#[test]
fn every_command_is_one_line_of_a_log() {
    for (command, line) in [
        (Command::Answer, json!({"command": "answer"})),
        (Command::Busy, json!({"command": "busy"})),
        (Command::Reject, json!({"command": "reject"})),
        (
            Command::Audio(Audio::base64("AAEC".into())),
            json!({"command": "audio", "bytes": 3, "track": null, "timestamp": null, "chunk": null}),
        ),
        (Command::Mark(Mark::new("greeting")), json!({"command": "mark", "name": "greeting"})),
        (Command::Clear, json!({"command": "clear"})),
        (Command::Heartbeat, json!({"command": "heartbeat"})),
        (Command::Hangup(Close::NORMAL), json!({"command": "hangup", "code": 1000, "reason": ""})),
        (Command::Dropped(Dropped { bytes: 7 }), json!({"command": "dropped", "bytes": 7})),
        (Command::Other(Message::Text("s3cr3t")), json!({"command": "other", "kind": "text", "bytes": 6})),
    ] {
        assert_eq!(logged(&command), line);
    }
}

#[test]
fn values_of_headers_are_written_only_where_the_caller_asks_for_them() {
    let pairs = [("Tenant", "north"), ("token", "s3cr3t")];
    let headers = Headers::from(&pairs);
    assert_eq!(logged(&headers), json!(["Tenant", "token"]));
    let values = json!([{"name": "Tenant", "value": "north"}, {"name": "token", "value": "s3cr3t"}]);
    assert_eq!(logged(&headers.with_values()), values);
    let start = Start::new("c1").with_headers(headers.with_values());
    assert_eq!(logged(&Event::Start(start))["headers"], values);
}

#[test]
fn what_came_escaped_is_written_as_what_it_means() {
    let words = r#"{"command":"connect","CallId":"\u0022c\u0031\u0022","Headers":{"q\n\u00e9":"s3cr3t"}}"#;
    let heard = Dialect::Sinch.decode_event(Message::Text(words)).unwrap();
    let line = logged(&heard);
    assert_eq!(line["call_id"], "\"c1\"");
    assert_eq!(line["headers"], json!(["q\né"]));
    let words = r#"{"event":"mark","mark":{"name":"a\tb\\c\u0001\ud83d\ude00"}}"#;
    let heard = Dialect::Wavix.decode_event(Message::Text(words)).unwrap();
    assert_eq!(logged(&heard), json!({"event": "mark", "name": "a\tb\\c\u{1}😀"}));
    assert_eq!(
        logged(&Text::new("\"\\/\u{8}\u{c}\n\r\t\u{1f}\u{7f}é")),
        json!("\"\\/\u{8}\u{c}\n\r\t\u{1f}\u{7f}é")
    );
}

#[test]
fn nothing_of_a_message_is_in_its_debug_output_either() {
    for debug in [
        format!("{:?}", Message::Text("s3cr3t")),
        format!("{:?}", Message::Binary(b"s3cr3t")),
        format!("{:?}", Event::Audio(Audio::raw(b"s3cr3t"))),
        format!("{:?}", Command::Audio(Audio::base64("s3cr3t==".into()))),
        format!("{:?}", Start::new("c1").with_headers((&[("token", "s3cr3t")]).into())),
    ] {
        assert!(!debug.contains("s3cr3t") && !debug.contains("115"), "{debug}");
    }
}

#[test]
fn what_else_a_log_may_hold_is_written_by_name() {
    assert_eq!(logged(&Dialect::Sinch), json!("sinch"));
    assert_eq!(logged(&Deadline::Silence), json!("silence"));
    assert_eq!(logged(&Counters::default()), json!({"dropped": 0, "dropped_bytes": 0, "other": 0}));
}
