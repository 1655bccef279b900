//! What is on its way to the socket: at most one frame begun, the rest in the queue, where a clear can still take it back.

use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io_async::Write;
use voxwire::{Instant, Outbox, Payload};

use crate::End;
use crate::follow::Follow;
use crate::websocket::{Header, Mask, Opcode};

/// The longest control frame, in bytes: a header with a mask, and the payload.
const LONGEST: usize = 6 + Header::MAX_CONTROL;

/// Frames for a socket, in order: what control frames are owed, then what is queued.
pub(crate) struct Outgoing<'m, R: End> {
    pub(crate) queue: Outbox<&'m mut [u8]>,
    masks: R::Masks<'m>,
    /// The frame of which some may be on the socket.
    frame: Option<Frame>,
    /// The payload of the ping that is to be replied to.
    ping: Option<Ping>,
    pub(crate) ping_owed: bool,
    /// The code of the close that is owed: the reply to the peer's, or the reason why the connection fails.
    goodbye: Option<Option<u16>>,
    /// Whether nothing more may be said: what is under way and the goodbye are all that is still written.
    pub(crate) mute: bool,
    /// Whether the last frame has been begun.
    ended: bool,
    /// Told of what can no longer be taken back.
    pub(crate) far_end: Option<&'m mut dyn Follow>,
}

/// A frame that is being written.
struct Frame {
    bytes: Bytes,
    /// How much is on the socket, in bytes.
    written: usize,
}

enum Bytes {
    /// What is at the front of the queue.
    Front,
    Control(Control),
}

/// A control frame.
struct Control {
    bytes: [u8; LONGEST],
    len: usize,
    mask: Option<Mask>,
}

/// The payload of a ping.
struct Ping {
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
            far_end: None,
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
        self.ping = Some(Ping { bytes, len });
    }

    /// Owes a close, and nothing else any more.
    pub(crate) const fn say_goodbye(&mut self, code: Option<u16>) {
        self.goodbye = Some(code);
        self.mute = true;
    }

    /// Writes what the socket takes at once, and tells whether that was anything. Pending if it takes nothing.
    pub(crate) fn poll_step(
        &mut self,
        now: Instant,
        out: &mut impl Write,
        cx: &mut Context<'_>,
    ) -> Poll<bool> {
        if self.frame.is_none() {
            self.frame = self.begin(now);
        }
        let Some(frame) = &mut self.frame else { return Poll::Ready(false) };
        let whole = match &frame.bytes {
            Bytes::Front => self.queue.started(),
            Bytes::Control(control) => control.bytes.get(..control.len).unwrap_or_default(),
        };
        let rest = whole.get(frame.written..).unwrap_or_default();
        let Poll::Ready(written) = pin!(out.write(rest)).poll(cx) else { return Poll::Pending };
        match written {
            Ok(written) if written > 0 => {
                frame.written = frame.written.saturating_add(written);
                if frame.written >= whole.len() {
                    if let Bytes::Front = frame.bytes {
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
    fn begin(&mut self, now: Instant) -> Option<Frame> {
        if self.ended {
            return None;
        }
        if let Some(code) = self.goodbye.take() {
            self.ended = true;
            return Some(Control::close(code, "", R::mask(&mut self.masks)).into());
        }
        if self.mute {
            return None;
        }
        if let Some(Ping { bytes, len }) = self.ping.take() {
            let payload = bytes.get(..len).unwrap_or_default();
            return Some(Control::new(Opcode::Pong, len, R::mask(&mut self.masks)).with(payload).into());
        }
        // A ping goes before all that waits, or a busy line would look dead.
        if core::mem::take(&mut self.ping_owed) {
            return Some(Control::new(Opcode::Ping, 0, R::mask(&mut self.masks)).into());
        }
        let message = self.queue.front_payload()?;
        if let Some(far_end) = &mut self.far_end
            && let Ok(message) = message.try_into()
        {
            far_end.put(now, message);
        }
        let (opcode, len) = match message {
            Payload::Text(text) => (Opcode::Text, text.len()),
            Payload::Binary(bytes) => (Opcode::Binary, bytes.len()),
            Payload::Close(close) => {
                self.ended = true;
                let frame = Control::close(close.code, close.reason, R::mask(&mut self.masks));
                self.queue.pop();
                return Some(frame.into());
            }
        };
        let mask = R::mask(&mut self.masks);
        let mut header = [0; Header::MAX];
        let header_len = Header { fin: true, opcode, len: len as u64, mask }.write(&mut header);
        let frame = self.queue.start(header.get(..header_len).unwrap_or_default());
        if let (Some(mask), Some(payload)) = (mask, frame.get_mut(header_len..)) {
            Mask::new(mask).apply(payload);
        }
        Some(Frame { bytes: Bytes::Front, written: 0 })
    }
}

impl Control {
    /// The header of one with so long a payload.
    fn new(opcode: Opcode, len: usize, mask: Option<[u8; 4]>) -> Self {
        let header = Header { fin: true, opcode, len: len as u64, mask };
        let mut bytes = [0; LONGEST];
        let len = bytes.first_chunk_mut().map_or(0, |place| header.write(place));
        Self { bytes, len, mask: mask.map(Mask::new) }
    }

    fn close(code: Option<u16>, reason: &str, mask: Option<[u8; 4]>) -> Self {
        let Some(code) = code else { return Self::new(Opcode::Close, 0, mask) };
        let close = Self::new(Opcode::Close, reason.len().saturating_add(2), mask);
        close.with(&code.to_be_bytes()).with(reason.as_bytes())
    }

    /// With more of its payload.
    fn with(mut self, payload: &[u8]) -> Self {
        let from = self.len;
        self.len = put(&mut self.bytes, from, payload);
        if let (Some(mask), Some(payload)) = (&mut self.mask, self.bytes.get_mut(from..self.len)) {
            mask.apply(payload);
        }
        self
    }
}

impl From<Control> for Frame {
    fn from(control: Control) -> Self {
        Self { bytes: Bytes::Control(control), written: 0 }
    }
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
