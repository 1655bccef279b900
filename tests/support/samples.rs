//! Every message that the providers' pages and the fixtures show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use voxwire::{Dialect, Message};

use crate::transcript;

/// Audio for every purpose: no two pieces of it in a row are alike.
pub static VOICE: [u8; 8192] = {
    let mut voice = [0; 8192];
    let mut at = 0;
    while at < voice.len() {
        voice[at] = (at ^ at >> 8) as u8;
        at += 1;
    }
    voice
};

/// A message as somebody sent it.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// A text.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
}

impl Sample {
    /// Its payload.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// As a WebSocket would hand it over.
    pub fn message(&self) -> Message<'_> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
        }
    }
}

impl AsRef<[u8]> for Sample {
    fn as_ref(&self) -> &[u8] {
        self.bytes()
    }
}

/// The five shapes of Sinch's `connect` (fact sheet, 1.3), and what the documents show besides.
pub const SINCH: &[&str] = &[
    r#"{"command":"connect","CallId":"...","ApplicationId":"...","Headers":{"Header1":"Value1","ApplicationId":"..."}}"#,
    r#"{"command":"connect","callId":"c1","applicationId":"a1","headers":{"tenant":"north"}}"#,
    r#"{"command":"connect","version":1,"callId":"c1","applicationKey":"a1","codec":"PCM","sampleRate":16000,"callHeaders":{"k":"v"}}"#,
    r#"{"command":"connect","CallId":"c1","callHeaders":{"tenant":"north"},"Headers":{"tenant":"south"}}"#,
    r#"{"command":"connect","callId":"c1","callHeaders":[{"key":"k","value":"v"},{"key":"n","value":5}]}"#,
    r#"{"command":"answer"}"#,
    r#"{"command":"busy"}"#,
    r#"{"command":"reject"}"#,
    r#"{"command":"clear"}"#,
    r#"{"command":"heartbeat"}"#,
];

/// The samples of Wavix's pages, both directions (fact sheet, 4 and 7).
pub const WAVIX: &[&str] = &[
    r#"{"event":"connected","event_time":"2024-01-15T10:30:00Z"}"#,
    r#"{"event":"start","event_time":"2024-01-15T10:30:00Z","call_id":"abc-123","stream_id":"str-456","stream_type":"twoway","channel":"both","sequence_number":1}"#,
    r#"{"event":"media","event_time":"2024-01-15T10:30:01Z","call_id":"abc-123","stream_id":"str-456","sequence_number":2,"media":{"payload":"AAEC/f7...","track":"inbound","timestamp":160,"chunk":1}}"#,
    r#"{"event":"mark","event_time":"2024-01-15T10:30:02Z","call_id":"abc-123","stream_id":"str-456","sequence_number":10,"mark":{"name":"end-of-greeting"}}"#,
    r#"{"event":"stop","event_time":"2024-01-15T10:30:05Z","call_id":"abc-123","stream_id":"str-456","sequence_number":100}"#,
    r#"{"event":"media","stream_id":"str-456","media":{"payload":"AAEC/f7+"}}"#,
    r#"{"event":"mark","stream_id":"str-456","mark":{"name":"mark-1"}}"#,
    r#"{"event":"clear","stream_id":"str-456"}"#,
];

/// Every sample of a dialect, each once: the pages' and the fixtures'.
pub fn all(dialect: Dialect) -> Vec<Sample> {
    let pages = if dialect == Dialect::Sinch { SINCH } else { WAVIX };
    let mut samples: Vec<_> = pages.iter().map(|text| Sample::Text((*text).into())).collect();
    if dialect == Dialect::Sinch {
        let texts = connectstream()["inbound_text"].as_array().cloned().unwrap_or_default();
        samples.extend(texts.iter().map(|entry| Sample::Text(string(&entry["text"]).into())));
    }
    for transcript in transcripts(dialect).values() {
        samples.extend(transcript::messages(transcript).filter_map(|message| match message {
            Message::Text(text) => Some(Sample::Text(text.into())),
            // Mutating one kilobyte of audio teaches no more than mutating eight bytes.
            Message::Binary(bytes) => Some(Sample::Binary(bytes.iter().copied().take(8).collect())),
            Message::Close(_) => None,
        }));
    }
    let mut unique = Vec::new();
    for sample in samples {
        if !unique.contains(&sample) {
            unique.push(sample);
        }
    }
    unique
}

/// The transcripts of a dialect by file name.
pub fn transcripts(dialect: Dialect) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(fixtures().join(dialect.name())).expect("the fixtures are there");
    files
        .map(|file| file.expect("a directory can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("a transcript is text"))
        })
        .collect()
}

/// The provider-neutral reading of Sinch's messages: texts, flows, lengths.
pub fn connectstream() -> Value {
    let path = fixtures().join("sinch/connectstream-messages.json");
    let text = std::fs::read_to_string(path).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

/// A string of a fixture.
pub fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a string, not {value}"))
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
