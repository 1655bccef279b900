//! The two ends of a call: which words each hears and says, and when.

#![expect(unnameable_types, reason = "the hidden half of a sealed trait")]

use core::fmt::Debug;

use crate::config::Config;
use crate::dialect::{Dialect, Encoded};
use crate::error::{ReceiveError, SendError};
use crate::event::Event;
use crate::limits::MAX_IDENTIFIER;
use crate::message::{Close, Message};
use crate::phase::{Facts, Phase};
use crate::text::Text;

mod application;
mod platform;

/// One end of a call. Sealed: there are two, [`Application`] and [`Platform`].
pub trait Role: Sized + sealed::Sealed {
    /// What this end is told. A [`Close`] is told as the end of the call.
    type Hears<'m>: Copy + Debug + PartialEq + From<Close<'m>>;
    /// What this end says. A [`Close`] is said as hanging up.
    type Says<'s>: Copy + Debug + PartialEq + From<Close<'s>>;
    /// What must outlive a message.
    #[doc(hidden)]
    type Memory: Clone + Debug + Default + PartialEq;

    /// Whether this end waits for the other to begin.
    #[doc(hidden)]
    const WAITS: bool;

    /// What a message means, and in which dialect; no judgement yet.
    #[doc(hidden)]
    fn decode<'m>(
        dialect: &mut Option<Dialect>,
        message: Message<'m>,
    ) -> Result<Self::Hears<'m>, ReceiveError>;

    /// Whether it may be heard now, and what follows from it. Audio that may not is replaced by its length.
    #[doc(hidden)]
    fn judge(facts: Facts, heard: &mut Self::Hears<'_>) -> Result<Verdict, ReceiveError>;

    /// Whether it may be said now, and the phase that follows from it.
    #[doc(hidden)]
    fn permit(facts: Facts, says: &Self::Says<'_>) -> Result<Option<Phase>, SendError>;

    /// Puts it into the dialect's words.
    #[doc(hidden)]
    fn encode<'s>(
        dialect: Dialect,
        memory: &Self::Memory,
        now: Now,
        says: &Self::Says<'s>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError>;

    /// Keeps what must outlive the message that was heard, and completes it with what was configured.
    #[doc(hidden)]
    fn remember_heard(
        memory: &mut Self::Memory,
        facts: &mut Facts,
        config: &Config,
        heard: &mut Self::Hears<'_>,
    );

    /// Keeps what must outlive the message that was said.
    #[doc(hidden)]
    fn remember_said(memory: &mut Self::Memory, facts: &mut Facts, now: Now, says: &Self::Says<'_>);

    /// The close, if that is what is to be said.
    #[doc(hidden)]
    fn as_hangup<'s>(says: &Self::Says<'s>) -> Option<Close<'s>>;

    /// What keeps a silent call open, if that is this end's duty.
    #[doc(hidden)]
    fn heartbeat<'s>() -> Option<Self::Says<'s>>;

    /// What the platform says, if that is who is heard.
    #[doc(hidden)]
    fn as_event<'h, 'm>(heard: &'h Self::Hears<'m>) -> Option<&'h Event<'m>>;

    /// The audio's length in bytes, if audio was heard, dropped or not.
    #[doc(hidden)]
    fn heard_audio(heard: &Self::Hears<'_>) -> Option<usize>;

    /// The audio's length in bytes, if audio is to be said.
    #[doc(hidden)]
    fn said_audio(says: &Self::Says<'_>) -> Option<usize>;

    /// Whether it must find room in a queue that audio has filled.
    #[doc(hidden)]
    fn is_urgent(says: Self::Says<'_>) -> bool;

    /// Whether saying it twice in a row says no more than once.
    #[doc(hidden)]
    fn is_clear(says: Self::Says<'_>) -> bool;
}

/// The time as messages print it, which few do.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Microseconds since the session began.
    pub(crate) since: u64,
    /// When it began, in seconds since 1970-01-01 UTC.
    pub(crate) epoch: u64,
}

impl Now {
    /// Milliseconds since the session began.
    const fn millis(self) -> u64 {
        self.since / 1_000
    }

    /// Seconds since 1970-01-01 UTC.
    const fn unix_seconds(self) -> u64 {
        self.epoch.saturating_add(self.since / 1_000_000)
    }
}

/// What follows from what was heard.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// The phase that follows.
    pub(crate) phase: Option<Phase>,
    /// Whether it keeps a silent call open where the platform counts ([`Profile`](crate::dialect::Profile)).
    pub(crate) speech: bool,
    pub(crate) noted: Noted,
}

/// What a counter counts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Noted {
    Nothing,
    Dropped { bytes: usize },
    Other,
}

/// Our user's end: the WebSocket server. Hears [`Event`](crate::Event)s, says [`Command`](crate::Command)s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Application {}

/// The provider's end: the WebSocket client. Hears [`Command`](crate::Command)s, says [`Event`](crate::Event)s. The
/// simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {}

/// An id in memory of its own.
#[derive(Clone, Debug, PartialEq)]
struct Identifier {
    id: heapless::String<MAX_IDENTIFIER, u8>,
    /// Whether JSON spells it as it is: it goes into every message.
    bare: bool,
}

impl Identifier {
    /// The dialect has refused ids that are too long where it needs them.
    fn new(text: Text<'_>) -> Option<Self> {
        let mut id = heapless::String::new();
        text.chars().try_for_each(|c| id.push(c)).ok()?;
        let bare = Text::new(&id).as_json().is_some();
        Some(Self { id, bare })
    }

    #[inline]
    fn text(&self) -> Text<'_> {
        if self.bare { Text::bare(&self.id) } else { Text::new(&self.id) }
    }
}

fn announced(dialect: Dialect) -> Phase {
    if dialect.profile().answered { Phase::Offered } else { Phase::Live }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Application {}
    impl Sealed for super::Platform {}
}
