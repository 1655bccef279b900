//! Where the oracles decide otherwise than this codec, and why. Everything else must be the same, frame by frame.

use tungstenite::error::{CapacityError, Error};
use voxwire_embassy::Inbox;
use voxwire_embassy::websocket::{Side, Violation};
use ws_framer::WsRxError;

use crate::frame::{CLOSE, CONTINUATION, FIN, Frame, TEXT};
use crate::ours::{Heard, Ours};
use crate::theirs::{Oracle, Tungstenite, WsFramer};

/// A difference from `tungstenite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FromTungstenite {
    /// It takes lengths that are not minimal (section 5.2).
    LongLength,
    /// It makes a close of its own, 1002, of one whose code may not travel, and goes on (section 7.4).
    CloseCode,
    /// It counts 1014 among those; it was registered with IANA after the RFC.
    BadGateway,
    /// It waits for the whole frame before it looks at the header. When the frame has come it refuses it, too.
    Waits,
    /// It refuses a text as soon as a fragment shows that it is not UTF-8; this codec when the text has ended.
    EarlyUtf8,
    /// It waits for a text that this codec has no room for, and was told to take no frames beyond a limit of its own.
    Limits,
}

/// A difference from `ws-framer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FromWsFramer {
    /// It takes what is masked the wrong way (section 5.1).
    Masking,
    /// It takes lengths that are not minimal (section 5.2).
    LongLength,
    /// It takes any close code (section 7.4).
    CloseCode,
    /// It waits for the whole header before it looks at its first byte.
    Waits,
    /// It takes no frame that is longer than its memory, of audio neither.
    Limits,
}

/// Has this codec and `tungstenite` decode a wire frame by frame, and tells the first difference.
///
/// # Panics
/// Where they differ and the difference has no name.
pub(crate) fn from_tungstenite(side: Side, wire: &[u8]) -> Option<FromTungstenite> {
    let mut memory = memory(wire);
    let (mut ours, mut theirs) = (Ours::new(side, &mut memory), Tungstenite::new(side));
    for seen in frames(wire) {
        let told = Told::of(&seen, &mut ours, &mut theirs);
        if told.differ() {
            return Some(told.unlike_tungstenite(side, &seen, wire, ours, theirs));
        }
        if told.is_last() {
            break;
        }
    }
    None
}

/// Has this codec and `ws-framer` decode a wire frame by frame, and tells the first difference.
///
/// # Panics
/// Where they differ and the difference has no name.
pub(crate) fn from_ws_framer(side: Side, wire: &[u8]) -> Option<FromWsFramer> {
    let (mut memory, mut their_memory) = (memory(wire), memory(wire));
    let (mut ours, mut theirs) = (Ours::new(side, &mut memory), WsFramer::new(&mut their_memory));
    for seen in frames(wire) {
        let told = Told::of(&seen, &mut ours, &mut theirs);
        if told.differ() {
            return Some(told.unlike_ws_framer(side, &seen, wire, theirs));
        }
        if told.is_last() {
            break;
        }
    }
    None
}

/// Room for all that comes, so that nothing that has come is too long.
fn memory(wire: &[u8]) -> Vec<u8> {
    vec![0; wire.len() + Inbox::MIN]
}

/// What became of one frame.
#[derive(Debug)]
struct Told<E> {
    ours: Result<(), Violation>,
    theirs: Result<(), E>,
    our_words: Vec<Heard>,
    their_words: Vec<Heard>,
}

impl<E: core::fmt::Debug> Told<E> {
    fn of(seen: &Seen<'_>, ours: &mut Ours<'_>, theirs: &mut impl Oracle<Error = E>) -> Self {
        let (mut our_words, mut their_words) = (Vec::new(), Vec::new());
        let ours = ours.push(seen.bytes, &mut our_words);
        let theirs = theirs.push(seen.bytes, &mut their_words);
        Self { ours, theirs, our_words, their_words }
    }

