//! What it takes to bring 20 ms of PCM16 to another sample rate. How good each lane's output is, `rubato_beside_it` in
//! `tests/resampler` prints.

use core::f32::consts::TAU;
use core::hint::black_box;

use common::Race;
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, Fft, FixedAsync, FixedSync, SincInterpolationParameters, SincInterpolationType, WindowFunction,
    calculate_cutoff,
};
use voxwire::audio::{Arithmetic, Resampler};

const AMPLITUDE: f32 = 20_000.0;

fn main() {
    let mut race = Race::new("resample");
    for (from, to) in [(8_000, 16_000), (8_000, 48_000), (16_000, 8_000), (24_000, 16_000), (48_000, 8_000)] {
        heat(&mut race, from, to);
    }
    // Here places do not lie on the filter's rows.
    for (from, to) in [(8_000, 44_100), (44_100, 8_000), (44_100, 48_000), (22_050, 16_000)] {
        heat(&mut race, from, to);
    }
    race.finish();
}

/// A frame of 20 ms in, and what comes of it out.
fn heat(race: &mut Race, from: u32, to: u32) {
    let samples = (from / 50) as usize;
    // As many taps as ours, over as much time, or twice as many.
    let sinc = |taps: u32| {
        let window = WindowFunction::Blackman;
        let parameters = SincInterpolationParameters::new((taps * from.div_ceil(to)) as usize, window)
            .f_cutoff(calculate_cutoff(taps as usize, window))
            .oversampling_factor(48)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(to) / f64::from(from);
        Async::new_sinc(ratio, 1.0, &parameters, samples, 1, FixedAsync::Input).expect("a ratio")
    };
    let fft = Fft::new(from as usize, to as usize, samples, 1, FixedSync::Both).expect("a ratio");
    race.heat(&format!("{from} to {to}"), samples * 2)
        .lane("voxwire float", ready(from, to, ours(Resampler::float(from, to).expect("a ratio"))))
        .lane("voxwire fixed", ready(from, to, ours(Resampler::fixed(from, to).expect("a ratio"))))
        .lane("rubato sinc, same taps", ready(from, to, theirs(sinc(64))))
        .lane("rubato sinc, twice the taps", ready(from, to, theirs(sinc(128))))
        .lane("rubato fft", ready(from, to, theirs(fft)))
        .end();
}

fn ours<A: Arithmetic>(mut resampler: Resampler<A>) -> impl FnMut(&[i16], &mut [i16]) -> usize {
    move |mut input, output| resampler.next(&mut input, output)
}

/// From PCM16 to `f32` and back, as one must.
fn theirs(mut resampler: impl rubato::Resampler<f32>) -> impl FnMut(&[i16], &mut [i16]) -> usize {
    let mut samples = vec![0.0; resampler.input_frames_max()];
    let mut resampled = vec![0.0; resampler.output_frames_max()];
    move |input, output| {
        for (place, sample) in samples.iter_mut().zip(input) {
            *place = f32::from(*sample) / 32_768.0;
        }
        let room = resampled.len();
        let from = SequentialSlice::new(&samples, 1, input.len()).expect("one channel");
        let mut to = SequentialSlice::new_mut(&mut resampled, 1, room).expect("one channel");
        let (taken, made) = resampler.process_into_buffer(&from, &mut to, None).expect("a whole frame");
        assert_eq!(taken, input.len());
        for (place, sample) in output.iter_mut().zip(&resampled[..made]) {
            *place = (sample * 32_768.0).round() as i16;
        }
        made
    }
}

/// A lane that has shown that it gives a second as a second, and a tone as that tone.
fn ready(from: u32, to: u32, mut lane: impl FnMut(&[i16], &mut [i16]) -> usize) -> impl FnMut() -> usize {
    // 20 periods of 1 kHz, so that frame after frame is one tone.
    let step = TAU * 1_000.0 / from as f32;
    let frame: Vec<i16> = (0..from / 50).map(|n| (AMPLITUDE * (step * n as f32).sin()) as i16).collect();
    let mut output = vec![0; (to / 10) as usize];
    let made: usize = (0..50).map(|_| lane(&frame, &mut output)).sum();
    assert!(made.abs_diff(to as usize) < to as usize / 50, "{made} samples of {to}");
    let made = lane(&frame, &mut output);
    let energy: f32 = output[..made].iter().map(|sample| f32::from(*sample).powi(2)).sum();
    let amplitude = (2.0 * energy / made as f32).sqrt();
    assert!((amplitude / AMPLITUDE - 1.0).abs() < 0.01, "{amplitude}");
    move || lane(black_box(&frame), &mut output)
}
