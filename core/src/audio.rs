//! Audio as it lay in the message, delimited at receive and judged when it is read; and the kit to work on it.
//!
//! All of the kit is usable alone, without a session, on the caller's memory.

mod arrivals;
mod drift;
mod g711;
mod l16;
mod level;
mod pacer;
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

use crate::codec::base64;
use crate::copy::copy;
use crate::error::AudioError;
use crate::text::Text;

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

#[derive(Clone, Copy)]
enum Payload<'m> {
    Raw(&'m [u8]),
    Base64(Text<'m>),
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
    pub const fn base64(text: Text<'m>) -> Self {
        Self { payload: Payload::Base64(text), track: None, timestamp: None, chunk: None }
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
            Payload::Base64(_) => None,
        }
    }

    /// The base64 text, where the wire is base64.
    pub const fn as_base64(&self) -> Option<Text<'m>> {
        match self.payload {
            Payload::Raw(_) => None,
            Payload::Base64(text) => Some(text),
        }
    }

    /// Decoded length in bytes, told without decoding. Exact if the audio is valid.
    pub fn len(&self) -> usize {
        match self.payload {
            Payload::Raw(bytes) => bytes.len(),
            Payload::Base64(text) => match text.as_str() {
                Some(text) => base64::decoded_len(text.as_bytes()),
                None => base64::decoded_len_of(text.chars().filter(|c| *c != '=').count()),
            },
        }
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
        match self.payload {
            Payload::Raw(bytes) => copy(bytes, out),
            Payload::Base64(text) => match text.as_str() {
                Some(text) => {
                    // A length that cannot be is noticed before the place where it goes wrong, so that is looked for.
                    base64::decode(text.as_bytes(), out)
                        .map_err(|at| self.validate().err().unwrap_or(AudioError::Malformed { at }))?;
                }
                None => {
                    let mut rest = &mut *out;
                    for block in self.blocks() {
                        let block = block?;
                        let bytes = block.bytes();
                        let Some((place, after)) = rest.split_at_mut_checked(bytes.len()) else { break };
                        copy(bytes, place);
                        rest = after;
                    }
                }
            },
        }
        Ok(out)
    }

    /// Proves that the audio can be read, without reading it out: what a relay that passes base64 on as it came
    /// must call. [`Session::send`](crate::Session::send) does.
    ///
    /// # Errors
    /// [`AudioError::Malformed`] where the payload is not base64.
    pub fn validate(&self) -> Result<(), AudioError> {
        match self.payload {
            Payload::Raw(_) => Ok(()),
            Payload::Base64(_) => self.blocks().try_for_each(|block| block.map(|_| ())),
        }
    }

    fn blocks(&self) -> Blocks<'m> {
        Blocks { rest: self.payload, at: 0 }
    }
}

impl PartialEq for Audio<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same_payload = match (self.payload, other.payload) {
            (Payload::Base64(a), Payload::Base64(b)) if a == b => true,
            _ => self.len() == other.len() && self.blocks().eq(other.blocks()),
        };
        same_payload
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

/// Audio decoded block by block: how escaped base64 is read, and how audio is proven and compared, without
/// memory of the caller's.
struct Blocks<'m> {
    rest: Payload<'m>,
    /// Characters of base64 read so far.
    at: usize,
}

#[derive(PartialEq)]
struct Block {
    bytes: [u8; Self::BYTES],
    len: usize,
}

impl Block {
    const BYTES: usize = 192;
    const CHARS: usize = base64::encoded_len(Self::BYTES);

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut block = Block { bytes: [0; Block::BYTES], len: 0 };
        match &mut self.rest {
            Payload::Raw(bytes) => {
                let (now, later) = bytes.split_at(bytes.len().min(Block::BYTES));
                *bytes = later;
                block.len = now.len();
                copy(now, &mut block.bytes);
            }
            Payload::Base64(text) => {
                let mut chars = [0; Block::CHARS];
                let mut len: usize = 0;
                let mut source = text.chars();
                for (place, c) in chars.iter_mut().zip(&mut source) {
                    // What is not ASCII is not base64 either; neither is a NUL.
                    *place = u8::try_from(c).unwrap_or(0);
                    len = len.saturating_add(1);
                }
                *text = source.into_text();
                let start = self.at;
                self.at = start.saturating_add(len);
                // Padding may only end the last block.
                let decoded = base64::decode(chars.get(..len)?, &mut block.bytes);
                let more = !text.is_empty();
                match decoded {
                    Ok(bytes) if !more || bytes == Block::BYTES => block.len = bytes,
                    Ok(_) => return Some(self.refuse(self.at)),
                    Err(at) => return Some(self.refuse(start.saturating_add(at))),
                }
            }
        }
        (block.len > 0).then_some(Ok(block))
    }
}

impl Blocks<'_> {
    fn refuse(&mut self, at: usize) -> Result<Block, AudioError> {
        self.rest = Payload::Raw(&[]);
        Err(AudioError::Malformed { at })
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;
    use std::{format, vec};

    use super::*;

    #[test]
    fn escaped_base64_is_the_same_audio() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        let mut text = vec![0; base64::encoded_len(bytes.len())];
        base64::encode(&bytes, &mut text);
        let text = String::from_utf8(text).unwrap();
        let escaped = text.replace('/', "\\/").replace('A', "\\u0041");
        let plain = Audio::base64(Text::new(&text));
        let escaped = Audio::base64(Text::escaped(&escaped));
        let mut buf = [0; 1_000];
        for audio in [plain, escaped] {
            assert_eq!(audio.len(), 1_000);
            assert_eq!(audio.copy_to(&mut buf), Ok(&bytes[..]));
            assert_eq!(audio.copy_to(&mut [0; 999]), Err(AudioError::BufferTooSmall { needed: 1_000 }));
            assert_eq!(audio.validate(), Ok(()));
            assert_eq!(audio, Audio::raw(&bytes));
        }
        assert_eq!(plain, escaped);
        assert_ne!(plain, Audio::raw(&bytes[1..]));
    }

    #[test]
    fn malformed_base64_is_found_wherever_it_lies() {
        let mut text = "AAAA".repeat(100);
        text.push_str("AA*A");
        for audio in [Audio::base64(Text::new(&text)), Audio::base64(Text::escaped(&text))] {
            assert_eq!(audio.copy_to(&mut [0; 1_000]), Err(AudioError::Malformed { at: 402 }));
            assert_eq!(audio.validate(), Err(AudioError::Malformed { at: 402 }));
        }
        let padded_in_the_middle = format!("{}AA=={}", "AAAA".repeat(63), "AAAA".repeat(64));
        let audio = Audio::base64(Text::escaped(&padded_in_the_middle));
        assert!(audio.validate().is_err());
        assert!(audio.copy_to(&mut [0; 1_000]).is_err());
    }
}
