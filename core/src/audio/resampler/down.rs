//! To a lower rate: each input sample is scattered over the output samples around it.

use core::num::NonZero;

use super::arithmetic::Arithmetic;
use super::phase::Phase;
use super::prototype::HALF;
use super::window::Window;

/// The filter's state on the way down.
#[derive(Clone)]
pub(super) struct Down<A: Arithmetic> {
    /// The next samples of the output, as sums to which input may still come.
    window: Window<A::Sum>,
    /// Where the next input sample lies between the two in the window's middle.
    phase: Phase,
    /// What a sum must be multiplied by, for more than one input sample falls on each.
    gain: A::Gain,
    /// Sums to drop, which lie before the stream.
    early: usize,
}

impl<A: Arithmetic> Down<A> {
    pub(super) fn new(from: NonZero<u32>, to: NonZero<u32>) -> Self {
        let early = HALF.saturating_sub(1);
        Self { window: Window::new(), phase: Phase::new(to, from), gain: A::gain(to, from), early }
    }

    pub(super) fn take(&mut self, input: &mut &[i16], output: &mut [i16]) -> usize {
        let mut places = output.iter_mut();
        let mut written: usize = 0;
        // Room comes first, lest a sample that completes a sum is taken in and the sum has nowhere to go.
        while places.len() > 0 {
            let Some(sample) = input.split_off_first() else { break };
            let Some(window) = self.window.values() else { break };
            A::scatter(window, self.phase.place(), *sample);
            if self.phase.advance()
                && let Some(sample) = self.complete()
                && let Some(place) = places.next()
            {
                *place = sample;
                written = written.wrapping_add(1);
            }
        }
        written
    }

    /// Sums under way that belong to the stream, if it ends here, and those that lie before it.
    pub(super) const fn tail(&self) -> usize {
        HALF.saturating_sub(if self.phase.is_on_sample() { 1 } else { 0 })
    }

    /// Gives out `tail` sums, and counts them down.
    pub(super) fn finish(&mut self, tail: &mut usize, output: &mut [i16]) -> usize {
        let mut places = output.iter_mut();
        let mut written: usize = 0;
        while *tail > 0 && places.len() > 0 {
            *tail = tail.wrapping_sub(1);
            if let Some(sample) = self.complete()
                && let Some(place) = places.next()
            {
                *place = sample;
                written = written.wrapping_add(1);
            }
        }
        written
    }

    /// The oldest sum, to which nothing more will come, unless it lies before the stream.
    fn complete(&mut self) -> Option<i16> {
        let sum = self.window.slide(A::Sum::default());
        if self.early > 0 {
            self.early = self.early.wrapping_sub(1);
            return None;
        }
        Some(A::settle(sum, self.gain))
    }
}
