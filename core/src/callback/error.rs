//! What can be wrong with a callback.

use core::fmt;

use crate::error::{Bound, ReceiveError};

/// A body that is no callback. Whoever sent it is at fault; the HTTP status for it is 400, or 413 for [`Bound::Body`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackError {
    /// The body is not UTF-8, or not one JSON object.
    Malformed {
        /// What was wrong.
        what: &'static str,
        /// Where, in bytes from the start of the body.
        at: usize,
    },
    /// The body crosses a bound.
    Limit {
        /// Which bound.
        bound: Bound,
        /// Where, in bytes from the start of the body.
        at: usize,
    },
    /// The body is a JSON object, but its `event` is missing or not known.
    UnknownEvent {
        /// Where, in bytes from the start of the body: at the value of `event`, or at the end if there is none.
        at: usize,
    },
}

impl From<ReceiveError> for CallbackError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Malformed { what, at } => Self::Malformed { what, at },
            ReceiveError::Limit { bound, at } => Self::Limit { bound, at },
            // A word at the wrong moment is a session's business; a reader knows no moments.
            ReceiveError::Unexpected { word } => Self::Malformed { what: word, at: 0 },
        }
    }
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, at } => write!(f, "malformed callback: {what} at byte {at}"),
            Self::Limit { bound, at } => write!(f, "{bound} exceeded at byte {at}"),
            Self::UnknownEvent { at } => write!(f, "missing or unknown event at byte {at}"),
        }
    }
}

impl core::error::Error for CallbackError {}
