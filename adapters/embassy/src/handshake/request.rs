use core::fmt;

use super::{HandshakeError, Head, KEY, Proof, cut, is_token, pieces, split_authority, split_before};

/// A platform's request to open a call.
///
/// ```
/// use voxwire_embassy::handshake::Request;
///
/// let bytes = b"GET /calls/t0ken?rate=16000 HTTP/1.1\r\n\
///     Host: door.example.org\r\n\
///     Connection: keep-alive, Upgrade\r\n\
///     Upgrade: websocket\r\n\
///     Sec-WebSocket-Version: 13\r\n\
///     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nwhat follows";
/// assert_eq!(Request::read(&bytes[..100])?, None);
/// let (request, length) = Request::read(bytes)?.unwrap();
/// assert_eq!((request.path(), request.query()), ("/calls/t0ken", Some("rate=16000")));
/// assert_eq!(&bytes[length..], b"what follows");
///
/// let mut response = Vec::new();
/// for part in request.accept(None)?.parts() {
///     response.extend_from_slice(part);
/// }
/// assert!(response.ends_with(b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
/// # Ok::<(), voxwire_embassy::HandshakeError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Request<'h> {
    head: Head<'h>,
    /// Path and query, of which either may be left out.
    target: &'h str,
}

impl<'h> Request<'h> {
    /// The request at the beginning of what a socket has given so far, and its length in bytes; what follows it came
    /// early. `None` if there is more to come.
    ///
    /// # Errors
    /// [`HandshakeError::Malformed`], [`HandshakeError::Method`].
    pub fn read(bytes: &'h [u8]) -> Result<Option<(Self, usize)>, HandshakeError> {
        let Some((head, length)) = Head::read(bytes)? else { return Ok(None) };
        let mut words = pieces(head.line(), " ");
        let (Some(method), Some(target), Some("HTTP/1.1"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(HandshakeError::Malformed);
        };
        if method != "GET" {
            return Err(HandshakeError::Method);
        }
        // A field may hold a tab, and this line may not (RFC 9112 section 3).
        if target.contains('\t') {
            return Err(HandshakeError::Malformed);
        }
        let target = path_and_query(target).ok_or(HandshakeError::Malformed)?;
        Ok(Some((Self { head, target }, length)))
    }

    /// The path asked for, `/` at its beginning. It often carries a token: a secret.
    pub fn path(self) -> &'h str {
        let path = cut(self.target, "?").map_or(self.target, |(path, _)| path);
        if path.is_empty() { "/" } else { path }
    }

    /// What follows the `?`, if anything does.
    pub fn query(self) -> Option<&'h str> {
        cut(self.target, "?").map(|(_, query)| query)
    }

    /// The first header of this name. Sinch sends none of its own.
    pub fn header(self, name: &str) -> Option<&'h str> {
        self.head.field(name)
    }

    /// The subprotocols offered, in the platform's order.
    pub fn subprotocols(self) -> impl Iterator<Item = &'h str> {
        self.head.words("sec-websocket-protocol")
    }

    /// The response that opens the WebSocket, with one of the offered [`subprotocols`](Self::subprotocols) or none. That
    /// it was offered is not checked.
    ///
    /// # Errors
    /// [`HandshakeError::Upgrade`], [`HandshakeError::Header`]: it asks for no WebSocket (RFC 6455 section 4.2.1).
    /// [`HandshakeError::Unsuited`] for a subprotocol that is no token.
    pub fn accept<'p>(self, subprotocol: Option<&'p str>) -> Result<Accepted<'p>, HandshakeError> {
        let Self { head, .. } = self;
        if !head.says("connection", "upgrade")
            || !head.says("upgrade", "websocket")
            || head.only("sec-websocket-version") != Some("13")
        {
            return Err(HandshakeError::Upgrade);
        }
        let key = head.only("sec-websocket-key").and_then(key);
        let host = head.only("host").and_then(split_authority);
        let (Some(key), Some(_)) = (key, host) else { return Err(HandshakeError::Header) };
        if subprotocol.is_some_and(|word| !is_token(word.as_bytes())) {
            return Err(HandshakeError::Unsuited);
        }
        Ok(Accepted { proof: Proof::of(key), subprotocol })
    }
}

impl PartialEq for Request<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target
    }
}

/// Nothing of it: path and headers hold tokens.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").finish_non_exhaustive()
    }
}

/// A response that opens a WebSocket.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'p> {
    proof: Proof,
    subprotocol: Option<&'p str>,
}

impl Accepted<'_> {
    /// Its bytes, to be written one after the other.
    pub fn parts(&self) -> [&[u8]; 5] {
        let (before, subprotocol) = match self.subprotocol {
            Some(subprotocol) => ("\r\nSec-WebSocket-Protocol: ", subprotocol),
            None => ("", ""),
        };
        [
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Accept: ",
            self.proof.as_bytes(),
            before.as_bytes(),
            subprotocol.as_bytes(),
            b"\r\n\r\n",
        ]
    }
}

/// The path and query of a target, which may be a whole URL (RFC 9112 section 3.2).
fn path_and_query(target: &str) -> Option<&str> {
    if target.starts_with('/') {
        return Some(target);
    }
    let (scheme, rest) = cut(target, "://")?;
    let (authority, path) = split_before(rest, b"/?");
    (is_token(scheme.as_bytes()) && split_authority(authority).is_some()).then_some(path)
}

/// A key, if it is 16 bytes in base64.
fn key(text: &str) -> Option<&[u8; KEY]> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let key = text.as_bytes().as_array()?;
    let is_key = key.strip_suffix(b"==").is_some_and(|key| key.iter().all(is_base64));
    is_key.then_some(key)
}
