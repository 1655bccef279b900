use tokio::net::TcpStream;
use voxwire::Platform;
use voxwire_line::Dial;
use voxwire_line::tungstenite::error::UrlError;

use crate::{Call, CallConfig, CallError};

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
    let dial = Dial::new(url)?;
    if dial.is_secure() {
        return Err(CallError::Handshake(UrlError::UnsupportedUrlScheme.into()));
    }
    let socket = TcpStream::connect((dial.host(), dial.port())).await.map_err(CallError::opening)?;
    socket.set_nodelay(true).map_err(CallError::opening)?;
    Call::dial(socket, &dial, config).await
}
