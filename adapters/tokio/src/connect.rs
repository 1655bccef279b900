use tokio::net::TcpStream;
use voxwire::Platform;

use crate::{Call, CallConfig, CallError, Dial};

/// Calls an application at a `ws://` URL, as the platform does. It waits for as long as the application takes: bound it
/// with [`tokio::time::timeout`].
///
/// # Errors
/// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a URL that is no `ws://` address (for
/// `wss://` there is `connect_tls`, behind the feature `rustls`), a refused connection, or a peer that is no WebSocket
/// server.
pub async fn connect(
    url: &str,
    config: impl Into<CallConfig>,
) -> Result<Call<Platform, TcpStream>, CallError> {
    let dial = Dial::ws(url)?;
    Call::dial(reach(&dial).await?, &dial, config).await
}

/// Calls an application at a `wss://` URL, as the platform does; see [`tls::client`](crate::tls::client). It waits for as
/// long as the application takes: bound it with [`tokio::time::timeout`].
///
/// # Errors
/// Those of [`connect`]; and [`CallError::Handshake`] for a URL that is no `wss://` address, and a peer
/// that does not speak TLS or whose certificate is not trusted, or not that of the host.
#[cfg(feature = "rustls")]
pub async fn connect_tls(
    url: &str,
    config: impl Into<CallConfig>,
    tls: &std::sync::Arc<crate::rustls::ClientConfig>,
) -> Result<Call<Platform, crate::TlsStream<TcpStream>>, CallError> {
    let dial = Dial::wss(url)?;
    let socket = crate::secure::dial_tls(reach(&dial).await?, dial.host(), tls).await?;
    Call::dial(socket, &dial, config).await
}

async fn reach(dial: &Dial) -> Result<TcpStream, CallError> {
    let socket = TcpStream::connect((dial.host(), dial.port())).await.map_err(CallError::opening)?;
    socket.set_nodelay(true).map_err(CallError::opening)?;
    Ok(socket)
}
