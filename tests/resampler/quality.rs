//! How good it is, measured, and printed with `--nocapture`; the documentation's table is held to it.

use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{
    Async, Fft, FixedAsync, FixedSync, SincInterpolationParameters, SincInterpolationType, WindowFunction,
    calculate_cutoff,
};
use voxwire::audio::Resampler;

use crate::measure::{Parts, decibels, pairs, resampled, rms, tone};

const AMPLITUDE: f64 = 30_000.0;

/// What a resampler does, in dB.
#[derive(Clone, Copy, Debug)]
struct Quality {
    /// A tone of 1 kHz to everything else.
    snr: f64,
    /// The worst tone of the pass-band to everything else.
    worst: f64,
    /// How far a tone of the pass-band is from the level that it had.
    ripple: f64,
    /// The loudest that comes of a tone at another frequency: aliases on the way down, images on the way up.
    alias: f64,
}

impl Quality {
    /// Of `run` between two rates.
    fn of(from: u32, to: u32, run: impl Fn(&[i16]) -> Vec<i16>) -> Self {
        let samples = from as usize / 8;
        let steady = |input: &[i16]| {
            let output = run(input);
            output[output.len() / 4..output.len() * 3 / 4].to_vec()
        };
        let parts = |hertz| Parts::of(&steady(&tone(from, hertz, AMPLITUDE, samples)), to, hertz);
        let lower = f64::from(from.min(to));
        let mut quality =
            Self { snr: parts(1_000.0).ratio(), worst: f64::MAX, ripple: 0.0, alias: f64::NEG_INFINITY };
        for step in 1..=17 {
            let parts = parts(lower * 0.425 * f64::from(step) / 17.0);
            quality.worst = quality.worst.min(parts.ratio());
            quality.ripple = quality.ripple.max(decibels(parts.tone / AMPLITUDE).abs());
        }
        for step in 0..50 {
            let part = (f64::from(step) + 0.02) / 50.0;
            let left = if to < from {
                let hertz = lower / 2.0 + (f64::from(from - to) / 2.0) * part;
                rms(&steady(&tone(from, hertz, AMPLITUDE, samples)))
            } else {
                parts(lower / 2.0 * part).rest
            };
            quality.alias = quality.alias.max(decibels(left * core::f64::consts::SQRT_2 / AMPLITUDE));
        }
        quality
    }

    fn print(self, name: &str, from: u32, to: u32) {
        let Self { snr, worst, ripple, alias } = self;
        println!("{name:<22} {from:>6} to {to:>6}: {snr:>6.1} {worst:>6.1} {ripple:>7.4} {alias:>6.1}");
    }

    /// The worst of both.
    fn or(self, other: Self) -> Self {
        Self {
            snr: self.snr.min(other.snr),
            worst: self.worst.min(other.worst),
            ripple: self.ripple.max(other.ripple),
            alias: self.alias.max(other.alias),
        }
    }
}

/// The worst of all pairs of rates.
fn worst(name: &str, run: impl Fn(u32, u32, &[i16]) -> Vec<i16>) -> Quality {
    let all = pairs().map(|(from, to)| {
        let quality = Quality::of(from, to, |input| run(from, to, input));
        quality.print(name, from, to);
        quality
    });
    all.reduce(Quality::or).unwrap()
}

/// Both figures of a row of the documentation's table.
pub(crate) fn documented(row: &str) -> [f64; 2] {
    let source = include_str!("../../core/src/audio/resampler.rs");
    let row = source.lines().find_map(|line| line.strip_prefix(&format!("/// | {row} | "))).unwrap();
    let mut figures = row.split(" | ").map(|cell| cell.trim_matches([' ', '|']).replace(" dB", ""));
    [(); 2].map(|()| figures.next().unwrap().replace('−', "-").parse().unwrap())
}

#[test]
fn it_is_as_good_as_the_documentation_says() {
    let fixed = worst("fixed", |from, to, input| resampled(Resampler::fixed(from, to).unwrap(), input));
    let float = worst("float", |from, to, input| resampled(Resampler::float(from, to).unwrap(), input));
    println!("{fixed:.4?}\n{float:.4?}");
    // Never better than it is, and worse by less than the last digit.
    let hold = |row: &str, figure: fn(Quality) -> f64, grain: f64| {
        for (documented, measured) in documented(row).into_iter().zip([fixed, float].map(figure)) {
            let margin = (measured - documented) * grain.signum();
            assert!(
                (0.0..grain.abs()).contains(&margin),
                "{row}: {documented} documented, {measured} measured"
            );
        }
    };
    hold("1 kHz to all else, at least", |quality| quality.snr, 1.0);
    hold("any tone of the pass-band to all else, at least", |quality| quality.worst, 1.0);
    hold("pass-band ripple, ±", |quality| quality.ripple, -0.001);
    hold("aliases and images, at most", |quality| quality.alias, -1.0);
    for quality in [fixed, float] {
        assert!(quality.snr >= 70.0 && quality.alias < -60.0);
    }
}

#[test]
fn rubato_beside_it() {
    let run = |resampler: &mut dyn rubato::Resampler<f32>, input: &[i16]| {
        let input = [input.iter().map(|sample| f32::from(*sample) / 32_768.0).collect::<Vec<_>>()];
        let adapter = SequentialSliceOfVecs::new(&input, 1, input[0].len()).unwrap();
        let output = resampler.process_all(&adapter, input[0].len(), None).unwrap().take_data();
        output.iter().map(|sample| (sample * 32_768.0).round() as i16).collect::<Vec<_>>()
    };
    // As many taps as ours, over as much time, and twice as many. Left to itself, the library puts the cut-off of so
    // long a filter too high on the way down, for its transition is as wide as that of the short one on the way up.
    let sinc = |from: u32, to: u32, taps: u32| {
        let window = WindowFunction::Blackman;
        let parameters = SincInterpolationParameters::new((taps * from.div_ceil(to)) as usize, window)
            .f_cutoff(calculate_cutoff(taps as usize, window))
            .oversampling_factor(48)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(to) / f64::from(from);
        Async::<f32>::new_sinc(ratio, 1.0, &parameters, 1_024, 1, FixedAsync::Input).unwrap()
    };
    let fft = |from: u32, to: u32| Fft::new(from as usize, to as usize, 1_024, 1, FixedSync::Input).unwrap();
    for (from, to) in [(8_000, 16_000), (8_000, 44_100), (44_100, 48_000), (48_000, 8_000), (24_000, 16_000)]
    {
        let lanes = [
            ("fixed", Quality::of(from, to, |input| resampled(Resampler::fixed(from, to).unwrap(), input))),
            ("float", Quality::of(from, to, |input| resampled(Resampler::float(from, to).unwrap(), input))),
            ("rubato, same taps", Quality::of(from, to, |input| run(&mut sinc(from, to, 64), input))),
            ("rubato, twice the taps", Quality::of(from, to, |input| run(&mut sinc(from, to, 128), input))),
            ("rubato, fft", Quality::of(from, to, |input| run(&mut fft(from, to), input))),
        ];
        for (name, quality) in lanes {
            quality.print(name, from, to);
            assert!(quality.snr > 70.0, "{name}: {quality:?}");
        }
    }
}
