//! WAV files: of any kind where they are read, of the one kind a call is made of where they are written.
//!
//! What is read is brought to the rate of the call, and it is said what has been done. What is written is never
//! converted: a recording that silently changed its rate would spoil every measurement made with it.
//!
//! Reading is done here, for `hound` knows neither G.711 nor floats of 64 bits, nor that a chunk of odd length is
//! followed by a pad byte; it writes.

mod error;
mod kind;
mod recorder;
mod recording;
mod riff;

pub(crate) use error::WavError;
pub(crate) use recorder::{Recorder, write};
pub(crate) use recording::Recording;

/// The most audio held in memory, in bytes: 1 GiB, six hours at 24 kHz.
const MAX_BYTES: u32 = 1 << 30;

/// The highest sample rate taken for real, in Hz.
const MAX_RATE: u32 = 384_000;
