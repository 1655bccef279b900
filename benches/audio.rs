//! What it takes to cut audio into frames, to queue them, and to convert them.

use core::hint::black_box;
use std::collections::VecDeque;

use audio_codec_algorithms as rival;
use common::{Race, noise};
use voxwire::audio::G711;
use voxwire::{Audio, Command, Config, Dialect, Framer, Instant, Message, Outbox, Session};

const NOW: Instant = Instant::from_millis(20);
/// 20 ms at 16 kHz.
const FRAME: usize = 640;

fn main() {
    let mut race = Race::new("audio");
    // A whole frame; several and a bit; less than one, and odd.
    for chunk in [FRAME, 1_000, 161] {
        framer(&mut race, chunk);
    }
    outbox(&mut race);
    g711(&mut race, "mu-law", G711::MuLaw, rival::encode_ulaw, rival::decode_ulaw);
    g711(&mut race, "A-law", G711::ALaw, rival::encode_alaw, rival::decode_alaw);
    race.finish();
}

/// A chunk in, and whatever frames it completes out.
fn framer(race: &mut Race, chunk: usize) {
    let audio = noise(chunk);
    let mut memory = [0; FRAME];
    let mut framer = Framer::new(&mut memory);
    let mut cut = |mut chunk: &[u8]| {
        let mut frames = 0;
        while let Some(frame) = framer.next(&mut chunk) {
            frames += black_box(frame).len();
        }
        frames
    };
    // After as many chunks as a frame has bytes, nothing is left over.
    let frames: usize = (0..FRAME).map(|_| cut(&audio)).sum();
    assert_eq!(frames, FRAME * chunk);

    let mut copy = vec![0; chunk];
    race.heat(&format!("framer, chunks of {chunk}"), chunk)
        .lane("voxwire", || cut(black_box(&audio)))
        .lane("memcpy", || black_box(&mut copy).copy_from_slice(black_box(&audio)))
        .end();
}

/// A frame in behind others, and one out.
fn outbox(race: &mut Race) {
    const WAITING: usize = 8;
    let pcm = noise(FRAME);
    let mut session = Session::application(Config::new(Dialect::Sinch), NOW);
    let connect = r#"{"command":"connect","CallId":"c1"}"#;
    session.handle_message(NOW, Message::Text(connect)).expect("a call");
    session.send(NOW, Command::Answer, &mut []).expect("an answer");
    let mut outbox = Outbox::new(vec![0; 16 * 1024]);
    let mut queue = VecDeque::new();
    for _ in 0..WAITING {
        outbox.send(&mut session, NOW, Command::Audio(Audio::raw(&pcm))).expect("room");
        queue.push_back(pcm.clone());
    }
    let mut pass = |pcm: &[u8]| {
        let sent = outbox.send(&mut session, NOW, Command::Audio(Audio::raw(pcm)));
        let len = outbox.front().map_or(0, |message| black_box(message).len());
        outbox.pop();
        sent.map_or(0, |()| len)
    };
    let mut pass_by_vec = |pcm: &[u8]| {
        queue.push_back(pcm.to_vec());
        queue.pop_front().map_or(0, |frame| black_box(frame).len())
    };
    assert_eq!((pass(&pcm), pass_by_vec(&pcm)), (FRAME, FRAME));
    race.heat("outbox, in and out", FRAME)
        .lane("voxwire", || pass(black_box(&pcm)))
        .lane("VecDeque of Vec", || pass_by_vec(black_box(&pcm)))
        .end();
}

/// 20 ms at 16 kHz, from bytes to bytes; the rival converts sample by sample.
fn g711(race: &mut Race, name: &str, law: G711, encode: impl Fn(i16) -> u8, decode: impl Fn(u8) -> i16) {
    const SAMPLES: usize = FRAME / 2;
    let pcm = noise(FRAME);
    let encode_by_rival = |pcm: &[u8], codes: &mut [u8]| {
        for (code, sample) in codes.iter_mut().zip(pcm.as_chunks().0) {
            *code = encode(i16::from_le_bytes(*sample));
        }
    };
    let decode_by_rival = |codes: &[u8], pcm: &mut [u8]| {
        for (sample, code) in pcm.as_chunks_mut().0.iter_mut().zip(codes) {
            *sample = decode(*code).to_le_bytes();
        }
    };

    let (mut codes, mut codes_by_rival) = ([0; SAMPLES], [0; SAMPLES]);
    law.encode_to(&pcm, &mut codes).expect("room");
    encode_by_rival(&pcm, &mut codes_by_rival);
    assert_eq!(codes, codes_by_rival);
    race.heat(&format!("{name} encode"), FRAME)
        .lane("voxwire", || law.encode_to(black_box(&pcm), black_box(&mut codes)).is_ok())
        .lane("audio-codec-algorithms", || encode_by_rival(black_box(&pcm), black_box(&mut codes_by_rival)))
        .end();

    let (mut heard, mut heard_by_rival) = ([0; FRAME], [0; FRAME]);
    law.decode_to(&codes, &mut heard).expect("room");
    decode_by_rival(&codes, &mut heard_by_rival);
    assert_eq!(heard, heard_by_rival);
    race.heat(&format!("{name} decode"), FRAME)
        .lane("voxwire", || law.decode_to(black_box(&codes), black_box(&mut heard)).is_ok())
        .lane("audio-codec-algorithms", || decode_by_rival(black_box(&codes), black_box(&mut heard_by_rival)))
        .end();
}
