//! What Sinch posts before, during and after a call: ICE, ACE, PIE, DICE and notify (Voice v1, callbacks).
//!
//! A callback is an HTTP POST with a JSON body, whose member `event` says which of the five it is. [`Callback::parse`]
//! reads the body, and what it gives borrows it: nothing is copied.
//!
//! | `event` | | posted when | reply |
//! |---|---|---|---|
//! | `ice` | [`Ice`] | somebody calls | SVAML; if it is late or missing, the call is dropped |
//! | `ace` | [`Ace`] | somebody who was called has answered | SVAML; if it is late or missing, the call goes on |
//! | `pie` | [`Pie`] | a menu has ended | SVAML; but see [`Callback::wants_svaml`] for conferences |
//! | `dice` | [`Dice`] | a call is over | none: status 200, and `{}` |
//! | `notify` | [`Notify`] | a recording is ready, say | none: status 200, and `{}` |
//!
//! # How it is read
//!
//! - Only `event` is required, and it may stand anywhere in the body. Every other member may be missing.
//! - Keys, and words of a vocabulary, are read without regard to ASCII case: `callid` and `callId` have both been seen.
//! - A member that is `null` or of another type than it should be counts as missing; a string of digits is a number
//!   too. One that comes twice is what it was last. One that is not known is skipped.
//! - Words that are not known are kept as they came: see [`Word`].
//! - JSON that is broken anywhere is refused, and so is what exceeds [`MAX_BODY`], [`MAX_NESTING`](crate::MAX_NESTING)
//!   or [`MAX_HEADERS`](crate::MAX_HEADERS).
//!
//! Whether Sinch has really sent it is not told by the body: verify its signature first.
//!
//! # Logs
//!
//! All of it can be written to a log, by `Debug` or as JSON by `serde`. Ids, times and the numbers of both parties are
//! shown, because a call log needs them; they are personal data. Values of headers and cookies are not shown, and of a
//! [`Private`] text only its length.

use crate::codec::json::Reader;
use crate::error::Bound;
use crate::text::Text;
use crate::word::{Word, vocabulary};

mod ace;
mod call;
mod dice;
mod error;
mod ice;
mod identity;
mod money;
mod notify;
mod pie;
mod private;
mod record;

pub use ace::{Ace, Amd, AmdReason, AmdStatus};
pub use call::CallInfo;
pub use dice::{CallResult, Dice, DisconnectReason};
pub use error::CallbackError;
pub use ice::Ice;
pub use identity::{Domain, EndpointType, Identity};
pub use money::{Amount, Money};
pub use notify::{Notification, Notify};
pub use pie::{InputMethod, MenuResult, MenuResultKind, Pie};
pub use private::Private;

use record::Member;

/// Bytes of the longest body that is read, of a callback as of a reply (assumed: Sinch names no limit, and its examples
/// stay below a kilobyte).
pub const MAX_BODY: usize = 64 * 1024;

