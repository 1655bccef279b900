use super::cut;

/// A host, and its port if it tells one (RFC 3986 section 3.2, without a user). An IPv6 address comes without brackets.
/// `None` for anything that is none.
pub(super) fn split_authority(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(rest) => cut(rest, "]")?,
        None => authority.split_at_checked(authority.find(':').unwrap_or(authority.len()))?,
    };
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:".contains(&byte);
    if host.is_empty() || !host.bytes().all(may_stand) {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        Some("") => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port.parse().ok()?),
        _ => return None,
    };
    Some((host, port))
}
