//! To a higher rate: each output sample gathers the input samples around it.

use core::num::NonZero;

use super::arithmetic::Arithmetic;
use super::phase::Phase;
use super::prototype::HALF;
use super::window::Window;

/// The filter's state on the way up.
#[derive(Clone)]
pub(super) struct Up<A: Arithmetic> {
    /// The last samples of the input.
    window: Window<A::Sample>,
    /// Where the next output sample lies between the two in the window's middle.
    phase: Phase,
    /// Samples to take in before the next can be given.
    wanted: usize,
}

impl<A: Arithmetic> Up<A> {
    /// Samples of silence behind the last that give out all that the stream still has to say.
    pub(super) const TAIL: usize = HALF;

    pub(super) fn new(from: NonZero<u32>, to: NonZero<u32>) -> Self {
        Self { window: Window::new(), phase: Phase::new(from, to), wanted: HALF.saturating_add(1) }
    }

    pub(super) fn take(&mut self, input: &mut &[i16], output: &mut [i16]) -> usize {
        let mut written: usize = 0;
        for place in output {
            while self.wanted > 0 {
                let Some(sample) = input.split_off_first() else { return written };
                self.window.slide(A::sample(*sample));
                self.wanted = self.wanted.wrapping_sub(1);
            }
            let Some(window) = self.window.values() else { return written };
            *place = A::gather(window, self.phase.place());
            self.wanted = usize::from(self.phase.advance());
            written = written.wrapping_add(1);
        }
        written
    }

    /// Puts silence behind the stream, `tail` samples of it, and counts them down.
    pub(super) fn finish(&mut self, tail: &mut usize, output: &mut [i16]) -> usize {
        let silence = [0; HALF];
        let mut silence = silence.get(..*tail).unwrap_or_default();
        let written = self.take(&mut silence, output);
        *tail = silence.len();
        written
    }
}
