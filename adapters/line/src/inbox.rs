use core::fmt;

use voxwire::{Close, Message};

/// Holds the message that was heard last, so that what it means can be borrowed from it.
///
/// One for each task that hears is enough; hearing the next message lets go of the last.
#[derive(Default)]
pub struct Inbox(Option<tungstenite::Message>);

impl Inbox {
    /// An empty inbox.
    pub const fn new() -> Self {
        Self(None)
    }

    pub(crate) fn put(&mut self, message: tungstenite::Message) {
        self.0 = Some(message);
    }

    pub(crate) fn empty(&mut self) {
        self.0 = None;
    }

    /// The message; an empty inbox stands for a socket that is gone.
    pub(crate) fn message(&self) -> Message<'_> {
        match &self.0 {
            Some(tungstenite::Message::Text(text)) => Message::Text(text.as_str()),
            Some(tungstenite::Message::Binary(bytes)) => Message::Binary(bytes),
            Some(tungstenite::Message::Close(Some(frame))) => {
                Message::Close(Close::new(frame.code.into(), frame.reason.as_str()))
            }
            Some(tungstenite::Message::Close(None)) => Message::Close(Close::BARE),
            _ => Message::Close(Close::LOST),
        }
    }
}

#[cfg(feature = "async")]
impl Inbox {
    /// The payload, if there is one.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Some(tungstenite::Message::Text(text)) => text.as_bytes(),
            Some(tungstenite::Message::Binary(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Bytes in the memory of the message where they lie in it, and copied where they do not.
    pub(crate) fn share(&self, part: &[u8]) -> bytes::Bytes {
        let (whole, range) = (self.bytes().as_ptr_range(), part.as_ptr_range());
        match &self.0 {
            Some(tungstenite::Message::Binary(bytes))
                if whole.start <= range.start && range.end <= whole.end =>
            {
                bytes.slice_ref(part)
            }
            _ => bytes::Bytes::copy_from_slice(part),
        }
    }
}

#[cfg(feature = "async")]
impl From<bytes::Bytes> for Inbox {
    fn from(bytes: bytes::Bytes) -> Self {
        Self(Some(tungstenite::Message::Binary(bytes)))
    }
}

/// Kind and length only, as everywhere: messages hold audio and secrets.
impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inbox").field(&self.message()).finish()
    }
}
