//! Base64 by the crate `base64`, the fastest there is.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn encode(bytes: &[u8], out: &mut [u8]) -> bool {
    ENGINE.encode_slice(bytes, out).is_ok()
}

pub(super) fn decode(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    ENGINE.decode_slice(text, out).map_err(|error| match error {
        DecodeSliceError::DecodeError(
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. },
        ) => at,
        DecodeSliceError::DecodeError(_) | DecodeSliceError::OutputSliceTooSmall => text.len(),
    })
}
