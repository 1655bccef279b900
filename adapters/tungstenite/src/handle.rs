use core::fmt;
use std::sync::{Arc, Weak};

use voxwire::{Application, SendError};

use crate::shared::Shared;
use crate::{CallError, Cleared, Socket};

/// Interrupts a call from anywhere. It does not keep the call open.
pub struct Handle<S> {
    shared: Weak<Shared<Application, S>>,
}

impl<S: Socket> Handle<S> {
    pub(crate) fn new(shared: &Arc<Shared<Application, S>>) -> Self {
        Self { shared: Arc::downgrade(shared) }
    }

    /// Throws away what has been said and is not yet on the socket. See [`Call::clear`](crate::Call::clear).
    ///
    /// # Errors
    /// Those of [`Call::clear`](crate::Call::clear); [`SendError::Closed`] when the call has been dropped.
    pub fn clear(&self) -> Result<Cleared, CallError> {
        let shared = self.shared.upgrade().ok_or(SendError::Closed)?;
        clear(&shared)
    }
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<S> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

pub(crate) fn clear<S: Socket>(shared: &Shared<Application, S>) -> Result<Cleared, CallError> {
    shared.lock().act(|line, now, io| line.clear(now, io))
}
