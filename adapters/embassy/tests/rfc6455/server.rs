//! Sections 4.2 and 4.4, and RFC 9112 below them: the server's end of the opening handshake.

use core::convert::Infallible;

use embassy_futures::block_on;
use embedded_io_async::{ErrorType, Read, Write};
use voxwire::{Config, Dialect, Instant};
use voxwire_embassy::handshake::Request;
use voxwire_embassy::{CallError, Clock, HandshakeError, Inbox, Upgrade};

/// The request of section 1.3.
const GOOD: [&str; 6] = [
    "GET /chat HTTP/1.1",
    "Host: server.example.com",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
];

/// What section 1.3 says to it.
const SWITCHED: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const OPENS: u16 = 101;

#[test]
fn what_must_be_there() {
    hold(&[
        ("1.3", "the sample opens", good(), OPENS),
        ("4.2.1", "a host must be told", without("Host"), 400),
        ("4.2.1", "an upgrade must be asked for", without("Upgrade"), 426),
        ("4.2.1", "on this connection", without("Connection"), 426),
        ("4.2.1", "with a key", without("Sec-WebSocket-Key"), 400),
        ("4.2.1", "and a version", without("Sec-WebSocket-Version"), 426),
        ("4.2.1", "an origin may be told", and("Origin: http://example.com"), OPENS),
        ("4.2.1", "protocols may be offered", and("Sec-WebSocket-Protocol: chat, superchat"), OPENS),
        ("4.2.1", "so may extensions", and("Sec-WebSocket-Extensions: permessage-deflate; a=\"b\""), OPENS),
        ("4.2.1", "and anything else", and("Cookie: a=b; c=d"), OPENS),
        ("4.2.1", "in any order", reversed(), OPENS),
    ]);
}

#[test]
fn upgrade_and_connection() {
    hold(&[
        ("4.2.1", "values are words in any case", but("Upgrade", "Upgrade: WebSocket"), OPENS),
        ("4.2.1", "of a list", but("Upgrade", "Upgrade: h2c, websocket"), OPENS),
        ("4.2.1", "which may have empty places", but("Upgrade", "Upgrade: ,,websocket ,"), OPENS),
        ("4.2.1", "whole words", but("Upgrade", "Upgrade: websockets"), 426),
        ("4.2.1", "without a version of their own", but("Upgrade", "Upgrade: websocket/13"), 426),
        ("4.2.1", "another protocol is none", but("Upgrade", "Upgrade: h2c"), 426),
        ("4.2.1", "nothing is none", but("Upgrade", "Upgrade:"), 426),
        ("4.2.1", "as Firefox says it", but("Connection", "Connection: keep-alive, Upgrade"), OPENS),
        ("4.2.1", "in any case", but("Connection", "Connection: UPGRADE"), OPENS),
        (
            "4.2.1",
            "in several fields",
            but("Connection", "Connection: keep-alive\r\nConnection: upgrade"),
            OPENS,
        ),
        ("4.2.1", "to keep it alive is not enough", but("Connection", "Connection: keep-alive"), 426),
        ("4.2.1", "nor to close it", but("Connection", "Connection: close"), 426),
        ("4.2.1", "nor half a word", but("Connection", "Connection: Up grade"), 426),
    ]);
}

