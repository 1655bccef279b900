use core::fmt;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Instant as Clock;

use voxwire::{Application, Platform};
use voxwire_line::tungstenite::error::UrlError;
use voxwire_line::{Dial, Line, UpgradeRequest};

use crate::opening::{Opening, failed};
use crate::{Call, CallConfig, CallError, Socket};

/// How long [`Upgrade::read`] and [`connect`] wait (assumed).
pub const OPEN_WITHIN: Duration = Duration::from_secs(10);

/// A platform that asks to open a call: look at what it asks for, then accept or decline.
///
/// In between you may take your time, and ask somebody else: the platform waits. On Sinch a declined upgrade hangs
/// the call up (Voice v1 `connectStream` page).
pub struct Upgrade<S> {
    opening: Opening<S>,
    request: UpgradeRequest,
    /// What came after the request.
    early: Vec<u8>,
}

impl<S: Socket> Upgrade<S> {
    /// Reads the upgrade request from a socket that was just accepted, and that should send small frames at once
    /// ([`TcpStream::set_nodelay`]). It waits for [`OPEN_WITHIN`] at most. The socket, and whatever was cloned from it,
    /// blocks no more.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request, or one that is longer than 16 KiB, or if it does not
    /// come in time.
    pub fn read(socket: S) -> Result<Self, CallError> {
        Self::read_within(socket, OPEN_WITHIN)
    }

    /// The same with a limit of your own. It counts for the request as a whole, and for the reply again.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_within(socket: S, limit: Duration) -> Result<Self, CallError> {
        let mut opening = Opening::new(socket, limit)?;
        let (request, early) = opening.read_head(UpgradeRequest::parse)?;
        Ok(Self { opening, request, early })
    }

    /// The path asked for, `/` at its beginning. It often carries a token: a secret.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// What follows the `?`, if anything does.
    pub fn query(&self) -> Option<&str> {
        self.request.query()
    }

    /// The first header of this name, if it is text. Sinch sends none of its own.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// The subprotocols offered, in the platform's order.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        self.request.subprotocols()
    }

    /// Opens the WebSocket, with one of the offered [`subprotocols`](Self::subprotocols) or none. That it was offered
    /// is not checked.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if the request asks for no WebSocket, or the subprotocol cannot stand in a header; it
    /// has been declined with status 400 then.
    pub fn accept(
        mut self,
        config: impl Into<CallConfig>,
        subprotocol: Option<&str>,
    ) -> Result<Call<Application, S>, CallError> {
        match self.request.accept(subprotocol) {
            Ok(response) => {
                self.opening.renew();
                self.opening.write(&response)?;
            }
            Err(error) => {
                self.decline(400)?;
                return Err(error);
            }
        }
        let (socket, watch) = self.opening.into_parts();
        Ok(Call::new(socket, watch, |now| Line::application(config, &self.early, now)))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599, or the socket fails.
    pub fn decline(mut self, status: u16) -> Result<(), CallError> {
        let response = UpgradeRequest::decline(status)?;
        self.opening.renew();
        self.opening.write(&response)?;
        self.opening.shut_down();
        Ok(())
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<S> fmt::Debug for Upgrade<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Calls an application at a `ws://` URL, as the platform does. It waits for [`OPEN_WITHIN`] at most, the time that the
/// system takes to find the address aside.
///
/// # Errors
/// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a URL that is no `ws://` address, a
/// refused connection, a peer that is no WebSocket server, or one that does not reply in time.
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
    let dial = Dial::new(url)?;
    if dial.is_secure() {
        return Err(CallError::Handshake(UrlError::UnsupportedUrlScheme.into()));
    }
    let began = Clock::now();
    let socket = reach(&dial, limit).map_err(failed)?;
    socket.set_nodelay(true).map_err(failed)?;
    let mut opening = Opening::new(socket, limit.saturating_sub(began.elapsed()))?;
    opening.write(dial.request())?;
    let accepted = |bytes: &[u8]| Ok(dial.accepted(bytes)?.map(|length| ((), length)));
    let ((), early) = opening.read_head(accepted)?;
    let (socket, watch) = opening.into_parts();
    Ok(Call::new(socket, watch, |now| Line::platform(config, &early, now)))
}

/// Connects to the first of the host's addresses that can be reached.
fn reach(dial: &Dial, limit: Duration) -> io::Result<TcpStream> {
    let addresses = (dial.host(), dial.port()).to_socket_addrs()?;
    let began = Clock::now();
    let mut failed = io::Error::from(ErrorKind::AddrNotAvailable);
    for address in addresses {
        let left = limit.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
