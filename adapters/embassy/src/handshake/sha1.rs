//! SHA-1 (RFC 3174) of what the handshake hashes, which is no secret. The crate for it is unrolled for speed: 2.8 KiB where
//! the whole codec is to take 5.

/// A key and the suffix of RFC 6455 section 4.2.2.
pub(super) const MESSAGE: usize = 60;

pub(super) fn digest(message: &[u8; MESSAGE]) -> [u8; 20] {
    // Behind the message comes a bit, in the last eight bytes its length in bits: 480.
    let (mut first, mut second) = ([0; 64], [0; 64]);
    for (place, byte) in first.iter_mut().zip(message.iter().chain(&[0x80])) {
        *place = *byte;
    }
    let [.., high, low] = &mut second;
    (*high, *low) = (0x01, 0xE0);
    let state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    let state = compress(compress(state, &first), &second);
    let mut digest = [0; 20];
    for (place, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    digest
}

fn compress(state: [u32; 5], block: &[u8; 64]) -> [u32; 5] {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let [mut a, mut b, mut c, mut d, mut e] = state;
    for round in 0..80_u32 {
        let word = at(&words, round);
        let (mixed, constant) = match round {
            0..20 => ((b & c) | (!b & d), 0x5A82_7999),
            20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
            _ => (b ^ c ^ d, 0xCA62_C1D6_u32),
        };
        let next =
            a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(word).wrapping_add(constant);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        // The word of sixteen rounds later takes its place.
        let mixed = at(&words, round.wrapping_add(13)) ^ at(&words, round.wrapping_add(8));
        let later = (mixed ^ at(&words, round.wrapping_add(2)) ^ word).rotate_left(1);
        if let Some(place) = words.get_mut(round as usize % 16) {
            *place = later;
        }
    }
    let [h0, h1, h2, h3, h4] = state;
    [h0.wrapping_add(a), h1.wrapping_add(b), h2.wrapping_add(c), h3.wrapping_add(d), h4.wrapping_add(e)]
}

fn at(words: &[u32; 16], round: u32) -> u32 {
    words.get(round as usize % 16).copied().unwrap_or_default()
}
