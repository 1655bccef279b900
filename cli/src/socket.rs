//! Sockets, and TLS on them where a URL or the command line asks for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio::net::TcpStream;
use tokio_util::either::Either;
use voxwire::Platform;
use voxwire_tokio::rustls::{ClientConfig, ServerConfig};
use voxwire_tokio::tls::{self, TlsError};
use voxwire_tokio::{Call, CallConfig, CallError, Dial, TlsStream, accept_tls, dial_tls, tungstenite};

use crate::exit::Failure;

/// A connection with TLS or without.
pub(crate) type Socket = Either<TcpStream, TlsStream<TcpStream>>;

/// What a server proves itself with, if it speaks TLS.
#[derive(clap::Args)]
pub(crate) struct IdentityArgs {
    /// Speaks TLS on the port: the certificate, and those that vouch for it, as PEM text.
    #[arg(long, value_name = "FILE.pem", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM text.
    #[arg(long, value_name = "FILE.pem", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

/// Whom a client trusts.
#[derive(clap::Args)]
pub(crate) struct TrustArgs {
    /// Whom to trust under wss:// and https:// instead of whom the system trusts: certificates, as PEM text.
    #[arg(long, value_name = "FILE.pem")]
    ca: Option<PathBuf>,
}

/// What a server proves itself with.
#[derive(Clone)]
pub(crate) struct Identity(Arc<ServerConfig>);

/// Whom a client trusts; the system's roots are read when they are first needed.
#[derive(Clone, Default)]
pub(crate) struct Trust(Arc<OnceLock<Arc<ClientConfig>>>);

impl IdentityArgs {
    /// # Errors
    /// When a file cannot be read, or does not hold what it should.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, Failure> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let config = tls::server(&read(cert)?, &read(key)?).map_err(|error| match error {
            TlsError::NoKey | TlsError::Key => Failure::tls(key, error),
            error => Failure::tls(cert, error),
        })?;
        Ok(Some(Identity(config)))
    }
}

impl TrustArgs {
    /// # Errors
    /// When the file cannot be read, or does not hold what it should.
    pub(crate) fn trust(&self) -> Result<Trust, Failure> {
        let trust = Trust::default();
        if let Some(ca) = &self.ca {
            let config =
                tls::roots(&read(ca)?).and_then(tls::client).map_err(|error| Failure::tls(ca, error))?;
            trust.0.get_or_init(|| config);
        }
        Ok(trust)
    }
}

impl Identity {
    /// The server's end of TLS. It waits for as long as the peer takes.
    pub(crate) async fn prove(&self, socket: TcpStream) -> io::Result<Socket> {
        Ok(Either::Right(accept_tls(socket, &self.0).await.map_err(cause)?))
    }
}

impl Trust {
    /// Calls an application, as the platform does. It waits for as long as the application takes.
    pub(crate) async fn call(
        &self,
        url: &str,
        config: impl Into<CallConfig>,
    ) -> Result<Call<Platform, Socket>, CallError> {
        let dial = Dial::new(url)?;
        let socket = self.reach(dial.host(), dial.port(), dial.is_secure()).await;
        Call::dial(socket.map_err(CallError::opening)?, &dial, config).await
    }

    /// Connects to a host, with TLS if it is to be.
    pub(crate) async fn reach(&self, host: &str, port: u16, secure: bool) -> io::Result<Socket> {
        let socket = TcpStream::connect((host, port)).await?;
        // Audio is sent in small frames, each at once.
        let _ = socket.set_nodelay(true);
        if !secure {
            return Ok(Either::Left(socket));
        }
        let config = match self.0.get() {
            Some(config) => config,
            None => {
                let config = tls::system_roots().and_then(tls::client).map_err(io::Error::other)?;
                self.0.get_or_init(|| config)
            }
        };
        Ok(Either::Right(dial_tls(socket, host, config).await.map_err(cause)?))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|cause| Failure::Read { name: path.display().to_string(), cause })
}

/// What was wrong with the socket, without the words around it.
fn cause(error: CallError) -> io::Error {
    match error {
        CallError::Handshake(tungstenite::Error::Io(error)) => error,
        error => io::Error::other(error),
    }
}
