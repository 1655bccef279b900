//! Opening: what is asked for, accepted and declined.

use tokio::io::duplex;
use tokio_tungstenite::{accept_async, connect_async, tungstenite};
use voxwire::{Audio, Close, Command, Event, Start};
use voxwire_tokio::{Call, CallError, Inbox, Upgrade, connect};

use crate::line::{listen, read_upgrade, sinch};

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
async fn what_no_call_can_come_of_is_told_why() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let long = "X: y\r\n".repeat(4_000);
    for (method, headers, told) in [
        ("GET", "", "426 Upgrade Required"),
        ("GET", "Upgrade: websocket\r\n", "426 Upgrade Required"),
        ("GET", &format!("{UPGRADE}Sec-WebSocket-Version: 12\r\n{KEY}"), "426 Upgrade Required"),
        ("GET", &format!("{UPGRADE}Sec-WebSocket-Version: 13\r\n"), "400 Bad Request"),
        ("POST", "", "405 Method Not Allowed"),
        ("\0", "", "400 Bad Request"),
        ("GET", &long, "431 Request Header Fields Too Large"),
    ] {
        let (ours, mut theirs) = duplex(64 * 1024);
        theirs
            .write_all(format!("{method} / HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes())
            .await
            .unwrap();
        let accepted = match Upgrade::read(ours).await {
            Ok(upgrade) => upgrade.accept(sinch(), None).await,
            Err(error) => Err(error),
        };
        assert!(matches!(accepted, Err(CallError::Handshake(_))), "{method} {headers}");
        let mut answer = String::new();
        theirs.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {told}\r\n")), "{method} {headers}: {answer}");
        let speaks = answer.contains("sec-websocket-version: 13\r\n");
        assert_eq!(speaks, told.starts_with("426"), "{answer}");
    }
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
