//! The outbox against a queue anybody would believe.

use voxwire::{Message, OutboxError};

use super::{Call, is_close};
use crate::ends::{End, Word};

/// A message that waits, with the length of the audio in it.
#[derive(Debug, PartialEq)]
pub(super) struct Queued {
    pub(super) message: Owned,
    audio: usize,
    /// Whether it is a clear, behind which another would say nothing new.
    clears: bool,
}

/// A message in memory of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Owned {
    Text(String),
    Binary(Vec<u8>),
    Close(Option<u16>, String),
}

impl<E: End> Call<E> {
    pub(super) fn queue(&mut self, line: &[u8]) {
        let Some((word, says)) = self.wish(line) else { return };
        let before = self.session.clone();
        let needed = before.measure(self.now, says);
        match self.outbox.send(&mut self.session, self.now, says) {
            Ok(()) => {
                if word == Word::Clear && self.queue.back().is_some_and(|newest| newest.clears) {
                    assert_eq!(self.session, before, "a clear that waits is not said again");
                    return;
                }
                let mut model = before;
                let mut buf = vec![0; needed.expect("queued, so measured")];
                let message = model.send(self.now, says, &mut buf).expect("queued, so sent");
                assert_eq!(self.session, model, "the outbox says something else");
                self.latest = self.latest.max(self.now);
                self.spoke(is_close(word));
                let Some(message) = message else { return };
                let audio = if let Word::Audio(audio) = word { audio.len() } else { 0 };
                self.queue.push_back(Queued { message: message.into(), audio, clears: word == Word::Clear });
            }
            Err(error) => {
                assert_eq!(self.session, before, "law 2: {error} has changed something");
                if let (OutboxError::Send(error), Err(measured)) = (error, needed) {
                    assert_eq!(error, measured);
                }
                assert!(error != OutboxError::Full || !self.queue.is_empty(), "full, though empty");
            }
        }
    }

    pub(super) fn clear(&mut self) {
        let audio = self.queued_audio();
        let cleared = self.outbox.clear();
        assert_eq!(cleared, audio);
        self.queue.retain(|queued| queued.audio == 0);
        let mut outbox = self.outbox.clone();
        for queued in &self.queue {
            assert_eq!(outbox.front().map(Owned::from).as_ref(), Some(&queued.message));
            outbox.pop();
        }
        assert!(outbox.is_empty());
    }

    pub(super) fn queued_audio(&self) -> usize {
        self.queue.iter().map(|queued| queued.audio).sum()
    }
}

impl From<Message<'_>> for Owned {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
            Message::Close(close) => Self::Close(close.code, close.reason.into()),
        }
    }
}
