//! Audio brought from one sample rate to another.

use core::f64::consts::PI;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use support::cases;
use voxwire::audio::{Arithmetic, Fixed, Float, PcmResampler, Resampler};

use measure::{RATES, pairs, resampled, tone};

mod measure;
mod quality;

/// Samples that `n` samples become.
fn expected(n: usize, from: u32, to: u32) -> usize {
    (n as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize
}

/// What comes of `pieces`, with as much room as `rooms` say, over and over, for what comes at a time.
fn in_pieces<A: Arithmetic>(resampler: &mut Resampler<A>, pieces: &[&[i16]], rooms: &[usize]) -> Vec<i16> {
    let mut room = rooms.iter().cycle().map(|room| vec![0; *room]);
    let mut output = Vec::new();
    for mut piece in pieces.iter().copied() {
        loop {
            let mut room = room.next().unwrap();
            let made = resampler.next(&mut piece, &mut room);
            output.extend_from_slice(&room[..made]);
            if made == 0 {
                break;
            }
        }
        assert!(piece.is_empty(), "a piece is used up");
    }
    for mut room in room {
        let made = resampler.finish(&mut room);
        output.extend_from_slice(&room[..made]);
        if made == 0 {
            break;
        }
    }
    output
}

/// The same over bytes.
fn in_bytes<A: Arithmetic>(resampler: Resampler<A>, pieces: &[&[u8]], rooms: &[usize]) -> Vec<i16> {
    let mut resampler = PcmResampler::new(resampler);
    let mut room = rooms.iter().cycle().map(|room| vec![0; *room + 1]);
    let mut output = Vec::new();
    for mut piece in pieces.iter().copied() {
        loop {
            let mut room = room.next().unwrap();
            let made = resampler.next(&mut piece, &mut room);
            output.extend_from_slice(&room[..made]);
            if made == 0 {
                break;
            }
        }
        assert!(piece.is_empty(), "a piece is used up");
    }
    for mut room in room {
        let made = resampler.finish(&mut room);
        output.extend_from_slice(&room[..made]);
        if made == 0 {
            break;
        }
    }
    output.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample)).collect()
}

/// The filter of the documentation, written down as it stands, in `f64`, without a table and without a stream.
fn naive(from: u32, to: u32, input: &[i16]) -> Vec<f64> {
    const CUTOFF: f64 = 0.463;
    const BETA: f64 = 7.31;
    let bessel = |x: f64| {
        let terms = (1..40).scan(1.0, |term, k| {
            *term *= (x / 2.0 / f64::from(k)).powi(2);
            Some(*term)
        });
        1.0 + terms.sum::<f64>()
    };
    let filter = |t: f64| {
        let window = bessel(BETA * (1.0 - (t / 32.0).powi(2)).max(0.0).sqrt()) / bessel(BETA);
        let sinc = if t == 0.0 { 2.0 * CUTOFF } else { (2.0 * PI * CUTOFF * t).sin() / (PI * t) };
        if t.abs() < 32.0 { window * sinc } else { 0.0 }
    };
    let (from, to) = (f64::from(from), f64::from(to));
    let lower = from.min(to);
    let reach = 32.0 * from / lower;
    let value = |m: usize| {
        let place = m as f64 * from / to;
        let near = (place - reach).max(0.0) as usize..input.len().min((place + reach) as usize + 1);
        let sum: f64 = near.map(|k| f64::from(input[k]) * filter((k as f64 - place) * lower / from)).sum();
        (sum * lower / from).clamp(-32_768.0, 32_767.0)
    };
    (0..expected(input.len(), from as u32, to as u32)).map(value).collect()
}

/// The greatest distance between two signals of one length.
fn distance(a: &[i16], b: impl IntoIterator<Item = f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}

#[test]
fn equal_rates_change_nothing_and_wait_for_nothing() {
    let input: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    for rate in RATES {
        let mut output = vec![0; input.len()];
        let mut resampler = Resampler::fixed(rate, rate).unwrap();
        assert_eq!((resampler.input_delay(), resampler.output_delay()), (0, 0));
        assert_eq!(resampler.next(&mut &input[..], &mut output), input.len());
        assert_eq!(output, input);
        assert_eq!(resampler.finish(&mut output), 0);
        assert_eq!(resampled(Resampler::float(rate, rate).unwrap(), &input), input);
    }
}

#[test]
fn rates_that_are_too_far_apart_are_refused() {
    for (from, to) in [(0, 8_000), (8_000, 0), (0, 0), (8_000, 192_001), (192_001, 8_000), (96_000, 384_001)]
    {
        assert!(Resampler::fixed(from, to).is_none() && Resampler::float(from, to).is_none(), "{from} {to}");
    }
    for (from, to) in [(8_000, 192_000), (192_000, 8_000), (96_000, 384_000), (1, 24), (11_025, 8_000)] {
        assert!(Resampler::fixed(from, to).is_some() && Resampler::float(from, to).is_some(), "{from} {to}");
    }
}

#[test]
fn the_documented_size_is_the_size() {
    const DOCUMENTED: &str = include_str!("../../core/src/audio/resampler.rs");
    let size = size_of::<Resampler<Fixed>>();
    assert_eq!(size, size_of::<Resampler<Float>>());
    println!("a resampler is {size} bytes, over bytes {}", size_of::<PcmResampler<Fixed>>());
    if cfg!(target_pointer_width = "64") {
        assert!(DOCUMENTED.contains(&format!("at most {size} bytes")), "{size}");
    }
}

