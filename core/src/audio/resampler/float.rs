//! `f32`, for machines that multiply several of them at a time.

use core::num::NonZero;

use super::Float;
use super::arithmetic::Kernel;
use super::prototype::{Place, ROWS, TAPS, design};

static TABLE: [[f32; TAPS]; ROWS] = narrow(&design());

/// Sums that are kept side by side, so that the compiler may fill the lanes of a vector with them.
const LANES: usize = 16;

impl Kernel for Float {
    type Sample = f32;
    type Sum = f32;
    type Gain = f32;

    fn sample(sample: i16) -> f32 {
        f32::from(sample)
    }

    fn gain(slower: NonZero<u32>, faster: NonZero<u32>) -> f32 {
        // Both are less than 2²⁴, so they are exact.
        slower.get() as f32 / faster.get() as f32
    }

    fn gather(window: &[f32; TAPS], place: Place) -> i16 {
        let (before, after) = rows(place);
        let mut sums = products(window, before);
        if place.weight != 0 {
            let weight = weight(place);
            for (sum, after) in sums.iter_mut().zip(products(window, after)) {
                *sum += weight * (after - *sum);
            }
        }
        round(total(sums))
    }

    fn scatter(window: &mut [f32; TAPS], place: Place, sample: i16) {
        let (before, after) = rows(place);
        let sample = f32::from(sample);
        if place.weight == 0 {
            for (sum, tap) in window.iter_mut().zip(before) {
                *sum += sample * tap;
            }
        } else {
            let far = sample * weight(place);
            let near = sample - far;
            for ((sum, before), after) in window.iter_mut().zip(before).zip(after) {
                *sum += near * before + far * after;
            }
        }
    }

    fn settle(sum: f32, gain: f32) -> i16 {
        round(sum * gain)
    }
}

/// The rows before and behind `place`.
fn rows(place: Place) -> (&'static [f32; TAPS], &'static [f32; TAPS]) {
    let row = |row: usize| TABLE.get(row).unwrap_or(&TABLE[0]);
    (row(place.row), row(place.row.wrapping_add(1)))
}

/// How far `place` lies from the row before it to the one behind it.
fn weight(place: Place) -> f32 {
    place.weight as f32 * (1.0 / (1_u32 << 31) as f32)
}

/// The sums of all products, in lanes.
#[inline]
fn products(window: &[f32; TAPS], row: &[f32; TAPS]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    let (window, _) = window.as_chunks::<LANES>();
    let (row, _) = row.as_chunks::<LANES>();
    for (window, row) in window.iter().zip(row) {
        for ((sum, sample), tap) in sums.iter_mut().zip(window).zip(row) {
            *sum += sample * tap;
        }
    }
    sums
}

/// The sum of all lanes, in a tree, for a float sum is made in the order that it is written in.
fn total(lanes: [f32; LANES]) -> f32 {
    let (quarters, _) = lanes.as_chunks();
    let add = |[a, b, c, d]: [f32; 4], [e, f, g, h]: &[f32; 4]| [a + e, b + f, c + g, d + h];
    let [a, b, c, d] = quarters.iter().fold([0.0; 4], add);
    (a + b) + (c + d)
}

/// The nearest sample; `as` saturates.
fn round(value: f32) -> i16 {
    (value + 0.5_f32.copysign(value)) as i16
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time, where a panic is an error of the build"
)]
const fn narrow(rows: &[[f64; TAPS]; ROWS]) -> [[f32; TAPS]; ROWS] {
    let mut table = [[0.0; TAPS]; ROWS];
    let mut p = 0;
    while p < ROWS {
        let mut tap = 0;
        while tap < TAPS {
            table[p][tap] = rows[p][tap] as f32;
            tap += 1;
        }
        p += 1;
    }
    table
}
