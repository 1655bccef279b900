//! What a peer may say, at random, and what is to be heard of it.

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use voxwire_embassy::websocket::Side;

use crate::frame::{BINARY, CLOSE, CONTINUATION, FIN, Frame, PING, PONG, TEXT};
use crate::ours::Heard;

/// A run of so many cases that is the same each time.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6455),
        ..ProptestConfig::default()
    }
}

/// Frames in order, and what they say.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    /// Who hears it.
    pub(crate) side: Side,
    pub(crate) frames: Vec<Frame>,
    pub(crate) heard: Vec<Heard>,
}

impl Stream {
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        self.frames.iter().for_each(|frame| frame.write(&mut wire));
        wire
    }
}

/// A stream that keeps to the rules, a message cut short by the close included.
pub(crate) fn streams() -> impl Strategy<Value = Stream> {
    let part = prop_oneof![3 => data(), 1 => control().prop_map(Part::Control)];
    let side = select(&[Side::Server, Side::Client][..]);
    (side, vec(part, 1..10), close(), any::<u64>()).prop_map(|(side, parts, close, seed)| {
        let mut stream = Stream { side, frames: Vec::new(), heard: Vec::new() };
        for part in parts {
            stream.add(part);
        }
        if let Some((cut, code)) = close {
            stream.end(cut, code);
        }
        if side == Side::Server {
            let mut random = Random(seed);
            stream
                .frames
                .iter_mut()
                .for_each(|frame| frame.mask = Some((random.next() as u32).to_ne_bytes()));
        }
        stream
    })
}

/// Sizes of what is read at once, to be taken in turn.
pub(crate) fn chunks() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![1 => Just(vec![1]), 4 => vec(1..300_usize, 1..5), 2 => vec(1..5_000_usize, 1..4), 1 => Just(vec![usize::MAX])]
}

/// A wire in such pieces.
pub(crate) fn pieces<'w>(wire: &'w [u8], chunks: &[usize]) -> impl Iterator<Item = &'w [u8]> {
    let mut rest = wire;
    chunks.iter().cycle().map_while(move |chunk| {
        let (some, after) = rest.split_at(rest.len().min(*chunk));
        rest = after;
        (!some.is_empty()).then_some(some)
    })
}

#[derive(Clone, Debug)]
enum Part {
    /// Whether it is text, its length and its seed; where it is cut, and what stands there.
    Data(bool, usize, u64, Vec<(Index, Vec<Control>)>),
    Control(Control),
}

/// A ping, or else a pong, and its payload.
type Control = (bool, Vec<u8>);

fn data() -> impl Strategy<Value = Part> {
    let cut = (any::<Index>(), vec(control(), 0..2));
    (any::<bool>(), lengths(), any::<u64>(), prop_oneof![2 => Just(Vec::new()), 1 => vec(cut, 1..5)])
        .prop_map(|(is_text, len, seed, cuts)| Part::Data(is_text, len, seed, cuts))
}

/// Lengths around those where the header changes.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![
        30 => 0..4_usize,
        60 => 100..150_usize,
        60 => 0..1_500_usize,
        1 => 65_500..65_600_usize,
        1 => 0..150_000_usize,
    ]
}

fn control() -> impl Strategy<Value = Control> {
    let len = prop_oneof![Just(0_usize), Just(125), 0..126_usize];
    (any::<bool>(), len, any::<u64>()).prop_map(|(is_ping, len, seed)| (is_ping, Random(seed).bytes(len)))
}

/// Whether a message is cut by it, and its code and reason.
fn close() -> impl Strategy<Value = Option<(bool, Option<(u16, String)>)>> {
    let code = prop_oneof![
        select(&[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013][..]),
        3000..=4999_u16
    ];
    let reason = (0..=123_usize, any::<u64>()).prop_map(|(len, seed)| Random(seed).text(len));
    let close = (any::<bool>(), proptest::option::of((code, reason)));
    proptest::option::of(close)
}

impl Stream {
    fn add(&mut self, part: Part) {
        match part {
            Part::Control(control) => self.control(control),
            Part::Data(is_text, len, seed, cuts) => {
                let mut random = Random(seed);
                let (opcode, heard, payload) = if is_text {
                    let text = random.text(len);
                    (TEXT, Heard::Text(text.clone()), text.into_bytes())
                } else {
                    let bytes = random.bytes(len);
                    (BINARY, Heard::Binary(bytes.clone()), bytes)
                };
                let mut cuts: Vec<_> =
                    cuts.into_iter().map(|(at, controls)| (at.index(len + 1), controls)).collect();
                cuts.sort();
                let (mut opcode, mut from) = (opcode, 0);
                for (at, controls) in cuts {
                    let frame = Frame::new(opcode, &payload[from..at]);
                    self.frames.push(Frame { first: frame.first & !FIN, ..frame });
                    controls.into_iter().for_each(|control| self.control(control));
                    (opcode, from) = (CONTINUATION, at);
                }
                self.frames.push(Frame::new(opcode, &payload[from..]));
                self.heard.push(heard);
            }
        }
    }

    fn control(&mut self, (is_ping, payload): Control) {
        self.frames.push(Frame::new(if is_ping { PING } else { PONG }, payload.clone()));
        self.heard.push(if is_ping { Heard::Ping(payload) } else { Heard::Pong(payload) });
    }

    /// Closes, and if there is a message before it, perhaps within that.
    fn end(&mut self, cut: bool, close: Option<(u16, String)>) {
        if let (true, Some(last), Some(Heard::Text(_) | Heard::Binary(_))) =
            (cut, self.frames.last_mut(), self.heard.last())
        {
            last.first &= !FIN;
            self.heard.pop();
        }
        let payload = close.as_ref().map(|(code, reason)| [&code.to_be_bytes(), reason.as_bytes()].concat());
        self.frames.push(Frame::new(CLOSE, payload.unwrap_or_default()));
        let (code, reason) = close.map_or_else(Default::default, |(code, reason)| (Some(code), reason));
        self.heard.push(Heard::Close(code, reason));
    }
}

/// Payloads from a seed (splitmix64): proptest would keep a tree for each byte.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 8);
        while bytes.len() < len {
            bytes.extend(self.next().to_ne_bytes());
        }
        bytes.truncate(len);
        bytes
    }

    /// A text of so many bytes, in many scripts.
    pub(crate) fn text(&mut self, len: usize) -> String {
        const LETTERS: [&str; 16] = [
            "a",
            "é",
            "ж",
            "ع",
            "한",
            "語",
            "🦀",
            "\u{10FFFF}",
            "\0",
            "\"",
            "ß",
            "א",
            "ไ",
            "\u{FFFD}",
            "\u{80}",
            "x",
        ];
        let mut text = String::with_capacity(len + 4);
        while text.len() < len {
            let some = self.next().to_ne_bytes();
            some.iter().for_each(|byte| text.push_str(LETTERS[usize::from(byte % 16)]));
        }
        while text.len() > len {
            text.pop();
        }
        (text.len()..len).for_each(|_| text.push('.'));
        text
    }
}