#[test]
fn what_is_held_back_is_the_delay() {
    fn held<A: Arithmetic>(mut resampler: Resampler<A>) {
        let (from, to) = (resampler.input_rate(), resampler.output_rate());
        let mut output = vec![0; 16];
        let (mut taken, mut made) = (0_usize, 0);
        while taken < 3_000 {
            made += resampler.next(&mut &[1][..], &mut output);
            taken += 1;
            let least = expected(taken.saturating_sub(resampler.input_delay()), from, to);
            let most = expected(taken, from, to).saturating_sub(resampler.output_delay()) + 1;
            assert!((least..=most).contains(&made), "{from} {to}: {made} of {taken}");
        }
    }
    for (from, to) in pairs() {
        held(Resampler::fixed(from, to).unwrap());
        held(Resampler::float(from, to).unwrap());
    }
}

#[test]
fn an_hour_is_an_hour_to_the_sample() {
    let second = tone(44_100, 440.0, 20_000.0, 44_100);
    let mut resampler = Resampler::float(44_100, 48_000).unwrap();
    let mut output = vec![0; 50_000];
    let mut made = 0;
    for _ in 0..3_600 {
        made += resampler.next(&mut &second[..], &mut output) as u64;
    }
    assert_eq!(made, 3_600 * 48_000 - resampler.output_delay() as u64 + 1, "an hour less the delay");
    made += resampler.finish(&mut output) as u64;
    assert_eq!(made, 3_600 * 48_000);
}

#[test]
fn a_constant_stays_what_it_is() {
    let mut off = [0, 0];
    for (from, to) in pairs() {
        for level in [i16::MIN, -12_345, -1, 0, 1, 1_000, 30_000, i16::MAX] {
            let input = vec![level; from as usize / 50 + 64 * from.div_ceil(to) as usize];
            let steady = |output: Vec<i16>| output[output.len() / 2 - 4..output.len() / 2 + 4].to_vec();
            let fixed = steady(resampled(Resampler::fixed(from, to).unwrap(), &input));
            let float = steady(resampled(Resampler::float(from, to).unwrap(), &input));
            for (fixed, float) in fixed.iter().zip(&float) {
                off = [off[0].max(fixed.abs_diff(level)), off[1].max(float.abs_diff(level))];
            }
        }
    }
    println!("a constant is off by at most {off:?} of 32,768");
    assert_eq!(off, quality::documented("a constant is off by, of 32,768").map(|off| off as u16));
}

#[test]
fn a_peak_beyond_full_scale_is_cut_off_not_turned_round() {
    for (from, to) in pairs() {
        // The filter overshoots where a square wave jumps.
        let square: Vec<i16> =
            (0..from / 40).map(|n| if n / (from / 200) % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let expected = naive(from, to, &square);
        assert!(expected.iter().filter(|value| **value == 32_767.0).count() > 10);
        assert!(distance(&resampled(Resampler::fixed(from, to).unwrap(), &square), expected.clone()) < 16.0);
        assert!(distance(&resampled(Resampler::float(from, to).unwrap(), &square), expected) < 16.0);
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn the_output_does_not_depend_on_the_pieces(
        from in select(&RATES[..]),
        to in select(&RATES[..]),
        pieces in vec(vec(any::<i16>(), 0..300), 0..8),
        rooms in vec(1_usize..300, 1..8),
        before in vec(any::<i16>(), 0..100),
    ) {
        let whole = pieces.concat();
        let pieces: Vec<&[i16]> = pieces.iter().map(|piece| &piece[..]).collect();
        let bytes: Vec<u8> = whole.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        // Most pieces of bytes end in the middle of a sample.
        let bytes: Vec<&[u8]> = bytes.chunks(rooms[0] | 1).collect();

        macro_rules! check {
            ($new:expr) => {
                let at_once = resampled($new(from, to).unwrap(), &whole);
                prop_assert_eq!(at_once.len(), expected(whole.len(), from, to));
                let mut used = $new(from, to).unwrap();
                prop_assert_eq!(&in_pieces(&mut used, &pieces, &rooms), &at_once);
                prop_assert_eq!(&in_pieces(&mut used, &pieces, &[1]), &at_once, "after the end, as new");
                prop_assert_eq!(&in_bytes($new(from, to).unwrap(), &bytes, &rooms), &at_once);
                used.next(&mut &before[..], &mut [0; 100]);
                used.clear();
                prop_assert_eq!(&in_pieces(&mut used, &[&whole], &rooms), &at_once, "cleared, as new");
            };
        }
        check!(Resampler::fixed);
        check!(Resampler::float);
    }

    #[test]
    fn any_audio_comes_out_as_the_filter_has_it(
        from in select(&RATES[..]),
        to in select(&RATES[..]),
        input in vec(any::<i16>(), 0..300),
    ) {
        if from != to {
            let expected = naive(from, to, &input);
            let fixed = distance(&resampled(Resampler::fixed(from, to).unwrap(), &input), expected.iter().copied());
            let float = distance(&resampled(Resampler::float(from, to).unwrap(), &input), expected.iter().copied());
            prop_assert!(fixed < 48.0 && float < 48.0, "{} {}", fixed, float);
        }
    }

    #[test]
    fn any_two_rates_keep_time(from in 1_000_u32..24_000, to in 1_000_u32..24_000, n in 0_usize..2_000) {
        let input = vec![5_000; n];
        for output in [
            resampled(Resampler::fixed(from, to).unwrap(), &input),
            resampled(Resampler::float(from, to).unwrap(), &input),
        ] {
            prop_assert_eq!(output.len(), expected(n, from, to));
            // From the filter's reach to its reach before the end.
            let reach = 33 * to.div_ceil(from.min(to)) as usize;
            for sample in output.iter().take(output.len().saturating_sub(reach)).skip(reach) {
                prop_assert!(sample.abs_diff(5_000) <= 2, "{}", sample);
            }
        }
    }
}
