//! Audio is said.

use core::hint::black_box;

use voxwire::{Application, Audio, AudioFormat, Command, Instant, Payload, Session};

use crate::receive::{answered, live};
use crate::{Task, noise, ready};

const NOW: Instant = Instant::from_millis(20);

/// 20 ms of Sinch audio at 16 kHz: its message is the audio itself.
pub fn sinch_audio() -> Task {
    let pcm = noise(640);
    say(answered(), pcm, 640)
}

/// 20 ms of audio as a Wavix `media` message.
pub fn wavix_media(rate: u32) -> Task {
    let (pcm, len) = media(rate);
    say(live(), pcm, len)
}

/// The same as the bytes of a frame.
pub fn wavix_payload(rate: u32) -> Task {
    let (pcm, len) = media(rate);
    let mut session = live();
    let mut buf = vec![0; len];
    ready(len, move || {
        match session.send_payload(NOW, Command::Audio(Audio::raw(black_box(&pcm))), black_box(&mut buf)) {
            Ok(Some(Payload::Text(bytes))) => bytes.len(),
            _ => 0,
        }
    })
}

/// The audio of a frame, and the length of the message that says it.
fn media(rate: u32) -> (Vec<u8>, usize) {
    let pcm = noise(AudioFormat::pcm16(rate).expect("a documented rate").frame_bytes());
    let words = r#"{"event":"media","stream_id":"str-456","media":{"payload":""}}"#;
    let len = words.len() + pcm.len().div_ceil(3) * 4;
    (pcm, len)
}

fn say(mut session: Session<Application>, pcm: Vec<u8>, len: usize) -> Task {
    let mut buf = vec![0; len];
    ready(len, move || {
        match session.send(NOW, Command::Audio(Audio::raw(black_box(&pcm))), black_box(&mut buf)) {
            Ok(Some(message)) => message.len(),
            _ => 0,
        }
    })
}
