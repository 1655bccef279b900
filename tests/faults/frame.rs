//! Frames of WebSocket as bytes (RFC 6455 section 5.2), of which any may be wrong.

/// First bytes of frames.
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8a;
/// Not the last of its message.
pub(crate) const TEXT_BEGINS: u8 = 0x01;
pub(crate) const GOES_ON: u8 = 0x00;

/// What stands for a mask that nobody could foresee.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame, masked or not.
pub(crate) fn frame(first: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mut frame = header(first, payload.len() as u64, masked);
    if masked {
        frame.extend_from_slice(&MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    } else {
        frame.extend_from_slice(payload);
    }
    frame
}

/// The header of a frame, up to the mask: the length is not looked at.
pub(crate) fn header(first: u8, length: u64, masked: bool) -> Vec<u8> {
    let bit = if masked { 0x80 } else { 0 };
    let mut header = vec![first];
    match length {
        0..126 => header.push(bit | length as u8),
        126..0x1_0000 => {
            header.push(bit | 126);
            header.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            header.push(bit | 127);
            header.extend_from_slice(&length.to_be_bytes());
        }
    }
    header
}

/// The first frame: its first byte, what it carries, and how long it is.
pub(crate) fn parse(bytes: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (&[first, second], mut rest) = bytes.split_first_chunk()?;
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count)?;
        rest = left;
        Some(taken)
    };
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte));
    let length = match second & 0x7f {
        126 => number(take(2)?),
        127 => number(take(8)?),
        length => usize::from(length),
    };
    let mask = if second & 0x80 == 0 { [0; 4] } else { take(4)?.try_into().ok()? };
    let payload = take(length)?.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Some((first, payload, bytes.len() - rest.len()))
}
