//! The codec under test, in the shape in which it is compared.

use voxwire::{Close, Message};
use voxwire_embassy::Inbox;
use voxwire_embassy::websocket::{Decoder, Found, Side, Violation};

/// What an end hears, whoever decodes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// A decoder and the inbox that it works in.
pub(crate) struct Ours<'m> {
    decoder: Decoder,
    inbox: Inbox<'m>,
}

impl<'m> Ours<'m> {
    pub(crate) fn new(side: Side, memory: &'m mut [u8]) -> Self {
        Self { decoder: Decoder::new(side), inbox: Inbox::new(memory) }
    }

    /// What comes of more bytes. As a socket does, they come no faster than there is room.
    ///
    /// # Errors
    /// [`Violation`]; what was heard before it stays in `heard`.
    pub(crate) fn push(&mut self, mut bytes: &[u8], heard: &mut Vec<Heard>) -> Result<(), Violation> {
        loop {
            heard.push(match self.decoder.decode(&mut self.inbox)? {
                Found::Nothing => {
                    let room = self.inbox.room();
                    assert!(!room.is_empty(), "more is wanted, and there is no room for it");
                    let (some, rest) = bytes.split_at(bytes.len().min(room.len()));
                    if some.is_empty() {
                        return Ok(());
                    }
                    room[..some.len()].copy_from_slice(some);
                    self.inbox.fill(some.len());
                    bytes = rest;
                    continue;
                }
                Found::Ping => Heard::Ping(self.inbox.payload().into()),
                Found::Pong => Heard::Pong(self.inbox.payload().into()),
                Found::Message => match self.inbox.message()? {
                    Message::Text(text) => Heard::Text(text.into()),
                    Message::Binary(bytes) => Heard::Binary(bytes.into()),
                    Message::Close(Close { code, reason }) => Heard::Close(code, reason.into()),
                },
            });
        }
    }
}
