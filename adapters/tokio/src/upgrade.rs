use core::fmt;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError, UrlError};
use tokio_tungstenite::tungstenite::handshake::machine::TryParse;
use tokio_tungstenite::tungstenite::handshake::server::{Request, create_response, write_response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{self, http};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use voxwire::{Application, Platform};

use crate::{Call, CallConfig, CallError};

/// The longest upgrade request that is read, in bytes.
const MAX_REQUEST: usize = 16 * 1024;

/// A platform that asks to open a call: look at what it asks for, then accept or decline.
///
/// In between you may take your time, and ask somebody else: the platform waits. On Sinch a declined upgrade hangs
/// the call up (Voice v1 `connectStream` page).
pub struct Upgrade<S> {
    socket: S,
    request: Request,
    /// What came after the request.
    early: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Upgrade<S> {
    /// Reads the upgrade request from a socket that was just accepted, and that should send small frames at once
    /// ([`TcpStream::set_nodelay`]). It waits for as long as the peer takes: bound it with [`tokio::time::timeout`].
    ///
    /// # Errors
    /// [`CallError::Handshake`] if what comes is no HTTP request, or one that is longer than 16 KiB.
    pub async fn read(mut socket: S) -> Result<Self, CallError> {
        let mut bytes = Vec::with_capacity(1024);
        loop {
            if let Some((length, request)) = Request::try_parse(&bytes).map_err(CallError::Handshake)? {
                return Ok(Self { socket, request, early: bytes.split_off(length) });
            }
            if bytes.len() >= MAX_REQUEST {
                return Err(CallError::Handshake(CapacityError::TooManyHeaders.into()));
            }
            let read = (&mut socket).take((MAX_REQUEST - bytes.len()) as u64).read_buf(&mut bytes).await;
            match read {
                Ok(0) => return Err(CallError::Handshake(ProtocolError::HandshakeIncomplete.into())),
                Ok(_) => {}
                Err(error) => return Err(CallError::Handshake(error.into())),
            }
        }
    }

    /// The path asked for, `/` at its beginning. It often carries a token: a secret.
    pub fn path(&self) -> &str {
        self.request.uri().path()
    }

    /// What follows the `?`, if anything does.
    pub fn query(&self) -> Option<&str> {
        self.request.uri().query()
    }

    /// The first header of this name, if it is text. Sinch sends none of its own.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    /// The subprotocols offered, in the platform's order.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        let offers = self.request.headers().get_all(http::header::SEC_WEBSOCKET_PROTOCOL);
        offers
            .iter()
            .filter_map(|offer| offer.to_str().ok())
            .flat_map(|offer| offer.split(','))
            .map(str::trim)
    }

    /// Opens the WebSocket, with one of the offered [`subprotocols`](Self::subprotocols) or none. That it was offered
    /// is not checked.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if the request asks for no WebSocket; it has been declined with status 400 then.
    pub async fn accept(
        mut self,
        config: impl Into<CallConfig>,
        subprotocol: Option<&str>,
    ) -> Result<Call<Application, S>, CallError> {
        let mut response = match create_response(&self.request) {
            Ok(response) => response,
            Err(error) => {
                self.decline(StatusCode::BAD_REQUEST.as_u16()).await?;
                return Err(CallError::Handshake(error));
            }
        };
        if let Some(subprotocol) = subprotocol {
            let value =
                HeaderValue::from_str(subprotocol).map_err(|error| CallError::Handshake(error.into()))?;
            response.headers_mut().insert(http::header::SEC_WEBSOCKET_PROTOCOL, value);
        }
        self.respond(&response).await?;
        let config = config.into();
        let websocket = Some(config.websocket());
        let socket =
            WebSocketStream::from_partially_read(self.socket, self.early, Role::Server, websocket).await;
        Ok(Call::application(socket, config))
    }

    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599, or the socket fails.
    pub async fn decline(mut self, status: u16) -> Result<(), CallError> {
        let invalid =
            || CallError::Handshake(ProtocolError::InvalidHeader(Box::new(http::header::CONNECTION)).into());
        let status =
            StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 400).ok_or_else(invalid)?;
        let response = http::Response::builder()
            .status(status)
            .header(http::header::CONNECTION, "close")
            .header(http::header::CONTENT_LENGTH, "0")
            .body(())
            .map_err(|error| CallError::Handshake(error.into()))?;
        self.respond(&response).await?;
        let _ = self.socket.shutdown().await;
        Ok(())
    }

    async fn respond(&mut self, response: &http::Response<()>) -> Result<(), CallError> {
        let mut bytes = Vec::with_capacity(256);
        write_response(&mut bytes, response).map_err(CallError::Handshake)?;
        let sent = async {
            self.socket.write_all(&bytes).await?;
            self.socket.flush().await
        };
        sent.await.map_err(|error| CallError::Handshake(error.into()))
    }
}

/// Nothing of the request: path and headers hold tokens.
impl<S> fmt::Debug for Upgrade<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Calls an application at a `ws://` URL, as the platform does. It waits for as long as the application takes: bound it
/// with [`tokio::time::timeout`].
///
/// # Errors
/// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a URL that is no `ws://` address, a
/// refused connection, or a peer that is no WebSocket server.
pub async fn connect(
    url: &str,
    config: impl Into<CallConfig>,
) -> Result<Call<Platform, TcpStream>, CallError> {
    let config = config.into();
    let request = url.into_client_request().map_err(CallError::Handshake)?;
    let uri = request.uri();
    if uri.scheme_str() != Some("ws") {
        return Err(CallError::Handshake(UrlError::UnsupportedUrlScheme.into()));
    }
    let host = uri.host().ok_or_else(|| CallError::Handshake(UrlError::NoHostName.into()))?;
    // A port that is none reads as no port, and somebody else would be called.
    if uri.port_u16().is_none()
        && uri.authority().is_some_and(|authority| !authority.as_str().ends_with(host))
    {
        let error =
            std::io::Error::new(std::io::ErrorKind::InvalidInput, "the port is no number from 0 to 65535");
        return Err(CallError::Handshake(error.into()));
    }
    let address = (host.trim_start_matches('[').trim_end_matches(']'), uri.port_u16().unwrap_or(80));
    let io = |error: std::io::Error| CallError::Handshake(error.into());
    let socket = TcpStream::connect(address).await.map_err(io)?;
    socket.set_nodelay(true).map_err(io)?;
    match client_async_with_config(request, socket, Some(config.websocket())).await {
        Ok((socket, _response)) => Ok(Call::platform(socket, config)),
        Err(tungstenite::Error::Http(response)) => Err(CallError::Declined(response.status().as_u16())),
        Err(error) => Err(CallError::Handshake(error)),
    }
}
