//! Base64 in two functions: standard alphabet, padding written always and accepted either way.

#[cfg(not(target_os = "none"))]
mod engine;
#[cfg(any(test, feature = "_codec", target_os = "none"))]
pub mod small;

#[cfg(not(target_os = "none"))]
use engine as codec;
#[cfg(target_os = "none")]
use small as codec;

/// Characters that `bytes` bytes take, padding included.
pub const fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Bytes that `text` decodes to, if it is base64.
pub const fn decoded_len(text: &[u8]) -> usize {
    let padding = match text {
        [.., b'=', b'='] => 2,
        [.., b'='] => 1,
        _ => 0,
    };
    decoded_len_of(text.len().saturating_sub(padding))
}

/// Bytes in `chars` characters without padding.
pub(crate) const fn decoded_len_of(chars: usize) -> usize {
    // Not `chars * 3 / 4`, which could overflow.
    (chars / 4).saturating_mul(3).saturating_add((chars % 4).saturating_mul(3) / 4)
}

/// Writes `bytes` as base64 to `out`, which must be [`encoded_len`] long.
pub fn encode(bytes: &[u8], out: &mut [u8]) -> bool {
    codec::encode(bytes, out)
}

/// Decodes `text` to the start of `out` and gives the length, or where `text` is not base64.
/// `out` must hold [`decoded_len`] bytes.
pub fn decode(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    codec::decode(text, out)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;
    use std::vec;

    use super::*;

    #[test]
    fn lengths_are_exact() {
        for len in 0..50 {
            let bytes: Vec<u8> = (0..len).collect();
            let mut text = vec![0; encoded_len(bytes.len())];
            assert!(encode(&bytes, &mut text));
            assert_eq!(decoded_len(&text), bytes.len());
            let mut out = vec![0; bytes.len()];
            assert_eq!(decode(&text, &mut out), Ok(bytes.len()));
            assert_eq!(out, bytes);
            let unpadded = text.iter().take_while(|c| **c != b'=').count();
            assert_eq!(decoded_len(&text[..unpadded]), bytes.len());
            assert_eq!(decode(&text[..unpadded], &mut out), Ok(bytes.len()));
        }
    }

    #[test]
    fn what_is_not_base64_is_refused_where_it_stands() {
        let mut out = [0; 16];
        assert_eq!(decode(b"AAEC/f7...", &mut out), Err(7));
        assert_eq!(decode(b"AA-C", &mut out), Err(2));
        assert_eq!(decode(b"AAB=", &mut out), Err(2), "bits left over");
        assert!(decode(b"A", &mut out).is_err());
        assert!(decode(b"AA=A", &mut out).is_err());
        assert!(decode(b"AA==AAAA", &mut out).is_err());
    }

    fn same(text: &[u8]) {
        let (mut out, mut other) = (vec![0; decoded_len(text)], vec![0; decoded_len(text)]);
        let decoded = engine::decode(text, &mut out);
        assert_eq!(small::decode(text, &mut other), decoded, "{}", text.escape_ascii());
        if let Ok(len) = decoded {
            assert_eq!(other[..len], out[..len], "{}", text.escape_ascii());
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn both_decode_alike_whatever_comes() {
        const CHARS: [u8; 7] = *b"AQ/=-\n\xff";
        for len in 0..7 {
            for number in 0..CHARS.len().pow(len) {
                let text: Vec<u8> =
                    (0..len).map(|at| CHARS[number / CHARS.len().pow(at) % CHARS.len()]).collect();
                same(&text);
            }
        }
        let text = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for at in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut text = *text;
                text[at] = byte;
                same(&text);
                same(&text[at..]);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn what_is_wrong_is_found_wherever_it_lies_in_a_long_text() {
        let text = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".repeat(10);
        let mut out = vec![0; decoded_len(&text)];
        for at in 0..text.len() {
            for byte in *b"=-_\0 \x7f\x80\xaf\xff" {
                let mut text = text.clone();
                text[at] = byte;
                assert!(decode(&text, &mut out).is_err(), "{byte} at {at}");
                same(&text);
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn both_encode_alike_and_refuse_what_does_not_fit() {
        let bytes: Vec<u8> = (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect();
        for len in 0..bytes.len() {
            let mut text = vec![0; encoded_len(len)];
            let mut other = text.clone();
            assert!(engine::encode(&bytes[..len], &mut text) && small::encode(&bytes[..len], &mut other));
            assert_eq!(other, text);
            if let Some((_, short)) = text.split_first_mut() {
                assert!(!engine::encode(&bytes[..len], short) && !small::encode(&bytes[..len], short));
            }
        }
    }
}
