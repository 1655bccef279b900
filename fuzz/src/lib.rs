//! What is fuzzed, as plain functions: any bytes in, a panic where a promise of `voxwire` does not hold.
//!
//! | target | input | promise |
//! |---|---|---|
//! | [`json`](fn@json) | a JSON text, or nearly | the reader agrees with `serde_json` |
//! | [`wire`](fn@wire) | a call's phase and the messages that come in it | what is heard can be read out, and said again |
//! | [`session`](fn@session) | what an application, its peer and its clock do in turn | the eight laws of the crate's documentation |
//! | [`websocket`](fn@websocket) | what a socket gives to either end, at the handshake or after it | nothing panics, cuts do not matter, two other implementations agree |
//!
//! `wire` and `session` read their input as a script, one line per step, so that a file of the corpus can be read
//! and written by hand: see [`wire`](mod@wire) and [`session`](mod@session).

#![forbid(unsafe_code)]

#[path = "../../adapters/embassy/tests/oracles/differences.rs"]
mod differences;
mod ends;
#[path = "../../adapters/embassy/tests/oracles/frame.rs"]
#[expect(dead_code, reason = "the adapter's tests write more kinds of frames")]
mod frame;
pub mod json;
mod oracle;
#[path = "../../adapters/embassy/tests/oracles/ours.rs"]
mod ours;
mod script;
pub mod session;
#[path = "../../adapters/embassy/tests/oracles/theirs.rs"]
mod theirs;
pub mod websocket;
pub mod wire;

pub use json::json;
pub use session::session;
pub use websocket::websocket;
pub use wire::wire;
