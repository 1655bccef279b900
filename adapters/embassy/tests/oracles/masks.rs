//! Masking against its definition (RFC 6455 section 5.3): octet `i` is masked with octet `i MOD 4` of the key.

use voxwire_embassy::websocket::Mask;

use crate::streams::Random;

/// The definition.
fn naive(key: [u8; 4], from: usize, bytes: &mut [u8]) {
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte ^= key[(from + at) % 4];
    }
}

#[test]
fn every_length_at_every_offset() {
    let mut random = Random(6455);
    for len in (0..300).chain([1_023, 1_024, 4_099, 65_535, 65_536]) {
        let payload = random.bytes(len);
        for from in (0..9).chain([125, 126, 65_535, 65_536, usize::MAX - 4, usize::MAX - 1, usize::MAX]) {
            let key = (random.next() as u32).to_ne_bytes();
            let mut expected = payload.clone();
            naive(key, from % 4, &mut expected);
            let mut masked = payload.clone();
            Mask::new(key).after(from).apply(&mut masked);
            assert!(masked == expected, "{len} bytes, {from} bytes into a payload, with {key:?}");
        }
    }
}

#[test]
fn every_cut() {
    let mut random = Random(53);
    let payload = random.bytes(64);
    let key = [0x12, 0x34, 0x56, 0x78];
    let mut expected = payload.clone();
    naive(key, 0, &mut expected);
    for first in 0..=payload.len() {
        for second in first..=payload.len() {
            let mut masked = payload.clone();
            let mut mask = Mask::new(key);
            mask.apply(&mut masked[..first]);
            mask.apply(&mut masked[first..second]);
            assert_eq!(mask, Mask::new(key).after(second), "cut at {first} and {second}");
            mask.apply(&mut masked[second..]);
            assert_eq!(masked, expected, "cut at {first} and {second}");
        }
    }
}

#[test]
fn twice_is_never() {
    let mut random = Random(54);
    for len in 0..100 {
        let payload = random.bytes(len);
        let (mut masked, mask) = (payload.clone(), Mask::new([9, 8, 7, 6]));
        mask.clone().apply(&mut masked);
        mask.clone().apply(&mut masked);
        assert_eq!(masked, payload);
    }
}
