//! SVAML: what an application replies to a callback.
//!
//! A reply is some instructions, done in order, and one action, which decides what becomes of the call. [`Reply`]
//! builds it, offers only what may answer the callback, and checks every rule before it lets go of it; what it gives is
//! a [`Svaml`], which writes itself into a buffer of yours. Nothing is allocated.
//!
//! ```
//! use voxwire::svaml::{ConnectStream, Reply};
//!
//! let stream = ConnectStream::to("wss://media.example/calls")
//!     .sample_rate(16_000)
//!     .max_duration(3_600)
//!     .call_headers(&[("tenant", "north")]);
//! let reply = Reply::ice().answer().connect_stream(stream)?;
//!
//! let mut buf = [0; 512];
//! assert_eq!(
//!     reply.write(&mut buf)?,
//!     concat!(
//!         r#"{"instructions":[{"name":"answer"}],"action":{"name":"connectStream","#,
//!         r#""destination":{"type":"Websocket","endpoint":"wss://media.example/calls"},"#,
//!         r#""streamingOptions":{"version":1,"sampleRate":16000},"maxDuration":3600,"#,
//!         r#""callHeaders":[{"key":"tenant","value":"north"}]}}"#,
//!     )
//! );
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | reply to a callback | [`Reply`] |
//! | know what may answer what | [`matrix`] |
//! | judge a reply that you were given | [`Svaml::parse`], [`Svaml::check`] |
//! | start a call, with replies to its callbacks in the request | [`Callout`] |
//! | reply to a callback that wants no SVAML | [`NOTHING`] |
//!
//! Source of all rules: developers.sinch.com, Voice v1, SVAML; where it is silent, what is assumed is said there.

mod action;
mod callout;
mod check;
mod connect;
mod forms;
mod instruction;
mod invalid;
mod list;
pub mod matrix;
mod members;
mod menu;
mod read;
mod reply;
mod script;
mod words;
mod write;

use heapless::Vec;

pub use action::{Action, Continue, Hangup, Park};
pub use callout::{Callout, CalloutError, ConferenceCallout, CustomCallout};
pub use connect::{
    Amd, ConferenceDtmf, ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Destination,
    StreamingOptions,
};
pub use instruction::{
    Answer, Instruction, PlayFiles, Recording, Say, SendDtmf, SetCookie, StartRecording, StopRecording,
    Transcription,
};
pub use invalid::{BufferTooSmall, Excerpt, Found, Invalid, Rule, SvamlError, Waived};
pub use list::{List, ListIter};
pub use menu::{Choice, Menu, MenuOption, RunMenu};
pub use reply::Reply;
pub use script::Script;
pub use words::{DestinationType, DtmfMode, Indications, Moh, Transport};

use crate::callback::CallbackEvent;
pub use crate::callback::MAX_BODY;
use crate::codec::json::Reader;
use read::{Member, array, object};
use write::write;

/// What is replied to a callback that wants no SVAML. An empty body has been seen to be logged as an error.
pub const NOTHING: &str = "{}";

/// Instructions of one reply.
pub const MAX_INSTRUCTIONS: usize = 16;

/// Menus of one reply. Assumed: Sinch names no number, but an SDK of its own takes at most 64 prompts.
pub const MAX_MENUS: usize = 64;

/// A reply: instructions, then an action. Built by a [`Reply`], or read.
///
/// Serialised, it is what goes over the wire, values of headers and cookies included; debug output holds none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svaml<'a> {
    instructions: Vec<Instruction<'a>, MAX_INSTRUCTIONS>,
    action: Option<Action<'a>>,
}

impl<'a> Svaml<'a> {
    /// Reads a document. Names and keys are taken in any case, members and names that are not known are let pass
    /// ([`Action::Other`], [`Instruction::Other`]), some misspellings of Sinch's own pages and SDKs too; `null` is as
    /// good as absent. No rule is checked but the types.
    ///
    /// ```
    /// use voxwire::svaml::{Action, Svaml};
    ///
    /// let svaml = Svaml::parse(br#"{"Action":{"name":"connectPSTN","number":"+4685012"}}"#)?;
    /// let Some(Action::ConnectPstn(pstn)) = svaml.action() else { panic!("{svaml:?}") };
    /// assert_eq!(pstn.number.unwrap(), "+4685012");
    /// # Ok::<(), voxwire::svaml::SvamlError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong, and where: it is no JSON object, a member has a value of the wrong type, or it crosses
    /// [`MAX_BODY`], [`MAX_INSTRUCTIONS`] or [`MAX_NESTING`](crate::MAX_NESTING).
    pub fn parse(body: &'a [u8]) -> Result<Self, SvamlError> {
        let text = text(body)?;
        let mut svaml = Self::empty();
        let mut json = Reader::new(text);
        object(&mut json, "document", |member| {
            member.fill("instructions", &mut svaml.instructions)?;
            member.fill("action", &mut svaml.action)
        })?;
        json.finish()?;
        Ok(svaml)
    }

    /// The instructions, in order.
    pub fn instructions(&self) -> &[Instruction<'a>] {
        &self.instructions
    }

