//! How far a call has come.

#![expect(unnameable_types, reason = "the hidden half of the sealed Role")]

use crate::dialect::Dialect;

/// How far a call has come. The diagram is in the crate's documentation; the last four are its "ending".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No call has been announced.
    Idle,
    /// Announced, not answered.
    Offered,
    /// Audio flows.
    Live,
    /// Busy or reject has been said: the platform is to close.
    Refused,
    /// Stop has been said: the platform is to close.
    Stopped,
    /// Our close is on its way; what the peer said before it saw that still counts if the call was live.
    Leaving {
        /// Whether the call was live.
        live: bool,
    },
    /// Over.
    Closed,
}

/// What a role may know of its session when it judges a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    pub(crate) phase: Phase,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) oneway: bool,
}

impl Facts {
    /// Whether audio may be heard.
    pub(crate) const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live | Phase::Leaving { live: true })
    }
}
