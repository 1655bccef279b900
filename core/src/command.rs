//! What the application says.

use crate::audio::Audio;
use crate::event::{Dropped, Mark};
use crate::message::{Close, Message};

/// What the application says to the platform. One command is at most one message.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "command", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Command<'c> {
    /// Takes the call; audio begins. Wavix needs no words for it.
    Answer,
    /// Refuses the call with a busy signal. Not on Wavix.
    Busy,
    /// Refuses the call. Not on Wavix.
    Reject,
    /// The application's voice.
    Audio(Audio<'c>),
    /// Asks to be told when the audio before it has been played. Not on Sinch.
    Mark(Mark<'c>),
    /// Throws away what the platform holds and has not yet played: barge-in.
    Clear,
    /// Keeps a silent call open. The session says it when it is due; Wavix needs no words for it.
    Heartbeat,
    /// Hangs up. Heard by the platform, every later message is this command again.
    Hangup(Close<'c>),
    /// Audio that came when none may: before the answer, or on a stream that only listens. Only ever heard.
    Dropped(Dropped),
    /// Anything else: heard, a word this crate does not know; said, a message passed on as it is.
    Other(Message<'c>),
}

impl<'c> From<Close<'c>> for Command<'c> {
    fn from(close: Close<'c>) -> Self {
        Self::Hangup(close)
    }
}
