//! What a close frame carries (RFC 6455 section 5.5.1).

use voxwire::Close;

use super::Violation;

/// Reads the payload of a close frame.
///
/// # Errors
/// [`Violation::CloseCode`], [`Violation::Utf8`].
pub(crate) fn read_close(payload: &[u8]) -> Result<Close<'_>, Violation> {
    if payload.is_empty() {
        return Ok(Close::BARE);
    }
    let (code, reason) = payload.split_first_chunk().ok_or(Violation::CloseCode)?;
    let code = u16::from_be_bytes(*code);
    let close = Close::new(code, str::from_utf8(reason).map_err(|_| Violation::Utf8)?);
    // A control frame is never so long that the reason could be at fault.
    if close.is_sendable() { Ok(close) } else { Err(Violation::CloseCode) }
}
