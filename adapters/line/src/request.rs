use core::fmt;

use tungstenite::error::ProtocolError;
use tungstenite::handshake::server::{Request, create_response, write_response};
use tungstenite::http::{self, HeaderValue, StatusCode};

use crate::{CallError, head};

/// A platform's request to open a call: what it asks for, and the bytes of the reply.
///
/// ```
/// use voxwire_line::UpgradeRequest;
///
/// let bytes = b"GET /calls/t0ken HTTP/1.1\r\n\
///     Host: voice.example.org\r\n\
///     Connection: Upgrade\r\n\
///     Upgrade: websocket\r\n\
///     Sec-WebSocket-Version: 13\r\n\
///     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nwhat follows";
/// assert!(UpgradeRequest::parse(&bytes[..100])?.is_none());
/// let (request, length) = UpgradeRequest::parse(bytes)?.unwrap();
/// assert_eq!(request.path(), "/calls/t0ken");
/// assert_eq!(&bytes[length..], b"what follows");
///
/// let accepted = String::from_utf8(request.accept(None)?)?;
/// assert!(accepted.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
/// assert!(UpgradeRequest::decline(503)?.starts_with(b"HTTP/1.1 503 Service Unavailable\r\n"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct UpgradeRequest(Request);

impl UpgradeRequest {
    /// Reads the request at the beginning of what a socket has given so far, and tells how many bytes it takes: what
    /// follows it came early, and belongs to [`Line::application`](crate::Line::application). `None` if there is more
    /// to come.
    ///
    /// # Errors
    /// [`CallError::Handshake`] for what is no HTTP request, or one that is longer than [`MAX_HEAD`](crate::MAX_HEAD).
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, CallError> {
        Ok(head::parse(bytes)?.map(|(request, length)| (Self(request), length)))
    }

    /// The path asked for, `/` at its beginning. It often carries a token: a secret.
    pub fn path(&self) -> &str {
        self.0.uri().path()
    }

    /// What follows the `?`, if anything does.
    pub fn query(&self) -> Option<&str> {
        self.0.uri().query()
    }

    /// The first header of this name, if it is text. Sinch sends none of its own.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// The subprotocols offered, in the platform's order.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        let offers = self.0.headers().get_all(http::header::SEC_WEBSOCKET_PROTOCOL);
        offers
            .iter()
            .filter_map(|offer| offer.to_str().ok())
            .flat_map(|offer| offer.split(','))
            .map(str::trim)
    }

    /// The response that opens the WebSocket, with one of the offered [`subprotocols`](Self::subprotocols) or none.
    /// That it was offered is not checked.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if the request asks for no WebSocket, or the subprotocol cannot stand in a header.
    pub fn accept(&self, subprotocol: Option<&str>) -> Result<Vec<u8>, CallError> {
        let mut response = create_response(&self.0).map_err(CallError::Handshake)?;
        if let Some(subprotocol) = subprotocol {
            let value =
                HeaderValue::from_str(subprotocol).map_err(|error| CallError::Handshake(error.into()))?;
            response.headers_mut().insert(http::header::SEC_WEBSOCKET_PROTOCOL, value);
        }
        bytes(&response)
    }

    /// The response that declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599.
    pub fn decline(status: u16) -> Result<Vec<u8>, CallError> {
        let invalid =
            || CallError::Handshake(ProtocolError::InvalidHeader(Box::new(http::header::CONNECTION)).into());
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .ok_or_else(invalid)?;
        let response = http::Response::builder()
            .status(status)
            .header(http::header::CONNECTION, "close")
            .header(http::header::CONTENT_LENGTH, "0")
            .body(())
            .map_err(|error| CallError::Handshake(error.into()))?;
        bytes(&response)
    }
}

/// Nothing of the request: path and headers hold tokens.
impl fmt::Debug for UpgradeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeRequest").finish_non_exhaustive()
    }
}

fn bytes(response: &http::Response<()>) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::with_capacity(256);
    write_response(&mut bytes, response).map_err(CallError::Handshake)?;
    Ok(bytes)
}
