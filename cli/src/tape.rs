//! Audio taken out of messages, and kept.

use core::cell::Cell;
use core::mem;

use voxwire::{Audio, AudioError};

use crate::exit::Failure;

/// Keeps the audio of one end of a call.
pub(crate) trait Tape: Send {
    /// This end has heard audio.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn heard(&mut self, pcm: &[u8]) -> Result<(), Failure>;

    /// This end has said audio.
    fn said(&mut self, pcm: &[u8]);
}

thread_local! {
    static MEMORY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Memory for one piece of audio, which all calls of a thread share, so that it stays in the processor's cache.
pub(crate) struct Memory(Vec<u8>);

impl Memory {
    /// That of this thread, or if it is lent already some that is new.
    pub(crate) fn lent() -> Self {
        Self(MEMORY.take())
    }

    /// The bytes of a piece of audio, decoded to here where they came encoded.
    pub(crate) fn pcm<'a>(&'a mut self, audio: Audio<'a>) -> Result<&'a [u8], AudioError> {
        if let Some(raw) = audio.as_raw() {
            return Ok(raw);
        }
        self.0.resize(audio.len(), 0);
        audio.copy_to(&mut self.0)
    }

    /// These pieces, one behind the other.
    pub(crate) fn concat(&mut self, pieces: &[&[u8]]) -> &[u8] {
        self.0.clear();
        pieces.iter().for_each(|piece| self.0.extend_from_slice(piece));
        &self.0
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        MEMORY.set(mem::take(&mut self.0));
    }
}

/// Samples up to this value count as silence: one per cent of the loudest.
const SILENCE: u16 = 328;

/// Whether nobody speaks. Half a sample at the end is not looked at.
pub(crate) fn is_silence(pcm: &[u8]) -> bool {
    pcm.as_chunks::<2>().0.iter().all(|&sample| i16::from_le_bytes(sample).unsigned_abs() <= SILENCE)
}
