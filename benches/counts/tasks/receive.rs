//! A message of the platform's is heard.

use core::hint::black_box;

use voxwire::{
    Application, Audio, AudioFormat, Command, Config, Dialect, Event, Instant, Message, Platform, Session,
    Start,
};

use crate::{Task, noise, ready};

const NOW: Instant = Instant::from_millis(20);

/// The announcement of a Sinch call.
pub const CONNECT: &str = r#"{"command":"connect","CallId":"5a2b7e1c-8f0d-4c7a-9a51-2f0c1b7d9e33","ApplicationId":"9f1d2c3b-0000-4000-8000-5d2e8b7a6c41","Headers":{"tenant":"north","lang":"sv-SE","token":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}}"#;

/// 20 ms of Sinch audio at 16 kHz: binary, so it is only passed on.
pub fn sinch_audio() -> Task {
    let pcm = noise(640);
    let mut session = answered();
    ready(pcm.len(), move || match session.handle_message(NOW, Message::Binary(black_box(&pcm))) {
        Ok(Event::Audio(audio)) => audio.as_raw().map_or(0, <[u8]>::len),
        _ => 0,
    })
}

/// The announcement of a Sinch call, with three headers, of which one is read.
pub fn sinch_connect() -> Task {
    let idle = Session::application(Config::new(Dialect::Sinch), NOW);
    ready(true, move || {
        let mut session = idle.clone();
        match session.handle_message(NOW, Message::Text(black_box(CONNECT))) {
            Ok(Event::Start(start)) => start.headers.find("tenant").is_some_and(|tenant| tenant == "north"),
            _ => false,
        }
    })
}

/// A Wavix `media` message of 20 ms, its audio decoded.
pub fn wavix_media(rate: u32) -> Task {
    let pcm = noise(format(rate).frame_bytes());
    let (mut session, text) = (live(), media(&pcm));
    let mut out = vec![0; pcm.len()];
    ready(pcm.len(), move || match session.handle_message(NOW, Message::Text(black_box(&text))) {
        Ok(Event::Audio(audio)) => audio.copy_to(black_box(&mut out)).map_or(0, <[u8]>::len),
        _ => 0,
    })
}

/// A Wavix `media` message of 20 ms, its audio said again as it came.
pub fn wavix_relay(rate: u32) -> Task {
    let pcm = noise(format(rate).frame_bytes());
    let (mut session, text) = (live(), media(&pcm));
    let mut said = vec![0; text.len()];
    let said_as_raw = r#"{"event":"media","stream_id":"str-456","media":{"payload":""}}"#;
    let len = said_as_raw.len() + pcm.len().div_ceil(3) * 4;
    ready(len, move || match session.handle_message(NOW, Message::Text(black_box(&text))) {
        Ok(Event::Audio(audio)) => match session.send(NOW, Command::Audio(audio), black_box(&mut said)) {
            Ok(Some(message)) => message.len(),
            _ => 0,
        },
        _ => 0,
    })
}

fn format(rate: u32) -> AudioFormat {
    AudioFormat::pcm16(rate).expect("a documented rate")
}

/// An application in a Sinch call.
pub fn answered() -> Session<Application> {
    let mut session = Session::application(Config::new(Dialect::Sinch), NOW);
    session.handle_message(NOW, Message::Text(CONNECT)).expect("a call");
    session.send(NOW, Command::Answer, &mut []).expect("an answer");
    session
}

/// An application in a Wavix call.
pub fn live() -> Session<Application> {
    let mut session = Session::application(Config::new(Dialect::Wavix), NOW);
    let start = r#"{"event":"start","call_id":"abc-123","stream_id":"str-456","stream_type":"twoway"}"#;
    session.handle_message(NOW, Message::Text(start)).expect("a call");
    session
}

/// A `media` message with audio in PCM16, as the platform of that call writes it.
pub fn media(pcm: &[u8]) -> String {
    let mut platform: Session<Platform> =
        Session::platform(Config::new(Dialect::Wavix).epoch(1_705_314_600), NOW);
    let mut buf = vec![0; 2 * pcm.len() + 512];
    let start = Start::new("abc-123").with_stream_id("str-456");
    platform.send(NOW, Event::Start(start), &mut buf).expect("a call");
    match platform.send(NOW, Event::Audio(Audio::raw(pcm)), &mut buf) {
        Ok(Some(Message::Text(text))) => text.to_owned(),
        other => panic!("{other:?}"),
    }
}
