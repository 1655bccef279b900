use core::task::Poll;
use std::io::{Read, Write};

use bytes::{Bytes, BytesMut};
use tungstenite::Message;
use voxwire::Outbox;

use crate::library::owned;
use crate::websocket::WebSocket;

/// What is on its way to the stream.
pub(crate) struct Outgoing {
    pub(crate) queue: Outbox<Box<[u8]>>,
    /// Whether a ping waits for the frame before it.
    pub(crate) ping_owed: bool,
    /// Whether the stream takes no more.
    pub(crate) mute: bool,
    /// Whether the WebSocket still holds a frame.
    unflushed: bool,
    /// Memory of the frame handed to the WebSocket, used again once it is written.
    frame: BytesMut,
}

impl Outgoing {
    pub(crate) fn new(memory: usize) -> Self {
        Self {
            queue: Outbox::new(vec![0; memory].into_boxed_slice()),
            ping_owed: false,
            mute: false,
            unflushed: false,
            frame: BytesMut::new(),
        }
    }

    /// Brings one frame from the queue to the WebSocket or from there to the stream, and tells whether anything has
    /// changed. Pending if the stream does not take the frame.
    pub(crate) fn poll_step(
        &mut self,
        websocket: &mut WebSocket,
        io: &mut (impl Read + Write),
    ) -> Poll<bool> {
        if self.mute {
            return Poll::Ready(false);
        }
        if self.unflushed {
            return websocket.poll_flush(io).map(|flushed| {
                self.unflushed = false;
                // The end of the call is told by reading, where the peer's last words may still lie.
                self.mute = flushed.is_err();
                true
            });
        }
        // A ping goes before all that waits, or a busy line would look dead.
        let ping = core::mem::take(&mut self.ping_owed);
        let message = match self.queue.front() {
            _ if ping => Message::Ping(Bytes::new()),
            Some(message) => owned(message, &mut self.frame),
            None => return Poll::Ready(false),
        };
        match websocket.start(io, message) {
            Ok(()) => {
                self.unflushed = true;
                if !ping {
                    self.queue.pop();
                }
            }
            Err(_) => self.mute = true,
        }
        Poll::Ready(true)
    }
}
