//! Sinch's messages as the provider-neutral fixture lists them: what every text means, what is written, whole flows,
//! lengths of audio, samples, and the rule of silence.

use core::time::Duration;

use serde_json::{Value, json};
use support::samples::{VOICE, connectstream, string};
use voxwire::{
    AudioFormat, Close, Command, Config, Counters, Deadline, Dialect, Due, Event, Framer, Instant, Message,
    Session,
};

/// The members of the fixture's array `name`.
fn entries(name: &str) -> Vec<Value> {
    connectstream()[name].as_array().unwrap_or_else(|| panic!("{name} is an array")).clone()
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_else(|| panic!("a length, not {value}"))
}

fn command(name: &str) -> Command<'static> {
    match name {
        "answer" => Command::Answer,
        "busy" => Command::Busy,
        "reject" => Command::Reject,
        "clear" => Command::Clear,
        "heartbeat" => Command::Heartbeat,
        _ => panic!("{name} is no command"),
    }
}

#[test]
fn every_text_of_the_platform_means_what_the_fixture_says() {
    for entry in entries("inbound_text") {
        let mut session = Session::application(Config::new(Dialect::Sinch), Instant::ZERO);
        let message = Message::Text(string(&entry["text"]));
        let heard = session.handle_message(Instant::ZERO, message);
        if entry["expect"]["kind"] == "ignored" {
            assert_eq!(heard, Ok(Event::Other(message)), "{entry}");
            continue;
        }
        let Ok(Event::Start(start)) = heard else { panic!("{entry} gave {heard:?}") };
        let headers: Vec<_> =
            start.headers.iter().map(|header| [header.name.to_string(), header.value.to_string()]).collect();
        assert_eq!(start.heard, start.said);
        assert_eq!(
            json!({
                "kind": "connect",
                "call_id": start.call_id.map(|id| id.to_string()),
                "application": start.application_id.map(|id| id.to_string()),
                "headers": headers,
                "sample_rate": start.heard.map(AudioFormat::rate),
                // Read, but there is nothing to be done with them: another codec is refused.
                "version": entry["expect"]["version"],
                "codec": entry["expect"]["codec"],
            }),
            entry["expect"]
        );
    }
}

#[test]
fn every_command_is_written_as_the_fixture_has_it_and_read_as_the_same() {
    for entry in entries("outbound_text") {
        let command = command(string(&entry["command"]));
        let mut duet = support::duet::Duet::new(Dialect::Sinch);
        let mut buf = [0; 256];
        duet.platform_says(Event::Start(voxwire::Start::new("c1")), &mut buf).unwrap();
        if matches!(command, Command::Clear | Command::Heartbeat) {
            duet.application_says(Command::Answer, &mut buf).unwrap();
        }
        let written = duet.application.send(duet.now, command, &mut []).unwrap().unwrap();
        assert_eq!(written, Message::Text(string(&entry["text"])));
        assert_eq!(duet.platform_hears(written), command);
    }
}

