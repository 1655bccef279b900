use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Instant as Clock;

use voxwire::Platform;
use voxwire_line::Dial;

use crate::{Call, CallConfig, CallError, OPEN_WITHIN};

/// Calls an application at a `ws://` URL, as the platform does. It waits for [`OPEN_WITHIN`] at most, the time that the
/// system takes to find the address aside.
///
/// # Errors
/// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a URL that is no `ws://` address (for
/// `wss://` there is `connect_tls`, behind the feature `rustls`), a refused connection, a peer that is no WebSocket
/// server, or one that does not reply in time.
pub fn connect(url: &str, config: impl Into<CallConfig>) -> Result<Call<Platform, TcpStream>, CallError> {
    connect_within(url, config, OPEN_WITHIN)
}

/// The same with a limit of your own.
///
/// # Errors
/// Those of [`connect`].
pub fn connect_within(
    url: &str,
    config: impl Into<CallConfig>,
    limit: Duration,
) -> Result<Call<Platform, TcpStream>, CallError> {
    let began = Clock::now();
    let dial = Dial::ws(url)?;
    let socket = reach(&dial, began, limit)?;
    Call::dial_within(socket, &dial, config, limit.saturating_sub(began.elapsed()))
}

/// Calls an application at a `wss://` URL, as the platform does; see [`tls::client`](crate::tls::client). It waits for
/// [`OPEN_WITHIN`] at most, the time that the system takes to find the address aside.
///
/// # Errors
/// Those of [`connect`]; and [`CallError::Handshake`] for a URL that is no `wss://` address, and a peer that does not
/// speak TLS or whose certificate is not trusted, or not that of the host.
#[cfg(feature = "rustls")]
pub fn connect_tls(
    url: &str,
    config: impl Into<CallConfig>,
    tls: &std::sync::Arc<crate::rustls::ClientConfig>,
) -> Result<Call<Platform, crate::Tls>, CallError> {
    connect_tls_within(url, config, tls, OPEN_WITHIN)
}

/// The same with a limit of your own.
///
/// # Errors
/// Those of [`connect_tls`].
#[cfg(feature = "rustls")]
pub fn connect_tls_within(
    url: &str,
    config: impl Into<CallConfig>,
    tls: &std::sync::Arc<crate::rustls::ClientConfig>,
    limit: Duration,
) -> Result<Call<Platform, crate::Tls>, CallError> {
    let began = Clock::now();
    let dial = Dial::wss(url)?;
    let socket = crate::Tls::dial(reach(&dial, began, limit)?, dial.host(), tls)?;
    Call::dial_within(socket, &dial, config, limit.saturating_sub(began.elapsed()))
}

/// Connects to the first of the host's addresses that can be reached.
fn reach(dial: &Dial, began: Clock, limit: Duration) -> Result<TcpStream, CallError> {
    let reached = || {
        let mut failed = io::Error::from(ErrorKind::AddrNotAvailable);
        for address in (dial.host(), dial.port()).to_socket_addrs()? {
            let left = limit.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(socket) => return socket.set_nodelay(true).map(|()| socket),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    };
    reached().map_err(CallError::opening)
}
