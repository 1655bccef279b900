//! What it takes to speak: from bytes of audio to a message for the WebSocket library.

use core::hint::black_box;

use common::Race;
use common::rivals::{say_by_macro, say_by_struct, say_in_pieces};
use tasks::noise;
use tasks::receive::{answered, live};
use voxwire::_codec::base64;
use voxwire::{Application, Audio, AudioFormat, Command, Instant, Message, Payload, Session};

const NOW: Instant = Instant::from_millis(20);

fn main() {
    let mut race = Race::new("send");
    for rate in [8_000, 16_000, 24_000, 48_000] {
        let format = AudioFormat::pcm16(rate).expect("a documented rate");
        sinch_audio(&mut race, format);
        wavix_media(&mut race, format);
    }
    race.finish();
}

fn sinch_audio(race: &mut Race, format: AudioFormat) {
    let pcm = noise(format.frame_bytes());
    let mut session = answered();
    let sent = session.send(NOW, Command::Audio(Audio::raw(&pcm)), &mut []);
    assert_eq!(sent, Ok(Some(Message::Binary(&pcm))));
    race.heat(&format!("sinch audio {} kHz", format.rate() / 1_000), pcm.len())
        .lane("voxwire", || say(&mut session, black_box(&pcm), &mut []))
        .lane("a copy", || black_box(&pcm).to_vec())
        .end();
}

fn wavix_media(race: &mut Race, format: AudioFormat) {
    let pcm = noise(format.frame_bytes());
    let (mut session, mut other) = (live(), live());
    let mut buf = vec![0; 2 * pcm.len() + 512];
    let (mut words, mut text, mut pieces) = (String::new(), Vec::new(), Vec::new());

    let len = say(&mut session, &pcm, &mut buf);
    let said: serde_json::Value = serde_json::from_slice(&buf[..len]).expect("JSON");
    let by_macro: serde_json::Value = serde_json::from_str(&say_by_macro(&pcm, "str-456")).expect("JSON");
    assert_eq!(said, by_macro);
    assert_eq!(say_by_struct(&pcm, "str-456", &mut words, &mut text), len);
    assert_eq!(buf[..len], text);
    assert_eq!(say_in_pieces(&pcm, "str-456", &mut pieces), len);
    assert_eq!(pieces, text);
    let mut frame = vec![0; buf.len()];
    assert_eq!(put(&mut other, &pcm, &mut frame), len);
    assert_eq!(frame[..len], text);

    let mut out = vec![0; pcm.len().div_ceil(3) * 4];
    let encode = |out: &mut [u8]| base64::encode(black_box(&pcm), out);
    let encode_fastest = |out: &mut [u8]| base64_turbo::STANDARD.encode_slice(black_box(&pcm), out);
    assert!(encode(&mut out));
    let encoded = out.clone();
    assert_eq!(encode_fastest(&mut out), Ok(encoded.len()));
    assert_eq!(out, encoded);
    let mut out_too = out.clone();

    race.heat(&format!("wavix media {} kHz", format.rate() / 1_000), pcm.len())
        .lane("voxwire", || put(&mut other, black_box(&pcm), &mut frame))
        .lane("voxwire as text", || say(&mut session, black_box(&pcm), &mut buf))
        .lane("json macro, base64", || say_by_macro(black_box(&pcm), "str-456"))
        .at_most(0.12)
        .lane("serde struct, base64", || say_by_struct(black_box(&pcm), "str-456", &mut words, &mut text))
        .lane("pieces, base64-turbo", || say_in_pieces(black_box(&pcm), "str-456", &mut pieces))
        .lane("its base64 alone", || encode(&mut out))
        .at_most(2.0)
        .lane("base64-turbo alone", || encode_fastest(&mut out_too))
        .end();
}

/// The length of the message.
fn say(session: &mut Session<Application>, pcm: &[u8], buf: &mut [u8]) -> usize {
    match session.send(NOW, Command::Audio(Audio::raw(pcm)), buf) {
        Ok(Some(message)) => black_box(message).len(),
        _ => 0,
    }
}

/// The same, as the bytes of a frame. It is the first lane: of the rivals, only the macro proves what it gives to be text.
fn put(session: &mut Session<Application>, pcm: &[u8], buf: &mut [u8]) -> usize {
    match session.send_payload(NOW, Command::Audio(Audio::raw(pcm)), buf) {
        Ok(Some(Payload::Text(bytes))) => black_box(bytes).len(),
        _ => 0,
    }
}
