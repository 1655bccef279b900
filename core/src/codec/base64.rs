//! Base64 in two functions: standard alphabet, padding written always and accepted either way.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    ENGINE.encode_slice(bytes, out).is_ok()
}

/// Decodes `text` to the start of `out` and gives the length, or where `text` is not base64.
/// `out` must hold [`decoded_len`] bytes.
pub fn decode(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    ENGINE.decode_slice(text, out).map_err(|error| match error {
        DecodeSliceError::DecodeError(
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. },
        ) => at,
        DecodeSliceError::DecodeError(_) | DecodeSliceError::OutputSliceTooSmall => text.len(),
    })
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
}
