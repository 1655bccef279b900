//! Opening: what is asked for, accepted and declined.

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use smol::future::zip;
use voxwire_futures::{CallError, Upgrade};

use crate::runtime::{Runtime, sinch};

on_each_runtime! {
    an_upgrade_shows_what_is_asked_for
    a_request_for_something_else_is_declined_as_bad
    a_request_that_never_ends_is_refused
    an_address_that_is_none_is_not_called
}

async fn an_upgrade_shows_what_is_asked_for<R: Runtime>() {
    const REQUEST: &str = "GET /calls/t0ken?tenant=north HTTP/1.1\r\nHost: x\r\nX-Region: eu\r\n\
        Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Protocol: audio.v1, audio.v2\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let (listener, mut socket) = peer::<R>().await;
    socket.write_all(REQUEST.as_bytes()).await.unwrap();
    let upgrade = Upgrade::read(R::accept(&listener).await).await.unwrap();
    assert_eq!(upgrade.path(), "/calls/t0ken");
    assert_eq!(upgrade.query(), Some("tenant=north"));
    assert_eq!(upgrade.header("x-region"), Some("eu"));
    assert_eq!(upgrade.subprotocols().collect::<Vec<_>>(), ["audio.v1", "audio.v2"]);
    drop(upgrade.accept(sinch(), Some("audio.v2")).await.unwrap());
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 101 "), "{response}");
    assert!(response.contains("sec-websocket-protocol: audio.v2\r\n"), "{response}");
}

async fn a_request_for_something_else_is_declined_as_bad<R: Runtime>() {
    let (listener, mut socket) = peer::<R>().await;
    socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let upgrade = Upgrade::read(R::accept(&listener).await).await.unwrap();
    assert!(matches!(upgrade.accept(sinch(), None).await, Err(CallError::Handshake(_))));
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 426 "), "{response}");
}

async fn a_request_that_never_ends_is_refused<R: Runtime>() {
    let (listener, mut socket) = peer::<R>().await;
    let flood = async {
        let _ = socket.write_all(b"GET / HTTP/1.1\r\n").await;
        while socket.write_all(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").await.is_ok() {}
    };
    let (read, ()) = zip(async { Upgrade::read(R::accept(&listener).await).await.map(|_| ()) }, flood).await;
    assert!(matches!(read, Err(CallError::Handshake(_))));
}

async fn an_address_that_is_none_is_not_called<R: Runtime>() {
    for url in
        ["ws://127.0.0.1:99999/x", "ws://127.0.0.1:/", "wss://127.0.0.1/", "http://127.0.0.1/", "ws:///x", ""]
    {
        assert!(matches!(R::connect(url, sinch()).await, Err(CallError::Handshake(_))), "{url}");
    }
}

/// A listener, and a bare socket that is connected to it.
async fn peer<R: Runtime>() -> (R::Listener, smol::net::TcpStream) {
    let (listener, url) = R::bind().await;
    let socket = smol::net::TcpStream::connect(url.trim_start_matches("ws://")).await.unwrap();
    (listener, socket)
}
