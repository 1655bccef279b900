//! 20 ms of audio are brought to the form of the call.

use core::hint::black_box;

use voxwire::audio::{Float, G711, Resampler, Speech, Voice};
use voxwire::{AudioFormat, Framer, Instant};

use crate::{Task, noise, ready};

/// Bytes of 20 ms at 16 kHz.
const FRAME: usize = 640;

/// A frame of the call's own rate is said: out it comes, and is sent.
pub fn voice(from: u32, to: u32) -> Task {
    let format = AudioFormat::pcm16(to).expect("a documented rate");
    let pcm = noise(AudioFormat::pcm16(from).expect("a documented rate").frame_bytes());
    let mut voice = Voice::<_, Float>::new(from, format, vec![0; format.frame_bytes()]).expect("a rate");
    let mut now = Instant::ZERO;
    // The first frame of an utterance waits for what the resampler looks ahead.
    let mut say = move || {
        let (mut pcm, mut said) = (black_box(&pcm[..]), 0);
        loop {
            match voice.poll(now, &mut pcm) {
                Speech::Frame(frame) => {
                    said += black_box(frame).len();
                    voice.sent(now);
                }
                Speech::Wait(until) => now = until,
                Speech::Spent => return said,
            }
        }
    };
    say();
    ready(format.frame_bytes(), say)
}

/// A frame and a half is cut, the half being left from before.
pub fn framer() -> Task {
    let audio = noise(FRAME);
    let mut framer = Framer::new(vec![0; FRAME]);
    assert!(framer.next(&mut &audio[..FRAME / 2]).is_none());
    ready(FRAME, move || {
        let (mut chunk, mut cut) = (black_box(&audio[..]), 0);
        while let Some(frame) = framer.next(&mut chunk) {
            cut += black_box(frame).len();
        }
        cut
    })
}

/// A frame is resampled in `f32`.
pub fn resampler_float(from: u32, to: u32) -> Task {
    let mut resampler = Resampler::float(from, to).expect("a ratio");
    resample(from, to, move |input, output| resampler.next(input, output))
}

/// A frame is resampled in fixed point.
pub fn resampler_fixed(from: u32, to: u32) -> Task {
    let mut resampler = Resampler::fixed(from, to).expect("a ratio");
    resample(from, to, move |input, output| resampler.next(input, output))
}

/// A frame becomes µ-law.
pub fn g711_encode() -> Task {
    let pcm = noise(FRAME);
    let mut codes = vec![0; FRAME / 2];
    ready(true, move || G711::MuLaw.encode_to(black_box(&pcm), black_box(&mut codes)).is_ok())
}

/// A frame of µ-law becomes PCM.
pub fn g711_decode() -> Task {
    let codes = noise(FRAME / 2);
    let mut pcm = vec![0; FRAME];
    ready(true, move || G711::MuLaw.decode_to(black_box(&codes), black_box(&mut pcm)).is_ok())
}

fn resample(from: u32, to: u32, mut next: impl FnMut(&mut &[i16], &mut [i16]) -> usize + 'static) -> Task {
    let frame = noise((from / 50 * 2) as usize);
    let frame: Vec<i16> = frame.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect();
    let mut output = vec![0; (to / 50) as usize];
    let mut once = move || next(&mut black_box(&frame[..]), black_box(&mut output));
    once();
    ready((to / 50) as usize, once)
}
