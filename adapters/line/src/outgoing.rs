use core::task::Poll;
use std::io::{Read, Write};

use voxwire::{Instant, Message, Outbox, OutboxError, Payload, Role, SendError, Session};

use crate::far_end::FarEnd;
use crate::websocket::WebSocket;
use crate::{CallConfig, frame, memory};

/// As much as most messages take to put together, so that each is put together once. Any queue has room for as much.
const ROOM: usize = CallConfig::MIN_QUEUE;

/// What is on its way to the stream: at most one frame in the WebSocket, the rest in the queue, where a clear can still
/// take it back.
pub(crate) struct Outgoing {
    /// Made when a message must wait for the first time: most streams take each at once.
    queue: Option<Outbox<Box<[u8]>>>,
    /// Its size, in bytes.
    memory: usize,
    /// Whether a ping waits for the frame before it.
    pub(crate) ping_owed: bool,
    /// Whether the stream takes no more.
    pub(crate) mute: bool,
    /// Told of what can no longer be taken back.
    pub(crate) far_end: FarEnd,
}

impl Outgoing {
    pub(crate) fn new(config: &CallConfig) -> Self {
        Self {
            queue: None,
            memory: config.memory(),
            ping_owed: false,
            mute: false,
            far_end: FarEnd::new(config),
        }
    }

    fn queue(&mut self) -> &mut Outbox<Box<[u8]>> {
        self.queue.get_or_insert_with(|| Outbox::new(vec![0; self.memory].into_boxed_slice()))
    }

    /// Throws away the audio that waits, and tells how much that was.
    pub(crate) fn clear(&mut self) -> usize {
        self.queue.as_mut().map_or(0, Outbox::clear)
    }

    /// Says something: hands it to the WebSocket if nothing is on its way, and queues it otherwise.
    ///
    /// # Errors
    /// Those of [`Outbox::send`].
    pub(crate) fn say<R: Role>(
        &mut self,
        session: &mut Session<R>,
        now: Instant,
        says: R::Says<'_>,
        websocket: &mut WebSocket,
        io: &mut (impl Read + Write),
    ) -> Result<(), OutboxError> {
        // What is too long for the queue, it is to refuse. Audio that is sent as it is is as long as its message.
        let fits = |says| match R::said_audio(&says) {
            Some(len) if len <= self.longest() => Ok(true),
            _ => session.measure(now, says).map(|len| len <= self.longest()),
        };
        if !self.is_idle(websocket) || !fits(says)? {
            return self.queue().send(session, now, says);
        }
        match self.pass(ROOM, session, now, says, websocket, io) {
            Err(SendError::BufferTooSmall { needed }) if needed > self.longest() => {
                self.queue().send(session, now, says)
            }
            Err(SendError::BufferTooSmall { needed }) => {
                Ok(self.pass(needed, session, now, says, websocket, io)?)
            }
            passed => Ok(passed?),
        }
    }

    /// Hands a message to the WebSocket that takes no more than so many bytes to put together.
    fn pass<R: Role>(
        &mut self,
        room: usize,
        session: &mut Session<R>,
        now: Instant,
        says: R::Says<'_>,
        websocket: &mut WebSocket,
        io: &mut (impl Read + Write),
    ) -> Result<(), SendError> {
        memory::bytes(frame::HEADER + room, |memory| {
            let body = &mut memory[frame::HEADER..];
            let start = body.as_ptr();
            let Some(payload) = session.send_payload(now, says, body)? else { return Ok(()) };
            if let Some(bytes) = R::said_audio(&says) {
                self.far_end.put_audio(now, bytes);
            } else if let Ok(message) = payload.try_into() {
                self.far_end.put(|| now, message);
            }
            let started = match payload {
                // It was put together here: with a header it is a frame.
                Payload::Text(text) if text.as_ptr() == start => {
                    let end = frame::HEADER + text.len();
                    websocket.start_text(io, &mut memory[..end])
                }
                _ => websocket.start(io, payload),
            };
            self.mute = started.is_err();
            Ok(())
        })
    }

    /// Says what the session owes, as [`say`](Self::say) does.
    pub(crate) fn owe(
        &mut self,
        now: Instant,
        owed: Message<'_>,
        websocket: &mut WebSocket,
        io: &mut (impl Read + Write),
    ) {
        if self.is_idle(websocket) {
            self.mute = websocket.start(io, owed.into()).is_err();
            self.far_end.put(|| now, owed);
        } else {
            self.queue().push(owed);
        }
    }

    /// Brings one frame from the queue to the WebSocket or from there to the stream, and tells whether anything has
    /// changed. Pending if the stream does not take the frame.
    pub(crate) fn poll_step(
        &mut self,
        now: impl FnOnce() -> Instant,
        websocket: &mut WebSocket,
        io: &mut (impl Read + Write),
    ) -> Poll<bool> {
        if self.mute {
            return Poll::Ready(false);
        }
        if !websocket.is_idle() {
            return websocket.poll_flush(io).map(|flushed| {
                // The end of the call is told by reading, where the peer's last words may still lie.
                self.mute = flushed.is_err();
                true
            });
        }
        // A ping goes before all that waits, or a busy line would look dead.
        if core::mem::take(&mut self.ping_owed) {
            self.mute = websocket.ping(io).is_err();
            return Poll::Ready(true);
        }
        let Some(queue) = &mut self.queue else { return Poll::Ready(false) };
        let Some(message) = queue.front() else { return Poll::Ready(false) };
        self.mute = websocket.start(io, message.into()).is_err();
        self.far_end.put(now, message);
        queue.pop();
        Poll::Ready(true)
    }

    /// Whether audio waits that a clear would take back.
    pub(crate) fn holds_audio(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.audio_bytes() > 0)
    }

    /// Whether nothing is on its way, and something can be.
    fn is_idle(&self, websocket: &WebSocket) -> bool {
        let waits = self.queue.as_ref().is_some_and(|queue| !queue.is_empty());
        !waits && !self.ping_owed && !self.mute && websocket.is_idle()
    }

    /// The longest message that has room in the queue besides what is kept free, in bytes.
    const fn longest(&self) -> usize {
        let kept = Outbox::<Box<[u8]>>::RESERVE + Outbox::<Box<[u8]>>::OVERHEAD;
        self.memory.saturating_sub(kept)
    }
}
