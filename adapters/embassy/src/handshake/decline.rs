use super::HandshakeError;

/// A response that opens no WebSocket.
///
/// ```
/// use voxwire_embassy::handshake::Decline;
///
/// let busy = Decline::new(503)?;
/// assert_eq!(busy.parts().concat(), b"HTTP/1.1 503 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
/// # Ok::<(), voxwire_embassy::HandshakeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decline {
    status: [u8; 3],
    /// What goes with the status (RFC 9110 section 15).
    fields: &'static [u8],
}

impl Decline {
    /// Declines with an HTTP status: 404, say, or 503 when there are calls enough.
    ///
    /// # Errors
    /// [`HandshakeError::Unsuited`] if `status` is none, from 400 to 599.
    pub const fn new(status: u16) -> Result<Self, HandshakeError> {
        if status < 400 || status > 599 {
            return Err(HandshakeError::Unsuited);
        }
        Ok(Self {
            status: [digit(status / 100), digit(status / 10), digit(status)],
            fields: match status {
                405 => b"Allow: GET\r\nConnection: close\r\n\r\n",
                426 => {
                    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nConnection: close, upgrade\r\n\r\n"
                }
                _ => b"Connection: close\r\n\r\n",
            },
        })
    }

    /// Its bytes, to be written one after the other.
    pub const fn parts(&self) -> [&[u8]; 4] {
        [b"HTTP/1.1 ", &self.status, b" \r\nContent-Length: 0\r\n", self.fields]
    }
}

/// The last decimal digit.
const fn digit(number: u16) -> u8 {
    (number % 10) as u8 | b'0'
}
