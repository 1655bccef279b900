//! The low-pass filter that every ratio shares, designed while the crate is compiled.
//!
//! A sinc under a Kaiser window, `h(t)`, with `t` in samples of the lower of the two rates. It is stored as rows: row
//! `p` holds what each of the [`TAPS`] samples around a place weighs, if that place lies `p / PHASES` of a sample
//! after the grid; between two rows one interpolates linearly. As `h(t) = h(-t)`, row `PHASES - p` is row `p` read
//! backwards.
//!
//! The window and [`TAPS`] are chosen so that the stop-band begins at half the lower rate, 75 dB down, and the
//! pass-band ends at 0.425 of it: 3.4 kHz at 8 kHz, where the telephone band ends (ITU-T G.712). [`PHASES`] is a
//! multiple of 12, so that among 8, 16, 24, 32, 48 and 96 kHz every place lies on a row; twice as many rows would
//! take 2 dB off the greatest error of the others in `f32`, and less than 1 dB in fixed point.

/// Samples that a place is computed from.
pub(super) const TAPS: usize = 64;
/// Samples before a place, and behind it, that it is computed from.
pub(super) const HALF: usize = TAPS / 2;
/// Rows from one sample to the next.
pub(super) const PHASES: u32 = 48;
/// Rows in all, with the one that is the first, a sample later.
pub(super) const ROWS: usize = PHASES as usize + 1;

/// Where the filter is 6 dB down, in parts of the rate.
const CUTOFF: f64 = 0.463;
/// The Kaiser window's shape: 0.1102 (75 dB - 8.7).
const BETA: f64 = 7.31;

/// A place between samples, in rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The row at or before it, less than [`PHASES`].
    pub(super) row: usize,
    /// How far it lies towards the next row, in parts of 2³¹.
    pub(super) weight: u32,
}

/// The rows, each of which sums to 1, so that a constant stays what it is.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time, where a panic is an error of the build"
)]
pub(super) const fn design() -> [[f64; TAPS]; ROWS] {
    let mut rows = [[0.0; TAPS]; ROWS];
    let mut p = 0;
    while p < ROWS {
        let mut sum = 0.0;
        let mut tap = 0;
        while tap < TAPS {
            let t = tap as f64 - (HALF - 1) as f64 - p as f64 / PHASES as f64;
            rows[p][tap] = sinc(2.0 * CUTOFF * t) * kaiser(t / HALF as f64);
            sum += rows[p][tap];
            tap += 1;
        }
        while tap > 0 {
            tap -= 1;
            rows[p][tap] /= sum;
        }
        p += 1;
    }
    rows
}

/// sin(πx) / πx.
const fn sinc(x: f64) -> f64 {
    use core::f64::consts::PI;
    if x == 0.0 {
        return 1.0;
    }
    // To within half a turn of zero, where the series is short: sin π(n + r) = (-1)ⁿ sin πr.
    let turns = if x < 0.0 { x - 0.5 } else { x + 0.5 } as i32;
    let angle = PI * (x - turns as f64);
    let mut term = angle;
    let mut sine = 0.0;
    let mut n = 1.0;
    while n < 24.0 {
        sine += term;
        term *= -angle * angle / ((n + 1.0) * (n + 2.0));
        n += 2.0;
    }
    if turns % 2 != 0 {
        sine = -sine;
    }
    sine / (PI * x)
}

/// The Kaiser window at `x`, from -1 to 1 and nothing outside, up to a factor: I₀(β √(1 - x²)).
const fn kaiser(x: f64) -> f64 {
    let square = BETA * BETA * (1.0 - x * x) / 4.0;
    if square <= 0.0 {
        return 0.0;
    }
    // I₀(2√s) = Σ sᵏ / k!².
    let mut term = 1.0;
    let mut sum = 0.0;
    let mut k = 1.0;
    while k < 32.0 {
        sum += term;
        term *= square / (k * k);
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use core::f64::consts::PI;

    use super::*;

    #[test]
    fn the_series_are_the_functions() {
        for step in -4_000..=4_000 {
            let x = f64::from(step) / 128.0;
            let expected = if step == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
            assert!((sinc(x) - expected).abs() < 1e-14, "{x}: {} {expected}", sinc(x));
        }
        // I₀(7.31), by the integral (1/π) ∫ exp(7.31 cos θ) dθ from 0 to π.
        let steps = 10_000;
        let integral: f64 = (0..steps)
            .map(|step| (BETA * ((f64::from(step) + 0.5) * PI / f64::from(steps)).cos()).exp())
            .sum();
        assert!((kaiser(0.0) * f64::from(steps) / integral - 1.0).abs() < 1e-12);
        assert_eq!((kaiser(1.0), kaiser(-1.0), kaiser(1.1)), (0.0, 0.0, 0.0));
    }

    #[test]
    fn the_second_half_is_the_first_backwards() {
        let rows = design();
        for (row, mirrored) in rows.iter().zip(rows.iter().rev()) {
            for (tap, other) in row.iter().zip(mirrored.iter().rev()) {
                assert!((tap - other).abs() < 1e-14);
            }
        }
    }
}
