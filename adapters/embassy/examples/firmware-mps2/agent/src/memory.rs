use core::fmt;

use voxwire::AudioFormat;

/// The longest message that is heard, in bytes, and with it the longest request that opens a call.
const INBOX: usize = 8 * 1024;

/// What may wait for the socket, in bytes: of usual frames, 250 ms on Sinch and 100 ms on Wavix.
const QUEUE: usize = 8 * 1024;

/// A frame at the highest rate there is, in bytes.
const FRAME: usize = AudioFormat::pcm16(96_000).expect("a documented rate").frame_bytes();

/// All the memory that one call takes. It serves one call after the other.
pub struct Memory {
    pub(crate) inbox: [u8; INBOX],
    pub(crate) queue: [u8; QUEUE],
    pub(crate) frames: Frames,
}

/// Where audio is made, and where what was heard is decoded.
pub(crate) struct Frames {
    pub(crate) said: [u8; FRAME],
    /// Never longer than the message it came in.
    pub(crate) heard: [u8; INBOX],
}

impl Memory {
    /// Memory for a call.
    pub const fn new() -> Self {
        Self { inbox: [0; _], queue: [0; _], frames: Frames { said: [0; _], heard: [0; _] } }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
