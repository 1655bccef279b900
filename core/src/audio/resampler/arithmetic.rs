//! What fixed point and `f32` have in common.

use core::fmt;
use core::num::NonZero;

use super::prototype::{Place, TAPS};

/// How a [`Resampler`](super::Resampler) computes: [`Fixed`](super::Fixed) or [`Float`](super::Float).
#[expect(private_bounds, reason = "how to compute is this crate's own")]
pub trait Arithmetic: Kernel {}

impl<K: Kernel> Arithmetic for K {}

/// The innermost loops, and the numbers that they run on.
pub(super) trait Kernel {
    /// A sample as it waits in the history.
    type Sample: Copy + Default + fmt::Debug;
    /// A sum under way.
    type Sum: Copy + Default + fmt::Debug;
    /// The ratio of two rates.
    type Gain: Copy + fmt::Debug;

    /// A sample, to be kept.
    fn sample(sample: i16) -> Self::Sample;

    /// The ratio `slower / faster`, less than 1.
    fn gain(slower: NonZero<u32>, faster: NonZero<u32>) -> Self::Gain;

    /// The stream's value at `place`, of the samples around it.
    fn gather(window: &[Self::Sample; TAPS], place: Place) -> i16;

    /// Adds `sample`, which lies at `place`, to the sums around it.
    fn scatter(window: &mut [Self::Sum; TAPS], place: Place, sample: i16);

    /// A sum that is complete, as a sample.
    fn settle(sum: Self::Sum, gain: Self::Gain) -> i16;
}
