use core::fmt;

use super::{HandshakeError, Head, KEY, Proof, base64, cut, split_authority, split_before};

/// A call about to be placed, as the platform does: whom to connect to, what to ask for, and the check of the reply.
///
/// ```
/// use voxwire_embassy::{Dial, HandshakeError};
///
/// let nonce = *b"the sample nonce";
/// let dial = Dial::new("ws://door.example.org:8080/calls/t0ken", nonce)?;
/// assert_eq!((dial.host(), dial.port()), ("door.example.org", 8080));
/// assert!(dial.parts().concat().starts_with(b"GET /calls/t0ken HTTP/1.1\r\nHost: door.example.org:8080\r\n"));
///
/// let declined = dial.accepted(b"HTTP/1.1 503 Service Unavailable\r\n\r\n");
/// assert_eq!(declined, Err(HandshakeError::Declined(503)));
/// # Ok::<(), HandshakeError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Dial<'u> {
    authority: &'u str,
    host: &'u str,
    port: u16,
    /// What follows the first `/` of path and query, which may be left out.
    path: &'u str,
    key: [u8; KEY],
}

impl<'u> Dial<'u> {
    /// Prepares a request to a `ws://` URL. `nonce` is random, and new for each (RFC 6455 section 4.1). There is no TLS here:
    /// for `wss`, bring a socket that speaks it, and the URL as `ws`.
    ///
    /// # Errors
    /// [`HandshakeError::Unsuited`] for anything that is no such URL, its port included.
    pub fn new(url: &'u str, nonce: [u8; 16]) -> Result<Self, HandshakeError> {
        Self::parse(url, nonce).ok_or(HandshakeError::Unsuited)
    }

    fn parse(url: &'u str, nonce: [u8; 16]) -> Option<Self> {
        let rest = url.strip_prefix("ws://")?;
        let rest = cut(rest, "#").map_or(rest, |(rest, _)| rest);
        let (authority, path) = split_before(rest, b"/?");
        let (host, port) = split_authority(authority)?;
        let may_stand = |byte: u8| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte);
        if !path.bytes().all(may_stand) {
            return None;
        }
        let mut key = [0; KEY];
        base64::encode(&nonce, &mut key);
        let path = path.strip_prefix('/').unwrap_or(path);
        Some(Self { authority, host, port: port.unwrap_or(80), path, key })
    }

    /// The name or address to connect to; an IPv6 address without brackets.
    pub const fn host(&self) -> &'u str {
        self.host
    }

    /// The port to connect to; 80 where the URL names none.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The request, to be written first: its bytes, one after the other.
    pub const fn parts(&self) -> [&[u8]; 7] {
        [
            b"GET /",
            self.path.as_bytes(),
            b" HTTP/1.1\r\nHost: ",
            self.authority.as_bytes(),
            b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ",
            &self.key,
            b"\r\n\r\n",
        ]
    }

    /// Checks the response at the beginning of what the socket has given so far, and tells how many bytes it takes: what
    /// follows it came early. `None` if there is more to come.
    ///
    /// # Errors
    /// [`HandshakeError::Declined`] with the HTTP status, [`HandshakeError::Proof`] for a peer that does not prove to have
    /// understood the request (RFC 6455 section 4.1), [`HandshakeError::Malformed`].
    pub fn accepted(&self, bytes: &[u8]) -> Result<Option<usize>, HandshakeError> {
        let Some((head, length)) = Head::read(bytes)? else { return Ok(None) };
        match status(head.line()) {
            Some(101) => {}
            Some(status) => return Err(HandshakeError::Declined(status)),
            None => return Err(HandshakeError::Malformed),
        }
        let proof = Proof::of(&self.key);
        // Neither subprotocol nor extension was offered.
        let proven = head.says("connection", "upgrade")
            && head.only("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
            && head.only("sec-websocket-accept").is_some_and(|accept| accept.as_bytes() == proof.as_bytes())
            && head.field("sec-websocket-protocol").is_none()
            && head.field("sec-websocket-extensions").is_none();
        if proven { Ok(Some(length)) } else { Err(HandshakeError::Proof) }
    }
}

/// The three digits of a status line (RFC 9112 section 4), behind which some leave out the blank.
fn status(line: &str) -> Option<u16> {
    let (status, reason) = line.strip_prefix("HTTP/1.1 ")?.split_at_checked(3)?;
    let is_status = status.bytes().all(|byte| byte.is_ascii_digit());
    if is_status && (reason.is_empty() || reason.starts_with(' ')) { status.parse().ok() } else { None }
}

/// Nothing of the path: it holds tokens.
impl fmt::Debug for Dial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}
