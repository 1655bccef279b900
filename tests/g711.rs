//! G.711 against the tables of the recommendation, for every sample and every code; and L16.

use audio_codec_algorithms as oracle;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use support::cases;
use voxwire::AudioError;
use voxwire::audio::{G711, swap_l16};

const LAWS: [G711; 2] = [G711::MuLaw, G711::ALaw];

/// A law as ITU-T G.711 (11/88) writes it down: column 1 and 2 of tables 1a and 2a, number and size of the intervals
/// of each segment, for magnitudes up to `full`.
struct Tables {
    intervals: &'static [(usize, i32)],
    full: i32,
}

const MU_LAW: Tables = Tables {
    // The first interval is half as wide as the others of its segment, for it continues below zero.
    intervals: &[(1, 1), (15, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128), (16, 256)],
    full: 8_192,
};

const A_LAW: Tables =
    Tables { intervals: &[(32, 2), (16, 4), (16, 8), (16, 16), (16, 32), (16, 64), (16, 128)], full: 4_096 };

impl Tables {
    const fn of(law: G711) -> Self {
        match law {
            G711::MuLaw => MU_LAW,
            G711::ALaw => A_LAW,
        }
    }

    /// Column 3: between which values each interval lies, on the scale of 16 bits.
    fn decision_values(&self) -> Vec<i32> {
        let sizes = self.intervals.iter().flat_map(|&(count, size)| vec![size; count]);
        let mut values = vec![0];
        for size in sizes {
            values.push(values.last().unwrap() + size * 32_768 / self.full);
        }
        assert_eq!(values.len(), 129);
        values
    }

    /// Column 8: what each interval is decoded to, its middle; the first of µ-law lies about zero.
    fn values(&self) -> Vec<i32> {
        let decisions = self.decision_values();
        let mut values: Vec<i32> = decisions.windows(2).map(|pair| (pair[0] + pair[1]) / 2).collect();
        if self.intervals[0] == (1, 1) {
            values[0] = 0;
        }
        values
    }
}

/// Column 6: the number of an interval and the sign as they are sent.
fn character_signal(law: G711, number: usize, negative: bool) -> u8 {
    let number = number as u8;
    match (law, negative) {
        (G711::MuLaw, false) => 255 - number,
        (G711::MuLaw, true) => 127 - number,
        // Even bits are inverted.
        (G711::ALaw, false) => (128 + number) ^ 0b0101_0101,
        (G711::ALaw, true) => number ^ 0b0101_0101,
    }
}

#[test]
fn every_sample_has_the_code_of_the_reference() {
    for law in LAWS {
        let values = Tables::of(law).decision_values();
        for sample in i16::MIN..=i16::MAX {
            // G.191 takes the one's complement of negative samples, and limits.
            let magnitude = if sample < 0 { -1 - i32::from(sample) } else { i32::from(sample) };
            let number = values.partition_point(|value| *value <= magnitude).min(128) - 1;
            let code = character_signal(law, number, sample < 0);
            assert_eq!(law.encode(sample), code, "{law:?} of {sample}");
        }
    }
}

#[test]
fn every_code_has_the_sample_of_the_reference() {
    for law in LAWS {
        let mut seen = [false; 256];
        for (number, value) in Tables::of(law).values().into_iter().enumerate() {
            for negative in [false, true] {
                let code = character_signal(law, number, negative);
                let sample = if negative { -value } else { value };
                assert_eq!(i32::from(law.decode(code)), sample, "{law:?} of {code:#04x}");
                seen[usize::from(code)] = true;
            }
        }
        assert_eq!(seen, [true; 256]);
    }
}

#[test]
fn another_implementation_agrees() {
    for sample in i16::MIN..=i16::MAX {
        assert_eq!(G711::MuLaw.encode(sample), oracle::encode_ulaw(sample), "µ-law of {sample}");
        assert_eq!(G711::ALaw.encode(sample), oracle::encode_alaw(sample), "A-law of {sample}");
    }
    for code in 0..=255 {
        assert_eq!(G711::MuLaw.decode(code), oracle::decode_ulaw(code), "µ-law of {code:#04x}");
        assert_eq!(G711::ALaw.decode(code), oracle::decode_alaw(code), "A-law of {code:#04x}");
    }
}

#[test]
fn what_was_decoded_is_encoded_to_what_it_was() {
    for law in LAWS {
        for code in 0..=255 {
            // µ-law has two zeros, and encodes to the positive one.
            let again = if (law, code) == (G711::MuLaw, 0x7f) { 0xff } else { code };
            assert_eq!(law.encode(law.decode(code)), again, "{law:?} of {code:#04x}");
        }
    }
}

#[test]
fn codes_are_known_to_the_compiler() {
    const SILENCE: [u8; 2] = [G711::MuLaw.encode(0), G711::ALaw.encode(0)];
    const LOUDEST: [i16; 2] = [G711::MuLaw.decode(0x80), G711::ALaw.decode(0xaa)];
    assert_eq!(SILENCE, [0xff, 0xd5]);
    assert_eq!(LOUDEST, [32_124, 32_256]);
}

#[test]
fn buffers_that_are_too_small_stay_as_they_are() {
    for law in LAWS {
        let mut buf = [7; 4];
        assert_eq!(law.encode_to(&[0; 10], &mut buf), Err(AudioError::BufferTooSmall { needed: 5 }));
        assert_eq!(law.encode_to(&[0; 3], &mut buf), Err(AudioError::PartSample));
        assert_eq!(law.decode_to(&[0; 3], &mut buf), Err(AudioError::BufferTooSmall { needed: 6 }));
        assert_eq!(swap_l16(&[0; 6], &mut buf), Err(AudioError::BufferTooSmall { needed: 6 }));
        assert_eq!(swap_l16(&[0; 3], &mut buf), Err(AudioError::PartSample));
        assert_eq!(buf, [7; 4]);
        assert_eq!(law.encode_to(&[], &mut []), Ok(&[][..]));
        assert_eq!(law.decode_to(&[], &mut []), Ok(&[][..]));
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn slices_are_converted_sample_by_sample(samples in vec(any::<i16>(), 0..700), room in 0_usize..9) {
        let pcm: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for law in LAWS {
            let codes: Vec<u8> = samples.iter().map(|sample| law.encode(*sample)).collect();
            let heard: Vec<u8> = codes.iter().flat_map(|code| law.decode(*code).to_le_bytes()).collect();
            let mut buf = vec![0; pcm.len() + room];
            prop_assert_eq!(law.encode_to(&pcm, &mut buf), Ok(&codes[..]));
            prop_assert_eq!(law.decode_to(&codes, &mut buf), Ok(&heard[..]));
        }
    }

    #[test]
    fn l16_is_big_endian_and_back(samples in vec(any::<i16>(), 0..700)) {
        let pcm: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let l16: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
        let mut buf = vec![0; pcm.len()];
        prop_assert_eq!(swap_l16(&l16, &mut buf), Ok(&pcm[..]));
        prop_assert_eq!(swap_l16(&pcm, &mut buf), Ok(&l16[..]));
    }
}
