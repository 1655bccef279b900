//! Any chunk sizes in, exact frames out.

use crate::copy::copy;
use core::time::Duration;

use crate::error::AudioError;
use crate::format::AudioFormat;

/// Cuts a stream of audio into frames of one length.
///
/// The caller's memory is one frame long and holds the remainder between chunks; its length is the length of a
/// frame. It is lent or owned: `&mut [u8]`, `[u8; 640]`, `Box<[u8]>`. A frame that lies whole in a chunk is lent from the
/// chunk, without a copy.
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
pub struct Framer<B> {
    memory: B,
    /// The most of it that a frame takes, in bytes.
    limit: usize,
    held: usize,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Framer<B> {
    /// A framer whose frames are as long as `memory`.
    pub const fn new(memory: B) -> Self {
        Self { memory, limit: usize::MAX, held: 0 }
    }

    /// A framer whose frames last `duration`, on the start of `memory`.
    ///
    /// ```
    /// use core::time::Duration;
    /// use voxwire::{AudioError, AudioFormat, Framer};
    ///
    /// let cd = AudioFormat::pcm16(44_100).unwrap();
    /// let framer = Framer::lasting(Duration::from_millis(10), cd, [0; 1024])?;
    /// assert_eq!(framer.frame_len(), 882);
    /// // One millisecond would be 44.1 samples.
    /// let framer = Framer::lasting(Duration::from_millis(1), cd, [0; 1024]);
    /// assert_eq!(framer.unwrap_err(), AudioError::PartSample);
    /// # Ok::<(), AudioError>(())
    /// ```
    ///
    /// # Errors
    /// [`AudioError::PartSample`] where `duration` is not a whole number of samples of `format`, or none;
    /// [`AudioError::BufferTooSmall`] where `memory` is shorter than a frame.
    pub fn lasting(duration: Duration, format: AudioFormat, memory: B) -> Result<Self, AudioError> {
        let needed = format.bytes_in(duration).filter(|bytes| *bytes > 0).ok_or(AudioError::PartSample)?;
        if memory.as_ref().len() < needed {
            return Err(AudioError::BufferTooSmall { needed });
        }
        Ok(Self { limit: needed, ..Self::new(memory) })
    }

    /// Length of a frame, in bytes.
    pub fn frame_len(&self) -> usize {
        self.memory.as_ref().len().min(self.limit)
    }

    /// The next whole frame of what came before and `chunk`, which moves on past what was taken. `None` when
    /// `chunk` has been used up; what is left of it is carried.
    pub fn next<'f, 'c: 'f>(&'f mut self, chunk: &mut &'c [u8]) -> Option<&'f [u8]> {
        let frame_len = self.frame_len();
        if frame_len == 0 {
            return None;
        }
        if self.held == 0
            && let Some((whole, rest)) = chunk.split_at_checked(frame_len)
        {
            *chunk = rest;
            return Some(whole);
        }
        let room = self.room();
        let (taken, rest) = chunk.split_at(room.len().min(chunk.len()));
        copy(taken, room);
        *chunk = rest;
        self.fill(taken.len());
        if !self.is_whole() {
            return None;
        }
        self.held = 0;
        self.memory.as_ref().get(..frame_len)
    }

    /// The bytes carried, fewer than a frame.
    pub fn remainder(&self) -> &[u8] {
        self.memory.as_ref().get(..self.held).unwrap_or_default()
    }

    /// Ends the stream: the last frame, filled up with `silence`, if anything was carried. For PCM, silence is 0; for
    /// G.711 it is the [code](crate::audio::G711::encode) of 0.
    pub fn finish(&mut self, silence: u8) -> Option<&[u8]> {
        self.pad(silence);
        self.finish_short()
    }

    /// Ends the stream where a short last frame is welcome: what was carried, as it is, if anything.
    pub fn finish_short(&mut self) -> Option<&[u8]> {
        let held = core::mem::take(&mut self.held);
        if held == 0 { None } else { self.memory.as_ref().get(..held) }
    }

    /// Forgets what is carried, as a barge-in does.
    pub const fn clear(&mut self) {
        self.held = 0;
    }

    /// Where what a frame lacks belongs.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        let (held, frame_len) = (self.held, self.frame_len());
        self.memory.as_mut().get_mut(held..frame_len).unwrap_or_default()
    }

    /// So much of the [room](Self::room) has been filled: it is carried, be it the whole frame.
    pub(crate) fn fill(&mut self, bytes: usize) {
        self.held = self.held.saturating_add(bytes).min(self.frame_len());
    }

    /// Fills up what is carried, if anything is.
    pub(crate) fn pad(&mut self, silence: u8) {
        if self.held > 0 {
            self.room().fill(silence);
            self.fill(usize::MAX);
        }
    }

    /// Whether what is carried is a frame.
    pub(crate) fn is_whole(&self) -> bool {
        self.held > 0 && self.held == self.frame_len()
    }
}
