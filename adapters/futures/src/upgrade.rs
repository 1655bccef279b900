use core::fmt;
use std::io;

use futures_util::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use voxwire::{Application, Platform};
use voxwire_line::tungstenite::error::ProtocolError;
use voxwire_line::{Dial, MAX_HEAD, UpgradeRequest};

use crate::{Call, CallConfig, CallError};

/// A platform that asks to open a call: look at what it asks for, then accept or decline.
///
/// In between you may take your time, and ask somebody else: the platform waits. On Sinch a declined upgrade hangs
/// the call up (Voice v1 `connectStream` page).
pub struct Upgrade<S> {
    socket: S,
    request: UpgradeRequest,
    /// What came after the request.
    early: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Upgrade<S> {
    /// Reads the upgrade request from a socket that was just accepted, and that should send small frames at once
    /// ([`TcpStream::set_nodelay`](std::net::TcpStream::set_nodelay)). It waits for as long as the peer takes: bound it
    /// with your runtime's timer.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request, or one that is longer than 16 KiB.
    pub async fn read(mut socket: S) -> Result<Self, CallError> {
        let (request, early) = read_head(&mut socket, UpgradeRequest::parse).await?;
        Ok(Self { socket, request, early })
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
    pub async fn accept(
        mut self,
        config: impl Into<CallConfig>,
        subprotocol: Option<&str>,
    ) -> Result<Call<Application, S>, CallError> {
        match self.request.accept(subprotocol) {
            Ok(response) => write(&mut self.socket, &response).await?,
            Err(error) => {
                self.decline(400).await?;
                return Err(error);
            }
        }
        Ok(Call::application(self.socket, &self.early, config))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599, or the socket fails.
    pub async fn decline(mut self, status: u16) -> Result<(), CallError> {
        write(&mut self.socket, &UpgradeRequest::decline(status)?).await?;
        let _ = self.socket.close().await;
        Ok(())
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<S> fmt::Debug for Upgrade<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Calls an application at a `ws://` or `wss://` URL, as the platform does, on a socket that is connected to it: one that
/// already speaks TLS, if the URL asks for it. It waits for as long as the application takes: bound it with your
/// runtime's timer.
///
/// ```
/// use smol::net::{TcpListener, TcpStream};
/// use voxwire::{Command, Config, Dialect, Event, Start};
/// use voxwire_futures::{Inbox, Upgrade, dial};
///
/// # smol::block_on(async {
/// let config = Config::new(Dialect::Sinch);
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr()?;
/// let application = smol::spawn(async move {
///     let (socket, _) = listener.accept().await?;
///     let mut call = Upgrade::read(socket).await?.accept(config, None).await?;
///     assert!(matches!(call.next(&mut Inbox::new()).await?, Event::Start(_)));
///     call.send(Command::Answer).await?;
///     call.hang_up(1000, "nothing to say").await?;
///     Ok::<(), Box<dyn core::error::Error + Send + Sync>>(())
/// });
///
/// let socket = TcpStream::connect(address).await?;
/// let mut call = dial(socket, &format!("ws://{address}/calls"), config).await?;
/// let mut inbox = Inbox::new();
/// call.send(Event::Start(Start::new("c1"))).await?;
/// assert_eq!(call.next(&mut inbox).await?, Command::Answer);
/// assert!(matches!(call.next(&mut inbox).await?, Command::Hangup(close) if close.reason == "nothing to say"));
/// application.await?;
/// # Ok::<(), Box<dyn core::error::Error + Send + Sync>>(())
/// # }).unwrap();
/// ```
///
/// # Errors
/// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a URL that is no such address, or a peer
/// that is no WebSocket server.
pub async fn dial<S: AsyncRead + AsyncWrite + Unpin>(
    socket: S,
    url: &str,
    config: impl Into<CallConfig>,
) -> Result<Call<Platform, S>, CallError> {
    place(socket, &Dial::new(url)?, config).await
}

pub(crate) async fn place<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    dial: &Dial,
    config: impl Into<CallConfig>,
) -> Result<Call<Platform, S>, CallError> {
    write(&mut socket, dial.request()).await?;
    let accepted = |bytes: &[u8]| Ok(dial.accepted(bytes)?.map(|length| ((), length)));
    let ((), early) = read_head(&mut socket, accepted).await?;
    Ok(Call::platform(socket, &early, config))
}

/// Reads until there is a head to parse, and gives what came after it.
async fn read_head<S: AsyncRead + Unpin, H>(
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
        match socket.read(&mut bytes[seen..]).await.map_err(failed)? {
            0 => return Err(CallError::Handshake(ProtocolError::HandshakeIncomplete.into())),
            length => bytes.truncate(seen + length),
        }
    }
}

async fn write<S: AsyncWrite + Unpin>(socket: &mut S, bytes: &[u8]) -> Result<(), CallError> {
    socket.write_all(bytes).await.map_err(failed)?;
    socket.flush().await.map_err(failed)
}

pub(crate) fn failed(error: io::Error) -> CallError {
    CallError::Handshake(error.into())
}
