use core::fmt;
use core::time::Duration;

use voxwire::Application;
use voxwire_line::{Line, UpgradeRequest};

use crate::opening::Opening;
use crate::{Call, CallConfig, CallError, Socket};

/// How long [`Upgrade::read`] and [`connect`](crate::connect()) wait (assumed).
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
    /// ([`TcpStream::set_nodelay`](std::net::TcpStream::set_nodelay)). It waits for [`OPEN_WITHIN`] at most. The socket, and whatever was cloned from it,
    /// blocks no more.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request to get something, or one that is longer than 16 KiB: it
    /// has been declined then. Or if it does not come in time.
    pub fn read(socket: S) -> Result<Self, CallError> {
        Self::read_within(socket, OPEN_WITHIN)
    }

    /// The same with a limit of your own. It counts for the request as a whole, and for the reply again.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn read_within(socket: S, limit: Duration) -> Result<Self, CallError> {
        let mut opening = Opening::new(socket, limit)?;
        match opening.read_head(UpgradeRequest::parse) {
            Ok((request, early)) => Ok(Self { opening, request, early }),
            Err(error) => Err(refuse(opening, error)),
        }
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
    /// has been declined then, with 426 and the version that is spoken, say.
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
            Err(error) => return Err(refuse(self.opening, error)),
        }
        let (socket, watch) = self.opening.into_parts();
        Ok(Call::new(socket, watch, |now| Line::application(config, &self.early, now)))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599, or the socket fails.
    pub fn decline(self, status: u16) -> Result<(), CallError> {
        decline(self.opening, &UpgradeRequest::decline(status)?)
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<S> fmt::Debug for Upgrade<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Tells the peer why there will be no call, if it still listens, and gives that back.
fn refuse(opening: Opening<impl Socket>, error: CallError) -> CallError {
    if let Some(response) = UpgradeRequest::refuse(&error) {
        let _ = decline(opening, &response);
    }
    error
}

fn decline(mut opening: Opening<impl Socket>, response: &[u8]) -> Result<(), CallError> {
    opening.renew();
    opening.write(response)?;
    opening.shut_down();
    Ok(())
}
