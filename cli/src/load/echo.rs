//! The frames of a call: numbered when they are said, and known by their numbers when they come back.

use std::collections::VecDeque;

use voxwire::{AudioFormat, Framer};

use crate::tape::Memory;

/// What a frame begins with: whose it is, and which.
const WORD: [u8; 4] = *b"vxwL";
const OWNER: usize = WORD.len() + size_of::<u32>();
const HEAD: usize = OWNER + size_of::<u64>();

/// The longest frame there is, in bytes.
const LONGEST: usize = {
    let [.., fastest] = AudioFormat::RATES;
    AudioFormat::pcm16(fastest).unwrap().frame_bytes()
};

/// How many frames are waited for at once: those of a minute. What comes later still is a stray.
const MOST: usize = 3_000;

/// What one call has said and what of it has come back, in order. It reads no clock: `at` is whatever it is told.
pub(super) struct Echoes<T> {
    /// What its frames begin with, before their numbers.
    owner: [u8; OWNER],
    /// The number of the frame that is said next.
    next: u64,
    /// What was said and has not come back, the oldest first.
    waiting: VecDeque<(u64, T)>,
    /// Audio is a stream of bytes: a server may cut it as it likes.
    joined: Framer<Vec<u8>>,
}

/// A frame that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came<T> {
    /// The next that was said, or one behind it. Those in between are lost.
    Back(T),
    /// Not as it was said, out of order, or a second time.
    Stray,
}

impl<T> Echoes<T> {
    /// A call with a number of its own, by which its frames are told from those of others.
    pub(super) fn new(call: u32, format: AudioFormat) -> Self {
        let mut owner = [0; OWNER];
        let (word, number) = owner.split_at_mut(WORD.len());
        word.copy_from_slice(&WORD);
        number.copy_from_slice(&call.to_le_bytes());
        Self { owner, next: 0, waiting: VecDeque::new(), joined: Framer::new(vec![0; format.frame_bytes()]) }
    }

    /// The next frame to say, put together in `memory`.
    pub(super) fn frame<'m>(&self, memory: &'m mut Memory) -> &'m [u8] {
        let behind = NOISE.get(HEAD..self.joined.frame_len()).unwrap_or_default();
        memory.concat(&[&self.owner, &self.next.to_le_bytes(), behind])
    }

    /// That frame was said, and the next will be another. `at` is given back with its echo.
    pub(super) fn said(&mut self, at: T) {
        if self.waiting.len() >= MOST {
            self.waiting.pop_front();
        }
        self.waiting.push_back((self.next, at));
        self.next += 1;
    }

    /// How many frames are waited for.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Hears a piece of audio, of any length, and tells of each frame that it completes.
    pub(super) fn hear(&mut self, mut pcm: &[u8], mut tell: impl FnMut(Came<T>)) {
        let Self { owner, next, waiting, joined } = self;
        while let Some(frame) = joined.next(&mut pcm) {
            let back = number(frame, owner).filter(|number| number < next).and_then(|number| {
                while waiting.front().is_some_and(|(oldest, _)| *oldest < number) {
                    waiting.pop_front();
                }
                waiting.pop_front_if(|(oldest, _)| *oldest == number)
            });
            tell(back.map_or(Came::Stray, |(_, at)| Came::Back(at)));
        }
    }
}

/// The number of a frame that is as this owner said it.
fn number(frame: &[u8], owner: &[u8; OWNER]) -> Option<u64> {
    let (number, _) = frame.strip_prefix(owner)?.split_first_chunk()?;
    let genuine = frame.get(HEAD..) == NOISE.get(HEAD..frame.len());
    genuine.then_some(u64::from_le_bytes(*number))
}

/// What stands in every frame behind its head: bytes that no server finds by chance, the high ones of Knuth's generator.
static NOISE: [u8; LONGEST] = {
    let (mut noise, mut state, mut at) = ([0; LONGEST], 1_u64, 0);
    while at < LONGEST {
        noise[at] = state.to_be_bytes()[0];
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        at += 1;
    }
    noise
};

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const FORMAT: AudioFormat = AudioFormat::pcm16(8_000).unwrap();

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Says so many frames, 20 ms apart on a clock that nobody reads.
    fn said(frames: u64) -> (Echoes<Duration>, Vec<Vec<u8>>) {
        let mut echoes = Echoes::new(7, FORMAT);
        let say = |number| {
            let frame = echoes.frame(&mut Memory::lent()).to_vec();
            echoes.said(at(number * 20));
            frame
        };
        let frames = (0..frames).map(say).collect();
        (echoes, frames)
    }

    fn heard(echoes: &mut Echoes<Duration>, pcm: &[u8]) -> Vec<Came<Duration>> {
        let mut came = Vec::new();
        echoes.hear(pcm, |what| came.push(what));
        came
    }

    #[test]
    fn a_frame_comes_back_with_the_time_at_which_it_was_said() {
        let (mut echoes, frames) = said(3);
        assert_eq!(heard(&mut echoes, &frames[0]), [Came::Back(at(0))]);
        assert_eq!(heard(&mut echoes, &frames[1..].concat()), [Came::Back(at(20)), Came::Back(at(40))]);
        assert_eq!(echoes.waiting(), 0);
    }

    #[test]
    fn at_every_rate_a_frame_is_as_long_as_it_must_be() {
        for format in AudioFormat::RATES.map(|rate| AudioFormat::pcm16(rate).unwrap()) {
            let echoes = Echoes::<()>::new(7, format);
            assert_eq!(echoes.frame(&mut Memory::lent()).len(), format.frame_bytes());
        }
    }

    #[test]
    fn what_is_left_out_is_lost_and_comes_too_late_afterwards() {
        let (mut echoes, frames) = said(4);
        assert_eq!(heard(&mut echoes, &frames[2]), [Came::Back(at(40))]);
        assert_eq!(echoes.waiting(), 1);
        assert_eq!(heard(&mut echoes, &frames[1]), [Came::Stray], "out of order");
        assert_eq!(heard(&mut echoes, &frames[2]), [Came::Stray], "a second time");
        assert_eq!(heard(&mut echoes, &frames[3]), [Came::Back(at(60))]);
    }

    #[test]
    fn what_is_not_as_it_was_said_is_no_echo() {
        let (mut echoes, frames) = said(2);
        let mut wrong = frames[0].clone();
        wrong[319] ^= 1;
        assert_eq!(heard(&mut echoes, &wrong), [Came::Stray]);
        let mut neighbour = Echoes::new(8, FORMAT);
        assert_eq!(heard(&mut echoes, neighbour.frame(&mut Memory::lent())), [Came::Stray]);
        neighbour.said(());
        let (_, later) = said(3);
        assert_eq!(heard(&mut echoes, &later[2]), [Came::Stray], "nobody has said that yet");
        assert_eq!(heard(&mut echoes, &frames[0]), [Came::Back(at(0))]);
        assert_eq!(echoes.waiting(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn however_it_is_cut_all_comes_back(frames in 0_u64..20, cuts in prop::collection::vec(1_usize..900, 1..40)) {
            let (mut echoes, said) = said(frames);
            let (bytes, mut came, mut cuts) = (said.concat(), Vec::new(), cuts.into_iter().cycle());
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(cuts.next().unwrap().min(rest.len()));
                came.extend(heard(&mut echoes, piece));
                rest = behind;
            }
            prop_assert_eq!(came, (0..frames).map(|number| Came::Back(at(number * 20))).collect::<Vec<_>>());
        }
    }
}
