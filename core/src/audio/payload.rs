//! A piece of audio as the wire has it.

#[cfg(feature = "wavix")]
use super::base64::Base64;
use crate::copy::copy;
use crate::error::AudioError;

#[derive(Clone, Copy)]
pub(super) enum Payload<'m> {
    Raw(&'m [u8]),
    #[cfg(feature = "wavix")]
    Base64(Base64<'m>),
}

impl Payload<'_> {
    /// Decoded length in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Raw(bytes) => bytes.len(),
            #[cfg(feature = "wavix")]
            Self::Base64(base64) => base64.len(),
        }
    }

    /// Decodes to `out`, which has the length.
    pub(super) fn copy_to(&self, out: &mut [u8]) -> Result<(), AudioError> {
        match self {
            Self::Raw(bytes) => copy(bytes, out),
            #[cfg(feature = "wavix")]
            Self::Base64(base64) => base64.copy_to(out)?,
        }
        Ok(())
    }

    /// Proves that it can be decoded.
    pub(super) fn validate(&self) -> Result<(), AudioError> {
        match self {
            Self::Raw(_) => Ok(()),
            #[cfg(feature = "wavix")]
            Self::Base64(base64) => base64.validate(),
        }
    }
}

impl PartialEq for Payload<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Raw(one), Self::Raw(other)) => one == other,
            #[cfg(feature = "wavix")]
            (Self::Base64(one), Self::Base64(other)) => one == other,
            #[cfg(feature = "wavix")]
            (Self::Raw(raw), Self::Base64(base64)) | (Self::Base64(base64), Self::Raw(raw)) => {
                base64.stands_for(raw)
            }
        }
    }
}
