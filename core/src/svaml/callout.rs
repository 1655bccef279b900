//! Calls that the application starts, with replies to their callbacks in the request.

use core::fmt;

use super::connect::{ConferenceDtmf, Destination};
use super::invalid::{BufferTooSmall, Invalid, SvamlError};
use super::members::{members, setters};
use super::read::{Member, object};
use super::script::Script;
use super::words::{DestinationType, Moh};
use super::write::write;
use super::{check, text};
use crate::callback::{CallbackEvent, Domain};
use crate::codec::json::Reader;
use crate::text::Text;
use crate::word::Word;

/// A request to call somebody, as it is posted to the platform's REST API (Voice v1, callouts).
///
/// A reply within a custom callout is a string that holds JSON, so it is written first, into a buffer of its own:
///
/// ```
/// use voxwire::svaml::{Callout, ConnectStream, CustomCallout, Reply, Script, Svaml};
///
/// let mut ice = [0; 256];
/// let ice = Reply::ice().connect_stream(ConnectStream::to("wss://media.example/s"))?.write(&mut ice)?;
/// let callout = Callout::Custom(CustomCallout::to("+4685011").ice(Script::svaml(ice)));
///
/// let mut buf = [0; 512];
/// let body = callout.write(&mut buf)?;
/// assert_eq!(
///     body,
///     concat!(
///         r#"{"method":"customCallout","customCallout":{"destination":{"type":"number","endpoint":"+4685011"},"#,
///         r#""ice":"{\"action\":{\"name\":\"connectStream\",\"destination\":{\"type\":\"Websocket\","#,
///         r#"\"endpoint\":\"wss://media.example/s\"}}}"}}"#,
///     )
/// );
///
/// let mut script = [0; 256];
/// let read = Callout::parse(body.as_bytes())?;
/// read.check(&mut script)?;
/// let Callout::Custom(custom) = read else { panic!("{read:?}") };
/// let ice = custom.ice.and_then(|ice| ice.copy_to(&mut script)).unwrap();
/// assert!(Svaml::parse(ice.as_bytes())?.action().is_some());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Callout<'a> {
    /// A call that is controlled by SVAML throughout.
    Custom(CustomCallout<'a>),
    /// A call into a conference.
    Conference(ConferenceCallout<'a>),
    /// Another method, only ever read; its members are not kept. No check lets it pass.
    Other {
        /// The method; empty if there was none.
        method: Text<'a>,
    },
}

impl<'a> Callout<'a> {
    /// Reads a request, as [`Svaml::parse`](super::Svaml::parse) reads a reply. The replies within it stay as they are.
    ///
    /// # Errors
    ///
    /// What is wrong, and where.
    pub fn parse(body: &'a [u8]) -> Result<Self, SvamlError> {
        let text = text(body)?;
        let mut method = Text::default();
        let mut json = Reader::new(text);
        object(&mut json, "document", |member| member.fill("method", &mut method))?;
        json.finish()?;
        let mut json = Reader::new(text);
        if method.eq_ignore_ascii_case(CUSTOM) {
            let mut custom = CustomCallout::default();
            object(&mut json, "document", |member| member.fill(CUSTOM, &mut custom))?;
            Ok(Self::Custom(custom))
        } else if method.eq_ignore_ascii_case(CONFERENCE) {
            let mut conference = ConferenceCallout::default();
            object(&mut json, "document", |member| member.fill(CONFERENCE, &mut conference))?;
            Ok(Self::Conference(conference))
        } else {
            Ok(Self::Other { method })
        }
    }

    /// Checks every rule, in the request and in the replies within it, each of which is unescaped into `buf`:
    /// [`MAX_BODY`](super::MAX_BODY) bytes are enough for any.
    ///
    /// In the request the rules are those of [`Svaml::check`](super::Svaml::check), and `custom` has at most 1,024 bytes
    /// (Voice v1, callbacks).
    ///
    /// # Errors
    ///
    /// The first rule that is broken, in the request or in one of its replies; a reply that cannot be read; or a buffer
    /// that is too small.
    pub fn check(&self, buf: &mut [u8]) -> Result<(), CalloutError> {
        check::callout(self).map_err(CalloutError::Invalid)?;
        let Self::Custom(custom) = self else { return Ok(()) };
        [(custom.ice, CallbackEvent::Ice), (custom.ace, CallbackEvent::Ace), (custom.pie, CallbackEvent::Pie)]
            .into_iter()
            .try_for_each(|(script, event)| script.map_or(Ok(()), |script| script.check(event, buf)))
    }

    /// Writes the request to the start of `buf`.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], which tells the bytes it takes; what then lies in `buf` is no document.
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        write(self, buf)
    }
}

const CUSTOM: &str = "customCallout";
const CONFERENCE: &str = "conferenceCallout";

impl serde::Serialize for Callout<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut document = serializer.serialize_struct("Callout", 2)?;
        match self {
            Self::Custom(custom) => {
                document.serialize_field("method", CUSTOM)?;
                document.serialize_field(CUSTOM, custom)?;
            }
            Self::Conference(conference) => {
                document.serialize_field("method", CONFERENCE)?;
                document.serialize_field(CONFERENCE, conference)?;
            }
            Self::Other { method } => document.serialize_field("method", method)?,
        }
        document.end()
    }
}

