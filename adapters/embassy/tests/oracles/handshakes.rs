//! The opening handshake, each end with `tungstenite` at the other.

use std::io::{self, ErrorKind, Read, Write};

use tungstenite::handshake::client::generate_key;
use tungstenite::handshake::server::{Request as TheirRequest, Response as TheirResponse};
use tungstenite::http::Request as HttpRequest;
use tungstenite::{ClientHandshake, HandshakeError as TheirError};
use voxwire_embassy::Dial;
use voxwire_embassy::handshake::Request;

use crate::streams::Random;

#[test]
fn tungstenite_accepts_what_is_dialled() {
    let mut random = Random(41);
    for (url, target, host) in [
        ("ws://a.example", "/", "a.example"),
        ("ws://a.example:8080/b/c?d=e", "/b/c?d=e", "a.example:8080"),
        ("ws://[2001:db8::1]?f", "/?f", "[2001:db8::1]"),
        ("ws://127.0.0.1:1/@", "/@", "127.0.0.1:1"),
    ] {
        let dial = Dial::new(url, random.bytes(16).try_into().unwrap()).unwrap();
        let mut socket = Socket { unread: dial.parts().concat(), ..Socket::default() };
        #[expect(clippy::result_large_err, reason = "the callback is tungstenite's")]
        let look = |request: &TheirRequest, response: TheirResponse| {
            assert_eq!(request.uri().path_and_query().unwrap().as_str(), target);
            assert_eq!(request.headers()["Host"], host);
            Ok(response)
        };
        tungstenite::accept_hdr(&mut socket, look).unwrap();
        assert_eq!(dial.accepted(&socket.written), Ok(Some(socket.written.len())), "{url}");
    }
}

#[test]
fn what_tungstenite_dials_is_accepted() {
    for url in
        ["ws://a.example", "ws://a.example:8080/b/c?d=e", "ws://[2001:db8::1]/?f", "ws://127.0.0.1:1/@"]
    {
        let request = HttpRequest::get(url)
            .header("Host", url[5..].split('/').next().unwrap())
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key())
            .header("Sec-WebSocket-Protocol", "one, two")
            .body(())
            .unwrap();
        let started = ClientHandshake::start(Socket::default(), request, None).unwrap();
        let Err(TheirError::Interrupted(mut waiting)) = started.handshake() else {
            panic!("no response, and it is content");
        };
        let socket = waiting.get_mut().get_mut();
        let (asked, length) = Request::read(&socket.written).unwrap().unwrap();
        assert_eq!(length, socket.written.len());
        assert_eq!(asked.subprotocols().collect::<Vec<_>>(), ["one", "two"]);
        socket.unread = asked.accept(Some("two")).unwrap().parts().concat();
        let (websocket, response) = waiting.handshake().unwrap();
        assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "two");
        assert!(websocket.can_read());
    }
}

/// A socket on which nothing comes until it is put there.
#[derive(Default)]
struct Socket {
    unread: Vec<u8>,
    written: Vec<u8>,
}

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.unread.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let len = buf.len().min(self.unread.len());
        buf[..len].copy_from_slice(&self.unread[..len]);
        self.unread.drain(..len);
        Ok(len)
    }
}

impl Write for Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.written.extend(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
