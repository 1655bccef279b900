//! How many instructions a frame of 20 ms at 16 kHz takes, and how much memory a session. Runs in QEMU, and says so on
//! its standard output, one figure per line.
//!
//! Before anything is counted, the firmware goes through a call and every answer is checked.

#![no_std]
#![no_main]

use core::hint::black_box;
use core::time::Duration;

use semihosting::{println, process};
use voxwire::{Application, Command, Config, Dialect, FarEnd, Instant, Message, Session};
use voxwire_embassy::Call;
use voxwire_embassy::websocket::Mask;
use voxwire_footprint::Firmware;

/// Frames that are counted: ten seconds of a call.
const FRAMES: u32 = 500;

/// The caller's voice.
const VOICE: [u8; 640] = voice();

/// The same as Wavix says it, and as it is said to Wavix.
const HEARD: [&str; 2] = [
    r#"{"event":"media","event_time":"2024-01-15T10:30:00Z","call_id":"2f1c9a77-5d0f-4a8e-9b35-1f2e3d4c5b6a","stream_id":"7b0c8d9e-1f2a-4b3c-8d4e-5f6a7b8c9d0e","sequence_number":"12","media":{"payload":""#,
    r#"","track":"inbound","timestamp":"160","chunk":"7"}}"#,
];
const SAID: [&str; 2] =
    [r#"{"event":"media","stream_id":"7b0c8d9e-1f2a-4b3c-8d4e-5f6a7b8c9d0e","media":{"payload":""#, r#""}}"#];

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut media = [0; 1280];
    let media = wrapped(HEARD, &mut media);
    let mut echo = [0; 1280];
    let echo = wrapped(SAID, &mut echo);

    println!("bytes session {}", size_of::<Session<Application>>());
    println!("bytes far-end {}", size_of::<FarEnd>());
    println!("bytes call {}", size_of::<Call<'_, Application, (), (), ()>>());
    println!("instructions sinch {}", counted(sinch(), Message::Binary(&VOICE), Message::Binary(&VOICE)));
    println!("instructions wavix {}", counted(wavix(), Message::Text(media), Message::Text(echo)));
    println!("instructions mask {}", masked());
    process::exit(0)
}

/// Instructions that it takes to mask the voice, on average.
fn masked() -> u32 {
    let mut voice = VOICE;
    let mut mask = Mask::new([1, 2, 3, 4]);
    let begun = ticks();
    for _ in 0..FRAMES {
        mask.apply(black_box(&mut voice));
    }
    per_frame(ticks().wrapping_sub(begun))
}

/// A call on Sinch that has been announced and answered.
fn sinch() -> Firmware {
    let mut call = Firmware::new(Config::new(Dialect::Sinch), Instant::ZERO);
    assert_eq!(call.hear(Instant::ZERO, Message::Binary(&VOICE)).unwrap(), None, "audio before the answer");
    let connect = r#"{"command":"connect","CallId":"c1","ApplicationId":"a1","Headers":{"Tenant":"north"}}"#;
    let answer = call.hear(Instant::ZERO, Message::Text(connect)).unwrap();
    assert_eq!(answer, Some(Message::Text(r#"{"command":"answer"}"#)));
    let silent = call.wakes_at().unwrap();
    assert_eq!(silent, Instant::ZERO + Duration::from_secs(25));
    assert_eq!(call.wake(silent).unwrap(), Some(Message::Text(r#"{"command":"heartbeat"}"#)));
    call
}

/// A call on Wavix that has been announced.
fn wavix() -> Firmware {
    let mut call = Firmware::new(Config::new(Dialect::Wavix), Instant::ZERO);
    let start = r#"{"event":"start","call_id":"c1","stream_id":"7b0c8d9e-1f2a-4b3c-8d4e-5f6a7b8c9d0e"}"#;
    assert_eq!(call.hear(Instant::ZERO, Message::Text(start)).unwrap(), None);
    let clear = call.say(Instant::ZERO, Command::Clear).unwrap();
    let stream = r#"{"event":"clear","stream_id":"7b0c8d9e-1f2a-4b3c-8d4e-5f6a7b8c9d0e"}"#;
    assert_eq!(clear, Some(Message::Text(stream)));
    call
}

/// Instructions that it takes to hear a frame and send it back, on average.
fn counted(mut call: Firmware, frame: Message<'_>, echo: Message<'_>) -> u32 {
    let mut now = Instant::from_millis(30_000);
    assert_eq!(call.hear(now, frame).unwrap(), Some(echo));
    let begun = ticks();
    for _ in 0..FRAMES {
        now = now + Duration::from_millis(20);
        assert!(call.hear(now, frame).is_ok());
    }
    per_frame(ticks().wrapping_sub(begun))
}

/// Instructions for one frame of all, in so much time. An instruction takes 1.024 µs, which the counter divides into 25.6.
fn per_frame(ticks: u32) -> u32 {
    (u64::from(ticks) * 10 / 256 / u64::from(FRAMES)) as u32
}

/// The board's counter, 25 MHz.
fn ticks() -> u32 {
    const COUNTER: *const u32 = 0x4002_8018 as *const u32;
    // SAFETY: the counter of mps2-an386 (Arm AN386, table 3-5), which may be read at any time.
    unsafe { COUNTER.read_volatile() }
}

const fn voice() -> [u8; 640] {
    let mut voice = [0; 640];
    let mut at = 0;
    while at < voice.len() {
        voice[at] = (at * 37 % 251) as u8;
        at += 1;
    }
    voice
}

/// The voice in base64, with words around it.
fn wrapped<'b>([before, after]: [&str; 2], buf: &'b mut [u8]) -> &'b str {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut len = 0;
    let mut push = |bytes: &[u8]| {
        buf[len..len + bytes.len()].copy_from_slice(bytes);
        len += bytes.len();
    };
    push(before.as_bytes());
    for three in VOICE.chunks(3) {
        let bits =
            three.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        let mut four = [18, 12, 6, 0].map(|shift| ALPHABET[bits >> shift & 63]);
        four[three.len() + 1..].fill(b'=');
        push(&four);
    }
    push(after.as_bytes());
    str::from_utf8(&buf[..len]).unwrap()
}