/// A callback, borrowed from its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Callback<'m> {
    /// Incoming call: somebody calls.
    Ice(Ice<'m>),
    /// Answered call: somebody who was called has answered.
    Ace(Ace<'m>),
    /// Prompt input: a menu has ended.
    Pie(Pie<'m>),
    /// Disconnected call: it is over.
    Dice(Dice<'m>),
    /// Something else has happened.
    Notify(Notify<'m>),
}

vocabulary! {
    /// Which callback it is (Voice v1, callbacks).
    pub enum CallbackEvent {
        /// Incoming call: somebody calls; SVAML says what to do.
        Ice = "ice",
        /// Answered call: somebody called has answered; SVAML says how to go on.
        Ace = "ace",
        /// Prompt input: a menu has ended; SVAML says how to go on.
        Pie = "pie",
        /// Disconnected call: it is over. Nothing is to be said.
        Dice = "dice",
        /// Something else happened: a recording is ready, say. Nothing is to be said.
        Notify = "notify",
    }
}

impl<'m> Callback<'m> {
    /// Reads the body of a callback, which is JSON in UTF-8.
    ///
    /// ```
    /// use voxwire::callback::{Callback, Domain, EndpointType};
    ///
    /// let body = br#"{"event":"ice","callid":"c1","timestamp":"2026-02-03T08:15:30Z","version":1,"cli":"+46701740605",
    ///     "to":{"type":"number","endpoint":"+46850111222"},"domain":"pstn","originationType":"PSTN"}"#;
    /// let callback = Callback::parse(body)?;
    /// assert_eq!(callback.call().call_id.unwrap(), "c1");
    /// assert!(callback.wants_svaml());
    ///
    /// let Callback::Ice(ice) = callback else { panic!("{callback:?}") };
    /// assert_eq!(ice.cli.unwrap(), "+46701740605");
    /// assert_eq!(ice.to.unwrap().kind.unwrap(), EndpointType::Number);
    /// assert_eq!(ice.origination_type.unwrap(), Domain::Pstn);
    /// # Ok::<(), voxwire::callback::CallbackError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallbackError::Malformed`] for a body that is not UTF-8 or not one JSON object, [`CallbackError::Limit`] for
    /// one that exceeds [`MAX_BODY`], [`MAX_NESTING`](crate::MAX_NESTING) or [`MAX_HEADERS`](crate::MAX_HEADERS), and
    /// [`CallbackError::UnknownEvent`] if `event` is missing or not known.
    pub fn parse(body: &'m [u8]) -> Result<Self, CallbackError> {
        if body.len() > MAX_BODY {
            return Err(CallbackError::Limit { bound: Bound::Body, at: MAX_BODY });
        }
        let text = core::str::from_utf8(body)
            .map_err(|error| CallbackError::Malformed { what: "not UTF-8", at: error.valid_up_to() })?;
        Ok(match event(text)? {
            CallbackEvent::Ice => Self::Ice(read(text)?),
            CallbackEvent::Ace => Self::Ace(read(text)?),
            CallbackEvent::Pie => Self::Pie(read(text)?),
            CallbackEvent::Dice => Self::Dice(read(text)?),
            CallbackEvent::Notify => Self::Notify(read(text)?),
        })
    }

    /// Which callback it is.
    pub const fn event(&self) -> CallbackEvent {
        match self {
            Self::Ice(_) => CallbackEvent::Ice,
            Self::Ace(_) => CallbackEvent::Ace,
            Self::Pie(_) => CallbackEvent::Pie,
            Self::Dice(_) => CallbackEvent::Dice,
            Self::Notify(_) => CallbackEvent::Notify,
        }
    }

    /// What it tells of the call, whichever callback it is.
    pub const fn call(&self) -> &CallInfo<'m> {
        match self {
            Self::Ice(ice) => &ice.call,
            Self::Ace(ace) => &ace.call,
            Self::Pie(pie) => &pie.call,
            Self::Dice(dice) => &dice.call,
            Self::Notify(notify) => &notify.call,
        }
    }

    /// Whether the reply is to be SVAML: true for ICE, ACE and PIE. To the others it is status 200 and `{}`.
    ///
    /// A PIE about keys pressed in a conference whose `conferenceDtmfOptions.mode` is `detect` wants no SVAML either
    /// (Voice v1, PIE). It is known by its [`menu_id`](MenuResult::menu_id), which is the id of the conference: the one
    /// of [`conference_id`](CallInfo::conference_id), or the one that the application gave to `connectConf`.
    pub const fn wants_svaml(&self) -> bool {
        matches!(self, Self::Ice(_) | Self::Ace(_) | Self::Pie(_))
    }
}

/// Proves the whole body, and finds what decides how it is read.
fn event(body: &str) -> Result<CallbackEvent, CallbackError> {
    let mut json = Reader::new(body);
    let (mut event, mut place) = (None, None);
    json.open_object();
    while let Some(key) = json.key() {
        json.peek();
        let at = json.at();
        let value = json.value();
        if key.eq_ignore_ascii_case("event") {
            event = value.text();
            place = Some(at);
        }
    }
    let at = place.unwrap_or(json.at());
    json.finish()?;
    let known = event.and_then(|event: Text<'_>| Word::new(event).known());
    known.ok_or(CallbackError::UnknownEvent { at })
}

/// Reads a body that is proven to be an object.
fn read<'m, M: Member<'m> + Default>(body: &'m str) -> Result<M, CallbackError> {
    let mut json = Reader::new(body);
    let read = M::read(&mut json);
    json.check()?;
    Ok(read.unwrap_or_default())
}
