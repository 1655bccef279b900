//! Ctrl-C and SIGTERM: the first asks to come to an end, the second ends the program.

use std::process;

use crate::exit::{Failure, INTERRUPTED};

/// Requests to stop, from the keyboard or the system.
pub(crate) struct Stops {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stops {
    /// From now on they end the program no more.
    ///
    /// # Errors
    /// When the system has no room for a handler.
    #[cfg(unix)]
    pub(crate) fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let caught = |kind| signal(kind).map_err(Failure::event_queue);
        Ok(Self { interrupt: caught(SignalKind::interrupt())?, terminate: caught(SignalKind::terminate())? })
    }

    /// The next request. Cancel-safe.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending().await
        }
    }

    /// Ends the program at the next request: whoever asks twice does not want to wait.
    pub(crate) async fn interrupted(mut self) -> ! {
        self.next().await;
        process::exit(i32::from(INTERRUPTED))
    }
}
