//! The opening handshake, from bytes to bytes, with a peer that cheats.

use tungstenite::Error;
use tungstenite::error::ProtocolError;
use voxwire_line::{CallError, Dial, MAX_HEAD, UpgradeRequest};

/// A request and its response, as a peer of one mind would write them.
fn opened() -> (Dial, String) {
    let dial = Dial::new("ws://127.0.0.1/").unwrap();
    let (request, _) = UpgradeRequest::parse(dial.request()).unwrap().unwrap();
    let response = String::from_utf8(request.accept(None).unwrap()).unwrap();
    (dial, response)
}

#[test]
fn what_comes_early_is_left_over() {
    let (dial, mut response) = opened();
    let length = response.len();
    for end in 0..length {
        assert!(matches!(dial.accepted(&response.as_bytes()[..end]), Ok(None)), "{end}");
    }
    response.push('\u{1}');
    assert_eq!(dial.accepted(response.as_bytes()).unwrap(), Some(length));
    for end in 0..dial.request().len() {
        assert!(matches!(UpgradeRequest::parse(&dial.request()[..end]), Ok(None)), "{end}");
    }
}

#[test]
fn a_response_must_prove_that_the_request_was_understood() {
    let (dial, response) = opened();
    let (other, _) = opened();
    let refused = |response: &str| match dial.accepted(response.as_bytes()) {
        Err(CallError::Handshake(Error::Protocol(error))) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(&response.replace("upgrade: websocket", "upgrade: h2c")),
        ProtocolError::MissingUpgradeWebSocketHeader
    );
    assert_eq!(
        refused(&response.replace("connection: Upgrade", "connection: close")),
        ProtocolError::MissingConnectionUpgradeHeader
    );
    let proof = "sec-websocket-accept: ";
    assert_eq!(
        refused(&response.replace(proof, &format!("{proof}x"))),
        ProtocolError::SecWebSocketAcceptKeyMismatch
    );
    assert!(matches!(
        other.accepted(response.as_bytes()),
        Err(CallError::Handshake(Error::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch)))
    ));
    for unasked in ["sec-websocket-protocol: audio.v1", "sec-websocket-extensions: permessage-deflate"] {
        refused(&response.replace("\r\n\r\n", &format!("\r\n{unasked}\r\n\r\n")));
    }
    let listed = response.replace("connection: Upgrade", "connection: keep-alive, upgrade");
    assert!(matches!(dial.accepted(listed.as_bytes()), Ok(Some(_))));
    for status in [200, 302, 404, 503] {
        let declined = dial.accepted(response.replace("101", &status.to_string()).as_bytes());
        assert!(matches!(declined, Err(CallError::Declined(found)) if found == status), "{status}");
    }
}

#[test]
fn heads_are_bounded() {
    for filler in ["x", "x: y\r\n"] {
        let request = format!("GET / HTTP/1.1\r\n{}", filler.repeat(MAX_HEAD));
        assert!(UpgradeRequest::parse(request.as_bytes()).is_err());
    }
    let head = |length: usize| {
        let head = "GET / HTTP/1.1\r\nx: ";
        format!("{head}{}\r\n\r\n", "y".repeat(length - head.len() - 4))
    };
    assert!(UpgradeRequest::parse(head(MAX_HEAD).as_bytes()).unwrap().is_some());
    assert!(UpgradeRequest::parse(head(MAX_HEAD + 1).as_bytes()).is_err());
}

#[test]
fn urls_name_whom_to_connect_to() {
    for (url, host, port, secure) in [
        ("ws://127.0.0.1:8080/x", "127.0.0.1", 8080, false),
        ("ws://voice.example.org", "voice.example.org", 80, false),
        ("wss://voice.example.org/x?y=z", "voice.example.org", 443, true),
        ("ws://[::1]:81/", "::1", 81, false),
        ("ws://[::1]/", "::1", 80, false),
    ] {
        let dial = Dial::new(url).unwrap();
        assert_eq!((dial.host(), dial.port(), dial.is_secure()), (host, port, secure), "{url}");
    }
    for url in
        ["ws://127.0.0.1:99999/x", "ws://127.0.0.1:/", "ws://[::1]:x/", "http://127.0.0.1/", "ws:///x", ""]
    {
        assert!(matches!(Dial::new(url), Err(CallError::Handshake(_))), "{url}");
    }
    assert!(!format!("{:?}", Dial::new("ws://127.0.0.1/t0ken").unwrap()).contains("t0ken"));
}

#[test]
fn requests_are_declined_with_a_status_of_their_own() {
    let declined = String::from_utf8(UpgradeRequest::decline(503).unwrap()).unwrap();
    assert_eq!(
        declined,
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    for status in [0, 101, 200, 399, 600, 1000] {
        assert!(matches!(UpgradeRequest::decline(status), Err(CallError::Handshake(_))), "{status}");
    }
}

#[test]
fn what_asks_for_no_websocket_is_not_accepted() {
    for request in [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
    ] {
        let (request, _) = UpgradeRequest::parse(request.as_bytes()).unwrap().unwrap();
        assert!(matches!(request.accept(None), Err(CallError::Handshake(_))));
    }
    let (dial, _) = opened();
    let (request, _) = UpgradeRequest::parse(dial.request()).unwrap().unwrap();
    assert!(request.accept(Some("audio.v1\r\nx: y")).is_err());
    let accepted = String::from_utf8(request.accept(Some("audio.v1")).unwrap()).unwrap();
    assert!(accepted.contains("sec-websocket-protocol: audio.v1\r\n"));
}
