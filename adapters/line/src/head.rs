//! What requests and responses have in common.

use tungstenite::error::CapacityError;
use tungstenite::handshake::machine::TryParse;

use crate::CallError;

/// The longest head of a request or response that is read, in bytes.
pub const MAX_HEAD: usize = 16 * 1024;

/// Parses a head, and tells its length; `None` if there is more to come.
pub(crate) fn parse<H: TryParse>(bytes: &[u8]) -> Result<Option<(H, usize)>, CallError> {
    let seen = bytes.get(..MAX_HEAD).unwrap_or(bytes);
    match H::try_parse(seen).map_err(CallError::Handshake)? {
        Some((length, head)) => Ok(Some((head, length))),
        None if seen.len() < MAX_HEAD => Ok(None),
        None => Err(CallError::Handshake(CapacityError::TooManyHeaders.into())),
    }
}
