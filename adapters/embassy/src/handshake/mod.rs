//! The opening handshake (RFC 6455 section 4), from bytes to bytes: both ends of it.

use core::fmt;

mod authority;
mod base64;
mod decline;
mod dial;
mod head;
mod pieces;
mod request;
mod sha1;

use authority::split_authority;
use pieces::{cut, pieces, split_before};

pub use decline::Decline;
pub use dial::Dial;
pub use head::Head;
pub use request::{Accepted, Request};

/// Why there is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// What came is no HTTP/1.1 head (RFC 9112).
    Malformed,
    /// The head is longer than the memory for it.
    TooLong,
    /// The method is not GET.
    Method,
    /// It asks for no WebSocket, or for another version than 13.
    Upgrade,
    /// The host, or the key, is missing, none, or told twice.
    Header,
    /// The application declined with this HTTP status.
    Declined(u16),
    /// The response does not prove that the request was understood.
    Proof,
    /// A word that is to stand in a head cannot: it is no token, or no path.
    Unsuited,
    /// The peer is gone before the handshake was over.
    Ended,
}

impl HandshakeError {
    /// The HTTP status that tells the peer, if it still listens.
    pub(crate) const fn status(self) -> Option<u16> {
        match self {
            Self::Malformed | Self::Header => Some(400),
            Self::Method => Some(405),
            Self::Upgrade => Some(426),
            Self::TooLong => Some(431),
            Self::Unsuited => Some(500),
            Self::Declined(_) | Self::Proof | Self::Ended => None,
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declined(status) => return write!(f, "declined with HTTP status {status}"),
            Self::Malformed => "no HTTP head",
            Self::TooLong => "HTTP head too long",
            Self::Method => "not a GET request",
            Self::Upgrade => "no request for a WebSocket of version 13",
            Self::Header => "host or key missing",
            Self::Proof => "the response proves no WebSocket",
            Self::Unsuited => "a word that cannot stand in an HTTP head",
            Self::Ended => "the peer left during the handshake",
        })
    }
}

impl core::error::Error for HandshakeError {}

/// Length of a key, in bytes: that of 16 bytes in base64.
const KEY: usize = 24;

/// What a server proves with that it has understood a key (RFC 6455 section 4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proof([u8; 28]);

impl Proof {
    pub(crate) fn of(key: &[u8; KEY]) -> Self {
        let mut message = [0; sha1::MESSAGE];
        let suffix = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        for (place, byte) in message.iter_mut().zip(key.iter().chain(suffix)) {
            *place = *byte;
        }
        let mut proof = [0; 28];
        base64::encode(&sha1::digest(&message), &mut proof);
        Self(proof)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether it can stand in a head as one word (RFC 9110 section 5.6.2).
fn is_token(word: &[u8]) -> bool {
    let is_token = |byte: &u8| match byte {
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~' => true,
        byte => byte.is_ascii_alphanumeric(),
    };
    !word.is_empty() && word.iter().all(is_token)
}
