//! What it takes to cut audio into frames, to queue them, and to convert them.

use core::hint::black_box;
use std::collections::VecDeque;

use audio_codec_algorithms as rival;
use common::Race;
use tasks::noise;
use voxwire::audio::G711;
use voxwire::{Audio, AudioFormat, Command, Config, Dialect, Framer, Instant, Message, Outbox, Session};

const NOW: Instant = Instant::from_millis(20);
fn main() {
    let mut race = Race::new("audio");
    for rate in [8_000, 16_000, 24_000, 48_000] {
        let frame = AudioFormat::pcm16(rate).expect("a documented rate").frame_bytes();
        let khz = rate / 1_000;
        // A whole frame; one and a half and a bit; less than one, and odd.
        for chunk in [frame, 1_000 * frame / 640, frame / 4 + 1] {
            framer(&mut race, &format!("framer {khz} kHz, chunks of {chunk}"), frame, chunk);
        }
        outbox(&mut race, &format!("outbox {khz} kHz, in and out"), frame);
        g711(
            &mut race,
            &format!("mu-law {khz} kHz"),
            frame,
            G711::MuLaw,
            rival::encode_ulaw,
            rival::decode_ulaw,
        );
        g711(
            &mut race,
            &format!("A-law {khz} kHz"),
            frame,
            G711::ALaw,
            rival::encode_alaw,
            rival::decode_alaw,
        );
    }
    race.finish();
}

/// A chunk in, and whatever frames it completes out.
fn framer(race: &mut Race, task: &str, frame: usize, chunk: usize) {
    let audio = noise(chunk);
    let mut memory = vec![0; frame];
    let mut framer = Framer::new(&mut memory);
    let mut cut = |mut chunk: &[u8]| {
        let mut bytes = 0;
        while let Some(frame) = framer.next(&mut chunk) {
            bytes += black_box(frame).len();
        }
        bytes
    };
    // After as many chunks as a frame has bytes, nothing is left over.
    let bytes: usize = (0..frame).map(|_| cut(&audio)).sum();
    assert_eq!(bytes, frame * chunk);

    let mut copy = vec![0; chunk];
    race.heat(task, chunk)
        .lane("voxwire", || cut(black_box(&audio)))
        .lane("memcpy", || black_box(&mut copy).copy_from_slice(black_box(&audio)))
        .end();
}

/// A frame in behind others, and one out.
fn outbox(race: &mut Race, task: &str, frame: usize) {
    const WAITING: usize = 8;
    let pcm = noise(frame);
    let mut session = Session::application(Config::new(Dialect::Sinch), NOW);
    let connect = r#"{"command":"connect","CallId":"c1"}"#;
    session.handle_message(NOW, Message::Text(connect)).expect("a call");
    session.send(NOW, Command::Answer, &mut []).expect("an answer");
    let mut outbox = Outbox::new(vec![0; 32 * 1024]);
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
    assert_eq!((pass(&pcm), pass_by_vec(&pcm)), (frame, frame));
    race.heat(task, frame)
        .lane("voxwire", || pass(black_box(&pcm)))
        .lane("VecDeque of Vec", || pass_by_vec(black_box(&pcm)))
        .end();
}

/// From bytes to bytes; the rival converts sample by sample.
fn g711(
    race: &mut Race,
    name: &str,
    frame: usize,
    law: G711,
    encode: impl Fn(i16) -> u8,
    decode: impl Fn(u8) -> i16,
) {
    let samples = frame / 2;
    let pcm = noise(frame);
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

    let (mut codes, mut codes_by_rival) = (vec![0; samples], vec![0; samples]);
    law.encode_to(&pcm, &mut codes).expect("room");
    encode_by_rival(&pcm, &mut codes_by_rival);
    assert_eq!(codes, codes_by_rival);
    race.heat(&format!("{name} encode"), frame)
        .lane("voxwire", || law.encode_to(black_box(&pcm), black_box(&mut codes)).is_ok())
        .lane("audio-codec-algorithms", || encode_by_rival(black_box(&pcm), black_box(&mut codes_by_rival)))
        .end();

    let (mut heard, mut heard_by_rival) = (vec![0; frame], vec![0; frame]);
    law.decode_to(&codes, &mut heard).expect("room");
    decode_by_rival(&codes, &mut heard_by_rival);
    assert_eq!(heard, heard_by_rival);
    race.heat(&format!("{name} decode"), frame)
        .lane("voxwire", || law.decode_to(black_box(&codes), black_box(&mut heard)).is_ok())
        .lane("audio-codec-algorithms", || decode_by_rival(black_box(&codes), black_box(&mut heard_by_rival)))
        .end();
}