members! {
    /// A call that is controlled by SVAML throughout.
    pub struct CustomCallout<'a> {
        /// The number that is shown to who is called.
        pub cli: Option<Text<'a>> = "cli",
        /// Who is called.
        pub destination: Option<Destination<'a>> = "destination",
        /// Keys that are sent once answered: `0`–`9`, `#`, and `w` for half a second.
        pub dtmf: Option<Text<'a>> = "dtmf",
        /// A text that comes back with every callback, at most 1,024 bytes. Debug output does not show it.
        pub custom: Option<Text<'a>> = "custom",
        /// Longest call, in seconds, at most 14,400.
        pub max_duration: Option<u32> = "maxDuration",
        /// What is replied to the ICE callback.
        pub ice: Option<Script<'a>> = "ice",
        /// What is replied to the ACE callback.
        pub ace: Option<Script<'a>> = "ace",
        /// What is replied to the PIE callback.
        pub pie: Option<Script<'a>> = "pie",
        /// Whether there is an ACE callback; the platform's default is no.
        pub enable_ace: Option<bool> = "enableAce",
        /// Whether there is a DICE callback; the platform's default is no.
        pub enable_dice: Option<bool> = "enableDice",
        /// Whether there are PIE callbacks; the platform's default is no.
        pub enable_pie: Option<bool> = "enablePie",
    }
}

impl<'a> CustomCallout<'a> {
    /// Calls nobody by itself: the reply to ICE says what happens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls a phone number.
    pub fn to(number: impl Into<Text<'a>>) -> Self {
        Self::new().destination(Destination::new(DestinationType::Number, number))
    }

    setters! {
        cli: impl Into<Text<'a>>,
        destination: Destination<'a>,
        dtmf: impl Into<Text<'a>>,
        custom: impl Into<Text<'a>>,
        max_duration: u32,
        ice: Script<'a>,
        ace: Script<'a>,
        pie: Script<'a>,
        enable_ace: bool,
        enable_dice: bool,
        enable_pie: bool,
    }
}

members! {
    /// A call into a conference.
    pub struct ConferenceCallout<'a> {
        /// The number that is shown to who is called.
        pub cli: Option<Text<'a>> = "cli",
        /// Who is called.
        pub destination: Destination<'a> = "destination",
        /// The conference, 1 to 64 characters.
        pub conference_id: Text<'a> = "conferenceId",
        /// Longest call, in seconds, at most 14,400.
        pub max_duration: Option<u32> = "maxDuration",
        /// Whether there is an ACE callback; the platform's default is no.
        pub enable_ace: Option<bool> = "enableAce",
        /// Whether there is a DICE callback; the platform's default is no.
        pub enable_dice: Option<bool> = "enableDice",
        /// Whether there are PIE callbacks; the platform's default is no.
        pub enable_pie: Option<bool> = "enablePie",
        /// What is said to who answers.
        pub greeting: Option<Text<'a>> = "greeting",
        /// The greeting's language.
        pub locale: Option<Text<'a>> = "locale",
        /// What who is called hears while alone.
        pub moh: Option<Word<'a, Moh>> = "mohClass",
        /// What becomes of the keys that who is called presses.
        pub dtmf_options: Option<ConferenceDtmf<'a>> = "conferenceDtmfOptions",
        /// A text that comes back with every callback, at most 1,024 bytes. Debug output does not show it.
        pub custom: Option<Text<'a>> = "custom",
        /// Keys that are sent once answered: `0`–`9`, `#`, and `w` for half a second.
        pub dtmf: Option<Text<'a>> = "dtmf",
        /// Whether a phone or a user of the application is called.
        pub domain: Option<Word<'a, Domain>> = "domain",
    }
}

impl<'a> ConferenceCallout<'a> {
    /// Calls `destination` into the conference of this id.
    pub fn new(destination: Destination<'a>, conference_id: impl Into<Text<'a>>) -> Self {
        Self { destination, conference_id: conference_id.into(), ..Self::default() }
    }

    setters! {
        cli: impl Into<Text<'a>>,
        max_duration: u32,
        enable_ace: bool,
        enable_dice: bool,
        enable_pie: bool,
        greeting: impl Into<Text<'a>>,
        locale: impl Into<Text<'a>>,
        moh: impl Into<Word<'a, Moh>>,
        dtmf_options: ConferenceDtmf<'a>,
        custom: impl Into<Text<'a>>,
        dtmf: impl Into<Text<'a>>,
        domain: impl Into<Word<'a, Domain>>,
    }
}

/// Who calls whom.
impl fmt::Debug for CustomCallout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomCallout")
            .field("cli", &self.cli)
            .field("destination", &self.destination)
            .field("ice", &self.ice)
            .field("ace", &self.ace)
            .field("pie", &self.pie)
            .finish_non_exhaustive()
    }
}

/// Who calls whom, and where to.
impl fmt::Debug for ConferenceCallout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConferenceCallout")
            .field("cli", &self.cli)
            .field("destination", &self.destination)
            .field("conference_id", &self.conference_id)
            .finish_non_exhaustive()
    }
}

/// A callout that may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CalloutError {
    /// The request breaks a rule.
    Invalid(Invalid),
    /// A reply within it breaks a rule.
    Reply {
        /// The callback that it replies to.
        event: CallbackEvent,
        /// The rule.
        invalid: Invalid,
    },
    /// A reply within it cannot be read.
    Unreadable {
        /// The callback that it replies to.
        event: CallbackEvent,
        /// What is wrong, and where in the reply.
        error: SvamlError,
    },
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// Bytes that the longest reply looked at so far takes.
        needed: usize,
    },
}

impl fmt::Display for CalloutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Reply { event, invalid } => write!(f, "reply to {event}: {invalid}"),
            Self::Unreadable { event, error } => write!(f, "reply to {event}: {error}"),
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
        }
    }
}

impl core::error::Error for CalloutError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Invalid(invalid) | Self::Reply { invalid, .. } => Some(invalid),
            Self::Unreadable { error, .. } => Some(error),
            Self::BufferTooSmall { .. } => None,
        }
    }
}
