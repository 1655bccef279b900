//! Masking (RFC 6455 section 5.3), which is its own reverse.

/// A mask, and how far a payload has been masked with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask(u32);

impl Mask {
    /// A mask at the beginning of a payload.
    pub const fn new(mask: [u8; 4]) -> Self {
        Self(u32::from_le_bytes(mask))
    }

    /// Masks what comes next of the payload, two words at a time.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        let Self(mask) = *self;
        let twice = u64::from(mask) << 32 | u64::from(mask);
        let (words, rest) = bytes.as_chunks_mut();
        for word in words {
            *word = (u64::from_le_bytes(*word) ^ twice).to_le_bytes();
        }
        for (byte, mask) in rest.iter_mut().zip(twice.to_le_bytes()) {
            *byte ^= mask;
        }
        self.0 = mask.rotate_right((rest.len() as u32).wrapping_mul(8));
    }
}
