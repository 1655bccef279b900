//! Audio at another sample rate.

use core::fmt;
use core::num::NonZero;

mod arithmetic;
mod down;
mod fixed;
mod float;
mod pcm;
mod phase;
mod prototype;
mod up;
mod window;

pub use arithmetic::Arithmetic;
pub use pcm::PcmResampler;

use down::Down;
use prototype::HALF;
use up::Up;

/// Brings a stream of PCM16, mono, from one sample rate to another.
///
/// However the stream is cut into pieces, what comes out is the same to the bit, and aligned with what went in:
/// output sample `m` is the sound at input sample `m × from / to`. Nothing drifts, for the place is kept in integers:
/// of `n` samples come, once [`finish`](Self::finish) has given the last of them, exactly ⌈`n × to / from`⌉.
///
/// ```
/// use voxwire::audio::Resampler;
///
/// let mut resampler = Resampler::fixed(8_000, 16_000).unwrap();
/// let mut wide = [0; 64];
/// let mut samples = 0;
/// for mut piece in [[1_000; 30], [1_000; 30]].iter().map(|piece| &piece[..]) {
///     loop {
///         let made = resampler.next(&mut piece, &mut wide);
///         if made == 0 {
///             break;
///         }
///         samples += made;
///     }
/// }
/// assert_eq!(samples, 2 * (60 - resampler.input_delay()));
/// assert_eq!(resampler.finish(&mut wide), 64);
/// assert_eq!(resampler.finish(&mut wide), 0);
/// ```
///
/// # How
///
/// One prototype low-pass filter serves every ratio, at the lower of the two rates. Going up, an output sample
/// gathers the 64 input samples around it. Going down, an input sample is scattered over the 64 output samples around
/// it (the transposed form), so the filter stretches with the ratio while memory and table do not. Between two rows
/// of the table one interpolates; among 8, 16, 24, 32, 48 and 96 kHz every place lies on a row, and the work is half.
///
/// A resampler is at most 592 bytes, whatever its rates. The filter takes 3,200 bytes of flash in [`Fixed`]
/// (25 × 64 × 2, for half of the symmetric rows is not stored) and 12,544 in [`Float`] (49 × 64 × 4).
///
/// # Two arithmetics
///
/// [`Fixed`] multiplies 16-bit integers into 32-bit sums, for machines without a float unit; [`Float`] computes in
/// `f32`, for hosts with a vector unit. Both take and give 16-bit samples, and saturate where a peak
/// exceeds them.
///
/// # Quality
///
/// The worst of all pairs of 8, 16, 22.05, 24, 32, 44.1, 48 and 96 kHz, for tones near full scale, as
/// `cargo test -p voxwire-tests --test resampler quality` measures it. The pass-band ends at 0.425 of the lower rate,
/// the stop-band begins at half of it.
///
/// | | `Fixed` | `Float` |
/// |---|---|---|
/// | 1 kHz to all else, at least | 75 dB | 82 dB |
/// | any tone of the pass-band to all else, at least | 76 dB | 77 dB |
/// | pass-band ripple, ± | 0.002 dB | 0.002 dB |
/// | aliases and images, at most | −72 dB | −74 dB |
/// | a constant is off by, of 32,768 | 6 | 3 |
#[derive(Clone)]
pub struct Resampler<A: Arithmetic> {
    from: NonZero<u32>,
    to: NonZero<u32>,
    filter: Filter<A>,
    /// What is still to be done for the stream's end, once it has come.
    tail: Option<usize>,
}

/// [`Resampler`] in fixed point.
#[derive(Clone, Copy, Debug)]
pub enum Fixed {}

/// [`Resampler`] in `f32`.
#[derive(Clone, Copy, Debug)]
pub enum Float {}

#[derive(Clone)]
enum Filter<A: Arithmetic> {
    Copy,
    Up(Up<A>),
    Down(Down<A>),
}

/// The highest rate, in Hz.
const MAX_RATE: u32 = 384_000;
/// How far apart two rates may be: what 32-bit sums hold in [`Fixed`].
const MAX_RATIO: u32 = 24;

