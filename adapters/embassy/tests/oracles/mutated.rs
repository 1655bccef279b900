//! Streams that break the rules: everybody refuses them at the same frame, but for the differences that have names.

use core::fmt::Debug;
use core::hash::Hash;
use core::slice::from_ref;
use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::{Index, select};
use voxwire_embassy::websocket::Side;

use crate::differences::{FromTungstenite, FromWsFramer, from_tungstenite, from_ws_framer};
use crate::frame::{CLOSE, FIN, Frame, Length};
use crate::streams::{Stream, cases, streams};

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn what_is_wrong_is_refused_alike((stream, wire) in mutated()) {
        from_tungstenite(stream.side, &wire);
        from_ws_framer(stream.side, &wire);
    }
}

#[test]
fn every_difference_is_one() {
    let masked = |side, frames: &[Frame]| {
        let mask = (side == Side::Server).then_some([1, 2, 3, 4]);
        let mut wire = Vec::new();
        frames.iter().for_each(|frame| Frame { mask, ..frame.clone() }.write(&mut wire));
        wire
    };
    let frame = |opcode, payload: &[u8]| Frame::new(opcode, payload);
    let long = Frame { length: Length::Two, ..frame(2, b"x") };
    let begin = Frame { first: 1, ..frame(1, b"\xFF") };
    let close = |code: u16| frame(CLOSE, &code.to_be_bytes());
    let huge = |opcode: u8| [&[FIN | opcode, 127, 0, 0, 0, 0], &[0x7F; 4][..]].concat();
    for side in [Side::Server, Side::Client] {
        let tungstenite = |frames: &[Frame]| from_tungstenite(side, &masked(side, frames));
        assert_eq!(tungstenite(from_ref(&long)), Some(FromTungstenite::LongLength));
        assert_eq!(tungstenite(&[close(1005)]), Some(FromTungstenite::CloseCode));
        assert_eq!(tungstenite(&[close(1014)]), Some(FromTungstenite::BadGateway));
        assert_eq!(tungstenite(from_ref(&begin)), Some(FromTungstenite::EarlyUtf8));
        assert_eq!(from_tungstenite(side, &[0xC1]), Some(FromTungstenite::Waits));

        let ws_framer = |frames: &[Frame]| from_ws_framer(side, &masked(side, frames));
        assert_eq!(ws_framer(from_ref(&long)), Some(FromWsFramer::LongLength));
        assert_eq!(ws_framer(&[close(1005)]), Some(FromWsFramer::CloseCode));
        assert_eq!(from_ws_framer(side, &[0xC1]), Some(FromWsFramer::Waits));
        let other = if side == Side::Server { Side::Client } else { Side::Server };
        assert_eq!(from_ws_framer(side, &masked(other, &[frame(2, b"x")])), Some(FromWsFramer::Masking));
        // Nothing else is one.
        assert_eq!((tungstenite(&[close(1000)]), ws_framer(&[close(1000)])), (None, None));
        assert_eq!((tungstenite(&[close(1013)]), ws_framer(&[close(1014)])), (None, None));
    }
    assert_eq!(from_tungstenite(Side::Client, &huge(2)), Some(FromTungstenite::Limits));
    assert_eq!(from_ws_framer(Side::Client, &huge(2)), Some(FromWsFramer::Limits));
}

/// How often each difference was met.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) from_tungstenite: HashMap<Option<FromTungstenite>, u64>,
    pub(crate) from_ws_framer: HashMap<Option<FromWsFramer>, u64>,
}

impl Tally {
    pub(crate) fn compare(&mut self, side: Side, wire: &[u8]) {
        count(&mut self.from_tungstenite, from_tungstenite(side, wire));
        count(&mut self.from_ws_framer, from_ws_framer(side, wire));
    }
}

fn count<D: Eq + Hash + Debug>(tally: &mut HashMap<D, u64>, difference: D) {
    *tally.entry(difference).or_default() += 1;
}

