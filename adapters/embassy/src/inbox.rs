use core::cell::Cell;
use core::fmt;
use core::ops::Range;

use voxwire::{Close, Message};

use crate::websocket::{Mask, Violation, read_close};

/// Where bytes of the socket become messages, in the caller's memory: what was heard last is borrowed from it, and what
/// lies unread behind it waits there.
///
/// One call uses one inbox, from its opening to its end. It is as long as the longest text that may come: about 1.5 times
/// the audio of a Wavix message. Binary audio that is longer comes in pieces.
pub struct Inbox<'m> {
    memory: &'m mut [u8],
    /// What is in it to be told, if anything is.
    kind: Option<Kind>,
    /// What has been put together of a message.
    message: Span,
    /// The control frame that was found last.
    control: Span,
    /// What has been read of the socket and not been looked at, behind the message.
    unread: Span,
    /// Bytes read so far, wrapping: a call tells its inbox from another by it.
    received: u32,
}

/// What an inbox may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Binary,
    Close,
    /// A ping or a pong.
    Control,
    /// The socket is gone.
    Lost,
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl<'m> Inbox<'m> {
    /// The least that an inbox should hold, in bytes: a control frame beside something else.
    pub const MIN: usize = 256;

    /// An empty inbox on `memory`, at least [`MIN`](Self::MIN) long: in less, texts and control frames may find no room.
    pub const fn new(memory: &'m mut [u8]) -> Self {
        let none = Span { start: 0, end: 0 };
        Self { memory, kind: None, message: none, control: none, unread: none, received: 0 }
    }

    /// Where the next bytes of the socket go.
    pub fn room(&mut self) -> &mut [u8] {
        self.memory.get_mut(self.unread.end..).unwrap_or_default()
    }

    /// Notes that so many bytes have been read to the [`room`](Self::room).
    pub fn fill(&mut self, bytes: usize) {
        self.unread.end = self.unread.end.saturating_add(bytes).min(self.memory.len());
        self.received = self.received.wrapping_add(bytes as u32);
    }

    /// The message that was found, or what was found of it. An inbox in which nothing was found stands for a socket that
    /// is gone.
    ///
    /// # Errors
    /// [`Violation::Utf8`], [`Violation::CloseCode`]: the connection is over.
    pub fn message(&self) -> Result<Message<'_>, Violation> {
        Ok(match self.kind {
            Some(Kind::Text) => {
                Message::Text(str::from_utf8(self.bytes(self.message)).map_err(|_| Violation::Utf8)?)
            }
            Some(Kind::Binary) => Message::Binary(self.bytes(self.message)),
            Some(Kind::Close) => Message::Close(read_close(self.payload())?),
            Some(Kind::Control | Kind::Lost) | None => Message::Close(Close::LOST),
        })
    }

    /// The payload of the control frame that was found, in bytes: at most 125.
    pub fn payload(&self) -> &[u8] {
        self.bytes(self.control)
    }

    /// What was found.
    pub(crate) const fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// The socket is gone.
    pub(crate) const fn lose(&mut self) {
        self.kind = Some(Kind::Lost);
    }

    pub(crate) const fn received(&self) -> u32 {
        self.received
    }

    /// What has been read and not been looked at.
    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes(self.unread)
    }

    pub(crate) const fn skip(&mut self, bytes: usize) {
        let start = self.unread.start.saturating_add(bytes);
        self.unread.start = if start < self.unread.end { start } else { self.unread.end };
    }

    /// The message is whole, or as long as it can get.
    pub(crate) const fn tell(&mut self, kind: Kind) {
        self.kind = Some(kind);
    }

    /// Lets go of what was told.
    pub(crate) const fn release(&mut self) {
        if let Some(Kind::Text | Kind::Binary | Kind::Close | Kind::Lost) = self.kind {
            self.message = Span { start: self.unread.start, end: self.unread.start };
        }
        self.kind = None;
    }

    /// Whether nothing of a message has been put together.
    pub(crate) const fn is_bare(&self) -> bool {
        self.message.len() == 0
    }

    /// How much longer a message can get, in bytes.
    pub(crate) const fn longest_rest(&self) -> u64 {
        self.memory.len().saturating_sub(self.message.len()) as u64
    }

    /// Takes a control frame's payload, which has come.
    pub(crate) fn take_control(&mut self, len: usize, mask: Option<&mut Mask>, kind: Kind) {
        self.control = self.unread;
        self.skip(len);
        self.control.end = self.unread.start;
        self.unmask(self.control, mask);
        self.kind = Some(kind);
    }

    /// Adds to the message what has come of a payload of which `left` bytes are due, and tells how much that is. A message
    /// in one frame stays where it was read.
    pub(crate) fn append(&mut self, left: u64, mask: Option<&mut Mask>) -> u64 {
        let len = self.unread.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let from = self.unread.start;
        if self.is_bare() {
            self.message = Span { start: from, end: from };
        }
        let to = self.message.end;
        self.move_down(Span { start: from, end: from.saturating_add(len) }, to);
        self.skip(len);
        self.message.end = to.saturating_add(len);
        self.unmask(Span { start: to, end: self.message.end }, mask);
        len as u64
    }

    /// Sees to it that there is room for some of the bytes that are to come, for all if that can be; tells whether there
    /// is any.
    pub(crate) fn make_room(&mut self, missing: u64) -> bool {
        let free = self.memory.len().saturating_sub(self.unread.end) as u64;
        let (message, unread) = (self.message, self.unread);
        let is_empty = message.len() == 0 && unread.len() == 0;
        if is_empty || free < missing {
            self.move_down(message, 0);
            self.message = Span { start: 0, end: message.len() };
            self.move_down(unread, message.len());
            self.unread = Span { start: message.len(), end: message.len().saturating_add(unread.len()) };
        }
        self.unread.end < self.memory.len()
    }

    fn move_down(&mut self, from: Span, to: usize) {
        if from.start == to || from.len() == 0 {
            return;
        }
        let cells = Cell::from_mut(&mut *self.memory).as_slice_of_cells();
        let (Some(from), Some(to)) = (cells.get(from.range()), cells.get(to..)) else { return };
        for (from, to) in from.iter().zip(to) {
            to.set(from.get());
        }
    }

    fn unmask(&mut self, span: Span, mask: Option<&mut Mask>) {
        if let (Some(mask), Some(bytes)) = (mask, self.memory.get_mut(span.range())) {
            mask.apply(bytes);
        }
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.memory.get(span.range()).unwrap_or_default()
    }
}

/// Kind and length only, as everywhere: messages hold audio and secrets.
impl fmt::Debug for Inbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inbox").field(&self.message()).finish()
    }
}