impl Resampler<Fixed> {
    /// From one rate to another, in Hz, in fixed point. Its quality is stated for 8, 16, 22.05, 24, 32, 44.1, 48 and
    /// 96 kHz. `None` where a rate is 0 or above 384 kHz, or one more than 24 times the other.
    pub fn fixed(from: u32, to: u32) -> Option<Self> {
        Self::new(from, to)
    }
}

impl Resampler<Float> {
    /// From one rate to another, in Hz, in `f32`; as [`Resampler::fixed`].
    pub fn float(from: u32, to: u32) -> Option<Self> {
        Self::new(from, to)
    }
}

impl<A: Arithmetic> Resampler<A> {
    /// From one rate to another, in Hz; as [`Resampler::fixed`].
    pub fn new(from: u32, to: u32) -> Option<Self> {
        let (from, to) = (NonZero::new(from)?, NonZero::new(to)?);
        let (slower, faster) = (from.min(to).get(), from.max(to).get());
        if faster > MAX_RATE || faster > slower.saturating_mul(MAX_RATIO) {
            return None;
        }
        let filter = if from == to {
            Filter::Copy
        } else if from < to {
            Filter::Up(Up::new(from, to))
        } else {
            Filter::Down(Down::new(from, to))
        };
        Some(Self { from, to, filter, tail: None })
    }

    /// Takes in samples of `input`, which moves on past them, and writes what comes of them to `output`. Gives how
    /// many samples it wrote: as many as fit, and 0 when `input` has been used up. After
    /// [`finish`](Self::finish), a new stream begins.
    pub fn next(&mut self, input: &mut &[i16], output: &mut [i16]) -> usize {
        if self.tail.is_some() {
            self.clear();
        }
        self.take(input, output)
    }

    /// Ends the stream: writes to `output` as many as fit of the samples that were still to come, and gives how many.
    /// 0 when there are no more, and the resampler is as new.
    pub fn finish(&mut self, output: &mut [i16]) -> usize {
        let written = match &mut self.filter {
            Filter::Copy => 0,
            Filter::Up(up) => up.finish(self.tail.get_or_insert(Up::<A>::TAIL), output),
            Filter::Down(down) => down.finish(self.tail.get_or_insert(down.tail()), output),
        };
        if written < output.len() {
            self.clear();
        }
        written
    }

    /// Forgets what it has taken in, as a barge-in does.
    pub fn clear(&mut self) {
        if let Some(new) = Self::new(self.from.get(), self.to.get()) {
            *self = new;
        }
    }

    /// The rate of the input, in Hz.
    pub const fn input_rate(&self) -> u32 {
        self.from.get()
    }

    /// The rate of the output, in Hz.
    pub const fn output_rate(&self) -> u32 {
        self.to.get()
    }

    /// How far the output lags behind the input, in samples of the input, rounded up: 32 samples of the lower rate,
    /// or none where the rates are equal.
    pub const fn input_delay(&self) -> usize {
        self.delay(self.from)
    }

    /// How far the output lags behind the input, in samples of the output, rounded up.
    pub const fn output_delay(&self) -> usize {
        self.delay(self.to)
    }

    const fn delay(&self, rate: NonZero<u32>) -> usize {
        let lower = match self.filter {
            Filter::Copy => return 0,
            Filter::Up(_) => self.from,
            Filter::Down(_) => self.to,
        };
        (rate.get() as usize).saturating_mul(HALF).div_ceil(lower.get() as usize)
    }

    fn take(&mut self, input: &mut &[i16], output: &mut [i16]) -> usize {
        match &mut self.filter {
            Filter::Copy => {
                let split = input.split_at_checked(output.len());
                let (taken, rest) = split.unwrap_or((*input, &[]));
                output.iter_mut().zip(taken).for_each(|(place, sample)| *place = *sample);
                *input = rest;
                taken.len()
            }
            Filter::Up(up) => up.take(input, output),
            Filter::Down(down) => down.take(input, output),
        }
    }
}

impl<A: Arithmetic> fmt::Debug for Resampler<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resampler").field("from", &self.from).field("to", &self.to).finish_non_exhaustive()
    }
}
