//! The opening handshake: what this end takes, `tungstenite` takes too, except as named.

use std::io::{self, ErrorKind, Read, Write};

use tungstenite::ClientHandshake;
use tungstenite::http::{Request as HttpRequest, Uri};
use voxwire_embassy::Dial;
use voxwire_embassy::handshake::{Head, Request};

/// A request that comes to a server.
pub(super) fn request(bytes: &[u8]) {
    assert_monotonic(bytes, |bytes| Request::read(bytes).map(|read| read.map(|(_, length)| length)).ok());
    let Ok(Some((request, length))) = Request::read(bytes) else { return };
    assert!(request.path().starts_with('/'));
    let _ = request.subprotocols().map(str::len).sum::<usize>();
    let Ok(accepted) = request.accept(None) else { return };
    let mut socket = Socket { unread: bytes[..length].to_vec(), written: Vec::new() };
    let theirs = tungstenite::accept(&mut socket).map(drop);
    let (head, text) = read(bytes);
    if theirs.is_ok() {
        let ours = accepted.parts().concat();
        assert_eq!(proof(&ours), proof(&socket.written));
    } else {
        assert!(wants_more(head, text), "tungstenite declines {head:?}: {theirs:?}");
    }
}

/// A response that comes to a client.
pub(super) fn response(bytes: &[u8]) {
    let dial = Dial::new("ws://server.example.com/chat", *b"the sample nonce").expect("a URL");
    assert_monotonic(bytes, |bytes| dial.accepted(bytes).ok());
    let Ok(Some(length)) = dial.accepted(bytes) else { return };
    let request = HttpRequest::get("ws://server.example.com/chat")
        .header("Host", "server.example.com")
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    let request = request.body(()).expect("a request");
    let socket = Socket { unread: bytes[..length].to_vec(), written: Vec::new() };
    let theirs = ClientHandshake::start(socket, request, None).expect("a request").handshake().map(drop);
    if theirs.is_err() {
        let (head, text) = read(bytes);
        let is_alone = head.field("connection").is_some_and(|said| said.eq_ignore_ascii_case("upgrade"));
        assert!(!is_alone || has_many_fields(text), "tungstenite refuses {head:?}: {theirs:?}");
    }
}

/// Whether `tungstenite` wants more than this end. It looks at the first field of a name alone, in which nothing but
/// ASCII may stand, and of an upgrade nothing besides; it takes a key only if its last bits are zero, a target only if it
/// is a URI, and not too many fields. Section 4.2.1 asks for none of that.
fn wants_more(head: Head<'_>, text: &str) -> bool {
    let says = |name, word: &str, cut: &[char]| {
        let mut said =
            head.field(name).filter(|said| said.is_ascii()).into_iter().flat_map(|said| said.split(cut));
        said.any(|said| said.eq_ignore_ascii_case(word))
    };
    let key = head.field("sec-websocket-key").unwrap_or_default();
    let target = head.line().split(' ').nth(1).unwrap_or_default();
    !says("connection", "upgrade", &[' ', ','])
        || !says("upgrade", "websocket", &[])
        || !["A==", "Q==", "g==", "w=="].iter().any(|end| key.ends_with(end))
        || target.parse::<Uri>().is_err()
        || has_many_fields(text)
}

/// Whether there are more than `tungstenite` takes.
fn has_many_fields(head: &str) -> bool {
    head.lines().count() > 1 + 124 + 1
}

/// A head that is known to be whole, and its text.
fn read(bytes: &[u8]) -> (Head<'_>, &str) {
    let (head, length) = Head::read(bytes).expect("a head").expect("and whole");
    (head, str::from_utf8(&bytes[..length]).expect("a head is text"))
}

/// Once a head is whole, what follows it does not matter; before that there is none.
fn assert_monotonic(bytes: &[u8], read: impl Fn(&[u8]) -> Option<Option<usize>>) {
    let Some(Some(length)) = read(bytes) else { return };
    assert!(length <= bytes.len());
    assert_eq!(read(&bytes[..length]), Some(Some(length)));
    for short in 0..length {
        assert_eq!(read(&bytes[..short]), Some(None), "after {short} of {length} bytes");
    }
}

fn proof(response: &[u8]) -> Option<String> {
    let (head, _) = Head::read(response).ok().flatten()?;
    head.field("sec-websocket-accept").map(str::to_owned)
}

/// A socket on which nothing more comes.
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
