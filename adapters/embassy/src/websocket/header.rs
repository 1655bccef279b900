//! What precedes every frame (RFC 6455 section 5.2).

use super::Violation;

/// What kind of frame it is (RFC 6455 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// More of the message that an earlier frame began.
    Continuation = 0x0,
    /// A text, or the beginning of one.
    Text = 0x1,
    /// A binary message, or the beginning of one.
    Binary = 0x2,
    /// The end.
    Close = 0x8,
    /// Asks for a sign of life.
    Ping = 0x9,
    /// Gives one.
    Pong = 0xA,
}

impl Opcode {
    /// Whether it may stand between the frames of a message: close, ping and pong.
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether the message ends with this frame.
    pub fin: bool,
    /// The kind of frame.
    pub opcode: Opcode,
    /// Length of the payload, in bytes.
    pub len: u64,
    /// What the payload is masked with, if it is.
    pub mask: Option<[u8; 4]>,
}

impl Header {
    /// The longest header, in bytes.
    pub const MAX: usize = 14;
    /// The longest payload of a control frame, in bytes (RFC 6455 section 5.5).
    pub const MAX_CONTROL: usize = 125;

    const FIN: u8 = 0x80;
    const RESERVED: u8 = 0x70;
    const MASKED: u8 = 0x80;
    const TWO_BYTES: u8 = 126;
    const EIGHT_BYTES: u8 = 127;

    /// Reads the header at the beginning of `bytes`, and tells how long it is; `None` if there is more to come.
    ///
    /// # Errors
    /// [`Violation`], as soon as a byte shows it.
    pub fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        if first & Self::RESERVED != 0 {
            return Err(Violation::ReservedBits);
        }
        let opcode = Opcode::from_bits(first & 0x0F).ok_or(Violation::UnknownOpcode)?;
        let fin = first & Self::FIN != 0;
        if opcode.is_control() && !fin {
            return Err(Violation::FragmentedControl);
        }
        let Some((&second, rest)) = rest.split_first() else { return Ok(None) };
        let short = second & !Self::MASKED;
        if opcode.is_control() && usize::from(short) > Self::MAX_CONTROL {
            return Err(Violation::LongControl);
        }
        let (len, rest) = match short {
            Self::TWO_BYTES => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*len)), rest)
            }
            Self::EIGHT_BYTES => {
                let Some((len, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from_be_bytes(*len), rest)
            }
            len => (u64::from(len), rest),
        };
        let shortest = match short {
            Self::TWO_BYTES => 126,
            Self::EIGHT_BYTES => 0x1_0000,
            _ => 0,
        };
        if len < shortest || len > i64::MAX as u64 {
            return Err(Violation::LengthEncoding);
        }
        let (mask, rest) = if second & Self::MASKED == 0 {
            (None, rest)
        } else {
            let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (Some(*mask), rest)
        };
        Ok(Some((Self { fin, opcode, len, mask }, bytes.len().saturating_sub(rest.len()))))
    }

    /// Writes the header to the beginning of `out`, and tells how long it is.
    pub fn write(&self, out: &mut [u8; Self::MAX]) -> usize {
        let [first, second, rest @ ..] = out;
        *first = self.opcode as u8 | if self.fin { Self::FIN } else { 0 };
        let masked = if self.mask.is_some() { Self::MASKED } else { 0 };
        let mut at: usize = 0;
        match self.len {
            short @ ..126 => *second = masked | short as u8,
            126..0x1_0000 => {
                *second = masked | Self::TWO_BYTES;
                at = put(rest, at, &(self.len as u16).to_be_bytes());
            }
            _ => {
                *second = masked | Self::EIGHT_BYTES;
                at = put(rest, at, &self.len.to_be_bytes());
            }
        }
        if let Some(mask) = &self.mask {
            at = put(rest, at, mask);
        }
        at.saturating_add(2)
    }
}

fn put(out: &mut [u8; Header::MAX - 2], at: usize, bytes: &[u8]) -> usize {
    for (place, byte) in out.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
    }
    at.saturating_add(bytes.len())
}
