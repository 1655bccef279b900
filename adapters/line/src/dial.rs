use core::fmt;

use tungstenite::client::IntoClientRequest;
use tungstenite::error::{ProtocolError, SubProtocolError, UrlError};
use tungstenite::handshake::client::{Response, generate_request};
use tungstenite::handshake::derive_accept_key;
use tungstenite::http::{StatusCode, Uri, header};

use crate::{CallError, head};

/// A call about to be placed, as the platform does: whom to connect to, what to ask for, and the check of the reply.
///
/// ```
/// use voxwire_line::{CallError, Dial};
///
/// let dial = Dial::new("ws://voice.example.org:8080/calls/t0ken")?;
/// assert_eq!((dial.host(), dial.port(), dial.is_secure()), ("voice.example.org", 8080, false));
/// assert!(dial.request().starts_with(b"GET /calls/t0ken HTTP/1.1\r\nHost: voice.example.org:8080\r\n"));
///
/// let declined = dial.accepted(b"HTTP/1.1 503 Service Unavailable\r\n\r\n");
/// assert!(matches!(declined, Err(CallError::Declined(503))));
/// # Ok::<(), CallError>(())
/// ```
pub struct Dial {
    host: String,
    port: u16,
    secure: bool,
    request: Vec<u8>,
    /// What the reply proves itself with.
    accept: String,
}

impl Dial {
    /// Prepares a request to a `ws://` or `wss://` URL, with a key of its own.
    ///
    /// # Errors
    /// [`CallError::Handshake`] for anything that is no such URL, its port included.
    pub fn new(url: &str) -> Result<Self, CallError> {
        let request = url.into_client_request().map_err(CallError::Handshake)?;
        let uri = request.uri();
        let secure = match uri.scheme_str() {
            Some("ws") => false,
            Some("wss") => true,
            _ => return Err(CallError::Handshake(UrlError::UnsupportedUrlScheme.into())),
        };
        let host = uri.host().ok_or_else(|| CallError::Handshake(UrlError::NoHostName.into()))?;
        let port = port(uri, host)?.unwrap_or(if secure { 443 } else { 80 });
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let (request, key) = generate_request(request).map_err(CallError::Handshake)?;
        Ok(Self { host, port, secure, request, accept: derive_accept_key(key.as_bytes()) })
    }

    /// Prepares a request to a `ws://` URL, for those who have no TLS.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`CallError::Handshake`] for a `wss://` URL.
    pub fn ws(url: &str) -> Result<Self, CallError> {
        let dial = Self::new(url)?;
        if dial.secure {
            Err(unsuited("a wss:// address is called with TLS: see the feature rustls"))
        } else {
            Ok(dial)
        }
    }

    /// Prepares a request to a `wss://` URL, for those who have nothing but TLS.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`CallError::Handshake`] for a `ws://` URL.
    pub fn wss(url: &str) -> Result<Self, CallError> {
        let dial = Self::new(url)?;
        if dial.secure { Ok(dial) } else { Err(unsuited("a ws:// address is called without TLS")) }
    }

    /// The name or address to connect to; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to: where the URL names none, 80, or 443 for `wss`.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the URL asks for TLS.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The request, to be written first.
    pub fn request(&self) -> &[u8] {
        &self.request
    }

    /// Checks the response at the beginning of what the socket has given so far, and tells how many bytes it takes:
    /// what follows it came early, and belongs to [`Line::platform`](crate::Line::platform). `None` if there is more
    /// to come.
    ///
    /// # Errors
    /// [`CallError::Declined`] with the HTTP status, or [`CallError::Handshake`] for a peer that does not prove to have
    /// understood the request (RFC 6455 section 4.1), or a response longer than [`MAX_HEAD`](crate::MAX_HEAD).
    pub fn accepted(&self, bytes: &[u8]) -> Result<Option<usize>, CallError> {
        let Some((response, length)) = head::parse::<Response>(bytes)? else { return Ok(None) };
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(CallError::Declined(response.status().as_u16()));
        }
        self.prove(&response).map_err(|error| CallError::Handshake(error.into()))?;
        Ok(Some(length))
    }

    fn prove(&self, response: &Response) -> Result<(), ProtocolError> {
        let headers = response.headers();
        let upgrade = headers.get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
        if !upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
            return Err(ProtocolError::MissingUpgradeWebSocketHeader);
        }
        let connection = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
        let mut words = connection.flat_map(|value| value.split(','));
        if !words.any(|word| word.trim().eq_ignore_ascii_case("upgrade")) {
            return Err(ProtocolError::MissingConnectionUpgradeHeader);
        }
        if headers.get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|accept| accept != self.accept.as_str()) {
            return Err(ProtocolError::SecWebSocketAcceptKeyMismatch);
        }
        // Neither of these was offered.
        if headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
            let unasked = SubProtocolError::ServerSentSubProtocolNoneRequested;
            return Err(ProtocolError::SecWebSocketSubProtocolError(unasked));
        }
        if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
            return Err(ProtocolError::InvalidHeader(Box::new(header::SEC_WEBSOCKET_EXTENSIONS)));
        }
        Ok(())
    }
}

/// Nothing of the path: it holds tokens.
impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// The port that the URL names, if it names one. A port that is none reads as no port to the parser, and somebody else
/// would be called.
fn port(uri: &Uri, host: &str) -> Result<Option<u16>, CallError> {
    match uri.port_u16() {
        Some(port) => Ok(Some(port)),
        None if uri.authority().is_none_or(|authority| authority.as_str().ends_with(host)) => Ok(None),
        None => Err(unsuited("the port is no number from 0 to 65535")),
    }
}

fn unsuited(what: &'static str) -> CallError {
    CallError::opening(std::io::Error::new(std::io::ErrorKind::InvalidInput, what))
}
