use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::{ClientConfig, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use voxwire_line::tls::{MAX_UNSENT, explain, server_name};

use crate::CallError;

/// The server's end of TLS on a socket that was just accepted, for `Upgrade::read`; see
/// [`tls::server`](crate::tls::server). It waits for as long as the peer takes: bound it with
/// [`tokio::time::timeout`].
///
/// # Errors
/// [`CallError::Handshake`] if the peer does not speak TLS, or refuses.
pub async fn accept_tls<S: AsyncRead + AsyncWrite + Unpin>(
    socket: S,
    tls: &Arc<ServerConfig>,
) -> Result<TlsStream<S>, CallError> {
    let accepted = TlsAcceptor::from(tls.clone()).accept(socket).await;
    let mut socket = accepted.map_err(|error| CallError::opening(explain(error)))?;
    socket.get_mut().1.set_buffer_limit(Some(MAX_UNSENT));
    Ok(socket.into())
}

/// The client's end of TLS on a socket that is connected to a host, for `Call::dial`; see [`tls::client`](crate::tls::client). It
/// waits for as long as the peer takes: bound it with [`tokio::time::timeout`].
///
/// # Errors
/// [`CallError::Handshake`] for a peer that does not speak TLS or whose certificate is not trusted, or not that of the
/// host.
pub async fn dial_tls<S: AsyncRead + AsyncWrite + Unpin>(
    socket: S,
    host: &str,
    tls: &Arc<ClientConfig>,
) -> Result<TlsStream<S>, CallError> {
    let connected = TlsConnector::from(tls.clone()).connect(server_name(host)?, socket).await;
    let mut socket = connected.map_err(|error| CallError::opening(explain(error)))?;
    socket.get_mut().1.set_buffer_limit(Some(MAX_UNSENT));
    Ok(socket.into())
}