/// A stream, and its wire after something has happened to it.
pub(crate) fn mutated() -> impl Strategy<Value = (Stream, Vec<u8>)> {
    (streams(), vec(mutation(), 1..4)).prop_map(|(mut stream, mutations)| {
        for mutation in &mutations {
            mutation.of_frames(&mut stream.frames, stream.side);
        }
        let mut wire = stream.wire();
        for mutation in &mutations {
            mutation.of_wire(&mut wire);
        }
        (stream, wire)
    })
}

#[derive(Clone, Debug)]
enum Mutation {
    /// The frame begins with something else.
    First(Index, u8),
    /// It is masked, or not masked, against the rule.
    Mask(Index),
    Length(Index, Length),
    /// Something is in its payload.
    Payload(Index, Index, Vec<u8>),
    /// It becomes a close with this code.
    Close(Index, u16),
    Drop(Index),
    Double(Index),
    Swap(Index, Index),
    /// A bit of the wire, wherever it is.
    Bit(Index, u8),
    /// A bit near the beginning of the wire, where headers are.
    EarlyBit(u8, u8),
    Cut(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    const BAD: [&[u8]; 9] = [
        b"\x80",
        b"\xC3",
        b"\xE2\x82",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\xFF",
        b"\xC0\x80",
        b"x",
        b"\xF0\x9F\xA6\x80",
    ];
    let at = any::<Index>;
    let codes = prop_oneof![990..1030_u16, any::<u16>(), select(&[2999, 3000, 4999, 5000][..])];
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, first)| Mutation::First(at, first)),
        2 => at().prop_map(Mutation::Mask),
        2 => (at(), select(&[Length::Two, Length::Eight][..])).prop_map(|(at, length)| Mutation::Length(at, length)),
        3 => (at(), at(), select(&BAD[..])).prop_map(|(at, to, bad)| Mutation::Payload(at, to, bad.into())),
        3 => (at(), codes).prop_map(|(at, code)| Mutation::Close(at, code)),
        2 => at().prop_map(Mutation::Drop),
        2 => at().prop_map(Mutation::Double),
        2 => (at(), at()).prop_map(|(at, to)| Mutation::Swap(at, to)),
        2 => (at(), 0..8_u8).prop_map(|(at, bit)| Mutation::Bit(at, bit)),
        3 => (0..16_u8, 0..8_u8).prop_map(|(at, bit)| Mutation::EarlyBit(at, bit)),
        2 => at().prop_map(Mutation::Cut),
    ]
}

impl Mutation {
    fn of_frames(&self, frames: &mut Vec<Frame>, side: Side) {
        let len = frames.len();
        if len == 0 {
            return;
        }
        match self {
            Self::First(at, first) => frames[at.index(len)].first = *first,
            Self::Mask(at) => {
                frames[at.index(len)].mask = (side == Side::Client).then_some([0x55, 0, 0xFF, 7]);
            }
            Self::Length(at, length) => frames[at.index(len)].length = *length,
            Self::Payload(at, to, bad) => {
                let payload = &mut frames[at.index(len)].payload;
                let to = to.index(payload.len() + 1);
                payload.splice(to..to, bad.iter().copied());
            }
            Self::Close(at, code) => {
                let frame = &mut frames[at.index(len)];
                frame.first = FIN | CLOSE;
                frame.payload = [&code.to_be_bytes(), &b"why"[..]].concat();
            }
            Self::Drop(at) => drop(frames.remove(at.index(len))),
            Self::Double(at) => frames.insert(at.index(len), frames[at.index(len)].clone()),
            Self::Swap(at, to) => frames.swap(at.index(len), to.index(len)),
            Self::Bit(..) | Self::EarlyBit(..) | Self::Cut(..) => {}
        }
    }

    fn of_wire(&self, wire: &mut Vec<u8>) {
        let len = wire.len();
        match self {
            Self::Bit(at, bit) if len > 0 => wire[at.index(len)] ^= 1 << bit,
            Self::EarlyBit(at, bit) if usize::from(*at) < len => wire[usize::from(*at)] ^= 1 << bit,
            Self::Cut(at) => wire.truncate(at.index(len + 1)),
            _ => {}
        }
    }
}
