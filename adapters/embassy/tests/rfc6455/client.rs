//! Sections 3 and 4.1: the client's end of the opening handshake.

use voxwire_embassy::{Dial, HandshakeError};

/// What section 1.3 says to the key of section 1.3.
const GOOD: [&str; 4] = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
];

const OPENS: Result<(), HandshakeError> = Ok(());
const UNPROVEN: Result<(), HandshakeError> = Err(HandshakeError::Proof);
const MALFORMED: Result<(), HandshakeError> = Err(HandshakeError::Malformed);

#[test]
fn what_must_be_there() {
    hold(&[
        ("1.3", "the sample opens", good(), OPENS),
        ("4.1", "an upgrade must be told", without("Upgrade"), UNPROVEN),
        ("4.1", "on this connection", without("Connection"), UNPROVEN),
        ("4.1", "and proven", without("Sec-WebSocket-Accept"), UNPROVEN),
        ("4.1", "anything else may be told", and("Server: a"), OPENS),
        ("4.1", "words are in any case", but("Upgrade", "Upgrade: WEBSOCKET"), OPENS),
        ("4.1", "in any case", but("Connection", "connection: UPGRADE"), OPENS),
        ("4.1", "the upgrade is to nothing else", but("Upgrade", "Upgrade: h2c"), UNPROVEN),
        ("4.1", "not even besides", but("Upgrade", "Upgrade: websocket, h2c"), UNPROVEN),
        ("4.1", "nor in another field", and("Upgrade: h2c"), UNPROVEN),
        ("4.1", "the connection's is one of its words", but("Connection", "Connection: a, upgrade"), OPENS),
        ("4.1", "in any of its fields", and("Connection: keep-alive"), OPENS),
        ("4.1", "but must be there", but("Connection", "Connection: keep-alive"), UNPROVEN),
    ]);
}

#[test]
fn proof() {
    let proof = |proof: &str| but("Sec-WebSocket-Accept", &format!("Sec-WebSocket-Accept: {proof}"));
    hold(&[
        ("4.1", "blanks around it are ignored", proof("  s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\t"), OPENS),
        ("4.1", "it is of this key", proof("HSmrc0sMlYUkAGmm5OPpG2HaGWk="), UNPROVEN),
        ("4.1", "in this case", proof("S3PPLMBITXAQ9KYGZZHZRBK+XOO="), UNPROVEN),
        ("4.1", "and whole", proof("s3pPLMBiTxaQ9kYGzzhZRbK+xOo"), UNPROVEN),
        ("4.1", "no more than that", proof("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=="), UNPROVEN),
        ("4.1", "not the key itself", proof("dGhlIHNhbXBsZSBub25jZQ=="), UNPROVEN),
        ("4.1", "nor nothing", proof(""), UNPROVEN),
        ("11.3.3", "it is told once", and("Sec-WebSocket-Accept: x"), UNPROVEN),
    ]);
}

#[test]
fn nothing_unasked() {
    hold(&[
        ("4.1", "no subprotocol", and("Sec-WebSocket-Protocol: chat"), UNPROVEN),
        ("4.1", "no extension", and("Sec-WebSocket-Extensions: permessage-deflate"), UNPROVEN),
        ("4.1", "in any case", and("sec-websocket-extensions: x-y"), UNPROVEN),
    ]);
}

#[test]
fn status_line() {
    let declined = |status| Err(HandshakeError::Declined(status));
    hold(&[
        ("4.1", "another status declines", line("HTTP/1.1 404 Not Found"), declined(404)),
        ("4.1", "even a good one", line("HTTP/1.1 200 OK"), declined(200)),
        ("4.1", "or one of its neighbours", line("HTTP/1.1 100 Continue"), declined(100)),
        ("4.1", "or one that leads elsewhere", line("HTTP/1.1 301 "), declined(301)),
        ("RFC 9112 4", "the reason may be empty", line("HTTP/1.1 101 "), OPENS),
        ("assumed", "or missing", line("HTTP/1.1 101"), OPENS),
        ("RFC 9112 4", "and anything", line("HTTP/1.1 101 Zoë\tagrees"), OPENS),
        ("RFC 9112 4", "the status has three digits", line("HTTP/1.1 1010 x"), MALFORMED),
        ("RFC 9112 4", "not two", line("HTTP/1.1 10 x"), MALFORMED),
        ("RFC 9112 4", "digits alone", line("HTTP/1.1 +10 x"), MALFORMED),
        ("RFC 9112 4", "a blank behind it", line("HTTP/1.1 101x"), MALFORMED),
        ("RFC 9112 4", "one blank before it", line("HTTP/1.1  101 x"), MALFORMED),
        ("4.1", "HTTP is of version 1.1", line("HTTP/1.0 101 x"), MALFORMED),
        ("4.1", "not of another", line("HTTP/2 101 x"), MALFORMED),
        ("RFC 9112 4", "a request is no response", line("GET / HTTP/1.1"), MALFORMED),
        ("RFC 9112 5.2", "no line goes on another", and("X: a\r\n b"), MALFORMED),
        ("RFC 9110 5.5", "no control character", and("X: \u{1}"), MALFORMED),
        ("RFC 9112 2.2", "no LF stands alone", and("X: a\nY: b"), MALFORMED),
    ]);
}

