//! Audio is said.

use core::hint::black_box;

use voxwire::{Audio, AudioFormat, Command, Config, Dialect, Instant, Message, Session};

use crate::{Task, noise, ready};

const NOW: Instant = Instant::from_millis(20);

/// 20 ms of Sinch audio at 16 kHz: its message is the audio itself.
pub fn sinch_audio() -> Task {
    let pcm = noise(640);
    say(Dialect::Sinch, r#"{"command":"connect","CallId":"c1"}"#, pcm, 640)
}

/// 20 ms of audio as a Wavix `media` message.
pub fn wavix_media(rate: u32) -> Task {
    let pcm = noise(AudioFormat::pcm16(rate).expect("a documented rate").frame_bytes());
    let words = r#"{"event":"media","stream_id":"str-456","media":{"payload":""}}"#;
    let len = words.len() + pcm.len().div_ceil(3) * 4;
    say(Dialect::Wavix, r#"{"event":"start","call_id":"abc-123","stream_id":"str-456"}"#, pcm, len)
}

fn say(dialect: Dialect, announcement: &str, pcm: Vec<u8>, len: usize) -> Task {
    let mut session = Session::application(Config::new(dialect), NOW);
    session.handle_message(NOW, Message::Text(announcement)).expect("a call");
    session.send(NOW, Command::Answer, &mut []).expect("an answer");
    let mut buf = vec![0; len];
    ready(len, move || {
        match session.send(NOW, Command::Audio(Audio::raw(black_box(&pcm))), black_box(&mut buf)) {
            Ok(Some(message)) => message.len(),
            _ => 0,
        }
    })
}
