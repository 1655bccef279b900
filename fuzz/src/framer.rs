//! A stream of bytes of audio, cut anyhow: framed, brought to another rate, in G.711 and in L16, and measured.
//!
//! The input is two lines, then the stream as it stands:
//!
//! | line | |
//! |---|---|
//! | 1 | three letters: bytes of a frame, none with `0`, the more the higher the letter; the rate of the stream, and another: `0` to `8` for 8, 11.025, 16, 22.05, 24, 32, 44.1, 48 and 96 kHz |
//! | 2 | the pieces, over and over: `!` ends the stream, `.` ends it short, `/` forgets it; any other letter is a piece of so many bytes |

use voxwire::audio::{Arithmetic, G711, Level, PcmResampler, Resampler, swap_l16};
use voxwire::{AudioError, Framer};

use crate::script;

/// Takes the stream in, in pieces.
///
/// # Panics
/// Where something depends on the pieces, or where more or less comes of them than must.
pub fn framer(data: &[u8]) {
    let ([frame, from, to], _) = script::read(data);
    let mut rest = data.splitn(3, |byte| *byte == b'\n').skip(1);
    let (cuts, stream) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    let cuts: Vec<Cut> = cuts.iter().map(|letter| Cut::of(*letter)).collect();
    let steps = cut(&cuts, stream);
    frames(usize::from(frame.wrapping_sub(b'0')), &steps);
    let rate = |letter: u8| RATES[usize::from(letter.wrapping_sub(b'0')) % RATES.len()];
    let (from, to) = (rate(from), rate(to));
    resampled(|| Resampler::fixed(from, to).expect("rates within bounds"), &steps);
    resampled(|| Resampler::float(from, to).expect("rates within bounds"), &steps);
    companded(stream);
    swapped(stream);
    measured(stream, &steps);
}

const RATES: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

#[derive(Clone, Copy)]
enum Cut {
    Piece(usize),
    Finish,
    FinishShort,
    Clear,
}

impl Cut {
    fn of(letter: u8) -> Self {
        match letter {
            b'!' => Self::Finish,
            b'.' => Self::FinishShort,
            b'/' => Self::Clear,
            letter => Self::Piece(usize::from(letter.wrapping_sub(b'0'))),
        }
    }
}

#[derive(Clone, Copy)]
enum Step<'s> {
    Piece(&'s [u8]),
    Finish,
    FinishShort,
    Clear,
}

/// The stream in pieces. What the cuts leave of it is the last piece.
fn cut<'s>(cuts: &[Cut], mut stream: &'s [u8]) -> Vec<Step<'s>> {
    const MOST: usize = 1024;
    let mut steps = Vec::new();
    for cut in cuts.iter().cycle().take(MOST) {
        steps.push(match cut {
            Cut::Piece(bytes) => {
                let (piece, rest) = stream.split_at(stream.len().min(*bytes));
                stream = rest;
                Step::Piece(piece)
            }
            Cut::Finish => Step::Finish,
            Cut::FinishShort => Step::FinishShort,
            Cut::Clear => Step::Clear,
        });
        if stream.is_empty() {
            break;
        }
    }
    steps.push(Step::Piece(stream));
    steps
}

