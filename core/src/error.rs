//! Errors, sorted by who is at fault.

use core::fmt;

/// The peer sent something that cannot be read, or that may not be said now.
///
/// It changes nothing: the session goes on as if the message had not come, and whether to hang up is the
/// caller's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The text breaks a rule of JSON or of the dialect.
    Malformed {
        /// What was wrong.
        what: &'static str,
        /// Where, in bytes from the start of the message.
        at: usize,
    },
    /// The message crosses a bound.
    Limit {
        /// Which bound.
        bound: Bound,
        /// Where, in bytes from the start of the message.
        at: usize,
    },
    /// A word of the dialect at a moment when it makes no sense: a second `connect`, say.
    Unexpected {
        /// The word.
        word: &'static str,
    },
}

/// A wish that cannot be put on the wire. It changes nothing: neither the session nor what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The call is not in a phase in which this may be said: audio before the answer, say.
    WrongPhase,
    /// The dialect has no words for it: a mark on Sinch, say.
    Unsupported,
    /// The stream only listens: a Wavix stream of type `oneway` takes no audio.
    Oneway,
    /// The call is over.
    Closed,
    /// What is to be said crosses a bound.
    Limit {
        /// Which bound.
        bound: Bound,
    },
    /// A close code that may not travel, or a reason that is too long ([`Close::is_sendable`](crate::Close)).
    InvalidClose,
    /// Audio relayed as it came turns out not to be base64.
    BadAudio(AudioError),
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// Bytes that the message takes.
        needed: usize,
    },
}

/// Audio that cannot be read out or converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudioError {
    /// The payload is not base64.
    Malformed {
        /// Where, in characters of the payload.
        at: usize,
    },
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// Bytes that the audio takes.
        needed: usize,
    },
    /// The length is not that of whole samples.
    PartSample,
    /// A rate that cannot be brought to that of the call: 0, or too far from it
    /// ([`Resampler::fixed`](crate::audio::Resampler::fixed)).
    Rate {
        /// In Hz.
        rate: u32,
    },
}

/// What is bounded. Each says where its value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// A word, so that errors have no padding, which would be copied byte by byte.
#[repr(u32)]
#[non_exhaustive]
pub enum Bound {
    /// Length of a message of any kind: [`Config::max_message`](crate::Config::max_message), in bytes.
    Message,
    /// Length of a message that an [`Outbox`](crate::Outbox) can hold at all: that of its memory, less
    /// [`RESERVE`](crate::Outbox::RESERVE) and [`OVERHEAD`](crate::Outbox::OVERHEAD).
    Queue,
    /// Length of a text that carries no audio: [`Config::max_text`](crate::Config::max_text), in bytes.
    Text,
    /// Objects and arrays inside one another: [`MAX_NESTING`](crate::MAX_NESTING).
    Nesting,
    /// Headers of a call: [`MAX_HEADERS`](crate::MAX_HEADERS).
    Headers,
    /// Length of an id that the session must remember: [`MAX_IDENTIFIER`](crate::MAX_IDENTIFIER), in bytes.
    Identifier,
    /// Length of the body of a callback: `callback::MAX_BODY`, in bytes.
    Body,
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, at } => write!(f, "malformed message: {what} at byte {at}"),
            Self::Limit { bound, at } => write!(f, "{bound} exceeded at byte {at}"),
            Self::Unexpected { word } => write!(f, "unexpected {word} in this phase of the call"),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongPhase => f.write_str("not in this phase of the call"),
            Self::Unsupported => f.write_str("the dialect has no words for it"),
            Self::Oneway => f.write_str("the stream only listens"),
            Self::Closed => f.write_str("the call is over"),
            Self::Limit { bound } => write!(f, "{bound} exceeded"),
            Self::InvalidClose => f.write_str("close code or reason that may not be sent"),
            Self::BadAudio(error) => write!(f, "relayed audio: {error}"),
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
        }
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { at } => write!(f, "not base64 at character {at}"),
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
            Self::PartSample => f.write_str("not a whole number of samples"),
            Self::Rate { rate } => write!(f, "{rate} Hz cannot be brought to the rate of the call"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message => "message length",
            Self::Queue => "length that the outgoing queue holds",
            Self::Text => "control text length",
            Self::Nesting => "nesting depth",
            Self::Headers => "number of headers",
            Self::Identifier => "identifier length",
            Self::Body => "body length",
        })
    }
}

impl core::error::Error for ReceiveError {}

impl core::error::Error for AudioError {}

impl core::error::Error for SendError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::BadAudio(error) => Some(error),
            _ => None,
        }
    }
}
