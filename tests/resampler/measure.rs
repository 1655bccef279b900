//! Instruments: tones, and what is left of them.

use core::f64::consts::TAU;

use voxwire::audio::{Arithmetic, Resampler};

/// The rates between which quality is stated, in Hz.
pub(crate) const RATES: [u32; 8] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// All pairs of different [`RATES`].
pub(crate) fn pairs() -> impl Iterator<Item = (u32, u32)> {
    RATES.into_iter().flat_map(|from| RATES.map(|to| (from, to))).filter(|(from, to)| from != to)
}

/// A sine of `hertz` and `amplitude`, `samples` long at `rate`.
pub(crate) fn tone(rate: u32, hertz: f64, amplitude: f64, samples: usize) -> Vec<i16> {
    let step = TAU * hertz / f64::from(rate);
    (0..samples).map(|n| (amplitude * (step * n as f64).sin()).round() as i16).collect()
}

/// All that comes of `input`, at once.
pub(crate) fn resampled<A: Arithmetic>(mut resampler: Resampler<A>, mut input: &[i16]) -> Vec<i16> {
    let expected =
        input.len() as u64 * u64::from(resampler.output_rate()) / u64::from(resampler.input_rate());
    let mut output = vec![0; expected as usize + 2];
    let mut len = resampler.next(&mut input, &mut output);
    assert!(input.is_empty());
    len += resampler.finish(&mut output[len..]);
    output.truncate(len);
    output
}

/// What a signal is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// The amplitude of the tone.
    pub(crate) tone: f64,
    /// The root mean square of everything else.
    pub(crate) rest: f64,
}

impl Parts {
    /// Takes `signal` at `rate` apart into a sine of `hertz`, by least squares, and the rest.
    pub(crate) fn of(signal: &[i16], rate: u32, hertz: f64) -> Self {
        let step = TAU * hertz / f64::from(rate);
        let basis = |n: usize| (step * n as f64).sin_cos();
        let [mut ss, mut sc, mut cc, mut sy, mut cy] = [0.0; 5];
        for (n, y) in signal.iter().enumerate() {
            let ((s, c), y) = (basis(n), f64::from(*y));
            ss += s * s;
            sc += s * c;
            cc += c * c;
            sy += s * y;
            cy += c * y;
        }
        let determinant = ss * cc - sc * sc;
        let (a, b) = ((sy * cc - cy * sc) / determinant, (cy * ss - sy * sc) / determinant);
        let rest = signal.iter().enumerate().map(|(n, y)| {
            let (s, c) = basis(n);
            (f64::from(*y) - a * s - b * c).powi(2)
        });
        Self { tone: a.hypot(b), rest: (rest.sum::<f64>() / signal.len() as f64).sqrt() }
    }

    /// Tone to rest, in dB.
    pub(crate) fn ratio(self) -> f64 {
        decibels(self.tone / core::f64::consts::SQRT_2 / self.rest)
    }
}

/// A ratio of amplitudes in dB.
pub(crate) fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// The root mean square.
pub(crate) fn rms(signal: &[i16]) -> f64 {
    (signal.iter().map(|y| f64::from(*y).powi(2)).sum::<f64>() / signal.len() as f64).sqrt()
}
