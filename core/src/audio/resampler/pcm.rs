//! The resampler over bytes.

use super::{Arithmetic, Resampler};
use crate::copy::copy;

/// A [`Resampler`] over bytes of PCM16 in little-endian order, as a call's audio has them. A piece may end in the
/// middle of a sample.
///
/// ```
/// use voxwire::audio::{PcmResampler, Resampler};
///
/// let mut same = PcmResampler::new(Resampler::fixed(8_000, 8_000).unwrap());
/// let mut out = [0; 8];
/// let mut piece = &[1, 2, 3][..];
/// assert_eq!(same.next(&mut piece, &mut out), 2);
/// assert_eq!(same.next(&mut &[4][..], &mut out), 2);
/// assert_eq!(out[..2], [3, 4]);
/// ```
#[derive(Clone, Debug)]
pub struct PcmResampler<A: Arithmetic> {
    resampler: Resampler<A>,
    /// The first byte of a sample whose second is still to come.
    half: Option<u8>,
}

/// Samples that are decoded at a time.
const BLOCK: usize = 64;

impl<A: Arithmetic> PcmResampler<A> {
    /// `resampler`, over bytes.
    pub const fn new(resampler: Resampler<A>) -> Self {
        Self { resampler, half: None }
    }

    /// Takes in bytes of `input`, which moves on past them, and writes what comes of them to `output`, in whole
    /// samples. Gives how many bytes it wrote: as many as fit, and 0 when `input` has been used up.
    pub fn next(&mut self, input: &mut &[u8], output: &mut [u8]) -> usize {
        let is_same = self.resampler.input_rate() == self.resampler.output_rate();
        let written = if is_same { self.pass(input, output) } else { self.convert(input, output) };
        if self.half.is_none()
            && let [byte] = **input
        {
            self.half = Some(byte);
            *input = &[];
        }
        written
    }

    /// Ends the stream, as [`Resampler::finish`], and gives how many bytes it wrote. Half a sample is dropped.
    pub fn finish(&mut self, output: &mut [u8]) -> usize {
        self.half = None;
        let (mut places, _) = output.as_chunks_mut();
        let mut written: usize = 0;
        loop {
            let made = self.give(&mut places, Resampler::finish);
            if made == 0 {
                return written;
            }
            written = written.saturating_add(made.saturating_mul(2));
        }
    }

    /// Forgets what it has taken in, as a barge-in does.
    pub fn clear(&mut self) {
        self.half = None;
        self.resampler.clear();
    }

    /// The resampler, for its rates and its delay.
    pub const fn resampler(&self) -> &Resampler<A> {
        &self.resampler
    }

    /// The bytes as they are, in whole samples.
    fn pass(&mut self, input: &mut &[u8], output: &mut [u8]) -> usize {
        let (samples, _) = output.as_chunks_mut::<2>();
        let places = samples.as_flattened_mut();
        let held = usize::from(self.half.is_some());
        let whole = held.saturating_add(input.len()) & !1;
        let written = whole.min(places.len());
        if written == 0 {
            return 0;
        }
        let (taken, rest) = input.split_at_checked(written.saturating_sub(held)).unwrap_or_default();
        *input = rest;
        match (self.half.take(), places) {
            (Some(low), [place, places @ ..]) => {
                *place = low;
                copy(taken, places);
            }
            (_, places) => copy(taken, places),
        }
        written
    }

    fn convert(&mut self, input: &mut &[u8], output: &mut [u8]) -> usize {
        let (mut places, _) = output.as_chunks_mut();
        let mut written: usize = 0;
        loop {
            let mut block = [0; BLOCK];
            let decoded = decode(self.half, input, &mut block);
            let mut samples = decoded;
            let made = self.give(&mut places, |resampler, out| resampler.next(&mut samples, out));
            let taken = decoded.len().saturating_sub(samples.len());
            if taken > 0 {
                let held = usize::from(self.half.take().is_some());
                *input = input.get(taken.saturating_mul(2).saturating_sub(held)..).unwrap_or_default();
            }
            written = written.saturating_add(made.saturating_mul(2));
            if taken == 0 && made == 0 {
                return written;
            }
        }
    }

    /// Writes what `make` makes to the first of `places`, which move on past it, and gives how many samples it was.
    fn give(
        &mut self,
        places: &mut &mut [[u8; 2]],
        make: impl FnOnce(&mut Resampler<A>, &mut [i16]) -> usize,
    ) -> usize {
        let mut block = [0; BLOCK];
        let room = block.get_mut(..places.len().min(BLOCK)).unwrap_or_default();
        let made = make(&mut self.resampler, room);
        let made = places.split_off_mut(..made).into_iter().flatten().zip(block);
        made.map(|(place, sample)| *place = i16::to_le_bytes(sample)).count()
    }
}

/// The samples of `half` and `input` that fit into `block`.
fn decode<'b>(half: Option<u8>, input: &[u8], block: &'b mut [i16; BLOCK]) -> &'b [i16] {
    let mut bytes = half.into_iter().chain(input.iter().copied());
    let mut len: usize = 0;
    for place in block.iter_mut() {
        let (Some(low), Some(high)) = (bytes.next(), bytes.next()) else { break };
        *place = i16::from_le_bytes([low, high]);
        len = len.saturating_add(1);
    }
    block.get(..len).unwrap_or_default()
}