#[test]
fn version() {
    hold(&[
        ("4.4", "an older one is told ours", but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), 426),
        ("4.4", "a newer one too", but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 14"), 426),
        ("4.4", "and a list", but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8"), 426),
        ("4.1", "and another spelling", but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 013"), 426),
        ("4.1", "and no number", but("Sec-WebSocket-Version", "Sec-WebSocket-Version: +13"), 426),
        ("11.3.5", "it is told once", and("Sec-WebSocket-Version: 8"), 426),
        ("11.3.5", "even if twice the same", and("Sec-WebSocket-Version: 13"), 426),
    ]);
    let (response, _) = answer(&but("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), 64);
    assert!(response.contains("\r\nSec-WebSocket-Version: 13\r\n"), "4.4: {response}");
    assert!(response.contains("\r\nUpgrade: websocket\r\n"), "RFC 9110 section 15.5.22: {response}");
}

#[test]
fn key() {
    let key = |key: &str| but("Sec-WebSocket-Key", &format!("Sec-WebSocket-Key: {key}"));
    hold(&[
        ("4.2.1", "any 16 bytes are a key", key("AAAAAAAAAAAAAAAAAAAAAA=="), OPENS),
        ("4.2.1", "whatever their signs", key("/+/+/+/+/+/+/+/+/+/+/w=="), OPENS),
        ("4.2.1", "blanks around it are none of it", key(" \tAAAAAAAAAAAAAAAAAAAAAA== "), OPENS),
        ("4.2.1", "15 bytes are none", key("AAAAAAAAAAAAAAAAAAAA"), 400),
        ("4.2.1", "nor 17", key("AAAAAAAAAAAAAAAAAAAAAAA="), 400),
        ("4.2.1", "nor 22", key("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), 400),
        ("4.2.1", "nor none", key(""), 400),
        ("4.2.1", "nor unpadded ones", key("AAAAAAAAAAAAAAAAAAAAAA"), 400),
        ("4.2.1", "nor those of another alphabet", key("____________________AA=="), 400),
        ("4.2.1", "nor blanks in it", key("AAAAAAAAAA AAAAAAAAAAA=="), 400),
        ("11.3.1", "it is told once", and("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), 400),
    ]);
}

#[test]
fn host() {
    let host = |host: &str| but("Host", &format!("Host: {host}"));
    hold(&[
        ("4.2.1", "with a port", host("server.example.com:8080"), OPENS),
        ("4.2.1", "an address", host("127.0.0.1"), OPENS),
        ("4.2.1", "an address of the sixth version", host("[2001:db8::1]:80"), OPENS),
        ("4.2.1", "a name of a local network", host("my_board~1.local"), OPENS),
        ("4.2.1", "no authority is empty", host(""), 400),
        ("RFC 9112 3.2", "nor has it blanks", host("a b"), 400),
        ("RFC 9112 3.2", "nor a path", host("a/b"), 400),
        ("RFC 9112 3.2", "nor a user", host("user@a"), 400),
        ("RFC 9112 3.2", "nor is it a list", host("a, b"), 400),
        ("RFC 9112 3.2", "it is told once", and("Host: other.example.com"), 400),
    ]);
}

#[test]
fn request_line() {
    hold(&[
        ("4.2.1", "the method is GET", line("POST /chat HTTP/1.1"), 405),
        ("4.2.1", "not its like", line("get /chat HTTP/1.1"), 405),
        ("4.2.1", "nor CONNECT", line("CONNECT /chat HTTP/1.1"), 405),
        ("4.2.1", "HTTP is of version 1.1", line("GET /chat HTTP/1.0"), 400),
        ("4.2.1", "and not beyond what is known", line("GET /chat HTTP/2"), 400),
        ("4.2.1", "spelled so", line("GET /chat http/1.1"), 400),
        ("RFC 9112 3", "and told", line("GET /chat"), 400),
        ("RFC 9112 3", "and last", line("GET /chat HTTP/1.1 "), 400),
        ("RFC 9112 3", "one blank is between", line("GET  /chat HTTP/1.1"), 400),
        ("RFC 9112 3", "a blank, no tab", line("GET\t/chat\tHTTP/1.1"), 400),
        ("RFC 9112 3", "a target has none", line("GET /a b HTTP/1.1"), 400),
        ("RFC 9112 3", "none is before the method", line(" GET /chat HTTP/1.1"), 400),
        ("RFC 9112 3", "nothing is no request", line(""), 400),
        ("RFC 9112 3.2", "a target is a path", line("GET chat HTTP/1.1"), 400),
        ("RFC 9112 3.2", "not all of the server", line("GET * HTTP/1.1"), 400),
        ("RFC 9112 3.2", "not a query alone", line("GET ?a=http://b/ HTTP/1.1"), 400),
        ("RFC 9112 3.2.2", "or a whole URL", line("GET http://server.example.com/chat HTTP/1.1"), OPENS),
        (
            "RFC 9112 3.2.2",
            "whose path may be left out",
            line("GET http://server.example.com HTTP/1.1"),
            OPENS,
        ),
        ("RFC 9110 4.2.1", "but not its host", line("GET http:///chat HTTP/1.1"), 400),
        ("RFC 9112 3.2.2", "nor its scheme", line("GET ://server.example.com/chat HTTP/1.1"), 400),
    ]);

    let target = |target: &str| {
        let head = line(&format!("GET {target} HTTP/1.1")) + "\r\n\r\n";
        let (request, _) = Request::read(head.as_bytes()).unwrap().unwrap();
        (request.path().to_owned(), request.query().map(str::to_owned))
    };
    let path = |path: &str| (path.to_owned(), None);
    let query = |path: &str, query: &str| (path.to_owned(), Some(query.to_owned()));
    assert_eq!(target("/"), path("/"));
    assert_eq!(target("/a/b?c=d?e/f"), query("/a/b", "c=d?e/f"));
    assert_eq!(target("/a?"), query("/a", ""));
    assert_eq!(target("/a?u=http://b/c"), query("/a", "u=http://b/c"));
    assert_eq!(target("//a/b"), path("//a/b"));
    // Section 3: the path is / if it is left out, and a query is none of it.
    assert_eq!(target("http://a"), path("/"));
    assert_eq!(target("https://a/b?c"), query("/b", "c"));
    assert_eq!(target("ws://a:80?b=/c"), query("/", "b=/c"));
}

#[test]
fn header_fields() {
    hold(&[
        (
            "RFC 9110 5.1",
            "names are in any case",
            but("Host", "hOST: a")
                .replace("Upgrade:", "UPGRADE:")
                .replace("Sec-WebSocket-", "sec-websocket-"),
            OPENS,
        ),
        ("RFC 9112 5", "blanks around a value are none of it", but("Host", "Host:\t a\t "), OPENS),
        ("RFC 9112 5", "none is needed", but("Host", "Host:a"), OPENS),
        ("RFC 9112 5", "a value may be empty", and("X-Empty:"), OPENS),
        ("RFC 9110 5.5", "a value may have letters of any script", and("X-Name: Zoë 안녕"), OPENS),
        ("RFC 9112 5.1", "no blank is before the colon", and("X-Name : a"), 400),
        ("RFC 9112 5.1", "nor before the name", and(" X-Name: a"), 400),
        ("RFC 9112 5.2", "no line goes on another", and("X-Name: a\r\n b"), 400),
        ("RFC 9112 5.2", "not even with a colon in it", and("X-Name: a\r\n\tb: c"), 400),
        ("RFC 9110 5.1", "a name is a token", and("X(Name): a"), 400),
        ("RFC 9110 5.1", "and not empty", and(": a"), 400),
        ("RFC 9110 5.1", "and of ASCII", and("X-Zoë: a"), 400),
        ("RFC 9112 5", "a line has a colon", and("X-Name"), 400),
        ("RFC 9112 2.2", "no LF stands alone", and("X-Name: a\nX-Other: b"), 400),
        ("RFC 9112 2.2", "no CR stands alone", and("X-Name: a\rX-Other: b"), 400),
        ("RFC 9112 2.2", "nor in the first line", line("GET /a\rb HTTP/1.1"), 400),
        ("RFC 9110 5.5", "no NUL stands in a value", and("X-Name: \0"), 400),
        ("RFC 9110 5.5", "no other control character", and("X-Name: \u{1B}"), 400),
        ("RFC 9110 5.5", "not the last one", and("X-Name: \u{7F}"), 400),
        ("RFC 9110 5.5", "a tab may", and("X-Name: a\tb"), OPENS),
        ("RFC 9112 3", "none stands in the target", line("GET /\0 HTTP/1.1"), 400),
        ("RFC 9112 3", "nor does a tab", line("GET /a\tb HTTP/1.1"), 400),
    ]);
    // Assumed: what is no UTF-8 is no head, for it is read as text.
    let latin = [good().as_bytes(), b"\r\nX-Name: Zo\xEB\r\n\r\n"].concat();
    assert_eq!(Request::read(&latin), Err(HandshakeError::Malformed));
}

#[test]
fn a_head_must_fit() {
    let head = and(&format!("X-Long: {}", "x".repeat(400)));
    let whole = head.len() + 4;
    for inbox in [Inbox::MIN, whole - 1, whole, whole + 1] {
        let (response, _) = answer_in(&head, 7, inbox);
        let expected = if inbox < whole { 431 } else { OPENS };
        assert_eq!(status(&response), expected, "RFC 6585 section 5: {inbox} bytes for {whole}");
    }
}

#[test]
fn whatever_the_cut() {
    let request = good() + "\r\n\r\n";
    for at in 0..request.len() {
        assert_eq!(Request::read(&request.as_bytes()[..at]), Ok(None), "after {at} bytes");
    }
    for chunk in 1..request.len() {
        let (response, _) = answer(&good(), chunk);
        assert_eq!(response, SWITCHED, "{chunk} bytes at a time");
    }
    // Section 5.1: a client may say something at once; nothing of it is lost, wherever it was cut.
    let early = [request.as_bytes(), b"\x89\x81\0\0\0\0!early"].concat();
    let (_, length) = Request::read(&early).unwrap().unwrap();
    assert_eq!(&early[length..], b"\x89\x81\0\0\0\0!early");
    for chunk in 1..=early.len() {
        let mut memory = [0; 512];
        let mut inbox = Inbox::new(&mut memory);
        let (mut input, mut output) = (Input { bytes: early.clone(), chunk }, Output::default());
        block_on(async {
            let upgrade = Upgrade::read(&mut input, &mut output, &mut inbox).await.unwrap();
            drop(upgrade.accept(config(), None, &mut [0; 2048], Never).await.unwrap());
        });
        let mut decoder = voxwire_embassy::websocket::Decoder::new(voxwire_embassy::websocket::Side::Server);
        let rest = input.bytes;
        inbox.room()[..rest.len()].copy_from_slice(&rest);
        inbox.fill(rest.len());
        assert_eq!(decoder.decode(&mut inbox), Ok(voxwire_embassy::websocket::Found::Ping), "cut at {chunk}");
        assert_eq!(inbox.payload(), b"!");
    }
}

#[test]
fn subprotocols() {
    let head = and("Sec-WebSocket-Protocol: chat , superchat\r\nsec-websocket-protocol:third") + "\r\n\r\n";
    let (request, _) = Request::read(head.as_bytes()).unwrap().unwrap();
    assert_eq!(request.subprotocols().collect::<Vec<_>>(), ["chat", "superchat", "third"], "4.2.1");
    let response = request.accept(Some("superchat")).unwrap().parts().concat();
    assert!(response.ends_with(b"\r\nSec-WebSocket-Protocol: superchat\r\n\r\n"), "4.2.2");
    for no_token in ["", "a b", "a,b", "a\r\nX: y", "é"] {
        assert_eq!(
            request.accept(Some(no_token)).err(),
            Some(HandshakeError::Unsuited),
            "4.2.2: {no_token:?}"
        );
    }
    // Section 4.2.2: none is told where none is meant, and no extension ever is.
    let response = request.accept(None).unwrap().parts().concat();
    assert_eq!(response, SWITCHED.as_bytes());
}

type Row = (&'static str, &'static str, String, u16);

fn hold(rows: &[Row]) {
    let mut broken = Vec::new();
    for (section, rule, head, expected) in rows {
        for chunk in [1, 3, usize::MAX] {
            let (response, error) = answer(head, chunk);
            let told = status(&response);
            if (told, error.is_none()) != (*expected, *expected == OPENS) {
                broken.push(format!("{section}: {rule}: {told}, not {expected}\n{head}\n"));
                break;
            }
            if told == OPENS && chunk == 1 && head.contains("dGhlIHNhbXBsZSBub25jZQ==") {
                assert_eq!(response, SWITCHED, "{section}: {rule}");
            }
        }
    }
    assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
}

/// What a request is answered, and what the application is told.
fn answer(head: &str, chunk: usize) -> (String, Option<CallError<Infallible>>) {
    answer_in(head, chunk, 1024)
}

fn answer_in(head: &str, chunk: usize, inbox: usize) -> (String, Option<CallError<Infallible>>) {
    let mut memory = vec![0; inbox];
    let mut inbox = Inbox::new(&mut memory);
    let mut output = Output::default();
    let input = Input { bytes: format!("{head}\r\n\r\n").into(), chunk };
    let error = block_on(async {
        let upgrade = Upgrade::read(input, &mut output, &mut inbox).await?;
        upgrade.accept(config(), None, &mut [0; 2048], Never).await.map(drop)
    });
    (String::from_utf8(output.0).unwrap(), error.err())
}

fn status(response: &str) -> u16 {
    response.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap()
}

fn config() -> Config {
    Config::new(Dialect::Sinch)
}

fn good() -> String {
    GOOD.join("\r\n")
}

fn reversed() -> String {
    let [line, fields @ ..] = GOOD;
    [line].into_iter().chain(fields.into_iter().rev()).collect::<Vec<_>>().join("\r\n")
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

/// A socket that gives so many bytes at a time.
struct Input {
    bytes: Vec<u8>,
    chunk: usize,
}

impl ErrorType for Input {
    type Error = Infallible;
}

impl Read for Input {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        let len = self.chunk.min(self.bytes.len()).min(buf.len());
        buf[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes.drain(..len);
        Ok(len)
    }
}

#[derive(Default)]
struct Output(Vec<u8>);

impl ErrorType for Output {
    type Error = Infallible;
}

impl Write for Output {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Infallible> {
        self.0.extend(buf);
        Ok(buf.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A clock that stands still: nothing here waits.
struct Never;

impl Clock for Never {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant) -> impl Future<Output = ()> {
        core::future::pending()
    }
}
