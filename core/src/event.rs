//! What the platform says.

use crate::audio::Audio;
use crate::format::AudioFormat;
use crate::headers::Headers;
use crate::message::{Close, Message};
use crate::text::Text;

/// What the platform says to the application. One message is exactly one event, and the event borrows it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "event", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Event<'m> {
    /// The platform is there; the call has not begun. Wavix: `connected`.
    Hello,
    /// A call. Sinch: `connect`, to be answered. Wavix: `start`, which needs no answer.
    Start(Start<'m>),
    /// The caller's voice.
    Audio(Audio<'m>),
    /// A mark has come back: the audio before it was played, or a clear has flushed it.
    Mark(Mark<'m>),
    /// The stream ends. Wavix: `stop`. The close of the socket follows.
    Stop,
    /// The call has been hung up, or the socket is gone. Every later message is this event again, without the code and
    /// reason that were heard first.
    Hangup(Close<'m>),
    /// Audio that came when none may: before the answer, say.
    Dropped(Dropped),
    /// Anything else: a word that this crate does not know, or one that only the other side should say.
    Other(Message<'m>),
}

impl<'m> From<Close<'m>> for Event<'m> {
    fn from(close: Close<'m>) -> Self {
        Self::Hangup(close)
    }
}

/// A call, as the platform announces it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Start<'m> {
    /// The call's id. Opaque.
    pub call_id: Option<Text<'m>>,
    /// The stream's id. Wavix only.
    pub stream_id: Option<Text<'m>>,
    /// The application's id or key. Sinch only.
    pub application_id: Option<Text<'m>>,
    /// Headers that the application's call control gave to the call. Sinch only.
    pub headers: Headers<'m>,
    /// What the application hears. Where the wire does not say, [`Config::format`](crate::Config::format).
    pub heard: Option<AudioFormat>,
    /// What the application is to say, in the same way.
    pub said: Option<AudioFormat>,
    /// Whether the application only listens. Wavix: `stream_type` is `oneway`.
    pub oneway: bool,
}

impl<'m> Start<'m> {
    /// A call with an id, and nothing else.
    pub fn new(call_id: &'m str) -> Self {
        Self { call_id: Some(Text::new(call_id)), ..Self::default() }
    }

    /// The same call with a stream id.
    #[must_use]
    pub const fn with_stream_id(self, stream_id: &'m str) -> Self {
        Self { stream_id: Some(Text::new(stream_id)), ..self }
    }

    /// The same call with an application id.
    #[must_use]
    pub const fn with_application_id(self, application_id: &'m str) -> Self {
        Self { application_id: Some(Text::new(application_id)), ..self }
    }

    /// The same call with headers.
    #[must_use]
    pub const fn with_headers(self, headers: Headers<'m>) -> Self {
        Self { headers, ..self }
    }

    /// The same call with a format, the same in both directions.
    #[must_use]
    pub const fn with_format(self, format: AudioFormat) -> Self {
        Self { heard: Some(format), said: Some(format), ..self }
    }

    /// The same call, but the application only listens.
    #[must_use]
    pub const fn oneway(self) -> Self {
        Self { oneway: true, ..self }
    }
}

/// A named point in the audio that the application says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mark<'m> {
    /// The name, chosen by the application.
    pub name: Text<'m>,
}

impl<'m> Mark<'m> {
    /// A mark of this name.
    pub const fn new(name: &'m str) -> Self {
        Self { name: Text::new(name) }
    }
}

/// Audio that was thrown away because it came when none may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Dropped {
    /// Its decoded length in bytes.
    pub bytes: usize,
}
