use super::{cut, split_before};

/// A host, and its port if it tells one (RFC 3986 section 3.2, without a user). An IPv6 address comes without brackets.
/// `None` for anything that is none.
pub(super) fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(rest) => cut(rest, "]")?,
        None => split_before(authority, b":"),
    };
    let may_stand = |byte: u8| match byte {
        b'!' | b'$'..=b'.' | b':' | b';' | b'=' | b'_' | b'~' => true,
        byte => byte.is_ascii_alphanumeric(),
    };
    if host.is_empty() || !host.bytes().all(may_stand) {
        return None;
    }
    let port = match rest.as_bytes() {
        [] | [b':'] => None,
        [b':', digits @ ..] => Some(digits.iter().try_fold(0, |port: u16, byte| {
            let digit = char::from(*byte).to_digit(10)?;
            port.checked_mul(10)?.checked_add(digit as u16)
        })?),
        _ => return None,
    };
    Some((host, port))
}
