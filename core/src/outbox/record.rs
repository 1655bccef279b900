//! How a message lies in the memory of the queue.

use crate::copy::copy;
use crate::message::Message;

/// What precedes each message in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    /// Bytes of the message that follows.
    pub(super) len: usize,
    /// Bytes of audio in it, decoded.
    pub(super) audio: usize,
}

/// What a message is to the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    Binary,
    /// The code lies where the length of audio lies in the others, the reason in the body.
    Close,
    /// A text that clears.
    Clear,
    /// A text that the session owed.
    Owed,
}

impl Record {
    /// One byte for the kind, four each for the two lengths; and the rest of what the longest header of a WebSocket frame
    /// takes, which may come to lie there.
    pub(super) const BYTES: usize = 14;
    pub(super) const USED: usize = 9;

    /// Copies a message to the start of `body`, which is known to be long enough.
    pub(super) fn copy(message: Message<'_>, audio: usize, body: &mut [u8]) -> Self {
        let (kind, bytes, audio) = match message {
            Message::Text(text) => (Kind::Text, text.as_bytes(), audio),
            Message::Binary(bytes) => (Kind::Binary, bytes, audio),
            Message::Close(close) => {
                (Kind::Close, close.reason.as_bytes(), usize::from(close.code.unwrap_or(0)))
            }
        };
        if let Some(place) = body.get_mut(..bytes.len()) {
            copy(bytes, place);
        }
        Self { kind, len: bytes.len(), audio }
    }

    pub(super) const fn size(self) -> usize {
        self.len.saturating_add(Self::BYTES)
    }

    pub(super) fn audio_bytes(self) -> usize {
        if self.kind == Kind::Close { 0 } else { self.audio }
    }

    pub(super) fn to_bytes(self) -> [u8; Self::USED] {
        let [l0, l1, l2, l3] = u32::try_from(self.len).unwrap_or(0).to_le_bytes();
        let [a0, a1, a2, a3] = u32::try_from(self.audio).unwrap_or(0).to_le_bytes();
        [self.kind as u8, l0, l1, l2, l3, a0, a1, a2, a3]
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [kind, l0, l1, l2, l3, a0, a1, a2, a3] = *bytes else { return None };
        Some(Self {
            kind: match kind {
                0 => Kind::Text,
                1 => Kind::Binary,
                2 => Kind::Close,
                3 => Kind::Clear,
                _ => Kind::Owed,
            },
            len: u32::from_le_bytes([l0, l1, l2, l3]) as usize,
            audio: u32::from_le_bytes([a0, a1, a2, a3]) as usize,
        })
    }
}
