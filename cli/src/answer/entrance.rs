//! Where connections come in, whatever the system thinks of it.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::report::complain;

/// How long the server waits before it accepts again when the system has no descriptors left, say.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How long there must have been no trouble with the system, before trouble is told again.
const CALM: Duration = Duration::from_secs(10);

/// The port that is listened on.
pub(super) struct Entrance {
    listener: TcpListener,
    /// When the system last had no means for another connection.
    trouble: Option<Instant>,
}

impl Entrance {
    /// # Errors
    /// When the address cannot be listened on.
    pub(super) async fn open(address: &str) -> io::Result<Self> {
        // Tokio sets SO_REUSEADDR, so that a server can be started again while connections of the last one end.
        Ok(Self { listener: TcpListener::bind(address).await?, trouble: None })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The next connection, however long it takes: when the system is out of descriptors, until it has some again.
    /// Cancel-safe.
    pub(super) async fn next(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if is_of_one(&error) => {}
                Err(error) => {
                    // It comes and goes with every connection that ends.
                    if self.trouble.replace(Instant::now()).is_none_or(|last| last.elapsed() >= CALM) {
                        complain(format_args!("cannot take a call: {error}"));
                    }
                    sleep(AGAIN_AFTER).await;
                }
            }
        }
    }
}

/// Whether it befell one connection, while it waited to be accepted, so that the next may well do.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted, NetworkDown,
        NetworkUnreachable, TimedOut,
    };
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
            | TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_befell_one_connection_is_passed_over() {
        use io::ErrorKind::{ConnectionAborted, ConnectionReset, HostUnreachable, OutOfMemory};
        for one in [ConnectionAborted, ConnectionReset, HostUnreachable] {
            assert!(is_of_one(&one.into()), "{one}");
        }
        // EMFILE and ENFILE have no kind of their own.
        assert!(![OutOfMemory.into(), io::Error::from_raw_os_error(24)].iter().any(is_of_one));
    }
}
