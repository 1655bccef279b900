//! Base64 by the crate `base64`: by vectors where a processor has them, which it takes `std` to find out.

use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError};

#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: std::sync::LazyLock<base64::engine::Simd> =
    std::sync::LazyLock::new(|| base64::engine::Simd::standard(CONFIG));
#[cfg(not(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64"))))]
static ENGINE: base64::engine::GeneralPurpose =
    base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

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
