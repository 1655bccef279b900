//! Frames to messages (RFC 6455 sections 5.4 to 5.6).

use super::{Header, Mask, Opcode, Side, Violation};
use crate::Inbox;
use crate::inbox::Kind;

/// Reads the frames in an [`Inbox`], and puts messages together there. It holds how far a frame has come, never bytes.
///
/// A binary message that the inbox cannot hold comes in pieces, each told as a message: audio is a stream of bytes. A
/// text must fit.
///
/// ```
/// use voxwire_embassy::Inbox;
/// use voxwire_embassy::websocket::{Decoder, Found, Side};
///
/// // A server says "Hello" in two fragments, a ping between them.
/// let wire = *b"\x01\x03Hel\x89\x01!\x80\x02lo";
/// let mut memory = [0; 256];
/// let mut inbox = Inbox::new(&mut memory);
/// let mut decoder = Decoder::new(Side::Client);
///
/// assert_eq!(decoder.decode(&mut inbox), Ok(Found::Nothing));
/// inbox.room()[..wire.len()].copy_from_slice(&wire);
/// inbox.fill(wire.len());
/// assert_eq!(decoder.decode(&mut inbox), Ok(Found::Ping));
/// assert_eq!(inbox.payload(), b"!");
/// assert_eq!(decoder.decode(&mut inbox), Ok(Found::Message));
/// assert_eq!(inbox.message(), Ok(voxwire::Message::Text("Hello")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    side: Side,
    /// The frame whose payload comes next.
    frame: Option<Frame>,
    /// The message that is being put together.
    message: Option<Kind>,
    /// Whether a piece of it has been told already.
    in_pieces: bool,
    /// Whether a close has come: nothing counts after it.
    closed: bool,
}

/// What the bytes in an inbox came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// More bytes are wanted, for which the inbox has room.
    Nothing,
    /// A message, or a piece of a binary one, is in the inbox.
    Message,
    /// A ping, whose payload is to be sent back in a pong.
    Ping,
    /// A pong.
    Pong,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    fin: bool,
    opcode: Opcode,
    /// Bytes of its payload that are still to come.
    left: u64,
    mask: Option<Mask>,
}

impl Decoder {
    /// A decoder at the beginning of a connection, for what this side of it hears.
    pub const fn new(side: Side) -> Self {
        Self { side, frame: None, message: None, in_pieces: false, closed: false }
    }

    /// What comes next of the bytes in the inbox. It lets go of what was found last.
    ///
    /// # Errors
    /// [`Violation`]: the connection is over.
    pub fn decode(&mut self, inbox: &mut Inbox<'_>) -> Result<Found, Violation> {
        inbox.release();
        if self.closed {
            // What comes after a close is thrown away (section 1.4).
            inbox.skip(usize::MAX);
            return self.want(inbox, Header::MAX as u64);
        }
        loop {
            let Some(frame) = &mut self.frame else {
                match Header::read(inbox.unread())? {
                    None => return self.want(inbox, Header::MAX as u64),
                    Some((header, length)) => {
                        self.begin(header, inbox)?;
                        inbox.skip(length);
                        continue;
                    }
                }
            };
            if frame.opcode.is_control() {
                // A control frame is short.
                let len = frame.left as usize;
                if inbox.unread().len() < len {
                    let missing = frame.left;
                    return self.want(inbox, missing);
                }
                let found = match frame.opcode {
                    Opcode::Ping => Found::Ping,
                    Opcode::Pong => Found::Pong,
                    _ => Found::Message,
                };
                self.closed = found == Found::Message;
                inbox.take_control(
                    len,
                    frame.mask.as_mut(),
                    if self.closed { Kind::Close } else { Kind::Control },
                );
                self.frame = None;
                return Ok(found);
            }
            let taken = inbox.append(frame.left, frame.mask.as_mut());
            frame.left = frame.left.saturating_sub(taken);
            if frame.left > 0 {
                let missing = frame.left;
                return self.want(inbox, missing);
            }
            let fin = frame.fin;
            self.frame = None;
            if fin && let Some(kind) = self.message.take() {
                let nothing_left = core::mem::take(&mut self.in_pieces) && inbox.is_bare();
                if !nothing_left {
                    inbox.tell(kind);
                    return Ok(Found::Message);
                }
            }
        }
    }

    /// Judges the header of a frame, and awaits its payload.
    fn begin(&mut self, header: Header, inbox: &Inbox<'_>) -> Result<(), Violation> {
        let Header { fin, opcode, len, mask } = header;
        if mask.is_some() != (self.side == Side::Server) {
            return Err(Violation::Masking);
        }
        match (opcode, self.message) {
            (Opcode::Continuation, None) => return Err(Violation::Continuation),
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(Violation::Interleaved),
            (Opcode::Text, None) => self.message = Some(Kind::Text),
            (Opcode::Binary, None) => self.message = Some(Kind::Binary),
            _ => {}
        }
        if self.message == Some(Kind::Text) && !opcode.is_control() && len > inbox.longest_rest() {
            return Err(Violation::TooLong);
        }
        self.frame = Some(Frame { fin, opcode, left: len, mask: mask.map(Mask::new) });
        Ok(())
    }

    /// Makes room for bytes that are to come, by telling a piece of the message if it must.
    fn want(&mut self, inbox: &mut Inbox<'_>, missing: u64) -> Result<Found, Violation> {
        if inbox.make_room(missing) {
            return Ok(Found::Nothing);
        }
        if self.message == Some(Kind::Binary) && !inbox.is_bare() {
            self.in_pieces = true;
            inbox.tell(Kind::Binary);
            return Ok(Found::Message);
        }
        Err(Violation::TooLong)
    }
}
