//! Audio taken out of messages, and kept.

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

/// The bytes of a piece of audio, decoded into `memory` where they came encoded.
pub(crate) fn pcm<'a>(audio: Audio<'a>, memory: &'a mut Vec<u8>) -> Result<&'a [u8], AudioError> {
    if let Some(raw) = audio.as_raw() {
        return Ok(raw);
    }
    memory.resize(audio.len(), 0);
    audio.copy_to(memory)
}

/// Samples up to this value count as silence: one per cent of the loudest.
const SILENCE: u16 = 328;

/// Whether nobody speaks. Half a sample at the end is not looked at.
pub(crate) fn is_silence(pcm: &[u8]) -> bool {
    pcm.as_chunks::<2>().0.iter().all(|&sample| i16::from_le_bytes(sample).unsigned_abs() <= SILENCE)
}