    /// The action. A reply that was built has one.
    pub const fn action(&self) -> Option<&Action<'a>> {
        self.action.as_ref()
    }

    /// Whether there is neither instruction nor action: [`NOTHING`].
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty() && self.action.is_none()
    }

    /// Checks every rule for a reply to `event`. An action is required; but to what wants no SVAML, an empty document
    /// is right.
    ///
    /// | where | rule | source |
    /// |---|---|---|
    /// | `name` | may answer the event | [`matrix`] |
    /// | `maxDuration` | at most 14,400 s; of `park` 600 s | Voice v1, SVAML; pages of 2021 |
    /// | `number`, `cli` | E.164 with or without `+`, `cli` also `private` | Voice v1, SVAML |
    /// | `dtmf`, `value` of `sendDtmf` | `0`–`9`, `#`, `w`, at least one | Voice v1, SVAML |
    /// | `conferenceId` | 1 to 64 characters | Voice v1, SVAML |
    /// | `destination` | an `endpoint`, and the right `type` | Voice v1, SVAML |
    /// | of `connectStream` | type `Websocket`, `ws://` or `wss://`, a known rate | Voice v1 `connectStream`, Voice 2.0 |
    /// | | a host, neither user nor fragment | RFC 6455 |
    /// | `callHeaders` | together at most 1,024 bytes | Voice v1, call headers |
    /// | | at most [`MAX_HEADERS`](crate::MAX_HEADERS), each with a key | assumed |
    /// | cookies | together at most 1,024 bytes, each with a key | Voice v1, SVAML; assumed |
    /// | `text` | 1 to 600 characters | Voice v1, SVAML |
    /// | `ids`, prompts | 1 to 64, well formed; spoken at most 600 characters each, 1,000 together | an SDK of Sinch's own |
    /// | `locale` | required with `#tts` and `#ssml` in `ids`, and with `enableVoice` | Voice v1, SVAML |
    /// | `menus` | one is `main`, `mainMenu` and `menu(…)` exist | Voice v1, SVAML |
    /// | | at most [`MAX_MENUS`], ids differ, keys of a menu differ, no `)` within `return(…)` or `menu(…)` | assumed |
    /// | `destinationUrl` | `s3://`, `azure://` or `gs://` | Voice v1, recording; the last from Voice 2.0 |
    /// | `startRecording` | not with `connectMxp` | Voice v1, SVAML |
    /// | vocabularies | [`Moh`], [`Indications`], [`Transport`], [`DtmfMode`] | Voice v1, SVAML |
    ///
    /// # Errors
    ///
    /// The first rule that is broken, with the field, the limit and what was found.
    pub fn check(&self, event: CallbackEvent) -> Result<(), Invalid> {
        check::strictly(self, event)
    }

    /// Checks every rule for a reply to `event`, but lets pass, and lists, what only some sources forbid:
    ///
    /// - the cells of the [`matrix`]: SDK types, Functions builders and the pages of 2021 each have a different one;
    /// - `*` among keys that are sent: the pages leave it out, phones have it;
    /// - a conference id of 65 to 128 characters: the pages say 64, an older SDK 128;
    /// - a wait in `park` of more than 600 s: only the pages of 2021 have that limit.
    ///
    /// # Errors
    ///
    /// The first rule that is broken of those on which the sources agree.
    pub fn check_leniently(&self, event: CallbackEvent) -> Result<Waived, Invalid> {
        check::leniently(self, event)
    }

    /// Writes the document to the start of `buf`.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], which tells the bytes it takes; what then lies in `buf` is no document.
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        write(self, buf)
    }

    const fn empty() -> Self {
        Self { instructions: Vec::new(), action: None }
    }
}

impl serde::Serialize for Svaml<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut document = serializer.serialize_struct("Svaml", 2)?;
        if self.instructions.is_empty() {
            document.skip_field("instructions")?;
        } else {
            document.serialize_field("instructions", self.instructions())?;
        }
        match &self.action {
            Some(action) => document.serialize_field("action", action)?,
            None => document.skip_field("action")?,
        }
        document.end()
    }
}

impl<'a> Member<'a> for Vec<Instruction<'a>, MAX_INSTRUCTIONS> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        let mut instructions = Self::new();
        array(json, name, |json| {
            json.peek();
            let at = json.at();
            let instruction = Instruction::read(json, name)?;
            let limit = SvamlError::Limit { what: "instructions", limit: MAX_INSTRUCTIONS, at };
            instructions.push(instruction).map_err(|_| limit)
        })?;
        Ok(instructions)
    }
}

/// The text of a body, if it is not too long.
fn text(body: &[u8]) -> Result<&str, SvamlError> {
    if body.len() > MAX_BODY {
        return Err(SvamlError::Limit { what: "bytes", limit: MAX_BODY, at: MAX_BODY });
    }
    let not_utf8 = |error: core::str::Utf8Error| SvamlError::Malformed {
        what: "text that is not UTF-8",
        at: error.valid_up_to(),
    };
    core::str::from_utf8(body).map_err(not_utf8)
}
