//! Phone audio over WebSocket, spoken from both ends.
//!
//! A telephony provider opens a WebSocket to its customer's server for every call and speaks a small protocol over
//! it: who is calling, answer or busy or reject, audio both ways, clear, marks, heartbeats, hang-up. This crate is
//! that protocol for Sinch `connectStream` and Wavix call streaming, without IO, without `std`, without an
//! allocator and without `unsafe`. Sockets are the business of adapters (`voxwire-tokio`), or of your own loop.
//!
//! # Doors
//!
//! | you want to | look at |
//! |---|---|
//! | answer calls from your own loop | [`Session::application`], and below |
//! | play the provider, to test or to measure | [`Session::platform`] |
//! | know what can be heard and said | [`Event`], [`Command`] |
//! | see a provider's wire as a table | `dialect/sinch.rs`, `dialect/wavix.rs` |
//! | queue what you say so that barge-in can overtake it | [`Outbox`] |
//! | cut audio into exact frames | [`Framer`], [`AudioFormat`] |
//! | speak audio of any rate, at the pace of speech | [`audio::Voice`], [`audio::Pacer`] |
//! | know what was heard of it | [`FarEnd`], [`audio::Playback`] |
//! | speak G.711 or L16, measure what is heard | [`audio`] |
//! | bring audio to another sample rate | [`audio::Resampler`] |
//! | reply to the HTTP callbacks around a Sinch call | [`callback`], [`svaml`], [`signature`] |
//!
//! # Words
//!
//! The **platform** is the provider's end, the WebSocket client. The **application** is our user's end, the server.
//! An [`Event`] goes from platform to application, a [`Command`] the other way. A [`Dialect`] is one provider's wire
//! format, a value; the [`Role`] decides which words a session hears and which it says, a type.
//!
//! # How it is run
//!
//! A WebSocket already frames messages, so one message is one event, and one command is at most one message. Nothing
//! fans out, so nothing is queued, so nothing is allocated. Three things go in, and each is answered on the spot:
//!
//! | in | method | out |
//! |---|---|---|
//! | a message from the peer | [`handle_message`](Session::handle_message) | what the peer said |
//! | a wish of yours | [`send`](Session::send) | the message to put on the socket, if it takes one |
//! | time | [`handle_timeout`](Session::handle_timeout), when [`poll_timeout`](Session::poll_timeout) says so | a message owed, or a deadline that expired |
//!
//! 1. Wait for a message or for `poll_timeout`, whichever comes first.
//! 2. Hand it in; act on the answer; put on the socket what you are given.
//! 3. Unless [`is_closed`](Session::is_closed), start over.
//!
//! ```
//! # #[cfg(feature = "sinch")] {
//! use voxwire::{AudioFormat, Command, Config, Dialect, Event, Instant, Message, Session};
//!
//! let config = Config::new(Dialect::Sinch).format(AudioFormat::pcm16(16_000).unwrap());
//! let mut session = Session::application(config, Instant::ZERO);
//! let mut buf = [0; 1024];
//!
//! // The platform announces a call.
//! let now = Instant::from_millis(20);
//! let heard = session.handle_message(now, Message::Text(r#"{"command":"connect","CallId":"c1"}"#))?;
//! let Event::Start(start) = heard else { panic!("{heard:?}") };
//! assert_eq!(start.call_id.unwrap(), "c1");
//! assert_eq!(start.heard.unwrap().rate(), 16_000);
//!
//! // We answer.
//! let message = session.send(now, Command::Answer, &mut buf)?;
//! assert_eq!(message, Some(Message::Text(r#"{"command":"answer"}"#)));
//!
//! // The caller speaks, and hears the echo: the same bytes, never copied.
//! let voice = [1, 0, 2, 0];
//! let heard = session.handle_message(now, Message::Binary(&voice))?;
//! let Event::Audio(audio) = heard else { panic!("{heard:?}") };
//! assert_eq!(session.send(now, Command::Audio(audio), &mut buf)?, Some(Message::Binary(&voice)));
//!
//! // Silence; then a heartbeat is due, and the session says so.
//! let due = session.poll_timeout().unwrap();
//! assert_eq!(due, now + core::time::Duration::from_secs(25));
//! let owed = session.handle_timeout(due, &mut buf)?;
//! assert_eq!(owed, voxwire::Due::Send(Message::Text(r#"{"command":"heartbeat"}"#)));
//! # }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Phases
//!
//! ```text
//!          announced            answer
//!   Idle ────────────▶ Offered ────────▶ Live
//!    │                    │ busy,          │ stop
//!    │                    │ reject         ▼
//!    │ close              └────────────▶ (ending) ──▶ Closed
//!    └──────────────────────────────────────▲ close, from either side, in any phase
//! ```
//!
//! On Wavix a call needs no answer: it goes from Idle to Live. Nothing but answer, busy, reject and close is said
//! before the answer, and audio that is heard before it is [`Event::Dropped`] and counted. While a call is ending,
//! whoever spoke the last word waits [`Config::end_within`] for the peer's close, then closes.
//!
//! # Laws
//!
//! 1. An event borrows the message, never the session: one may speak while holding what was heard.
//! 2. An `Err` changes nothing, neither the session nor what was sent; no [`ReceiveError`] ends the call by itself.
//! 3. One message is exactly one event: unknown words are `Other`, audio before the answer is `Dropped`, and anything
//!    after the end is `Hangup` again. Tolerant in, exact out.
//! 4. Raw audio in is the same pointer out, odd lengths included: audio is a byte stream. A relay between dialects of
//!    one encoding never decodes, but validates.
//! 5. `Ok(None)`: the wish holds without words (answer on Wavix). [`SendError::Unsupported`]: it cannot be met (a mark
//!    on Sinch). Callers never branch on the provider.
//! 6. No input panics.
//! 7. The session keeps only what must outlive a message: ids and counters, inline and bounded, never message bytes.
//! 8. Time never spins: `handle_timeout(now)` repeated reaches [`Due::Nothing`], and then `poll_timeout()` lies after
//!    `now`. A clock that goes back counts as one that stands still.
//!
//! # Bounds
//!
//! What the peer sends is bounded by [`Config::max_message`], [`Config::max_text`], [`MAX_NESTING`], [`MAX_HEADERS`]
//! and [`MAX_IDENTIFIER`]; what exceeds one is [`ReceiveError::Limit`], which names it. Bodies of HTTP are bounded by
//! [`callback::MAX_BODY`] and [`svaml::MAX_BODY`].
//!
//! # Features
//!
//! `sinch` and `wavix` (both default) compile a dialect in. `serde` writes [`Event`]s and [`Command`]s as JSON for
//! logs: audio as its length, headers as their names, their values only through [`Headers::with_values`]. `callbacks`
//! adds what goes over HTTP before, during and after a Sinch call, without serving it: bodies are read from a slice and
//! written to a slice, and the clock is an argument. `std` lets it find out what the processor can, for searches;
//! nothing else of it is used, and no allocator.
//!
//! # Out of scope
//!
//! Speech recognition, synthesis and language models; SIP and RTP; the providers' REST APIs.