/// The framer against one that keeps all that has not been given back.
fn frames(len: usize, steps: &[Step<'_>]) {
    const SILENCE: u8 = 0xd5;
    let mut memory = vec![0; len];
    let mut framer = Framer::new(&mut memory);
    assert_eq!(framer.frame_len(), len);
    let mut held: Vec<u8> = Vec::new();
    for step in steps {
        match *step {
            Step::Piece(mut piece) if len == 0 => assert_eq!(framer.next(&mut piece), None),
            Step::Piece(mut piece) => {
                held.extend(piece);
                while held.len() >= len {
                    let whole: Vec<u8> = held.drain(..len).collect();
                    assert_eq!(framer.next(&mut piece), Some(&whole[..]));
                }
                assert_eq!(framer.next(&mut piece), None);
                assert!(piece.is_empty(), "a piece is used up");
            }
            Step::Finish => {
                let filled = (!held.is_empty()).then(|| {
                    held.resize(len, SILENCE);
                    std::mem::take(&mut held)
                });
                assert_eq!(framer.finish(SILENCE), filled.as_deref());
            }
            Step::FinishShort => {
                assert_eq!(framer.finish_short(), (!held.is_empty()).then_some(&held[..]));
                held.clear();
            }
            Step::Clear => {
                framer.clear();
                held.clear();
            }
        }
        assert_eq!(framer.remainder(), held);
    }
}

/// A resampler in pieces, with as little room as can be, against itself in one.
fn resampled<A: Arithmetic>(new: impl Fn() -> Resampler<A>, steps: &[Step<'_>]) {
    let mut resampler = PcmResampler::new(new());
    let (mut held, mut made) = (Vec::new(), Vec::new());
    let mut rooms = [2_usize, 640, 3, 64, 127].into_iter().cycle();
    let mut room = || vec![0; rooms.next().unwrap_or_default()];
    for step in steps {
        match *step {
            Step::Piece(mut piece) => {
                held.extend(piece);
                loop {
                    let mut room = room();
                    let written = resampler.next(&mut piece, &mut room);
                    made.extend_from_slice(&room[..written]);
                    if written == 0 {
                        break;
                    }
                }
                assert!(piece.is_empty(), "a piece is used up");
            }
            Step::Finish | Step::FinishShort => {
                loop {
                    let mut room = room();
                    let written = resampler.finish(&mut room);
                    made.extend_from_slice(&room[..written]);
                    if written == 0 {
                        break;
                    }
                }
                assert_eq!(made, whole(new(), &held), "it depends on the pieces");
                (held, made) = (Vec::new(), Vec::new());
            }
            Step::Clear => {
                resampler.clear();
                (held, made) = (Vec::new(), Vec::new());
            }
        }
    }
    // What has come so far is the beginning of all that will.
    assert!(whole(new(), &held).starts_with(&made), "it depends on the pieces");
}

/// All that comes of a stream, as many samples as the ratio says.
fn whole<A: Arithmetic>(resampler: Resampler<A>, mut stream: &[u8]) -> Vec<u8> {
    let (from, to) = (u64::from(resampler.input_rate()), u64::from(resampler.output_rate()));
    let expected = ((stream.len() as u64 / 2) * to).div_ceil(from) as usize * 2;
    let mut resampler = PcmResampler::new(resampler);
    let mut out = vec![0; expected + 2];
    let next = resampler.next(&mut stream, &mut out);
    let written = next + resampler.finish(&mut out[next..]);
    assert_eq!(written, expected, "of all samples come as many as the ratio says");
    out.truncate(written);
    out
}

/// Lengths of G.711, and that what was decoded is encoded as the same sound.
fn companded(stream: &[u8]) {
    for law in [G711::MuLaw, G711::ALaw] {
        let mut pcm = vec![0; 2 * stream.len()];
        let heard = law.decode_to(stream, &mut pcm).expect("there is room").to_vec();
        assert_eq!(heard.len(), 2 * stream.len());
        let mut codes = vec![0; stream.len()];
        let codes = law.encode_to(&heard, &mut codes).expect("there is room").to_vec();
        assert_eq!(law.decode_to(&codes, &mut pcm), Ok(&heard[..]), "{law:?}");
        if let Some((_, short)) = pcm.split_last_mut() {
            assert_eq!(law.decode_to(&codes, short), Err(AudioError::BufferTooSmall { needed: heard.len() }));
        }

        let mut codes = vec![0; stream.len()];
        let encoded = law.encode_to(stream, &mut codes);
        if stream.len() % 2 == 1 {
            assert_eq!(encoded, Err(AudioError::PartSample));
            continue;
        }
        let encoded = encoded.expect("there is room").to_vec();
        let samples = stream.as_chunks().0.iter();
        let one_by_one: Vec<u8> = samples.map(|sample| law.encode(i16::from_le_bytes(*sample))).collect();
        assert_eq!(encoded, one_by_one);
        if let Some(less) = encoded.len().checked_sub(1) {
            let refused = law.encode_to(stream, &mut codes[..less]);
            assert_eq!(refused, Err(AudioError::BufferTooSmall { needed: encoded.len() }));
        }
    }
}

fn swapped(stream: &[u8]) {
    let mut there = vec![0; stream.len()];
    let mut back = vec![0; stream.len()];
    match swap_l16(stream, &mut there) {
        Ok(there) => assert_eq!(swap_l16(there, &mut back), Ok(stream)),
        Err(error) => assert!(stream.len() % 2 == 1 && error == AudioError::PartSample),
    }
}

/// The level of a stream is that of its pieces, as long as no sample is cut.
fn measured(stream: &[u8], steps: &[Step<'_>]) {
    let whole = Level::of(stream);
    assert_eq!(whole.samples(), stream.len() as u64 / 2);
    assert!(whole.rms() <= whole.peak() && (Level::FLOOR..=0).contains(&whole.millibels()));
    let pieces =
        || steps.iter().filter_map(|step| if let Step::Piece(piece) = step { Some(*piece) } else { None });
    if pieces().all(|piece| piece.len() % 2 == 0) {
        let mut level = Level::default();
        pieces().for_each(|piece| level.add(piece));
        assert_eq!(level, whole);
    }
}
