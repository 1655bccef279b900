//! The level meter against floating point.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use support::cases;
use voxwire::audio::Level;

fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// RMS and millibels by `f64`, with no floor.
fn reference(samples: &[i16]) -> (f64, f64) {
    let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let rms = (energy / samples.len() as f64).sqrt();
    (rms, 2_000.0 * (rms / 32_768.0).log10())
}

fn assert_close(samples: &[i16]) {
    let level = Level::of(&pcm(samples));
    let (rms, millibels) = reference(samples);
    assert_eq!(f64::from(level.rms()), rms.floor());
    let off = f64::from(level.millibels()) - millibels.max(f64::from(Level::FLOOR));
    assert!(off.abs() <= 0.6, "{off} off {millibels}");
}

#[test]
fn what_is_known_by_heart() {
    let level = |samples: &[i16]| Level::of(&pcm(samples));
    let sine: Vec<i16> = (0..48_000)
        .map(|n| (32_767.0 * (f64::from(n) * core::f64::consts::TAU * 997.0 / 48_000.0).sin()).round() as i16)
        .collect();
    assert_eq!((level(&sine).millibels(), level(&sine).rms(), level(&sine).peak()), (-301, 23_169, 32_767));
    let loudest = level(&[i16::MIN; 160]);
    assert_eq!((loudest.millibels(), loudest.rms(), loudest.peak()), (0, 32_768, 32_768));
    assert_eq!(level(&[i16::MAX; 160]).millibels(), 0);
    assert_eq!((level(&[1; 160]).millibels(), level(&[-1; 160]).rms()), (-9_031, 1));
}

#[test]
fn silence_is_at_the_floor_and_so_is_nothing() {
    let one_bit_in_a_second = {
        let mut samples = vec![0; 96_000];
        samples[7] = 1;
        Level::of(&pcm(&samples))
    };
    assert_eq!((one_bit_in_a_second.millibels(), one_bit_in_a_second.peak()), (Level::FLOOR, 1));
    for silence in [Level::default(), Level::of(&[]), Level::of(&[0; 640]), Level::of(&[99])] {
        assert_eq!((silence.millibels(), silence.rms(), silence.peak()), (Level::FLOOR, 0, 0));
    }
}

#[test]
fn every_constant_frame_is_close() {
    for sample in 1..=i16::MAX {
        assert_close(&[sample; 3]);
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn frames_are_close(samples in frames()) {
        assert_close(&samples);
        let peak = samples.iter().map(|sample| sample.unsigned_abs()).max();
        prop_assert_eq!(Some(Level::of(&pcm(&samples)).peak()), peak);
    }

    #[test]
    fn a_reading_does_not_depend_on_the_frames(samples in frames(), at in any::<proptest::sample::Index>()) {
        let whole = pcm(&samples);
        let (one, other) = whole.split_at(at.index(samples.len()) * 2);
        let mut level = Level::of(one);
        level.add(other);
        prop_assert_eq!(level, Level::of(&whole));
        prop_assert!(level.samples() == samples.len() as u64);
    }
}

/// Frames of every loudness.
fn frames() -> impl Strategy<Value = Vec<i16>> {
    prop_oneof![
        vec(any::<i16>(), 1..2_000),
        (1_i16..=i16::MAX).prop_flat_map(|loudest| vec(-loudest..=loudest, 1..400)),
        vec(-1_i16..=1, 1..2_000),
        vec(prop_oneof![proptest::strategy::Just(i16::MIN), proptest::strategy::Just(i16::MAX)], 1..400),
    ]
}