#![no_std]
#![cfg_attr(
    not(all(feature = "sinch", feature = "wavix")),
    expect(dead_code, reason = "a dialect that is left out leaves parts of the codecs unused")
)]
#![cfg_attr(
    not(any(feature = "sinch", feature = "wavix")),
    expect(unused_variables, reason = "without a dialect there is nothing to dispatch")
)]

#[cfg(test)]
extern crate std;

pub mod audio;
#[cfg(feature = "callbacks")]
pub mod callback;
#[cfg_attr(not(feature = "_codec"), expect(unreachable_pub, reason = "public under _codec"))]
mod codec;
mod command;
mod config;
mod copy;
mod dialect;
mod due;
mod error;
mod event;
mod far_end;
mod format;
mod framer;
mod headers;
mod limits;
mod message;
mod outbox;
mod phase;
mod role;
mod session;
#[cfg(feature = "callbacks")]
pub mod signature;
#[cfg(feature = "callbacks")]
pub mod svaml;
mod text;
mod time;
#[cfg(feature = "callbacks")]
mod utc;
#[cfg(feature = "callbacks")]
mod word;

pub use audio::{Audio, Track};
pub use command::Command;
pub use config::Config;
pub use dialect::{Dialect, UnknownDialect};
pub use due::{Deadline, Due};
pub use error::{AudioError, Bound, ReceiveError, SendError};
pub use event::{Dropped, Event, Mark, Start};
pub use far_end::{FarEnd, Heard};
pub use format::AudioFormat;
pub use framer::Framer;
pub use headers::{Header, Headers, Iter as HeadersIter};
pub use limits::{MAX_HEADERS, MAX_IDENTIFIER, MAX_NESTING};
pub use message::{Close, Message, Payload};
pub use outbox::{Outbox, OutboxError};
pub use role::{Application, Platform, Role};
pub use session::{Counters, Session};
pub use text::{Chars, Text};
pub use time::Instant;
#[cfg(feature = "callbacks")]
pub use utc::{Timestamp, Utc};
#[cfg(feature = "callbacks")]
pub use word::{Vocabulary, Word};

/// The codecs, for this project's own fuzz targets and benches; no promise is made for them.
#[cfg(feature = "_codec")]
#[doc(hidden)]
pub mod _codec {
    pub use crate::codec::{base64, json, writer};
}
