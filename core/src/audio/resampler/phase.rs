//! Where one rate's samples lie between the other's, exactly.

use core::num::NonZero;

use super::prototype::{PHASES, Place};

/// A place that goes on by a fraction of a sample, in integers, so that it never drifts: the faster rate's samples
/// on the grid of the slower one.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    /// Whole rows since the last sample of the slower rate.
    row: u32,
    /// What is left over, in parts of `denominator`.
    rest: u32,
    step_rows: u32,
    step_rest: u32,
    denominator: u32,
    /// 2³¹ / `denominator`.
    inverse: u32,
}

impl Phase {
    /// A place that goes on by `slower / faster` of a sample at a time, at most one. Both are at most
    /// [`MAX_RATE`](super::MAX_RATE).
    pub(super) fn new(slower: NonZero<u32>, faster: NonZero<u32>) -> Self {
        let divisor = gcd(slower, faster);
        let rows = PHASES.saturating_mul(slower.get() / divisor);
        let denominator = NonZero::new(faster.get() / divisor).unwrap_or(NonZero::<u32>::MIN);
        Self {
            row: 0,
            rest: 0,
            step_rows: rows / denominator,
            step_rest: rows % denominator,
            denominator: denominator.get(),
            inverse: (1 << 31) / denominator,
        }
    }

    /// Where it is.
    pub(super) const fn place(&self) -> Place {
        Place { row: self.row as usize, weight: self.rest.wrapping_mul(self.inverse) }
    }

    /// Whether it lies exactly on a sample.
    pub(super) const fn is_on_sample(&self) -> bool {
        self.row == 0 && self.rest == 0
    }

    /// Goes on by a step, and tells whether that reached the next sample.
    pub(super) const fn advance(&mut self) -> bool {
        self.row = self.row.wrapping_add(self.step_rows);
        self.rest = self.rest.wrapping_add(self.step_rest);
        if self.rest >= self.denominator {
            self.rest = self.rest.wrapping_sub(self.denominator);
            self.row = self.row.wrapping_add(1);
        }
        let reached = self.row >= PHASES;
        if reached {
            self.row = self.row.wrapping_sub(PHASES);
        }
        reached
    }
}

fn gcd(a: NonZero<u32>, b: NonZero<u32>) -> NonZero<u32> {
    match NonZero::new(a.get() % b) {
        Some(rest) => gcd(b, rest),
        None => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn after_a_second_it_is_where_it_was() {
        let rates = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 11_025, 383_999];
        for (slower, faster) in rates.iter().flat_map(|a| rates.iter().map(move |b| (*a.min(b), *a.max(b)))) {
            let mut phase = Phase::new(NonZero::new(slower).unwrap(), NonZero::new(faster).unwrap());
            for _ in 0..2 {
                let reached = (0..faster).filter(|_| phase.advance()).count();
                assert!(phase.is_on_sample() && reached == slower as usize, "{slower} {faster}");
            }
        }
    }
}
