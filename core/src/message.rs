//! What a WebSocket hands over: one whole message.

use core::fmt;
use core::str::{Utf8Error, from_utf8};

/// One WebSocket message, whole. Hanging up is a message too.
///
/// Pings and pongs are the adapter's business; it reports them with
/// [`Session::handle_activity`](crate::Session::handle_activity).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Message<'m> {
    /// A text message.
    Text(&'m str),
    /// A binary message.
    Binary(&'m [u8]),
    /// A close frame, or the loss of the socket ([`Close::LOST`]).
    Close(Close<'m>),
}

impl Message<'_> {
    /// Payload length in bytes; for a close, the length of its reason.
    pub const fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Close(close) => close.reason.len(),
        }
    }

    /// Whether the payload is empty.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A [`Message`] as a WebSocket frame carries it, for those who write frames themselves
/// ([`Session::send_payload`](crate::Session::send_payload)): text is its bytes.
///
/// What this crate writes is UTF-8, but a `&str` takes a proof of that, and a proof takes about as long as it took to
/// encode the audio.
///
/// ```
/// # #[cfg(feature = "sinch")] {
/// use voxwire::{Config, Dialect, Event, Instant, Payload, Session, Start};
///
/// let mut session = Session::platform(Config::new(Dialect::Sinch), Instant::ZERO);
/// // Room for a header, which is written when the length is known.
/// let mut frame = [0; 256];
/// let start = Event::Start(Start::new("c1"));
/// let said = session.send_payload(Instant::ZERO, start, &mut frame[2..])?;
/// let Some(Payload::Text(json)) = said else { unreachable!("an announcement is text") };
/// let len = json.len();
/// frame[..2].copy_from_slice(&[0x81, u8::try_from(len)?]); // final, text; not masked
/// assert_eq!(&frame[2..2 + len], br#"{"command":"connect","CallId":"c1"}"#);
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Payload<'b> {
    /// The payload of a text message.
    Text(&'b [u8]),
    /// The payload of a binary message.
    Binary(&'b [u8]),
    /// A close frame.
    Close(Close<'b>),
}

impl<'b> From<Message<'b>> for Payload<'b> {
    fn from(message: Message<'b>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.as_bytes()),
            Message::Binary(bytes) => Self::Binary(bytes),
            Message::Close(close) => Self::Close(close),
        }
    }
}

impl<'m> TryFrom<Payload<'m>> for Message<'m> {
    type Error = Utf8Error;

    fn try_from(payload: Payload<'m>) -> Result<Self, Utf8Error> {
        Ok(match payload {
            Payload::Text(text) => Self::Text(from_utf8(text)?),
            Payload::Binary(bytes) => Self::Binary(bytes),
            Payload::Close(close) => Self::Close(close),
        })
    }
}

/// Kind and length only: the content may be audio or a secret, and debug output ends in logs.
impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Close(close) => close.fmt(f),
        }
    }
}

/// Kind and length only: the content may be audio or a secret, and debug output ends in logs.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Payload::from(*self).fmt(f)
    }
}

/// How a call was hung up: WebSocket close code and reason, both optional on the wire.
///
/// No provider documents the meaning of any code, so a received one is passed on as it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Close<'m> {
    /// The close code, if the close frame carried one.
    pub code: Option<u16>,
    /// The reason, often empty. At most [`Close::MAX_REASON`] bytes when sent.
    pub reason: &'m str,
}

impl<'m> Close<'m> {
    /// A normal end: code 1000 without a reason (assumed; RFC 6455 section 7.4.1).
    pub const NORMAL: Self = Self::new(1000, "");
    /// The socket ended without a close frame: code 1006, which never travels (RFC 6455 section 7.4.1).
    pub const LOST: Self = Self::new(1006, "");
    /// A close frame without a code.
    pub const BARE: Self = Self { code: None, reason: "" };
    /// The longest reason a close frame can carry, in bytes (RFC 6455 section 5.5).
    pub const MAX_REASON: usize = 123;

    /// A close with a code and a reason.
    pub const fn new(code: u16, reason: &'m str) -> Self {
        Self { code: Some(code), reason }
    }

    /// Whether this close may be put on a socket: a code that is allowed to travel (RFC 6455 section 7.4),
    /// a reason that fits, and no reason without a code.
    pub const fn is_sendable(&self) -> bool {
        match self.code {
            None => self.reason.is_empty(),
            Some(1000..=1003 | 1007..=1014 | 3000..=4999) => self.reason.len() <= Self::MAX_REASON,
            Some(_) => false,
        }
    }
}

/// Kind and length only, for the same reason.
#[cfg(feature = "serde")]
impl serde::Serialize for Message<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let kind = match self {
            Self::Text(_) => "text",
            Self::Binary(_) => "binary",
            Self::Close(_) => "close",
        };
        let mut message = serializer.serialize_struct("Message", 2)?;
        message.serialize_field("kind", kind)?;
        message.serialize_field("bytes", &self.len())?;
        message.end()
    }
}
