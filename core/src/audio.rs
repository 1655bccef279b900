//! Audio as it lay in the message, delimited at receive and judged when it is read; and the kit to work on it.
//!
//! All of the kit is usable alone, without a session, on the caller's memory.

mod arrivals;
#[cfg(feature = "wavix")]
mod base64;
mod drift;
mod g711;
mod l16;
mod level;
mod pacer;
mod payload;
mod playback;
mod resampler;
mod voice;

pub use arrivals::Arrivals;
pub use drift::Drift;
pub use g711::G711;
pub use l16::swap_l16;
pub use level::Level;
pub use pacer::Pacer;
pub use playback::{Echo, Estimate, Playback, Stopped};
pub use resampler::{Arithmetic, Fixed, Float, PcmResampler, Resampler};
pub use voice::{Speech, Voice};

use core::fmt;

use crate::error::AudioError;
use crate::text::Text;

#[cfg(feature = "wavix")]
use base64::Base64;
use payload::Payload;

/// A piece of a call's audio, of any length, borrowed from the message that brought it.
///
/// The bytes are the wire's encoding, as [`AudioFormat`](crate::AudioFormat) describes it. On Sinch they lie in
/// the message as they are; on Wavix they are base64, which is proven and decoded in one pass by
/// [`copy_to`](Self::copy_to). Audio is a byte stream: a piece may end in mid-sample, and joining is the work of
/// [`Framer`](crate::Framer).
///
/// ```
/// use voxwire::Audio;
///
/// let audio = Audio::raw(&[1, 0, 255, 127]);
/// let mut pcm = [0; 320];
/// assert_eq!(audio.copy_to(&mut pcm), Ok(&[1, 0, 255, 127][..]));
/// ```
#[derive(Clone, Copy)]
pub struct Audio<'m> {
    payload: Payload<'m>,
    track: Option<Track<'m>>,
    timestamp: Option<u64>,
    chunk: Option<u64>,
}

/// Whose voice it is, named from the platform's point of view (Wavix fact: `media.track`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Track<'m> {
    /// The remote party's voice.
    Inbound,
    /// What the platform plays to that party.
    Outbound,
    /// A name this crate does not know.
    Other(Text<'m>),
}

impl<'m> Audio<'m> {
    /// Audio from bytes of the wire's encoding.
    pub const fn raw(bytes: &'m [u8]) -> Self {
        Self { payload: Payload::Raw(bytes), track: None, timestamp: None, chunk: None }
    }

    /// Audio from base64, as another message brought it. Nothing is checked yet.
    #[cfg(feature = "wavix")]
    pub const fn base64(text: Text<'m>) -> Self {
        Self { payload: Payload::Base64(Base64(text)), track: None, timestamp: None, chunk: None }
    }

    /// The same audio on a track.
    #[must_use]
    pub const fn with_track(self, track: Track<'m>) -> Self {
        Self { track: Some(track), ..self }
    }

    /// The same audio with a timestamp.
    #[must_use]
    pub const fn with_timestamp(self, timestamp: u64) -> Self {
        Self { timestamp: Some(timestamp), ..self }
    }

    /// The same audio with a chunk number.
    #[must_use]
    pub const fn with_chunk(self, chunk: u64) -> Self {
        Self { chunk: Some(chunk), ..self }
    }

    /// The bytes without a copy, where the wire is raw.
    pub const fn as_raw(&self) -> Option<&'m [u8]> {
        match self.payload {
            Payload::Raw(bytes) => Some(bytes),
            #[cfg(feature = "wavix")]
            Payload::Base64(_) => None,
        }
    }

    /// The base64 text, where the wire is base64.
    #[cfg(feature = "wavix")]
    pub const fn as_base64(&self) -> Option<Text<'m>> {
        match self.payload {
            Payload::Raw(_) => None,
            Payload::Base64(base64) => Some(base64.0),
        }
    }

    /// Decoded length in bytes, told without decoding. Exact if the audio is valid.
    pub fn len(&self) -> usize {
        self.payload.len()
    }

    /// Whether there is no audio in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The track, where the wire names one.
    pub const fn track(&self) -> Option<Track<'m>> {
        self.track
    }

    /// The provider's own timestamp. Its unit is unclear on Wavix (milliseconds by the guide, samples by the
    /// example), so never compute time from it; count samples instead.
    pub const fn timestamp(&self) -> Option<u64> {
        self.timestamp
    }

    /// The provider's own number of this chunk.
    pub const fn chunk(&self) -> Option<u64> {
        self.chunk
    }

    /// Copies the audio to the start of `buf`, which must hold [`len`](Self::len) bytes; base64 is proven and
    /// decoded in the same pass.
    ///
    /// # Errors
    /// [`AudioError::BufferTooSmall`], or [`AudioError::Malformed`] where the payload is not base64.
    pub fn copy_to<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], AudioError> {
        let needed = self.len();
        let Some(out) = buf.get_mut(..needed) else {
            return Err(AudioError::BufferTooSmall { needed });
        };
        self.payload.copy_to(out)?;
        Ok(out)
    }

    /// Proves that the audio can be read, without reading it out: what a relay that passes base64 on as it came
    /// must call. [`Session::send`](crate::Session::send) does.
    ///
    /// # Errors
    /// [`AudioError::Malformed`] where the payload is not base64.
    pub fn validate(&self) -> Result<(), AudioError> {
        self.payload.validate()
    }
}

impl PartialEq for Audio<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.payload == other.payload
            && (self.track, self.timestamp, self.chunk) == (other.track, other.timestamp, other.chunk)
    }
}

impl fmt::Debug for Audio<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut audio = f.debug_struct("Audio");
        audio.field("bytes", &self.len());
        if let Some(track) = self.track {
            audio.field("track", &track);
        }
        if let Some(timestamp) = self.timestamp {
            audio.field("timestamp", &timestamp);
        }
        if let Some(chunk) = self.chunk {
            audio.field("chunk", &chunk);
        }
        audio.finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Audio<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut audio = serializer.serialize_struct("Audio", 4)?;
        audio.serialize_field("bytes", &self.len())?;
        audio.serialize_field("track", &self.track.map(|track| track.name()))?;
        audio.serialize_field("timestamp", &self.timestamp)?;
        audio.serialize_field("chunk", &self.chunk)?;
        audio.end()
    }
}

impl<'m> Track<'m> {
    /// The name on the wire.
    pub const fn name(&self) -> Text<'m> {
        match self {
            Self::Inbound => Text::new("inbound"),
            Self::Outbound => Text::new("outbound"),
            Self::Other(name) => *name,
        }
    }
}

impl<'m> From<Text<'m>> for Track<'m> {
    fn from(name: Text<'m>) -> Self {
        if name.eq_ignore_ascii_case("inbound") {
            Self::Inbound
        } else if name.eq_ignore_ascii_case("outbound") {
            Self::Outbound
        } else {
            Self::Other(name)
        }
    }
}
