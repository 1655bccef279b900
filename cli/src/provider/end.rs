//! How a call has ended: what DICE tells.
//!
//! Sources have the words, and hardly say when which is used. Those chosen here are the ones that all sources have.

use core::time::Duration;

use voxwire::callback::{CallResult, DisconnectReason};

use crate::exit::Failure;
use crate::platform::Placed;
use crate::words::Side;

/// How a call has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) reason: DisconnectReason,
    pub(crate) result: CallResult,
    /// From the answer, if there was one.
    duration: Option<Duration>,
}

impl End {
    pub(crate) const fn new(reason: DisconnectReason, result: CallResult) -> Self {
        Self { reason, result, duration: None }
    }

    /// The same, having lasted so long.
    pub(crate) const fn lasted(self, duration: Duration) -> Self {
        Self { duration: Some(duration), ..self }
    }

    /// Of a call over a stream that was allowed to last `limit`.
    pub(crate) fn of_stream(placed: &Placed, limit: Option<Duration>) -> Self {
        let reason = match placed.ended.by {
            Some(Side::Application) => DisconnectReason::CalleeHangup,
            _ if limit.is_some_and(|limit| placed.duration >= limit) => DisconnectReason::ManagerHangup,
            _ => DisconnectReason::CallerHangup,
        };
        let talked = placed.duration.saturating_sub(placed.answered_after.unwrap_or_default());
        // Hanging up takes a moment, which is not the application's.
        let talked = limit.map_or(talked, |limit| talked.min(limit));
        Self::new(reason, CallResult::Answered).lasted(talked)
    }

    /// Of a call that went wrong.
    pub(crate) const fn after(failure: &Failure) -> Self {
        match failure {
            Failure::Busy => Self::new(DisconnectReason::CalleeHangup, CallResult::Busy),
            Failure::Rejected => Self::new(DisconnectReason::CalleeHangup, CallResult::Failed),
            Failure::Unanswered(_) => Self::new(DisconnectReason::Timeout, CallResult::NoAnswer),
            Failure::Callback { .. } => Self::new(DisconnectReason::CallbackError, CallResult::Failed),
            _ => Self::new(DisconnectReason::GeneralError, CallResult::Failed),
        }
    }

    /// Seconds that have begun.
    pub(super) fn seconds(&self) -> Option<u64> {
        let duration = self.duration?;
        Some(duration.as_secs() + u64::from(duration.subsec_nanos() > 0))
    }
}
