//! The adapters: runtimes, and calls on their sockets.

use std::net::TcpStream;
use std::sync::{Arc, LazyLock};

use voxwire_line::rustls::{ClientConfig, ServerConfig};
use voxwire_line::{CallConfig, CallError, tls};

use crate::surface::{Answers, Asks, Places};

mod async_std;
mod blocking;
mod smol;
mod tokio;

pub(crate) use async_std::AsyncStd;
pub(crate) use blocking::Blocking;
pub(crate) use smol::Smol;
pub(crate) use tokio::Tokio;

/// What runs one end of a call.
pub(crate) trait Runtime: 'static {
    const NAME: &'static str;
    /// Whether what waits can be cancelled.
    const CANCELS: bool;

    fn block_on<T>(future: impl Future<Output = T>) -> T;

    /// Runs both at once, the second where it is called: that one may block.
    fn both<A: Send + 'static, B: Send + 'static>(
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send,
    ) -> impl Future<Output = (A, B)> + Send;
}

/// How a socket is secured: a type, as it decides on that of the call.
pub(crate) trait Security: 'static {
    /// Of the URL.
    const SCHEME: &'static str;
    /// As it stands in the name of a cell.
    const NAME: &'static str;
}

/// Not at all.
pub(crate) enum Plain {}

impl Security for Plain {
    const SCHEME: &'static str = "ws";
    const NAME: &'static str = "TCP";
}

/// By TLS.
pub(crate) enum Tls {}

impl Security for Tls {
    const SCHEME: &'static str = "wss";
    const NAME: &'static str = "TLS";
}

/// What an application proves itself with, and a platform that trusts it.
static TRUST: LazyLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = LazyLock::new(|| {
    let identity = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (chain, key) = (identity.cert.pem(), identity.signing_key.serialize_pem());
    let server = tls::server(chain.as_bytes(), key.as_bytes()).unwrap();
    (server, tls::client(tls::roots(chain.as_bytes()).unwrap()).unwrap())
});

/// One adapter on one kind of sockets.
pub(crate) trait Adapter: Runtime {
    type Security: Security;
    type Upgrade: Asks<Call = Self::Application>;
    type Application: Answers;
    type Platform: Places;

    /// Reads the request from a socket that was just accepted.
    fn read(socket: TcpStream) -> impl Future<Output = Result<Self::Upgrade, CallError>> + Send;

    /// Calls an application.
    fn connect(
        url: &str,
        config: CallConfig,
    ) -> impl Future<Output = Result<Self::Platform, CallError>> + Send;
}
