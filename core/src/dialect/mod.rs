//! One provider's wire format each: four pure functions and a table of rules.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use crate::command::Command;
use crate::error::{ReceiveError, SendError};
use crate::event::Event;
use crate::format::AudioFormat;
use crate::message::{Message, Payload};
use crate::text::{Text, written};

#[cfg(feature = "sinch")]
mod sinch;
#[cfg(feature = "wavix")]
mod wavix;

/// One provider's wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Dialect {
    /// Sinch Voice v1 `connectStream`: JSON commands as text, PCM as binary messages.
    #[cfg(feature = "sinch")]
    Sinch,
    /// Wavix call streaming: JSON throughout, PCM as base64.
    #[cfg(feature = "wavix")]
    Wavix,
}

/// What a dialect demands of a session beyond words.
#[derive(Debug)]
pub(crate) struct Profile {
    name: &'static str,
    /// Whether a call must be answered before there is audio.
    pub(crate) answered: bool,
    /// How long the application may say nothing, if there is a limit.
    pub(crate) idle_limit: Option<Duration>,
    /// The audio's format where neither wire nor caller names one.
    pub(crate) format: Option<AudioFormat>,
    /// How many bytes of audio the platform holds to be played before it drops the oldest, if there is a limit.
    buffer: Option<u32>,
}

/// What a platform puts on its messages besides the event itself.
#[derive(Debug)]
pub(crate) struct Stamp<'s> {
    pub(crate) call_id: Option<Text<'s>>,
    pub(crate) stream_id: Option<Text<'s>>,
    /// Number of this message, from 1.
    pub(crate) sequence: u64,
    /// Number of this piece of audio, from 1.
    pub(crate) chunk: u64,
    /// Milliseconds since the call was announced.
    pub(crate) millis: u64,
    /// The wall clock, in seconds since 1970-01-01 UTC.
    pub(crate) unix_seconds: u64,
}

/// A message as a dialect has encoded it.
#[derive(Debug)]
#[expect(unnameable_types, reason = "the hidden half of the sealed Role")]
pub enum Encoded<'s> {
    /// The wish holds without words.
    Nothing,
    /// The message lies in what was to be said.
    Borrowed(Message<'s>),
    /// A text was written to the start of the buffer, this many bytes long.
    Text(usize),
    /// A binary message was written to the start of the buffer, this many bytes long.
    Binary(usize),
}

impl Dialect {
    /// Every dialect that was compiled in.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "sinch")]
        Self::Sinch,
        #[cfg(feature = "wavix")]
        Self::Wavix,
    ];

    /// The name, as [`from_str`](Self::from_str) reads it.
    pub const fn name(self) -> &'static str {
        self.profile().name
    }

    /// How many bytes of audio the platform holds to be played, beyond which it drops the oldest, where a limit is
    /// documented: 5,000,000 on Sinch, none on Wavix. Give it to [`Playback::buffer`](crate::audio::Playback::buffer).
    pub const fn playback_buffer(self) -> Option<u32> {
        self.profile().buffer
    }

    pub(crate) const fn profile(self) -> &'static Profile {
        match self {
            #[cfg(feature = "sinch")]
            Self::Sinch => &sinch::PROFILE,
            #[cfg(feature = "wavix")]
            Self::Wavix => &wavix::PROFILE,
        }
    }

    /// What a message from the platform means, taken by itself: a [`Session`](crate::Session) also judges whether it
    /// may be said now.
    ///
    /// # Errors
    /// [`ReceiveError`], as in [`Session::handle_message`](crate::Session::handle_message).
    pub fn decode_event(self, message: Message<'_>) -> Result<Event<'_>, ReceiveError> {
        match self {
            #[cfg(feature = "sinch")]
            Self::Sinch => sinch::decode_event(message),
            #[cfg(feature = "wavix")]
            Self::Wavix => wavix::decode_event(message),
        }
    }

    /// What a message from the application means, taken by itself.
    ///
    /// # Errors
    /// [`ReceiveError`], as in [`Session::handle_message`](crate::Session::handle_message).
    pub fn decode_command(self, message: Message<'_>) -> Result<Command<'_>, ReceiveError> {
        match self {
            #[cfg(feature = "sinch")]
            Self::Sinch => sinch::decode_command(message),
            #[cfg(feature = "wavix")]
            Self::Wavix => wavix::decode_command(message),
        }
    }

    pub(crate) fn encode_event<'s>(
        self,
        event: &Event<'s>,
        stamp: &Stamp<'_>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError> {
        match self {
            #[cfg(feature = "sinch")]
            Self::Sinch => sinch::encode_event(event, stamp, buf),
            #[cfg(feature = "wavix")]
            Self::Wavix => wavix::encode_event(event, stamp, buf),
        }
    }

    #[inline]
    pub(crate) fn encode_command<'s>(
        self,
        command: &Command<'s>,
        stream_id: Option<&Text<'_>>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError> {
        match self {
            #[cfg(feature = "sinch")]
            Self::Sinch => sinch::encode_command(command, stream_id, buf),
            #[cfg(feature = "wavix")]
            Self::Wavix => wavix::encode_command(command, stream_id, buf),
        }
    }

    /// What a first message means, and the dialect, if it tells one. A greeting tells none: other providers, whose
    /// dialects may come, greet alike. Neither do bytes.
    pub(crate) fn detect<'m>(
        detected: &mut Option<Self>,
        message: Message<'m>,
    ) -> Result<Event<'m>, ReceiveError> {
        let mut event = Ok(Event::Other(message));
        for dialect in Self::ALL {
            event = dialect.decode_event(message);
            match event {
                Ok(Event::Other(_)) => continue,
                Ok(Event::Hello) | Err(_) => {}
                Ok(_) if matches!(message, Message::Binary(_)) => {}
                Ok(_) => *detected = Some(*dialect),
            }
            break;
        }
        event
    }
}

// Inlined with those who call it: what has just been written to memory in words, and is read from there as a whole, takes
// longer than all the rest.
impl<'s> Encoded<'s> {
    /// The message, which lies in `buf` or in what was said.
    #[inline]
    pub(crate) fn message<'b>(self, buf: &'b [u8]) -> Option<Message<'b>>
    where
        's: 'b,
    {
        match self {
            Self::Nothing => None,
            Self::Borrowed(message) => Some(message),
            Self::Text(len) => Some(Message::Text(written(buf.get(..len).unwrap_or_default()))),
            Self::Binary(len) => Some(Message::Binary(buf.get(..len).unwrap_or_default())),
        }
    }

    /// The same, without a proof that what was written is text.
    #[inline]
    pub(crate) fn payload<'b>(self, buf: &'b [u8]) -> Option<Payload<'b>>
    where
        's: 'b,
    {
        match self {
            Self::Text(len) => buf.get(..len).map(Payload::Text),
            other => other.message(buf).map(Payload::from),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .iter()
            .copied()
            .find(|dialect| dialect.name().eq_ignore_ascii_case(name))
            .ok_or(UnknownDialect)
    }
}

/// A name that is no compiled dialect's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown dialect")
    }
}

impl core::error::Error for UnknownDialect {}