    fn differ(&self) -> bool {
        self.our_words != self.their_words || self.ours.is_err() != self.theirs.is_err()
    }

    fn is_last(&self) -> bool {
        self.ours.is_err() || matches!(self.our_words[..], [Heard::Close(..)])
    }
}

impl Told<Error> {
    fn unlike_tungstenite(
        &self,
        side: Side,
        seen: &Seen<'_>,
        wire: &[u8],
        mut ours: Ours<'_>,
        mut theirs: Tungstenite,
    ) -> FromTungstenite {
        let is_replaced = self.their_words == [Heard::Close(Some(1002), "Protocol violation".into())];
        match (self.ours, &self.theirs) {
            (Err(Violation::LengthEncoding | Violation::LongControl), Ok(())) if seen.is_long() => {
                FromTungstenite::LongLength
            }
            (Err(Violation::CloseCode), Ok(())) if is_replaced && !may_travel(seen.code()) => {
                FromTungstenite::CloseCode
            }
            (Ok(()), Ok(())) if is_replaced && seen.code() == 1014 => FromTungstenite::BadGateway,
            (Err(Violation::TooLong), Ok(())) if seen.message() > wire.len() as u64 => {
                FromTungstenite::Limits
            }
            (Ok(()), Err(Error::Capacity(CapacityError::MessageTooLong { .. })))
                if seen.len > Tungstenite::LONGEST =>
            {
                FromTungstenite::Limits
            }
            (Err(_), Ok(())) if !seen.is_whole => {
                let refused = theirs.push(&seen.missing(side), &mut Vec::new());
                assert!(refused.is_err(), "tungstenite takes it when it is whole: {seen:?} {self:?}");
                FromTungstenite::Waits
            }
            (Ok(()), Err(Error::Utf8(_))) if seen.is_text && !seen.ends => {
                let refused = ours.push(&end(side), &mut Vec::new());
                assert_eq!(refused, Err(Violation::Utf8), "{seen:?} {self:?}");
                FromTungstenite::EarlyUtf8
            }
            _ => panic!("a difference without a name, at the {side:?}: {seen:?} {self:?}"),
        }
    }
}

impl Told<WsRxError> {
    fn unlike_ws_framer(
        &self,
        side: Side,
        seen: &Seen<'_>,
        wire: &[u8],
        mut theirs: WsFramer<'_>,
    ) -> FromWsFramer {
        match (self.ours, self.theirs) {
            (Err(Violation::Masking), _) if seen.is_masked != Some(side == Side::Server) => {
                FromWsFramer::Masking
            }
            (Err(Violation::LengthEncoding | Violation::LongControl), Ok(())) if seen.is_long() => {
                FromWsFramer::LongLength
            }
            (Err(Violation::CloseCode), Ok(())) if !may_travel(seen.code()) => FromWsFramer::CloseCode,
            (Err(_), Ok(())) if !seen.has_header => {
                let refused = theirs.push(&seen.missing(side), &mut Vec::new());
                assert!(refused.is_err(), "ws-framer takes it when it is whole: {seen:?} {self:?}");
                FromWsFramer::Waits
            }
            (Ok(()), Err(WsRxError::Oversized { .. })) if seen.message() > wire.len() as u64 => {
                FromWsFramer::Limits
            }
            _ => panic!("a difference without a name, at the {side:?}: {seen:?} {self:?}"),
        }
    }
}

/// Whether a close may carry this code (sections 7.4.1 and 7.4.2, and the codes registered with IANA since).
const fn may_travel(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// The empty end of a message.
fn end(side: Side) -> Vec<u8> {
    let mut wire = Vec::new();
    let mask = (side == Side::Server).then_some([0; 4]);
    Frame { mask, ..Frame::new(CONTINUATION, "") }.write(&mut wire);
    wire
}

/// A frame on a wire, however wrong, as far as it has come.
#[derive(Debug)]
struct Seen<'w> {
    bytes: &'w [u8],
    opcode: u8,
    ends: bool,
    /// Whether it is part of a text.
    is_text: bool,
    /// What its second byte says, if it has come.
    is_masked: Option<bool>,
    /// In how many bytes the length is written, the second one aside.
    extended: usize,
    len: u64,
    /// How much of the message came before it, in bytes.
    before: u64,
    header: usize,
    has_header: bool,
    is_whole: bool,
}

