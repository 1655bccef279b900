//! How a rule about frames is written down, and held.

use voxwire_embassy::websocket::{Side, Violation};

use crate::frame::{self, CONTINUATION, FIN, Frame, Length};
use crate::ours::{Heard, Ours};

/// A rule: its section, what it says, what the peer sends, what is heard of it, and how that ends.
pub(crate) type Rule = (&'static str, &'static str, Vec<Sent>, Vec<Heard>, Result<(), Violation>);

/// What a peer puts on the wire.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    /// A frame, masked as its sender must.
    Frame(Frame),
    /// A frame that is masked by a server, or not masked by a client.
    Mismasked(Frame),
    /// Bytes as they stand.
    Bytes(Vec<u8>),
}

/// Holds the rules at both ends, however the bytes are cut.
pub(crate) fn hold(rules: Vec<Rule>) {
    let mut broken = Vec::new();
    for (section, rule, sent, heard, end) in rules {
        for side in [Side::Server, Side::Client] {
            let wire = wire(side, &sent);
            for chunk in [1, 2, 3, 5, 7, 64, usize::MAX] {
                let told = hear(side, &wire, chunk, 1024);
                if told != (heard.clone(), end) {
                    broken.push(format!(
                        "{section}: {rule}\n  at the {side:?}, {chunk} bytes at a time: {told:?}"
                    ));
                    break;
                }
            }
        }
    }
    assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
}

/// What `side` hears of a wire, so many bytes at a time.
pub(crate) fn hear(
    side: Side,
    wire: &[u8],
    chunk: usize,
    inbox: usize,
) -> (Vec<Heard>, Result<(), Violation>) {
    let mut memory = vec![0; inbox];
    let mut ours = Ours::new(side, &mut memory);
    let mut heard = Vec::new();
    let end = wire.chunks(chunk.min(wire.len().max(1))).try_for_each(|some| ours.push(some, &mut heard));
    (heard, end)
}

/// What the peer of `side` sends.
pub(crate) fn wire(side: Side, sent: &[Sent]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
    let mut wire = Vec::new();
    for sent in sent {
        let (frame, masked) = match sent {
            Sent::Frame(frame) => (frame, side == Side::Server),
            Sent::Mismasked(frame) => (frame, side == Side::Client),
            Sent::Bytes(bytes) => {
                wire.extend(bytes);
                continue;
            }
        };
        Frame { mask: masked.then_some(MASK), ..frame.clone() }.write(&mut wire);
    }
    wire
}

impl Sent {
    /// With more of the message to come.
    pub(crate) fn unfinished(self) -> Self {
        self.with(|frame| frame.first &= !FIN)
    }

    /// With a reserved bit.
    pub(crate) fn reserved(self, bit: u8) -> Self {
        self.with(|frame| frame.first |= bit)
    }

    /// With its length in so many bytes.
    pub(crate) fn length(self, length: Length) -> Self {
        self.with(|frame| frame.length = length)
    }

    /// Masked as its sender must not.
    pub(crate) fn mismasked(self) -> Self {
        match self {
            Self::Frame(frame) => Self::Mismasked(frame),
            other => other,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Frame)) -> Self {
        if let Self::Frame(frame) | Self::Mismasked(frame) = &mut self {
            change(frame);
        }
        self
    }
}

pub(crate) fn frame(opcode: u8, payload: impl AsRef<[u8]>) -> Sent {
    Sent::Frame(Frame::new(opcode, payload.as_ref()))
}

pub(crate) fn text(payload: impl AsRef<[u8]>) -> Sent {
    frame(frame::TEXT, payload)
}

pub(crate) fn binary(payload: impl AsRef<[u8]>) -> Sent {
    frame(frame::BINARY, payload)
}

pub(crate) fn ping(payload: impl AsRef<[u8]>) -> Sent {
    frame(frame::PING, payload)
}

pub(crate) fn pong(payload: impl AsRef<[u8]>) -> Sent {
    frame(frame::PONG, payload)
}

/// More of a message, but not its end.
pub(crate) fn more(payload: impl AsRef<[u8]>) -> Sent {
    rest(payload).unfinished()
}

/// The end of a message.
pub(crate) fn rest(payload: impl AsRef<[u8]>) -> Sent {
    frame(CONTINUATION, payload)
}

pub(crate) fn close(code: u16, reason: impl AsRef<[u8]>) -> Sent {
    frame(frame::CLOSE, [&code.to_be_bytes(), reason.as_ref()].concat())
}
