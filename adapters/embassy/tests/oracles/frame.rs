//! Frames as anybody may send them, right or wrong (RFC 6455 section 5.2). Written without the codec that they test.

/// A frame, and how it is put down.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// FIN, three reserved bits and the opcode.
    pub(crate) first: u8,
    pub(crate) length: Length,
    pub(crate) mask: Option<[u8; 4]>,
    pub(crate) payload: Vec<u8>,
}

/// In how many bytes a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Shortest,
    /// Two bytes behind the first, if the length fits.
    Two,
    /// Eight bytes behind the first.
    Eight,
}

/// The bit that ends a message.
pub(crate) const FIN: u8 = 0x80;

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xA;

impl Frame {
    /// A frame that ends a message, not masked.
    pub(crate) fn new(opcode: u8, payload: impl Into<Vec<u8>>) -> Self {
        Self { first: FIN | opcode, length: Length::Shortest, mask: None, payload: payload.into() }
    }

    /// Puts it on a wire.
    pub(crate) fn write(&self, wire: &mut Vec<u8>) {
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        let len = self.payload.len();
        wire.push(self.first);
        match (self.length, len) {
            (Length::Shortest, 0..=125) => wire.push(masked | len as u8),
            (Length::Shortest | Length::Two, 0..=0xFFFF) => {
                wire.push(masked | 126);
                wire.extend((len as u16).to_be_bytes());
            }
            _ => {
                wire.push(masked | 127);
                wire.extend((len as u64).to_be_bytes());
            }
        }
        let Some(mask) = self.mask else {
            wire.extend(&self.payload);
            return;
        };
        wire.extend(mask);
        wire.extend(self.payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }
}
