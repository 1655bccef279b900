//! What is said in the calls of each dialect, written out: nothing of it is `voxwire`'s.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tasks::noise;
use voxwire::Dialect;

use crate::servers::Server;

/// What Sinch is told by who takes the call.
pub(crate) const ANSWER: &str = r#"{"command":"answer"}"#;

const CALL: &str = "5a2b7e1c-8f0d-4c7a-9a51-2f0c1b7d9e33";
const STREAM: &str = "9f1d2c3b-6e4a-4d1b-8c2f-5d2e8b7a6c41";

/// The payload of a message.
pub(crate) enum Payload {
    Text(String),
    Binary(Vec<u8>),
}

/// What one message brings: 20 ms.
pub(crate) struct Audio {
    dialect: Dialect,
    pcm: Vec<u8>,
}

/// What announces a call.
pub(crate) fn announcement(dialect: Dialect) -> Payload {
    Payload::Text(match dialect {
        Dialect::Wavix => format!(
            r#"{{"event":"start","event_time":"2024-01-15T10:30:00Z","call_id":"{CALL}","stream_id":"{STREAM}","sequence_number":2,"stream_type":"twoway","channel":"inbound"}}"#
        ),
        _ => format!(r#"{{"command":"connect","CallId":"{CALL}"}}"#),
    })
}

/// How that is answered, where it must be.
pub(crate) const fn answer(dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Wavix => None,
        _ => Some(ANSWER),
    }
}

/// So much audio, no two messages alike: of Sinch at 16 kHz, of Wavix at its 24.
pub(crate) fn audio(dialect: Dialect, messages: usize) -> Vec<Audio> {
    let bytes = match dialect {
        Dialect::Wavix => 960,
        _ => 640,
    };
    noise(messages * bytes).chunks(bytes).map(|pcm| Audio { dialect, pcm: pcm.to_vec() }).collect()
}

impl Audio {
    /// The message as the platform says it.
    pub(crate) fn said(&self) -> Payload {
        match self.dialect {
            Dialect::Wavix => Payload::Text(format!(
                r#"{{"event":"media","event_time":"2024-01-15T10:30:00Z","call_id":"{CALL}","stream_id":"{STREAM}","sequence_number":18,"media":{{"payload":"{}","track":"inbound","timestamp":320,"chunk":16}}}}"#,
                STANDARD.encode(&self.pcm)
            )),
            _ => Payload::Binary(self.pcm.clone()),
        }
    }

    /// The message as a server says it again: one that knows the dialect says its own, the others what they have heard.
    pub(crate) fn echoed(&self, server: Server) -> Payload {
        match (self.dialect, server) {
            (Dialect::Wavix, Server::Relay | Server::Recode) => Payload::Text(format!(
                r#"{{"event":"media","stream_id":"{STREAM}","media":{{"payload":"{}"}}}}"#,
                STANDARD.encode(&self.pcm)
            )),
            _ => self.said(),
        }
    }
}