#[test]
fn every_flow_goes_as_the_fixture_tells_it() {
    let texts = entries("inbound_text");
    for flow in entries("flows") {
        let now = Instant::ZERO;
        let mut session = Session::application(Config::new(Dialect::Sinch), now);
        let mut last = None;
        let mut audio_said = 0;
        for step in flow["steps"].as_array().unwrap() {
            match (string(&step["dir"]), string(&step["what"])) {
                // The adapter's business; a declined upgrade never comes to a session.
                ("in", "upgrade") | ("out", "accept" | "decline") => {}
                ("in", "text") => {
                    let entry = texts.iter().find(|entry| entry["id"] == step["ref"]).unwrap();
                    let heard = session.handle_message(now, Message::Text(string(&entry["text"])));
                    assert!(matches!(heard, Ok(Event::Start(_))), "{step} gave {heard:?}");
                }
                ("in", "binary") => {
                    let heard =
                        session.handle_message(now, Message::Binary(&VOICE[..number(&step["bytes"])]));
                    last = Some(heard.unwrap());
                }
                ("in", "close") => {
                    last = Some(session.handle_message(now, Message::Close(Close::BARE)).unwrap())
                }
                ("out", "text") => {
                    assert!(session.send(now, command(string(&step["command"])), &mut []).unwrap().is_some());
                }
                ("out", "binary") => {
                    let pcm = &VOICE[..number(&step["bytes"])];
                    let said = session.send(now, Command::Audio(voxwire::Audio::raw(pcm)), &mut []);
                    assert_eq!(said, Ok(Some(Message::Binary(pcm))));
                    audio_said += pcm.len();
                }
                _ => panic!("{step} is no step"),
            }
        }
        match string(&flow["end"]) {
            "call hung up by sinch" => {
                assert_eq!(last, Some(Event::Hangup(Close::BARE)));
                assert!(session.is_closed());
            }
            "stream ended, no audio was ever sent" => {
                assert_eq!(audio_said, 0);
                let refused = session.send(now, Command::Audio(voxwire::Audio::raw(&[0, 0])), &mut []);
                assert_eq!(refused, Err(voxwire::SendError::Closed));
            }
            "call hung up, no connect message" => {
                let due = session.handle_timeout(now + Duration::from_secs(10), &mut []);
                assert_eq!(due, Ok(Due::Expired(Deadline::Start)));
            }
            "binary dropped and counted; still waiting for our answer" => {
                assert!(matches!(last, Some(Event::Dropped(dropped)) if dropped.bytes == 320));
                assert_eq!(
                    session.counters(),
                    Counters { dropped: 1, dropped_bytes: 320, ..Default::default() }
                );
                assert!(session.send(now, Command::Answer, &mut []).is_ok());
            }
            end => panic!("{end:?} is checked nowhere"),
        }
    }
}

#[test]
fn twenty_milliseconds_are_exact_at_every_rate() {
    let entries = entries("audio_20ms");
    assert_eq!(entries.len(), AudioFormat::RATES.len());
    for entry in entries {
        let format = AudioFormat::pcm16(u32::try_from(number(&entry["rate"])).unwrap()).unwrap();
        let frame = AudioFormat::FRAME;
        assert_eq!(format.samples_in(frame), Some(number(&entry["samples"]) as u64));
        assert_eq!(format.bytes_in(frame), Some(number(&entry["bytes"])));
        assert_eq!(format.frame_bytes(), number(&entry["bytes"]));
        assert_eq!(format.duration_of(number(&entry["bytes"]) as u64), frame);
    }
}

#[test]
fn a_sample_split_between_two_messages_is_joined() {
    for entry in entries("s16le") {
        let whole = [entry["hex"].clone()];
        let all = [entry["samples"].clone()];
        let pieces = entry["hex_frames"].as_array().map_or(&whole[..], Vec::as_slice);
        let samples = entry["samples_after_each"].as_array().map_or(&all[..], Vec::as_slice);
        let mut memory = [0; AudioFormat::SAMPLE_BYTES];
        let mut framer = Framer::new(&mut memory);
        for (piece, expected) in pieces.iter().zip(samples) {
            let bytes = bytes(string(piece));
            let mut chunk = &bytes[..];
            let mut samples = Vec::new();
            while let Some(sample) = framer.next(&mut chunk) {
                samples.push(i16::from_le_bytes(sample.try_into().unwrap()));
            }
            assert_eq!(json!(samples), *expected);
        }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks_exact(2)
        .map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn silence_is_broken_well_before_the_platform_gives_up() {
    let rule = &connectstream()["silence_rule"];
    let limit = Duration::from_millis(number(&rule["platform_limit_ms"]) as u64);
    let interval = Duration::from_millis(number(&rule["proposed_interval_ms"]) as u64);
    assert!(Config::MAX_HEARTBEAT_AFTER < limit);

    // The default; what the caller chooses; and what would be too much, cut.
    let default = Config::new(Dialect::Sinch);
    for (config, due) in [
        (default, interval),
        (default.heartbeat_after(Duration::from_secs(5)), Duration::from_secs(5)),
        (default.heartbeat_after(limit), Config::MAX_HEARTBEAT_AFTER),
    ] {
        let mut session = Session::application(config, Instant::ZERO);
        session.handle_message(Instant::ZERO, Message::Text(r#"{"command":"connect"}"#)).unwrap();
        session.send(Instant::ZERO, Command::Answer, &mut []).unwrap();
        assert_eq!(session.poll_timeout(), Some(Instant::ZERO + due));
        let owed = session.handle_timeout(Instant::ZERO + due, &mut []);
        assert_eq!(owed, Ok(Due::Send(Message::Text(r#"{"command":"heartbeat"}"#))));
    }
}
