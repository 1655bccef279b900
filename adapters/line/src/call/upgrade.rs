use core::fmt;
use core::future::poll_fn;
use core::marker::PhantomData;
use std::io::{self, ErrorKind};

use tungstenite::error::ProtocolError;
use voxwire::{Application, Platform};

use super::{Call, Runtime};
use crate::{CallConfig, CallError, Dial, MAX_HEAD, UpgradeRequest};

/// A platform that asks to open a call: look at what it asks for, then accept or decline.
///
/// In between you may take your time, and ask somebody else: the platform waits. On Sinch a declined upgrade hangs
/// the call up (Voice v1 `connectStream` page).
pub struct Upgrade<S, T> {
    socket: S,
    request: UpgradeRequest,
    /// What came after the request.
    early: Vec<u8>,
    runtime: PhantomData<fn() -> T>,
}

impl<S, T: Runtime<S>> Upgrade<S, T> {
    /// Reads the upgrade request from a socket that was just accepted, and that should send small frames at once
    /// ([`TcpStream::set_nodelay`](std::net::TcpStream::set_nodelay)). It waits for as long as the peer takes: bound it
    /// with your runtime's timer.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request to get something, or one that is longer than 16 KiB; it
    /// has been declined then.
    pub async fn read(mut socket: S) -> Result<Self, CallError> {
        match read_head::<S, T, _>(&mut socket, UpgradeRequest::parse).await {
            Ok((request, early)) => Ok(Self { socket, request, early, runtime: PhantomData }),
            Err(error) => Err(refuse::<S, T>(socket, error).await),
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
    pub async fn accept(
        mut self,
        config: impl Into<CallConfig>,
        subprotocol: Option<&str>,
    ) -> Result<Call<Application, S, T>, CallError> {
        match self.request.accept(subprotocol) {
            Ok(response) => write::<S, T>(&mut self.socket, &response).await?,
            Err(error) => return Err(refuse::<S, T>(self.socket, error).await),
        }
        Ok(Call::application(self.socket, &self.early, config))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599, or the socket fails.
    pub async fn decline(self, status: u16) -> Result<(), CallError> {
        decline::<S, T>(self.socket, &UpgradeRequest::decline(status)?).await
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<S, T> fmt::Debug for Upgrade<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Tells the peer why there will be no call, if it still listens, and gives that back.
async fn refuse<S, T: Runtime<S>>(socket: S, error: CallError) -> CallError {
    if let Some(response) = UpgradeRequest::refuse(&error) {
        let _ = decline::<S, T>(socket, &response).await;
    }
    error
}

async fn decline<S, T: Runtime<S>>(mut socket: S, response: &[u8]) -> Result<(), CallError> {
    write::<S, T>(&mut socket, response).await?;
    let _ = poll_fn(|cx| T::poll_close(&mut socket, cx)).await;
    Ok(())
}

/// The other end of it.
pub(super) async fn place<S, T: Runtime<S>>(
    mut socket: S,
    dial: &Dial,
    config: impl Into<CallConfig>,
) -> Result<Call<Platform, S, T>, CallError> {
    write::<S, T>(&mut socket, dial.request()).await?;
    let accepted = |bytes: &[u8]| Ok(dial.accepted(bytes)?.map(|length| ((), length)));
    let ((), early) = read_head::<S, T, _>(&mut socket, accepted).await?;
    Ok(Call::platform(socket, &early, config))
}

/// Reads until there is a head to parse, and gives what came after it.
async fn read_head<S, T: Runtime<S>, H>(
    socket: &mut S,
    parse: impl Fn(&[u8]) -> Result<Option<(H, usize)>, CallError>,
) -> Result<(H, Vec<u8>), CallError> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if let Some((head, length)) = parse(&bytes)? {
            return Ok((head, bytes.split_off(length)));
        }
        let seen = bytes.len();
        bytes.resize(MAX_HEAD.min(seen + 1024), 0);
        match poll_fn(|cx| T::poll_read(socket, cx, &mut bytes[seen..])).await.map_err(CallError::opening)? {
            0 => return Err(CallError::Handshake(ProtocolError::HandshakeIncomplete.into())),
            length => bytes.truncate(seen + length),
        }
    }
}

async fn write<S, T: Runtime<S>>(socket: &mut S, bytes: &[u8]) -> Result<(), CallError> {
    write_all::<S, T>(socket, bytes).await.map_err(CallError::opening)
}

async fn write_all<S, T: Runtime<S>>(socket: &mut S, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match poll_fn(|cx| T::poll_write(socket, cx, bytes)).await? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => bytes = &bytes[written..],
        }
    }
    poll_fn(|cx| T::poll_flush(socket, cx)).await
}
