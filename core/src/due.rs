//! What time brings.

use crate::message::Message;

/// What time brings.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due<'b> {
    /// Nothing; wait until [`Session::poll_timeout`](crate::Session::poll_timeout).
    Nothing,
    /// A message is owed: put it on the socket.
    Send(Message<'b>),
    /// A deadline has expired. The session goes on; whether to hang up is the caller's choice.
    Expired(Deadline),
}

/// What was waited for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Deadline {
    /// No call was announced ([`Config::start_within`](crate::Config::start_within)).
    Start,
    /// The application did not answer ([`Config::answer_within`](crate::Config::answer_within)).
    Answer,
    /// The peer gave no sign of life ([`Config::silence_limit`](crate::Config::silence_limit)).
    Silence,
    /// The peer did not close ([`Config::end_within`](crate::Config::end_within)): the socket can be dropped, the call is over.
    Ending,
}
