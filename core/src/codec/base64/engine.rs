//! Base64 by crates: `base64-turbo` for what is right, by the widest vectors that the processor has, which it finds out
//! without `std`; `base64` for the end, with its padding, and for what is wrong.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn encode(bytes: &[u8], out: &mut [u8]) -> bool {
    base64_turbo::STANDARD.encode_slice(bytes, out).is_ok()
}

pub(super) fn decode(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    decode_right(text, out).map_or_else(|| decode_any(text, out), Ok)
}

/// All but the last four characters are whole groups without padding; those too, if they have none.
fn decode_right(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let is_whole = text.len().is_multiple_of(4) && !text.ends_with(b"=");
    let groups = text.len().saturating_sub(usize::from(!is_whole)) / 4;
    let (whole, end) = text.split_at_checked(groups.saturating_mul(4))?;
    let (start, rest) = out.split_at_mut_checked(groups.saturating_mul(3))?;
    let len = base64_turbo::STANDARD_NO_PAD.decode_slice(whole, start).ok()?;
    if is_whole { Some(len) } else { Some(len.saturating_add(ENGINE.decode_slice(end, rest).ok()?)) }
}

fn decode_any(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    ENGINE.decode_slice(text, out).map_err(|error| match error {
        DecodeSliceError::DecodeError(
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. },
        ) => at,
        DecodeSliceError::DecodeError(_) | DecodeSliceError::OutputSliceTooSmall => text.len(),
    })
}
