//! What is on its way to the socket: at most one frame begun, the rest in the queue, where a clear can still take it back.

use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io_async::Write;
use voxwire::{Message, Outbox};

use crate::End;
use crate::websocket::{Header, Mask, Opcode};

/// How much of a payload is masked at a time, in bytes.
const MASKED: usize = 64;

/// The longest head, in bytes: the header of a control frame with a mask, and its payload.
const LONGEST: usize = 6 + Header::MAX_CONTROL;

/// Frames for a socket, in order: what control frames are owed, then what is queued.
pub(crate) struct Outgoing<'m, R: End> {
    pub(crate) queue: Outbox<&'m mut [u8]>,
    masks: R::Masks<'m>,
    /// The frame of which some may be on the socket.
    frame: Option<Frame>,
    /// The payload of the ping that is to be replied to.
    ping: Option<Payload>,
    pub(crate) ping_owed: bool,
    /// The code of the close that is owed: the reply to the peer's, or the reason why the connection fails.
    goodbye: Option<Option<u16>>,
    /// Whether nothing more may be said: what is under way and the goodbye are all that is still written.
    pub(crate) mute: bool,
    /// Whether the last frame has been begun.
    ended: bool,
}

/// A frame that is being written: a control frame as a whole, or the header of what is at the front of the queue.
struct Frame {
    head: [u8; LONGEST],
    head_len: usize,
    /// The mask at the beginning of what is behind the head.
    mask: Option<Mask>,
    has_body: bool,
    /// How much is on the socket, in bytes.
    written: usize,
}

/// The payload of a control frame.
struct Payload {
    bytes: [u8; Header::MAX_CONTROL],
    len: usize,
}

impl<'m, R: End> Outgoing<'m, R> {
    pub(crate) const fn new(queue: &'m mut [u8], masks: R::Masks<'m>) -> Self {
        Self {
            queue: Outbox::new(queue),
            masks,
            frame: None,
            ping: None,
            ping_owed: false,
            goodbye: None,
            mute: false,
            ended: false,
        }
    }

    /// Whether nothing is to be written.
    pub(crate) fn is_idle(&self) -> bool {
        let waits = self.ping.is_some() || self.ping_owed || !self.queue.is_empty();
        let owes = self.goodbye.is_some() || (waits && !self.mute);
        self.frame.is_none() && (self.ended || !owes)
    }

    /// Owes a pong. Of several pings the last is replied to (RFC 6455 section 5.5.3).
    pub(crate) fn reply_to(&mut self, ping: &[u8]) {
        let mut bytes = [0; _];
        let len = put(&mut bytes, 0, ping);
        self.ping = Some(Payload { bytes, len });
    }

    /// Owes a close, and nothing else any more.
    pub(crate) const fn say_goodbye(&mut self, code: Option<u16>) {
        self.goodbye = Some(code);
        self.mute = true;
    }

    /// Writes what the socket takes at once, and tells whether that was anything. Pending if it takes nothing.
    pub(crate) fn poll_step(&mut self, out: &mut impl Write, cx: &mut Context<'_>) -> Poll<bool> {
        if self.frame.is_none() {
            self.frame = self.begin();
        }
        let Some(frame) = &mut self.frame else { return Poll::Ready(false) };
        let body = match self.queue.front() {
            Some(Message::Text(text)) if frame.has_body => text.as_bytes(),
            Some(Message::Binary(bytes)) if frame.has_body => bytes,
            _ => &[],
        };
        let mut masked = [0; MASKED];
        let bytes = match frame.head.get(frame.written..frame.head_len) {
            Some(head) if !head.is_empty() => head,
            _ => {
                let at = frame.written.saturating_sub(frame.head_len);
                let rest = body.get(at..).unwrap_or_default();
                frame.mask.map_or(rest, |mask| mask_some(rest, mask.after(at), &mut masked))
            }
        };
        let whole = frame.head_len.saturating_add(body.len());
        let Poll::Ready(written) = pin!(out.write(bytes)).poll(cx) else { return Poll::Pending };
        match written {
            Ok(written) if written > 0 => {
                frame.written = frame.written.saturating_add(written);
                if frame.written >= whole {
                    if frame.has_body {
                        self.queue.pop();
                    }
                    self.frame = None;
                }
            }
            // The end of the call is told by reading, where the peer's last words may still lie.
            _ => (self.frame, self.mute, self.ended) = (None, true, true),
        }
        Poll::Ready(true)
    }

    /// The next frame, if there is one.
    fn begin(&mut self) -> Option<Frame> {
        if self.ended {
            return None;
        }
        if let Some(code) = self.goodbye.take() {
            self.ended = true;
            return Some(Frame::close(code, "", R::mask(&mut self.masks)));
        }
        if self.mute {
            return None;
        }
        if let Some(Payload { bytes, len }) = self.ping.take() {
            let payload = bytes.get(..len).unwrap_or_default();
            return Some(Frame::control(Opcode::Pong, payload, R::mask(&mut self.masks)));
        }
        // A ping goes before all that waits, or a busy line would look dead.
        if core::mem::take(&mut self.ping_owed) {
            return Some(Frame::control(Opcode::Ping, &[], R::mask(&mut self.masks)));
        }
        let (opcode, len) = match self.queue.front()? {
            Message::Text(text) => (Opcode::Text, text.len()),
            Message::Binary(bytes) => (Opcode::Binary, bytes.len()),
            Message::Close(close) => {
                let frame = Frame::close(close.code, close.reason, R::mask(&mut self.masks));
                self.queue.pop();
                self.ended = true;
                return Some(frame);
            }
        };
        self.queue.start();
        Some(Frame::of_front(opcode, len, R::mask(&mut self.masks)))
    }
}

impl Frame {
    fn of_front(opcode: Opcode, len: usize, mask: Option<[u8; 4]>) -> Self {
        let header = Header { fin: true, opcode, len: len as u64, mask };
        let mut head = [0; LONGEST];
        let head_len = head.first_chunk_mut().map_or(0, |head| header.write(head));
        Self { head, head_len, mask: mask.map(Mask::new), has_body: true, written: 0 }
    }

    fn control(opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) -> Self {
        let frame = Self::of_front(opcode, payload.len(), mask);
        Self { has_body: false, ..frame }.with(payload)
    }

    fn close(code: Option<u16>, reason: &str, mask: Option<[u8; 4]>) -> Self {
        let Some(code) = code else { return Self::control(Opcode::Close, &[], mask) };
        let frame = Self::of_front(Opcode::Close, reason.len().saturating_add(2), mask);
        Self { has_body: false, ..frame }.with(&code.to_be_bytes()).with(reason.as_bytes())
    }

    /// With more of its payload in the head.
    fn with(mut self, payload: &[u8]) -> Self {
        let from = self.head_len;
        self.head_len = put(&mut self.head, from, payload);
        if let (Some(mask), Some(payload)) = (&mut self.mask, self.head.get_mut(from..self.head_len)) {
            mask.apply(payload);
        }
        self
    }
}

/// The beginning of a payload, masked.
fn mask_some<'p>(payload: &[u8], mut mask: Mask, some: &'p mut [u8; MASKED]) -> &'p [u8] {
    let len = put(some, 0, payload);
    let some = some.get_mut(..len).unwrap_or_default();
    mask.apply(some);
    some
}

/// Copies as much as there is room for, and tells where that ends.
fn put(room: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let mut end = at;
    for (place, byte) in room.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
        end = end.saturating_add(1);
    }
    end
}
