//! How a reply ends: what becomes of the call.

use core::fmt;

use super::connect::{ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream};
use super::forms::Shown;
use super::members::{members, named, setters};
use super::menu::RunMenu;
use super::read::Member;
use crate::text::Text;

named! {
    /// How a reply ends (Voice v1, SVAML). Which of them may answer which callback: [`matrix`](super::matrix).
    pub enum Action<'a> {
        /// Hangs up.
        Hangup = "hangup",
        /// Lets the call go on as it was going.
        Continue = "continue",
        /// Connects the caller to a phone.
        ConnectPstn(ConnectPstn<'a>) = "connectPstn",
        /// Connects the caller to a user of the application.
        ConnectMxp(ConnectMxp<'a>) = "connectMxp",
        /// Connects the caller to a SIP server.
        ConnectSip(ConnectSip<'a>) = "connectSip",
        /// Puts the caller into a conference.
        ConnectConf(ConnectConf<'a>) = "connectConf",
        /// Connects the caller to a WebSocket server: audio in both directions.
        ConnectStream(ConnectStream<'a>) = "connectStream",
        /// Plays a menu; a PIE callback tells what was chosen.
        RunMenu(RunMenu<'a>) = "runMenu",
        /// Lets the caller wait.
        Park(Park<'a>) = "park",
    }
}

/// The action `hangup`, as [`Answers`](super::matrix::Answers) knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hangup;

/// The action `continue`, as [`Answers`](super::matrix::Answers) knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Continue;

members! {
    /// Lets the caller wait.
    pub struct Park<'a> {
        /// Language of `#tts` prompts.
        pub locale: Option<Text<'a>> = "locale",
        /// Prompts that are played once.
        pub intro_prompt: Option<Text<'a>> = "introPrompt" or "introPromt",
        /// Prompts that are played over and over.
        pub hold_prompt: Option<Text<'a>> = "holdPrompt",
        /// Longest wait, in seconds, at most 600.
        pub max_duration: Option<u32> = "maxDuration",
    }
}

impl<'a> Park<'a> {
    /// Silence.
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        locale: impl Into<Text<'a>>,
        intro_prompt: impl Into<Text<'a>>,
        hold_prompt: impl Into<Text<'a>>,
        max_duration: u32,
    }
}

/// Of the prompts, nothing that follows the host of an address.
impl fmt::Debug for Park<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Park")
            .field("locale", &self.locale)
            .field("intro_prompt", &self.intro_prompt.map(Shown))
            .field("hold_prompt", &self.hold_prompt.map(Shown))
            .field("max_duration", &self.max_duration)
            .finish()
    }
}
