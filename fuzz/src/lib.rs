//! What is fuzzed, as plain functions: any bytes in, a panic where a promise of `voxwire` does not hold.
//!
//! | target | input | promise |
//! |---|---|---|
//! | [`json`](fn@json) | a JSON text, or nearly | the reader agrees with `serde_json` |
//! | [`wire`](fn@wire) | a call's phase and the messages that come in it | what is heard can be read out, and said again |
//! | [`session`](fn@session) | what an application, its peer and its clock do in turn | the eight laws of the crate's documentation |
//! | [`websocket`](fn@websocket) | what a socket gives to either end, at the handshake or after it | nothing panics, cuts do not matter, two other implementations agree |
//! | [`base64`](fn@base64) | text to decode, bytes to encode | both engines, and audio, agree with the crate `base64` |
//! | [`duet`](fn@duet) | what both ends say in turn, and how a WebSocket carries it | what one says the other hears, equal and in order |
//! | [`callback`](fn@callback) | the body of a callback, or nearly | it is read as `serde_json` and a table of its members have it |
//! | [`svaml`](fn@svaml) | the body of a reply, of a callout, or what to build | what is read or built is what is written of it |
//! | [`signature`](fn@signature) | a request, and a change of it | the signature is the crates' HMAC, and no change passes |
//! | [`framer`](fn@framer) | a stream of audio, and how it is cut | the cuts do not matter |
//! | [`playback`](fn@playback) | what is sent, and when it gets there | what is told of the far end is true of one that plays |
//! | [`audio`](fn@audio) | what is sent and comes in, and a clock | estimates are ordered and take nothing back |
//!
//! All but the first read their input as text, most of them as a script with one step per line, so that a file of the
//! corpus can be read and written by hand: each module says how.

#![forbid(unsafe_code)]

pub mod audio;
pub mod base64;
pub mod callback;
#[path = "../../adapters/embassy/tests/oracles/differences.rs"]
mod differences;
pub mod duet;
mod ends;
#[path = "../../adapters/embassy/tests/oracles/frame.rs"]
#[expect(dead_code, reason = "the adapter's tests write more kinds of frames")]
mod frame;
pub mod framer;
pub mod json;
mod oracle;
#[path = "../../adapters/embassy/tests/oracles/ours.rs"]
mod ours;
pub mod playback;
mod script;
pub mod session;
pub mod signature;
#[path = "../../tests/support/speaker.rs"]
#[expect(dead_code, unreachable_pub, reason = "the tests ask more of it")]
mod speaker;
pub mod svaml;
#[path = "../../adapters/embassy/tests/oracles/theirs.rs"]
mod theirs;
pub mod websocket;
pub mod wire;

pub use audio::audio;
pub use base64::base64;
pub use callback::callback;
pub use duet::duet;
pub use framer::framer;
pub use json::json;
pub use playback::playback;
pub use session::session;
pub use signature::signature;
pub use svaml::svaml;
pub use websocket::websocket;
pub use wire::wire;
