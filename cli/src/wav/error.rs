//! Why a recording could not be read or written.

use std::io;

use thiserror::Error;

use super::kind::{Kind, Unreadable};
use super::riff::Fault;
use super::{MAX_BYTES, MAX_RATE};

/// One sentence about the file.
#[derive(Debug, Error)]
pub(crate) enum WavError {
    #[error("cannot read {name}: {cause}")]
    Read { name: String, cause: io::Error },
    #[error("cannot write {name}: {cause}")]
    Write { name: String, cause: io::Error },
    #[error("{name} is not a WAV file that voxwire can read: {reason}")]
    Malformed { name: String, reason: &'static str },
    #[error(
        "{name} is in an encoding that voxwire cannot read, number {number}; it reads integers, floating-point numbers, µ-law and A-law"
    )]
    Encoding { name: String, number: u16 },
    #[error(
        "{name} has {} samples of {} bytes; voxwire reads integers of 1 to 4, floating-point numbers of 4 or 8, and µ-law and A-law of 1",
        kind.samples(),
        kind.sample_bytes()
    )]
    Samples { name: String, kind: Kind },
    #[error("{name} has a sample rate of {rate} Hz; voxwire needs 1 to {MAX_RATE} Hz")]
    Rate { name: String, rate: u32 },
    #[error("{name} has a sample rate of {from} Hz, too far from the {to} Hz of the call to be converted")]
    TooFar { name: String, from: u32, to: u32 },
    #[error("{name} does not say how long it is; write it to a file, not to a pipe")]
    Endless { name: String },
    #[error(
        "{name} makes {bytes} bytes of audio at {rate} Hz, 16 bits, mono; voxwire takes at most {MAX_BYTES}"
    )]
    TooLong { name: String, bytes: u64, rate: u32 },
    #[error("{name} is cut short: it holds {found} bytes of audio and announces {announced}")]
    CutShort { name: String, found: u64, announced: u32 },
    #[error("{name} has reached 4 GiB, the most a WAV file can hold")]
    Full { name: String },
}

impl WavError {
    /// Why a file cannot be read up to its samples.
    pub(super) fn unopened(name: String, fault: Fault) -> Self {
        match fault {
            Fault::Read(cause) => Self::Read { name, cause },
            Fault::Malformed(reason) => Self::Malformed { name, reason },
            Fault::Endless => Self::Endless { name },
        }
    }

    /// Why its samples cannot be read.
    pub(super) fn unreadable(name: String, why: Unreadable) -> Self {
        match why {
            Unreadable::Malformed(reason) => Self::Malformed { name, reason },
            Unreadable::Encoding(number) => Self::Encoding { name, number },
            Unreadable::Bits(kind) => Self::Samples { name, kind },
        }
    }
}
