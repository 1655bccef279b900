//! Integers: 16-bit samples and coefficients, products summed in 32 bits, for machines without a float unit.

use core::num::NonZero;

use super::Fixed;
use super::arithmetic::Kernel;
use super::prototype::{HALF, PHASES, Place, ROWS, TAPS, design};

/// The prototype in parts of 2¹⁵. Each row sums to exactly 2¹⁵. The second half of the rows is not stored, for it is
/// the first, read backwards.
static TABLE: [[i16; TAPS]; STORED] = quantise(&design());

/// The rows that are stored.
const STORED: usize = PHASES as usize / 2 + 1;

/// Bits by which a product is cut before it is summed, so that the sums of the widest ratio hold in 32 bits.
const CUT: u32 = 5;

impl Kernel for Fixed {
    type Sample = i16;
    type Sum = i32;
    type Gain = i64;

    fn sample(sample: i16) -> i16 {
        sample
    }

    /// In parts of 2³¹.
    fn gain(slower: NonZero<u32>, faster: NonZero<u32>) -> i64 {
        let scaled = u64::from(slower.get()) << 31;
        (scaled / NonZero::<u64>::from(faster)) as i64
    }

    fn gather(window: &[i16; TAPS], place: Place) -> i16 {
        let (before, after, mirrored) = rows(place);
        let mut sum = dot(window, before, mirrored);
        if place.weight != 0 {
            let step = dot(window, after, mirrored).wrapping_sub(sum);
            sum = sum.wrapping_add(step.wrapping_mul(i64::from(place.weight >> 16)) >> 15);
        }
        round(sum, 15)
    }

    fn scatter(window: &mut [i32; TAPS], place: Place, sample: i16) {
        let (before, after, mirrored) = rows(place);
        if place.weight == 0 {
            add(window, before.iter().map(|tap| product(sample, *tap)), mirrored);
        } else {
            // Rounded, and parted so that the parts make the whole.
            let far = (product(sample, (place.weight >> 16) as i16).wrapping_add(1 << 14) >> 15) as i16;
            let near = sample.wrapping_sub(far);
            let taps = before.iter().zip(after);
            add(window, taps.map(|(a, b)| product(near, *a).wrapping_add(product(far, *b))), mirrored);
        }
    }

    fn settle(sum: i32, gain: i64) -> i16 {
        round(i64::from(sum).wrapping_mul(gain), 31 + 15 - CUT)
    }
}

/// The rows before and behind `place`, and whether both are to be read backwards.
fn rows(place: Place) -> (&'static [i16; TAPS], &'static [i16; TAPS], bool) {
    let row = |row: usize| TABLE.get(row).unwrap_or(&TABLE[0]);
    if place.row < PHASES as usize / 2 {
        (row(place.row), row(place.row.wrapping_add(1)), false)
    } else {
        let mirror = (PHASES as usize).wrapping_sub(place.row);
        (row(mirror), row(mirror.wrapping_sub(1)), true)
    }
}

/// The whole product of two 16-bit numbers.
fn product(a: i16, b: i16) -> i32 {
    i32::from(a).wrapping_mul(i32::from(b))
}

/// The sum of all products. Each half of it holds in 32 bits, as [`TABLE`]'s check says.
fn dot(window: &[i16; TAPS], row: &[i16; TAPS], mirrored: bool) -> i64 {
    fn half<'t>(window: &[i16], row: impl Iterator<Item = &'t i16>) -> i64 {
        i64::from(window.iter().zip(row).map(|(a, b)| product(*a, *b)).fold(0, i32::wrapping_add))
    }
    let (early, late) = window.split_at(HALF);
    let (first, second) = row.split_at(HALF);
    if mirrored {
        half(early, second.iter().rev()).wrapping_add(half(late, first.iter().rev()))
    } else {
        half(early, first.iter()).wrapping_add(half(late, second.iter()))
    }
}

/// Adds each product, cut, to its sum.
fn add(window: &mut [i32; TAPS], products: impl Iterator<Item = i32>, mirrored: bool) {
    let add = |(sum, product): (&mut i32, i32)| *sum = sum.wrapping_add(product >> CUT);
    if mirrored {
        window.iter_mut().rev().zip(products).for_each(add);
    } else {
        window.iter_mut().zip(products).for_each(add);
    }
}

/// `value` in parts of 2^`bits`, to the nearest sample.
fn round(value: i64, bits: u32) -> i16 {
    let nearest = value.wrapping_add(1 << bits.wrapping_sub(1)) >> bits;
    nearest.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// The rows in integers; what rounding leaves over goes to the greatest tap, where it weighs least.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time, where a panic is an error of the build"
)]
const fn quantise(rows: &[[f64; TAPS]; ROWS]) -> [[i16; TAPS]; STORED] {
    let mut table = [[0; TAPS]; STORED];
    let mut p = 0;
    while p < STORED {
        let mut rest = 1_i32 << 15;
        let mut halves = [0, 0];
        let mut tap = 0;
        while tap < TAPS {
            let scaled = rows[p][tap] * 32_768.0;
            let nearest = (scaled + 0.5 * scaled.signum()) as i16;
            table[p][tap] = nearest;
            rest -= nearest as i32;
            halves[tap / HALF] += nearest.unsigned_abs() as u32;
            tap += 1;
        }
        table[p][HALF - 1] += rest as i16;
        // With some room for `rest`: full-scale samples against a half, and the widest ratio against both, cut.
        assert!(halves[0] < 65_000 && halves[1] < 65_000);
        assert!(((halves[0] + halves[1]) * super::MAX_RATIO) >> CUT < 65_000);
        p += 1;
    }
    table
}