#[test]
fn whatever_the_cut() {
    let response = good() + "\r\n\r\n";
    for at in 0..response.len() {
        assert_eq!(dial().accepted(&response.as_bytes()[..at]), Ok(None), "after {at} bytes");
    }
    let early = [response.as_bytes(), b"\x81\x05early"].concat();
    assert_eq!(dial().accepted(&early), Ok(Some(response.len())));
}

#[test]
fn request() {
    let said = |url: &str| {
        let dial = Dial::new(url, *b"the sample nonce").ok()?;
        let request = String::from_utf8(dial.parts().concat()).unwrap();
        let (line, rest) = request.split_once("\r\n").unwrap();
        let (host, rest) = rest.split_once("\r\n").unwrap();
        assert_eq!(
            rest,
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "4.1"
        );
        let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?.to_owned();
        Some((target, host.strip_prefix("Host: ")?.to_owned(), dial.host().to_owned(), dial.port()))
    };
    let good = |target: &str, authority: &str, host: &str, port| {
        Some((target.to_owned(), authority.to_owned(), host.to_owned(), port))
    };
    // Section 3: the path is / if it is left out; the port is 80; the query goes along.
    assert_eq!(said("ws://a.example"), good("/", "a.example", "a.example", 80));
    assert_eq!(said("ws://a.example/"), good("/", "a.example", "a.example", 80));
    assert_eq!(
        said("ws://a.example/b/c?d=e:f@g/h?i"),
        good("/b/c?d=e:f@g/h?i", "a.example", "a.example", 80)
    );
    assert_eq!(said("ws://a.example?t=s3cret"), good("/?t=s3cret", "a.example", "a.example", 80));
    assert_eq!(said("ws://a.example:8080?b=/c"), good("/?b=/c", "a.example:8080", "a.example", 8080));
    assert_eq!(said("ws://a.example:/b"), good("/b", "a.example:", "a.example", 80));
    assert_eq!(said("ws://[2001:db8::1]/b"), good("/b", "[2001:db8::1]", "2001:db8::1", 80));
    assert_eq!(said("ws://[2001:db8::1]:8080/b"), good("/b", "[2001:db8::1]:8080", "2001:db8::1", 8080));
    // Section 3: a fragment means nothing here.
    assert_eq!(said("ws://a.example/b#c"), good("/b", "a.example", "a.example", 80));
    for no_url in [
        "",
        "ws:",
        "ws://",
        "ws:///a",
        "ws://:80/",
        "ws://?a",
        "http://a/",
        "wss://a/",
        "ws://a:x/",
        "ws://a:+80/",
        "ws://a:65536/",
        "ws://user@a/",
        "ws://a b/",
        "ws://a/b c",
        "ws://a/\r\nX: y",
        "ws://a/\0",
        "ws://ä/",
        "ws://a\\b/",
        "ws://[::1/",
        "ws://::1/",
        "ws://[]/",
    ] {
        assert_eq!(said(no_url), None, "3: {no_url:?}");
    }
}

type Row = (&'static str, &'static str, String, Result<(), HandshakeError>);

fn hold(rows: &[Row]) {
    let mut broken = Vec::new();
    for (section, rule, head, expected) in rows {
        let response = format!("{head}\r\n\r\n");
        let told = dial().accepted(response.as_bytes());
        if told != expected.map(|()| Some(response.len())) {
            broken.push(format!("{section}: {rule}: {told:?}, not {expected:?}\n{head}\n"));
        }
    }
    assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
}

fn dial() -> Dial<'static> {
    Dial::new("ws://server.example.com/chat", *b"the sample nonce").unwrap()
}

fn good() -> String {
    GOOD.join("\r\n")
}

fn and(field: &str) -> String {
    good() + "\r\n" + field
}

fn line(line: &str) -> String {
    good().replace(GOOD[0], line)
}

fn without(name: &str) -> String {
    let lines = GOOD.iter().filter(|line| !line.starts_with(&format!("{name}:")));
    lines.copied().collect::<Vec<_>>().join("\r\n")
}

fn but(name: &str, fields: &str) -> String {
    without(name) + "\r\n" + fields
}
