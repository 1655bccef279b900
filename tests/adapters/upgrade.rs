//! Opening: what is asked for, accepted and declined.

use tokio::io::duplex;
use tokio::net::TcpStream;
use tokio_tungstenite::{accept_async, connect_async, tungstenite};
use voxwire::{Audio, Close, Command, Event, Start};
use voxwire_tokio::{Call, CallError, Inbox, Upgrade, connect};

use crate::line::{listen, read_upgrade, sinch};

#[tokio::test]
async fn a_declined_upgrade_is_told_with_its_status() {
    let (listener, url) = listen().await;
    let application = async { read_upgrade(&listener).await.decline(503).await };
    let (declined, called) = tokio::join!(application, connect(&url, sinch()));
    declined.unwrap();
    assert!(matches!(called, Err(CallError::Declined(503))));
}

#[tokio::test]
async fn an_upgrade_shows_what_is_asked_for() {
    let (listener, url) = listen().await;
    let request =
        tungstenite::ClientRequestBuilder::new(format!("{url}/calls/t0ken?tenant=north").parse().unwrap())
            .with_header("X-Region", "eu")
            .with_sub_protocol("audio.v1")
            .with_sub_protocol("audio.v2");
    let application = async {
        let upgrade = read_upgrade(&listener).await;
        assert_eq!(upgrade.path(), "/calls/t0ken");
        assert_eq!(upgrade.query(), Some("tenant=north"));
        assert_eq!(upgrade.header("x-region"), Some("eu"));
        assert_eq!(upgrade.subprotocols().collect::<Vec<_>>(), ["audio.v1", "audio.v2"]);
        upgrade.accept(sinch(), Some("audio.v2")).await
    };
    let (accepted, connected) = tokio::join!(application, connect_async(request));
    accepted.unwrap();
    let (_, response) = connected.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "audio.v2");
}

#[tokio::test]
async fn a_request_for_something_else_is_declined_as_bad() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (listener, url) = listen().await;
    let browser = async {
        let mut socket = TcpStream::connect(url.trim_start_matches("ws://")).await.unwrap();
        socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let application = async { read_upgrade(&listener).await.accept(sinch(), None).await };
    let (accepted, answer) = tokio::join!(application, browser);
    assert!(matches!(accepted, Err(CallError::Handshake(_))));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn a_request_that_never_ends_is_refused() {
    use tokio::io::AsyncWriteExt;
    let (ours, mut theirs) = duplex(1024);
    let flood = async move {
        let _ = theirs.write_all(b"GET / HTTP/1.1\r\n").await;
        while theirs
            .write_all(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")
            .await
            .is_ok()
        {}
    };
    let (read, ()) = tokio::join!(async { Upgrade::read(ours).await.map(|_| ()) }, flood);
    assert!(matches!(read, Err(CallError::Handshake(_))));
}

#[tokio::test]
async fn a_socket_that_another_server_has_upgraded_carries_a_call() {
    let (listener, url) = listen().await;
    let application = async {
        let (socket, _) = listener.accept().await.unwrap();
        let mut call = Call::application(accept_async(socket).await.unwrap().into_inner(), &[], sinch());
        let mut inbox = Inbox::new();
        assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[7; 640])));
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(1000, "bye")));
        assert!(call.is_closed());
    };
    let platform = async {
        let mut call = connect(&url, sinch()).await.unwrap();
        call.send(Event::Start(Start::new("c1"))).await.unwrap();
        assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
        call.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
        call.hang_up(1000, "bye").await.unwrap();
        assert!(call.is_closed());
    };
    tokio::join!(application, platform);
}

#[tokio::test]
async fn an_address_that_is_none_is_not_called() {
    for url in
        ["ws://127.0.0.1:99999/x", "ws://127.0.0.1:/", "wss://127.0.0.1/", "http://127.0.0.1/", "ws:///x", ""]
    {
        assert!(matches!(connect(url, sinch()).await, Err(CallError::Handshake(_))), "{url}");
    }
}
