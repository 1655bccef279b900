//! The actions that connect the caller to somebody, or to something.

use core::fmt;

use super::forms::Shown;
use super::members::{members, setters};
use super::read::Member;
use super::words::{DestinationType, DtmfMode, Indications, Moh, Transport};
use super::write::write_pairs;
use crate::headers::Headers;
use crate::text::Text;
use crate::word::Word;

members! {
    /// Connects the caller to a phone.
    #[derive(Debug)]
    pub struct ConnectPstn<'a> {
        /// The number, E.164 with or without `+`. Without it, the number that was dialled.
        pub number: Option<Text<'a>> = "number",
        /// Language of what the platform says itself; its default is `en-US`.
        pub locale: Option<Text<'a>> = "locale",
        /// Longest call, in seconds, at most 14,400.
        pub max_duration: Option<u32> = "maxDuration",
        /// How long it rings, in seconds.
        pub dial_timeout: Option<u32> = "dialTimeout",
        /// The number that is shown to who is called, or `private`.
        pub cli: Option<Text<'a>> = "cli",
        /// Whether ACE and DICE callbacks are left out for this leg.
        pub suppress_callbacks: Option<bool> = "suppressCallbacks",
        /// Keys that are sent once answered: `0`–`9`, `#`, and `w` for half a second.
        pub dtmf: Option<Text<'a>> = "dtmf",
        /// The country whose ringing tone the caller hears.
        pub indications: Option<Word<'a, Indications>> = "indications",
        /// Whether it is found out if a machine answers.
        pub amd: Option<Amd> = "amd",
    }
}

impl<'a> ConnectPstn<'a> {
    /// Connects to `number`.
    pub fn to(number: impl Into<Text<'a>>) -> Self {
        Self { number: Some(number.into()), ..Self::default() }
    }

    /// Connects to the number that was dialled.
    pub fn dialled() -> Self {
        Self::default()
    }

    setters! {
        locale: impl Into<Text<'a>>,
        max_duration: u32,
        dial_timeout: u32,
        cli: impl Into<Text<'a>>,
        suppress_callbacks: bool,
        dtmf: impl Into<Text<'a>>,
        indications: impl Into<Word<'a, Indications>>,
        amd: Amd,
    }
}

members! {
    /// Answering machine detection.
    #[derive(Debug)]
    pub struct Amd {
        /// Whether it is done.
        pub enabled: Option<bool> = "enabled",
        /// Whether the call goes on meanwhile; the verdict then comes as a notification.
        pub asynchronous: Option<bool> = "async",
    }
}

impl Amd {
    /// Detection before the ACE callback.
    pub const fn enabled() -> Self {
        Self { enabled: Some(true), asynchronous: Some(false) }
    }

    /// Detection while the call goes on.
    pub const fn asynchronous() -> Self {
        Self { enabled: Some(true), asynchronous: Some(true) }
    }
}

members! {
    /// Connects the caller to a user of the application.
    #[derive(Debug)]
    pub struct ConnectMxp<'a> {
        /// The user. Without it, the one that was called.
        pub destination: Option<Destination<'a>> = "destination",
        /// Headers for the user's application: at most 1,024 bytes and [`MAX_HEADERS`](crate::MAX_HEADERS).
        #[serde(serialize_with = "write_pairs")]
        pub call_headers: Headers<'a> = "callHeaders",
    }
}

impl<'a> ConnectMxp<'a> {
    /// Connects to the user of this name.
    pub fn to(username: impl Into<Text<'a>>) -> Self {
        let destination = Destination::new(DestinationType::Username, username);
        Self { destination: Some(destination), ..Self::default() }
    }

    /// Connects to the user that was called.
    pub fn dialled() -> Self {
        Self::default()
    }

    /// The same, with [`call_headers`](field@Self::call_headers).
    #[must_use]
    pub fn call_headers(self, call_headers: impl Into<Headers<'a>>) -> Self {
        Self { call_headers: call_headers.into(), ..self }
    }
}

members! {
    /// Connects the caller to a SIP server.
    #[derive(Debug)]
    pub struct ConnectSip<'a> {
        /// The SIP address.
        pub destination: Destination<'a> = "destination",
        /// Longest call, in seconds, at most 14,400.
        pub max_duration: Option<u32> = "maxDuration",
        /// The number that is shown to who is called, or `private`.
        pub cli: Option<Text<'a>> = "cli",
        /// Whether ACE and DICE callbacks are left out for this leg.
        pub suppress_callbacks: Option<bool> = "suppressCallbacks",
        /// What carries the SIP messages; UDP by default.
        pub transport: Option<Word<'a, Transport>> = "transport",
        /// Headers for the SIP server: at most 1,024 bytes and [`MAX_HEADERS`](crate::MAX_HEADERS).
        #[serde(serialize_with = "write_pairs")]
        pub call_headers: Headers<'a> = "callHeaders",
        /// What the caller hears while waiting.
        pub moh: Option<Word<'a, Moh>> = "moh",
    }
}

impl<'a> ConnectSip<'a> {
    /// Connects to a SIP address.
    pub fn to(address: impl Into<Text<'a>>) -> Self {
        Self { destination: Destination::new(DestinationType::Sip, address), ..Self::default() }
    }

    setters! {
        max_duration: u32,
        cli: impl Into<Text<'a>>,
        suppress_callbacks: bool,
        transport: impl Into<Word<'a, Transport>>,
        moh: impl Into<Word<'a, Moh>>,
    }

