//! Calls over TLS.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use voxwire::{Application, Platform};
use voxwire_tungstenite::rustls::pki_types::ServerName;
use voxwire_tungstenite::rustls::{ClientConfig, ClientConnection, ServerConfig, StreamOwned};
use voxwire_tungstenite::{Call, CallConfig, CallError, Tls, Upgrade, connect_tls, tls};

use super::{listen, start, tcp_pair};

/// A server's configuration with a certificate for these names, and that of a client who trusts it.
pub(crate) fn trusted(names: &[&str]) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let server = tls::server(cert.pem().as_bytes(), signing_key.serialize_pem().as_bytes()).unwrap();
    (server, tls::client(tls::roots(cert.pem().as_bytes()).unwrap()).unwrap())
}

/// A port, and the URL of it.
pub(crate) fn listen_tls() -> (TcpListener, String) {
    let (listener, url) = listen();
    (listener, url.replace("ws://", "wss://"))
}

pub(crate) fn read_tls_upgrade(
    listener: &TcpListener,
    config: &Arc<ServerConfig>,
) -> Result<Upgrade<Tls>, CallError> {
    let (socket, _) = listener.accept().unwrap();
    socket.set_nodelay(true).unwrap();
    Upgrade::read(Tls::accept(socket, config)?)
}

/// The server's and the client's end of a connection whose hands are not yet shaken.
pub(crate) fn tls_pair() -> (Tls, Tls) {
    let (server, client) = trusted(&["localhost"]);
    let (ours, theirs) = tcp_pair();
    let client = ClientConnection::new(client, ServerName::try_from("localhost").unwrap()).unwrap();
    (Tls::accept(ours, &server).unwrap(), Tls::new(client, theirs))
}

/// Both ends of a call over TLS, announced.
pub(crate) fn whole_tls_call(config: CallConfig) -> (Call<Application, Tls>, Call<Platform, Tls>) {
    let (server, client) = trusted(&["127.0.0.1"]);
    let (listener, url) = listen_tls();
    let platform = thread::spawn(move || {
        let mut call = connect_tls(&url, config, &client).unwrap();
        call.send(start(call.dialect())).unwrap();
        call
    });
    let application = read_tls_upgrade(&listener, &server).unwrap().accept(config, None).unwrap();
    (application, platform.join().unwrap())
}

/// The stock stream of rustls, blocking.
pub(crate) fn stream(client: Arc<ClientConfig>, tcp: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    StreamOwned::new(ClientConnection::new(client, ServerName::try_from("localhost").unwrap()).unwrap(), tcp)
}
