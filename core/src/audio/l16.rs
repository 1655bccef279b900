//! L16, PCM in the network's byte order.

use crate::error::AudioError;

/// Turns L16 (RFC 3551, section 4.5.11: signed 16-bit PCM, big-endian) into PCM of this crate's byte order,
/// little-endian, or back: either way the two bytes of each sample change places. Written to the start of `buf`.
///
/// ```
/// use voxwire::audio::swap_l16;
///
/// let mut pcm = [0; 4];
/// assert_eq!(swap_l16(&[0x12, 0x34, 0xff, 0xfe], &mut pcm)?, [0x34, 0x12, 0xfe, 0xff]);
/// # Ok::<(), voxwire::AudioError>(())
/// ```
///
/// # Errors
/// [`AudioError::PartSample`] where `audio` ends in mid-sample, [`AudioError::BufferTooSmall`] where `buf` is shorter.
/// Nothing is written then.
pub fn swap_l16<'b>(audio: &[u8], buf: &'b mut [u8]) -> Result<&'b [u8], AudioError> {
    let needed = audio.len();
    let (samples, []) = audio.as_chunks() else { return Err(AudioError::PartSample) };
    let Some(swapped) = buf.get_mut(..needed) else { return Err(AudioError::BufferTooSmall { needed }) };
    for (place, [one, other]) in swapped.as_chunks_mut().0.iter_mut().zip(samples) {
        *place = [*other, *one];
    }
    Ok(swapped)
}
