//! Base64 (RFC 4648 section 4) of what the handshake writes: 16 bytes and 20. The crate for it is a fourth of the codec.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes `bytes` to `out`, which is as long as their base64, padding included.
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    for (place, at) in out.iter_mut().zip((0..).step_by(6)) {
        // Six bits lie in two bytes at most.
        let mut bytes = bytes.iter().skip(at / 8);
        let Some(first) = bytes.next() else {
            *place = b'=';
            continue;
        };
        let two = u16::from_be_bytes([*first, bytes.next().copied().unwrap_or_default()]);
        let letter = ALPHABET.get(usize::from(two << (at % 8) >> 10));
        *place = letter.copied().unwrap_or_default();
    }
}
