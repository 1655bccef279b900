//! What one would write without `voxwire`: `serde_json` for the words, `base64` for the audio; or the fastest there are for
//! both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A Wavix event as the first draft has it: a tagged enum that owns its texts.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Owned {
    /// The socket is open.
    Connected,
    /// A call.
    Start {
        /// The call's id.
        call_id: String,
        /// The stream's id.
        stream_id: String,
    },
    /// Audio.
    Media {
        /// What it holds.
        media: OwnedMedia,
    },
    /// A mark has come back.
    Mark {
        /// The mark.
        mark: OwnedMark,
    },
    /// The stream ends.
    Stop,
}

/// The inside of a `media` message.
#[derive(Debug, Deserialize)]
pub struct OwnedMedia {
    payload: String,
    #[expect(dead_code, reason = "read because the message has it")]
    track: Option<String>,
    #[expect(dead_code, reason = "read because the message has it")]
    timestamp: Option<u64>,
    #[expect(dead_code, reason = "read because the message has it")]
    chunk: Option<u64>,
}

impl OwnedMedia {
    /// Audio, in base64.
    pub fn payload(&self) -> &str {
        &self.payload
    }
}

/// The inside of a `mark` message.
#[derive(Debug, Deserialize)]
pub struct OwnedMark {
    /// Its name.
    pub name: String,
}

/// The same, tuned: a flat struct that borrows, and fails on the first escape in a text.
#[derive(Debug, Deserialize)]
struct Borrowed<'m> {
    event: &'m str,
    #[serde(borrow)]
    media: Option<BorrowedMedia<'m>>,
}

#[derive(Debug, Deserialize)]
struct BorrowedMedia<'m> {
    payload: &'m str,
    #[expect(dead_code, reason = "read because the message has it")]
    track: Option<&'m str>,
    #[expect(dead_code, reason = "read because the message has it")]
    timestamp: Option<u64>,
    #[expect(dead_code, reason = "read because the message has it")]
    chunk: Option<u64>,
}

/// A tagged enum that borrows: what the derive makes of it copies the message into a tree first.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Tagged<'m> {
    Media {
        #[serde(borrow)]
        media: BorrowedMedia<'m>,
    },
    #[serde(other)]
    Other,
}

/// Audio in an owned tagged enum, decoded into memory of its own.
pub fn hear_owned(text: &str) -> Vec<u8> {
    match serde_json::from_str(text) {
        Ok(Owned::Media { media }) => STANDARD.decode(media.payload).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Audio in a borrowing tagged enum, decoded into `pcm`. Gives its length.
pub fn hear_tagged(text: &str, pcm: &mut [u8]) -> usize {
    match serde_json::from_str(text) {
        Ok(Tagged::Media { media }) => STANDARD.decode_slice(media.payload, pcm).unwrap_or_default(),
        _ => 0,
    }
}

/// Audio in a borrowing struct, decoded into `pcm`. Gives its length.
pub fn hear_borrowed(text: &str, pcm: &mut [u8]) -> usize {
    match serde_json::from_str(text) {
        Ok(Borrowed { event: "media", media: Some(media) }) => {
            STANDARD.decode_slice(media.payload, pcm).unwrap_or_default()
        }
        _ => 0,
    }
}

/// Audio in a borrowing struct, by the fastest JSON and the fastest base64 that are well known. Gives its length.
pub fn hear_by_vectors(text: &str, pcm: &mut [u8]) -> usize {
    match sonic_rs::from_str(text) {
        Ok(Borrowed { event: "media", media: Some(media) }) => {
            let out = base64_simd::Out::from_slice(pcm);
            base64_simd::STANDARD.decode(media.payload.as_bytes(), out).map_or(0, |pcm| pcm.len())
        }
        _ => 0,
    }
}

/// A Sinch `connect` in the one spelling that the page shows; the core reads five.
#[derive(Debug, Deserialize)]
pub struct Connect {
    /// The word.
    pub command: String,
    /// The call's id.
    #[serde(rename = "CallId")]
    pub call_id: String,
    /// The application's id.
    #[serde(rename = "ApplicationId")]
    pub application_id: String,
    /// The call's headers.
    #[serde(rename = "Headers")]
    pub headers: std::collections::HashMap<String, String>,
}

/// The same, borrowing; headers as a tree.
#[derive(Debug, Deserialize)]
pub struct ConnectBorrowed<'m> {
    /// The word.
    pub command: &'m str,
    /// The call's id.
    #[serde(rename = "CallId")]
    pub call_id: &'m str,
    /// The application's id.
    #[serde(rename = "ApplicationId")]
    pub application_id: &'m str,
    /// The call's headers.
    #[serde(rename = "Headers", borrow)]
    pub headers: std::collections::HashMap<&'m str, &'m str>,
}

#[derive(Debug, Serialize)]
struct Say<'s> {
    event: &'s str,
    stream_id: &'s str,
    media: SayMedia<'s>,
}

#[derive(Debug, Serialize)]
struct SayMedia<'s> {
    payload: &'s str,
}

/// Audio as a `media` message, by the macro.
pub fn say_by_macro(pcm: &[u8], stream_id: &str) -> String {
    serde_json::json!({
        "event": "media",
        "stream_id": stream_id,
        "media": { "payload": STANDARD.encode(pcm) },
    })
    .to_string()
}

/// Audio as a `media` message, in pieces, into memory that is used again: hardly less will do, where nothing is asked of
/// the call and nothing is to escape in its id.
pub fn say_in_pieces(pcm: &[u8], stream_id: &str, text: &mut Vec<u8>) -> usize {
    text.clear();
    text.extend_from_slice(br#"{"event":"media","stream_id":""#);
    text.extend_from_slice(stream_id.as_bytes());
    text.extend_from_slice(br#"","media":{"payload":""#);
    let start = text.len();
    text.resize(start + pcm.len().div_ceil(3) * 4, 0);
    match base64_turbo::STANDARD.encode_slice(pcm, &mut text[start..]) {
        Ok(_) => text.extend_from_slice(br#""}}"#),
        Err(_) => text.clear(),
    }
    text.len()
}

/// Audio as a `media` message, by a struct, into memory that is used again.
pub fn say_by_struct(pcm: &[u8], stream_id: &str, base64: &mut String, text: &mut Vec<u8>) -> usize {
    base64.clear();
    text.clear();
    STANDARD.encode_string(pcm, base64);
    let say = Say { event: "media", stream_id, media: SayMedia { payload: base64 } };
    match serde_json::to_writer(&mut *text, &say) {
        Ok(()) => text.len(),
        Err(_) => 0,
    }
}
