//! Audio cut into exact frames, however it comes in pieces.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};
use support::cases;
use support::samples::VOICE;
use voxwire::{AudioError, AudioFormat, Framer};

/// All frames that come of `pieces`, and what is left.
fn framed<'p>(length: usize, pieces: impl IntoIterator<Item = &'p [u8]>) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut memory = vec![0; length];
    let mut framer = Framer::new(&mut memory);
    let mut frames = Vec::new();
    for mut piece in pieces {
        while let Some(frame) = framer.next(&mut piece) {
            frames.push(frame.to_vec());
        }
        assert!(piece.is_empty(), "a piece is used up");
    }
    (frames, framer.remainder().to_vec())
}

/// The same without pieces.
fn naive(length: usize, audio: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let frames = audio.chunks_exact(length);
    let left = frames.remainder().to_vec();
    (frames.map(<[u8]>::to_vec).collect(), left)
}

#[test]
fn every_way_to_split_a_piece_in_three_gives_the_same_frames() {
    let audio = &VOICE[..40];
    for length in 1..=20 {
        let expected = naive(length, audio);
        for second in 0..=audio.len() {
            for first in 0..=second {
                let pieces = [&audio[..first], &audio[first..second], &audio[second..]];
                assert_eq!(framed(length, pieces), expected, "{length} bytes, split at {first} and {second}");
            }
        }
    }
}

#[test]
fn a_frame_that_lies_whole_in_a_piece_is_not_copied() {
    let mut memory = [0; 320];
    let mut framer = Framer::new(&mut memory);
    let mut piece = &VOICE[..1_000];
    for number in 0..3 {
        let frame = framer.next(&mut piece).unwrap();
        assert!(core::ptr::eq(frame, &VOICE[320 * number..320 * (number + 1)]));
    }
    assert_eq!(framer.next(&mut piece), None);
    assert_eq!(framer.remainder(), &VOICE[960..1_000]);
}

#[test]
fn the_last_frame_is_filled_with_silence_once() {
    let mut memory = [0; 8];
    let mut framer = Framer::new(&mut memory);
    assert_eq!(framer.finish(0), None);
    assert_eq!(framer.next(&mut &[1, 2, 3][..]), None);
    assert_eq!(framer.finish(0xff), Some(&[1, 2, 3, 255, 255, 255, 255, 255][..]));
    assert_eq!(framer.finish(0), None);

    assert_eq!(framer.next(&mut &[4, 5][..]), None);
    framer.clear();
    assert!(framer.remainder().is_empty());
    assert_eq!(framer.finish(0), None);
}

#[test]
fn a_short_last_frame_comes_once_and_the_next_stream_begins_empty() {
    let mut memory = [0; 8];
    let mut framer = Framer::new(&mut memory);
    assert_eq!(framer.finish_short(), None);
    assert_eq!(framer.next(&mut &[1, 2, 3][..]), None);
    assert_eq!(framer.finish_short(), Some(&[1, 2, 3][..]));
    assert_eq!(framer.finish_short(), None);
    assert_eq!(framer.next(&mut &[4; 8][..]), Some(&[4; 8][..]));
}

#[test]
fn frames_last_as_long_as_is_whole_samples() {
    let mut memory = [0; 96_000 * 2];
    for rate in AudioFormat::RATES {
        let format = AudioFormat::pcm16(rate).unwrap();
        for micros in (0..=1_000_000).step_by(125) {
            let framer = Framer::lasting(Duration::from_micros(micros), format, &mut memory);
            let scaled = micros * u64::from(rate);
            if scaled > 0 && scaled % 1_000_000 == 0 {
                assert_eq!(framer.unwrap().frame_len() as u64, scaled / 1_000_000 * 2);
            } else {
                assert_eq!(framer.unwrap_err(), AudioError::PartSample, "{micros} µs at {rate} Hz");
            }
        }
        let too_small = Framer::lasting(AudioFormat::FRAME, format, &mut memory[..319]);
        assert_eq!(too_small.unwrap_err(), AudioError::BufferTooSmall { needed: format.frame_bytes() });
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn frames_do_not_depend_on_the_pieces(length in 1_usize..2_000, pieces in vec(0_usize..1_000, 0..8)) {
        let whole = &VOICE[..pieces.iter().sum()];
        let mut rest = whole;
        let pieces = pieces.iter().map(|piece| rest.split_off(..*piece).unwrap_or_default());
        prop_assert_eq!(framed(length, pieces), naive(length, whole));
    }
}

#[test]
fn without_memory_there_is_no_frame() {
    let mut framer = Framer::new([0_u8; 0]);
    let mut audio = &VOICE[..320];
    assert_eq!(framer.next(&mut audio), None);
    assert_eq!((framer.frame_len(), audio.len()), (0, 320));
    assert_eq!(framer.finish(0), None);
    assert_eq!(framer.finish_short(), None);
}
