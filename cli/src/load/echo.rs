//! The frames of a call: numbered when they are said, and known by their numbers when they come back.

use std::collections::VecDeque;

use voxwire::{AudioFormat, Framer};

/// What a frame begins with: whose it is, and which.
const WORD: [u8; 4] = *b"vxwL";
const OWNER: usize = WORD.len() + size_of::<u32>();
const HEAD: usize = OWNER + size_of::<u64>();

/// How many frames are waited for at once: those of a minute. What comes later still is a stray.
const MOST: usize = 3_000;

/// What one call has said and what of it has come back, in order. It reads no clock: `at` is whatever it is told.
pub(super) struct Echoes<T> {
    /// The frame that is said next. Behind its head all are the same.
    frame: Vec<u8>,
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
        let bytes = format.frame_bytes();
        let head = WORD.into_iter().chain(call.to_le_bytes()).chain(0_u64.to_le_bytes());
        let frame: Vec<u8> = head.chain(noise()).take(bytes).collect();
        Self { frame, next: 0, waiting: VecDeque::new(), joined: Framer::new(vec![0; bytes]) }
    }

    /// The next frame to say.
    pub(super) fn frame(&mut self) -> &[u8] {
        if let Some(number) = self.frame.get_mut(OWNER..HEAD) {
            number.copy_from_slice(&self.next.to_le_bytes());
        }
        &self.frame
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
        let Self { frame: own, next, waiting, joined } = self;
        while let Some(frame) = joined.next(&mut pcm) {
            let back = number(frame, own).filter(|number| number < next).and_then(|number| {
                while waiting.front().is_some_and(|(oldest, _)| *oldest < number) {
                    waiting.pop_front();
                }
                waiting.pop_front_if(|(oldest, _)| *oldest == number)
            });
            tell(back.map_or(Came::Stray, |(_, at)| Came::Back(at)));
        }
    }
}

/// The number of a frame that is as it was said.
fn number(frame: &[u8], own: &[u8]) -> Option<u64> {
    let (head, rest) = frame.split_first_chunk::<HEAD>()?;
    let (owner, number) = head.split_first_chunk::<OWNER>()?;
    let genuine = own.starts_with(owner) && own.get(HEAD..) == Some(rest);
    genuine.then_some(u64::from_le_bytes(number.try_into().ok()?))
}

/// Bytes that no server finds by chance: the high ones of Knuth's generator.
fn noise() -> impl Iterator<Item = u8> {
    let step = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    core::iter::successors(Some(1), step).map(|state: u64| state.to_be_bytes()[0])
}

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
            let frame = echoes.frame().to_vec();
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
        assert_eq!(heard(&mut echoes, neighbour.frame()), [Came::Stray]);
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
