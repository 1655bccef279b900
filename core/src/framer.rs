//! Any chunk sizes in, exact frames out.

use crate::copy::copy;
use core::time::Duration;

use crate::error::AudioError;
use crate::format::AudioFormat;

/// Cuts a stream of audio into frames of one length.
///
/// The caller's memory is one frame long and holds the remainder between chunks; its length is the length of a
/// frame. A frame that lies whole in a chunk is lent from the chunk, without a copy.
///
/// ```
/// use voxwire::Framer;
///
/// let mut memory = [0; 4];
/// let mut framer = Framer::new(&mut memory);
///
/// let mut chunk = &[1, 2, 3, 4, 5, 6][..];
/// assert_eq!(framer.next(&mut chunk), Some(&[1, 2, 3, 4][..]));
/// assert_eq!(framer.next(&mut chunk), None); // 5 and 6 are carried
///
/// let mut chunk = &[7, 8, 9][..];
/// assert_eq!(framer.next(&mut chunk), Some(&[5, 6, 7, 8][..]));
/// assert_eq!(framer.next(&mut chunk), None);
/// assert_eq!(framer.finish(0), Some(&[9, 0, 0, 0][..]));
/// ```
#[derive(Debug)]
pub struct Framer<'b> {
    frame: &'b mut [u8],
    held: usize,
}

impl<'b> Framer<'b> {
    /// A framer whose frames are as long as `frame`, its memory.
    pub const fn new(frame: &'b mut [u8]) -> Self {
        Self { frame, held: 0 }
    }

    /// A framer whose frames last `duration`, on the start of `memory`.
    ///
    /// ```
    /// use core::time::Duration;
    /// use voxwire::{AudioError, AudioFormat, Framer};
    ///
    /// let cd = AudioFormat::pcm16(44_100).unwrap();
    /// let mut memory = [0; 1024];
    /// let framer = Framer::lasting(Duration::from_millis(10), cd, &mut memory)?;
    /// assert_eq!(framer.frame_len(), 882);
    /// // One millisecond would be 44.1 samples.
    /// let framer = Framer::lasting(Duration::from_millis(1), cd, &mut memory);
    /// assert_eq!(framer.unwrap_err(), AudioError::PartSample);
    /// # Ok::<(), AudioError>(())
    /// ```
    ///
    /// # Errors
    /// [`AudioError::PartSample`] where `duration` is not a whole number of samples of `format`, or none;
    /// [`AudioError::BufferTooSmall`] where `memory` is shorter than a frame.
    pub fn lasting(
        duration: Duration,
        format: AudioFormat,
        memory: &'b mut [u8],
    ) -> Result<Self, AudioError> {
        let needed = format.bytes_in(duration).filter(|bytes| *bytes > 0).ok_or(AudioError::PartSample)?;
        let frame = memory.get_mut(..needed).ok_or(AudioError::BufferTooSmall { needed })?;
        Ok(Self::new(frame))
    }

    /// Length of a frame, in bytes.
    pub const fn frame_len(&self) -> usize {
        self.frame.len()
    }

    /// The next whole frame of what came before and `chunk`, which moves on past what was taken. `None` when
    /// `chunk` has been used up; what is left of it is carried.
    pub fn next<'f, 'c: 'f>(&'f mut self, chunk: &mut &'c [u8]) -> Option<&'f [u8]> {
        if self.frame.is_empty() {
            return None;
        }
        if self.held == 0
            && let Some((whole, rest)) = chunk.split_at_checked(self.frame.len())
        {
            *chunk = rest;
            return Some(whole);
        }
        let missing = self.frame.get_mut(self.held..)?;
        let (taken, rest) = chunk.split_at(missing.len().min(chunk.len()));
        copy(taken, missing);
        *chunk = rest;
        self.held = self.held.saturating_add(taken.len());
        if self.held < self.frame.len() {
            return None;
        }
        self.held = 0;
        Some(self.frame)
    }

    /// The bytes carried, fewer than a frame.
    pub fn remainder(&self) -> &[u8] {
        self.frame.get(..self.held).unwrap_or_default()
    }

    /// Ends the stream: the last frame, filled up with `silence`, if anything was carried. For PCM, silence is 0; for
    /// G.711 it is the [code](crate::audio::G711::encode) of 0.
    pub fn finish(&mut self, silence: u8) -> Option<&[u8]> {
        let held = core::mem::take(&mut self.held);
        if held == 0 {
            return None;
        }
        self.frame.get_mut(held..)?.fill(silence);
        Some(self.frame)
    }

    /// Ends the stream where a short last frame is welcome: what was carried, as it is, if anything.
    pub fn finish_short(&mut self) -> Option<&[u8]> {
        let held = core::mem::take(&mut self.held);
        if held == 0 { None } else { self.frame.get(..held) }
    }

    /// Forgets what is carried, as a barge-in does.
    pub const fn clear(&mut self) {
        self.held = 0;
    }
}
