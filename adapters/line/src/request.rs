use core::fmt;

use tungstenite::Error;
use tungstenite::error::ProtocolError;
use tungstenite::handshake::server::{Request, create_response, write_response};
use tungstenite::http::{self, HeaderValue, StatusCode, header};

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
        let offers = self.0.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
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
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, value);
        }
        bytes(&response)
    }

    /// The response that declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`CallError::Handshake`] if `status` is none, from 400 to 599.
    pub fn decline(status: u16) -> Result<Vec<u8>, CallError> {
        let invalid =
            || CallError::Handshake(ProtocolError::InvalidHeader(Box::new(header::CONNECTION)).into());
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .ok_or_else(invalid)?;
        response(status)
    }

    /// The response to a request that could not be read or [accepted](Self::accept), given why. `None` if it is the socket
    /// that failed.
    pub fn refuse(error: &CallError) -> Option<Vec<u8>> {
        match error {
            CallError::Handshake(Error::Io(_) | Error::Protocol(ProtocolError::HandshakeIncomplete)) => None,
            CallError::Handshake(error) => response(Self::status(error)).ok(),
            _ => response(StatusCode::BAD_REQUEST).ok(),
        }
    }

    /// The HTTP status that tells a peer why its request was refused: 426 where it speaks another version, say (RFC 6455
    /// section 4.2.2).
    pub const fn status(error: &Error) -> StatusCode {
        match error {
            Error::Capacity(_) => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Error::Protocol(error) => match error {
                ProtocolError::WrongHttpMethod => StatusCode::METHOD_NOT_ALLOWED,
                ProtocolError::MissingConnectionUpgradeHeader
                | ProtocolError::MissingUpgradeWebSocketHeader
                | ProtocolError::MissingSecWebSocketVersionHeader => StatusCode::UPGRADE_REQUIRED,
                _ => StatusCode::BAD_REQUEST,
            },
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Nothing of the request: path and headers hold tokens.
impl fmt::Debug for UpgradeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeRequest").finish_non_exhaustive()
    }
}

/// A response without a body, and what goes with its status (RFC 9110 section 15).
fn response(status: StatusCode) -> Result<Vec<u8>, CallError> {
    let response = http::Response::builder().status(status).header(header::CONTENT_LENGTH, "0");
    let response = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            response.header(header::ALLOW, "GET").header(header::CONNECTION, "close")
        }
        StatusCode::UPGRADE_REQUIRED => response
            .header(header::UPGRADE, "websocket")
            .header(header::SEC_WEBSOCKET_VERSION, "13")
            .header(header::CONNECTION, "close, upgrade"),
        _ => response.header(header::CONNECTION, "close"),
    };
    bytes(&response.body(()).map_err(|error| CallError::Handshake(error.into()))?)
}

fn bytes(response: &http::Response<()>) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::with_capacity(256);
    write_response(&mut bytes, response).map_err(CallError::Handshake)?;
    Ok(bytes)
}