/// The frames of a wire, by their own lengths.
fn frames(wire: &[u8]) -> impl Iterator<Item = Seen<'_>> {
    let (mut rest, mut is_text, mut message) = (wire, false, 0);
    core::iter::from_fn(move || {
        let mut seen = Seen::at(rest)?;
        if seen.opcode < CLOSE {
            is_text = seen.opcode == TEXT || (seen.opcode == CONTINUATION && is_text);
            seen.is_text = is_text;
            seen.before = if seen.opcode == CONTINUATION { message } else { 0 };
            message = seen.message();
        }
        rest = &rest[seen.bytes.len()..];
        Some(seen)
    })
}

impl<'w> Seen<'w> {
    fn at(rest: &'w [u8]) -> Option<Self> {
        let first = *rest.first()?;
        let second = rest.get(1).copied();
        let short = second.unwrap_or(0) & 0x7F;
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let is_masked = second.map(|second| second & 0x80 != 0);
        let header = 2 + extended + if is_masked == Some(true) { 4 } else { 0 };
        let len = match rest.get(2..2 + extended) {
            Some([]) => short.into(),
            Some(len) => len.iter().fold(0, |len, byte| (len << 8) | u64::from(*byte)),
            None => 0,
        };
        let whole = usize::try_from(len).ok().and_then(|len| len.checked_add(header));
        let bytes = whole.and_then(|whole| rest.get(..whole));
        Some(Self {
            bytes: bytes.unwrap_or(rest),
            opcode: first & 0x0F,
            ends: first & FIN != 0,
            is_text: false,
            is_masked,
            extended,
            len,
            before: 0,
            header,
            has_header: rest.len() >= header,
            is_whole: rest.len() >= header && bytes.is_some(),
        })
    }

    /// Whether its length, as far as it has come, would go into fewer bytes.
    fn is_long(&self) -> bool {
        let come = self.bytes.len().saturating_sub(2).min(self.extended);
        match self.extended {
            2 => come == 2 && self.len < 126,
            8 => come >= 6 && self.bytes[2..8] == [0; 6],
            _ => false,
        }
    }

    /// How long the message is with it, in bytes.
    const fn message(&self) -> u64 {
        self.before.saturating_add(self.len)
    }

    /// The code of a close, if it is one and has one.
    fn code(&self) -> u16 {
        let mut payload = self.bytes.get(self.header..).unwrap_or_default().to_vec();
        if self.is_masked == Some(true) {
            let mask = &self.bytes[self.header - 4..self.header];
            payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        }
        match payload[..] {
            [high, low, ..] if self.opcode == CLOSE => u16::from_be_bytes([high, low]),
            _ => 1005,
        }
    }

    /// What would make it whole, its length the longest that can still be told in a few bytes.
    fn missing(&self, side: Side) -> Vec<u8> {
        const LONG: [&[u8]; 2] = [&[1, 0xFF], &[0, 0, 0, 0, 0, 1, 0xFF, 0xFF]];
        let mut whole = self.bytes.to_vec();
        if whole.len() == 1 {
            whole.push(if side == Side::Server { 0x80 } else { 0 });
        }
        let long = if self.extended == 8 { LONG[1] } else { LONG[0] };
        for at in whole.len()..2 + self.extended {
            whole.push(long[at - 2]);
        }
        let seen = Seen::at(&whole).unwrap();
        let len = seen.header + seen.len.min(Tungstenite::LONGEST) as usize;
        whole.resize(len.max(whole.len()), 0);
        whole.split_off(self.bytes.len())
    }
}
