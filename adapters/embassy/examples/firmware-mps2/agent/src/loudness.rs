//! Whether somebody speaks.

/// The root of the mean square from which on sound is speech, of 32,768.
const LOUD: u64 = 500;

/// Whether PCM of 16 bits is loud enough to be speech.
pub fn is_loud(pcm: &[u8]) -> bool {
    let (samples, _) = pcm.as_chunks::<2>();
    let squares = samples.iter().map(|sample| {
        let amplitude = u64::from(i16::from_le_bytes(*sample).unsigned_abs());
        amplitude.saturating_mul(amplitude)
    });
    let energy = squares.fold(0, u64::saturating_add);
    energy > (LOUD * LOUD).saturating_mul(samples.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_told_from_noise_at_any_length() {
        for samples in [1, 160, 1_920] {
            let mut pcm = [0; 3_840];
            for amplitude in [0, 500, -500] {
                pcm.as_chunks_mut().0.fill(i16::to_le_bytes(amplitude));
                assert!(!is_loud(&pcm[..samples * 2]), "{amplitude}");
            }
            for amplitude in [501, -501, i16::MAX, i16::MIN] {
                pcm.as_chunks_mut().0.fill(i16::to_le_bytes(amplitude));
                assert!(is_loud(&pcm[..samples * 2]), "{amplitude}");
            }
        }
        assert!(!is_loud(&[]));
    }
}
