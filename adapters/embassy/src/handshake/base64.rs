//! Base64 (RFC 4648 section 4) of what the handshake writes: 16 bytes and 20. The crate for it is a fourth of the codec.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes `bytes` to `out`, which is as long as their base64, padding included.
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    for (three, four) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let bits =
            three.iter().zip([16, 8, 0]).fold(0, |bits, (byte, shift)| bits | u32::from(*byte) << shift);
        for (at, (place, shift)) in four.iter_mut().zip([18, 12, 6, 0]).enumerate() {
            let letter = ALPHABET.get((bits >> shift) as usize % 64);
            *place = letter.copied().filter(|_| at <= three.len()).unwrap_or(b'=');
        }
    }
}
