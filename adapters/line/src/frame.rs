//! Messages of one frame, as audio is: they are read and written here, for the socket library would copy each once more
//! each way, in memory of each call's own. Everything else is the library's (RFC 6455 section 5.2).

use bytes::Bytes;
use tungstenite::{Message, Utf8Bytes};

use crate::memory;

/// The first byte of a text: final, nothing reserved.
pub(crate) const TEXT: u8 = 0x81;
/// The first byte of a binary message.
pub(crate) const BINARY: u8 = 0x82;
/// In the second byte, above the length.
const MASKED: u8 = 0x80;

/// The longest header, its mask included, in bytes.
pub(crate) const HEADER: usize = 14;

/// The message that lies whole at the start of `bytes`, and the length of its frame. `None` leaves it to the library: a
/// control frame, a fragment, more than has come yet, or what breaks a rule.
pub(crate) fn read(bytes: &[u8], masked: bool, limit: usize) -> Option<(Message, usize)> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    let (len, rest) = match if masked { second ^ MASKED } else { second } {
        len @ 0..126 => (usize::from(len), rest),
        126 => {
            let (len, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*len)), rest)
        }
        _ => return None,
    };
    let (mask, rest) = if masked {
        let (mask, rest) = rest.split_first_chunk()?;
        (Some(*mask), rest)
    } else {
        (None, rest)
    };
    let (payload, rest) = rest.split_at_checked(len).filter(|_| len <= limit)?;
    let message = match first {
        TEXT => Message::Text(Utf8Bytes::try_from(unmasked(payload, mask)).ok()?),
        BINARY => Message::Binary(unmasked(payload, mask)),
        _ => return None,
    };
    Some((message, bytes.len() - rest.len()))
}

/// Lends a frame with this payload, masked if there is a mask.
pub(crate) fn write<T>(
    opcode: u8,
    payload: &[u8],
    mask: Option<[u8; 4]>,
    lent: impl FnOnce(&[u8]) -> T,
) -> T {
    memory::frame(|memory| {
        memory.extend_from_slice(&[0; HEADER]);
        memory.extend_from_slice(payload);
        lent(complete(opcode, memory, mask))
    })
}

/// Makes a frame of the payload that lies behind [`HEADER`] bytes of `memory`, where it lies; masked if there is a mask.
pub(crate) fn complete(opcode: u8, memory: &mut [u8], mask: Option<[u8; 4]>) -> &[u8] {
    let (room, payload) = memory.split_at_mut(HEADER);
    let long = (payload.len() as u64).to_be_bytes();
    let (second, len) = match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(len @ ..126), _) => (len, &[][..]),
        (_, Ok(_)) => (126, &long[6..]),
        _ => (127, &long[..]),
    };
    let mask_at = HEADER - mask.map_or(0, |mask| mask.len());
    let len_at = mask_at - len.len();
    let start = len_at - 2;
    room[start] = opcode;
    room[start + 1] = second;
    room[len_at..mask_at].copy_from_slice(len);
    if let Some(mask) = mask {
        room[start + 1] |= MASKED;
        room[mask_at..].copy_from_slice(&mask);
        apply(mask, payload);
    }
    &memory[start..]
}

fn unmasked(payload: &[u8], mask: Option<[u8; 4]>) -> Bytes {
    memory::copy(payload, |copy| {
        if let Some(mask) = mask {
            apply(mask, copy);
        }
    })
}

/// Masking, and undoing it (RFC 6455 section 5.3).
fn apply(mask: [u8; 4], payload: &mut [u8]) {
    let (words, rest) = payload.as_chunks_mut();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use tungstenite::protocol::frame::Frame;
    use tungstenite::protocol::frame::coding::{Data, OpCode};

    use super::*;

    /// As the library writes it.
    fn frame(kind: Data, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
        let mut frame = Frame::message(payload.to_vec(), OpCode::Data(kind), true);
        frame.header_mut().mask = mask;
        let mut bytes = Vec::new();
        frame.format(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn frames_are_the_librarys() {
        for mask in [None, Some([1, 2, 3, 4])] {
            for len in [0, 1, 2, 3, 4, 125, 126, 640, 65_535, 65_536] {
                let payload: Vec<_> = (0..=127).cycle().take(len).collect();
                for (kind, opcode) in [(Data::Text, TEXT), (Data::Binary, BINARY)] {
                    let expected = frame(kind, &payload, mask);
                    write(opcode, &payload, mask, |frame| assert_eq!(frame, expected));
                }
            }
        }
    }

    #[test]
    fn what_is_whole_is_read_and_the_rest_left() {
        for mask in [None, Some([1, 2, 3, 4])] {
            for len in [0, 125, 126, 640] {
                let payload = vec![b'x'; len];
                for (kind, is_text) in [(Data::Text, true), (Data::Binary, false)] {
                    let mut bytes = frame(kind, &payload, mask);
                    let whole = bytes.len();
                    for part in 0..whole {
                        assert_eq!(read(&bytes[..part], mask.is_some(), len), None);
                    }
                    bytes.extend([TEXT, 1, 2]);
                    let (message, taken) = read(&bytes, mask.is_some(), len).unwrap();
                    assert_eq!((message.is_text(), taken), (is_text, whole));
                    assert_eq!(message.into_data(), payload);
                    assert_eq!(read(&bytes, mask.is_none(), len), None, "a mask where none may be, or none");
                    assert!(len == 0 || read(&bytes, mask.is_some(), len - 1).is_none(), "too long");
                }
            }
        }
    }

    #[test]
    fn what_is_more_than_a_message_is_left() {
        let whole = [TEXT, 2, b'h', b'i'];
        assert!(read(&whole, false, 10).is_some());
        for first in (0..=u8::MAX).filter(|first| ![TEXT, BINARY].contains(first)) {
            assert_eq!(read(&[first, 2, b'h', b'i'], false, 10), None);
        }
        assert_eq!(read(&[TEXT, 2, 0xff, 0xff], false, 10), None, "no UTF-8");
        assert_eq!(read(&[TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 2, b'h', b'i'], false, 10), None);
    }
}