    /// The same, with [`call_headers`](field@Self::call_headers).
    #[must_use]
    pub fn call_headers(self, call_headers: impl Into<Headers<'a>>) -> Self {
        Self { call_headers: call_headers.into(), ..self }
    }
}

members! {
    /// Puts the caller into a conference.
    #[derive(Debug)]
    pub struct ConnectConf<'a> {
        /// The conference, 1 to 64 characters.
        pub conference_id: Text<'a> = "conferenceId",
        /// What becomes of the keys that the caller presses.
        pub dtmf_options: Option<ConferenceDtmf<'a>> = "conferenceDtmfOptions",
        /// What the caller hears while alone.
        pub moh: Option<Word<'a, Moh>> = "moh",
    }
}

impl<'a> ConnectConf<'a> {
    /// Connects to the conference of this id.
    pub fn to(conference_id: impl Into<Text<'a>>) -> Self {
        Self { conference_id: conference_id.into(), ..Self::default() }
    }

    setters! {
        dtmf_options: ConferenceDtmf<'a>,
        moh: impl Into<Word<'a, Moh>>,
    }
}

members! {
    /// What becomes of the keys that are pressed in a conference.
    #[derive(Debug)]
    pub struct ConferenceDtmf<'a> {
        /// Whether they are ignored, forwarded or collected.
        pub mode: Option<Word<'a, DtmfMode>> = "mode",
        /// How many are collected; the platform's default is 1.
        pub max_digits: Option<u32> = "maxDigits",
        /// Silence after which the collection ends, in milliseconds; the platform's default is 3,000.
        pub timeout_ms: Option<u32> = "timeoutMills" or "timoutMills",
    }
}

impl<'a> ConferenceDtmf<'a> {
    /// Keys are treated so.
    pub fn new(mode: impl Into<Word<'a, DtmfMode>>) -> Self {
        Self { mode: Some(mode.into()), ..Self::default() }
    }

    setters! {
        max_digits: u32,
        timeout_ms: u32,
    }
}

members! {
    /// Connects the caller to a WebSocket server: this crate's [`Session`](crate::Session) is what answers there.
    #[derive(Debug)]
    pub struct ConnectStream<'a> {
        /// The server: type `Websocket`, endpoint `ws://…` or `wss://…`.
        pub destination: Destination<'a> = "destination",
        /// The audio's rate.
        pub streaming_options: Option<StreamingOptions> = "streamingOptions",
        /// Longest call, in seconds, at most 14,400.
        pub max_duration: Option<u32> = "maxDuration",
        /// Headers that come with the first message: at most 1,024 bytes and [`MAX_HEADERS`](crate::MAX_HEADERS).
        #[serde(serialize_with = "write_pairs")]
        pub call_headers: Headers<'a> = "callHeaders",
    }
}

impl<'a> ConnectStream<'a> {
    /// Connects to the server at this `ws://` or `wss://` address.
    pub fn to(endpoint: impl Into<Text<'a>>) -> Self {
        Self { destination: Destination::new(DestinationType::Websocket, endpoint), ..Self::default() }
    }

    /// The same, with audio of this rate in Hz, one of [`AudioFormat::RATES`](crate::AudioFormat::RATES).
    #[must_use]
    pub fn sample_rate(self, sample_rate: u32) -> Self {
        Self { streaming_options: Some(StreamingOptions::new(sample_rate)), ..self }
    }

    setters! {
        streaming_options: StreamingOptions,
        max_duration: u32,
    }

    /// The same, with [`call_headers`](field@Self::call_headers).
    #[must_use]
    pub fn call_headers(self, call_headers: impl Into<Headers<'a>>) -> Self {
        Self { call_headers: call_headers.into(), ..self }
    }
}

members! {
    /// The audio of a stream.
    #[derive(Debug)]
    pub struct StreamingOptions {
        /// Version; what others than 1 mean is not documented, so they are passed on.
        pub version: Option<u32> = "version",
        /// Samples per second, in Hz, one of [`AudioFormat::RATES`](crate::AudioFormat::RATES) (Voice 2.0). Without it,
        /// 8,000 (Voice 2.0; v1 names no default).
        pub sample_rate: Option<u32> = "sampleRate",
    }
}

impl StreamingOptions {
    /// Version 1 with this rate in Hz.
    pub const fn new(sample_rate: u32) -> Self {
        Self { version: Some(1), sample_rate: Some(sample_rate) }
    }
}

members! {
    /// Who or what a call is connected to.
    pub struct Destination<'a> {
        /// What it is.
        pub kind: Option<Word<'a, DestinationType>> = "type",
        /// Its number, name or address. What follows the host of an address may be a secret, so debug output does not
        /// show it.
        pub endpoint: Text<'a> = "endpoint",
    }
}

impl<'a> Destination<'a> {
    /// The party of this kind at `endpoint`.
    pub fn new(kind: impl Into<Word<'a, DestinationType>>, endpoint: impl Into<Text<'a>>) -> Self {
        Self { kind: Some(kind.into()), endpoint: endpoint.into() }
    }
}

/// Without what follows the host of an address.
impl fmt::Debug for Destination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = Shown(self.endpoint);
        f.debug_struct("Destination").field("kind", &self.kind).field("endpoint", &endpoint).finish()
    }
}
