//! The outgoing queue: whole messages on the caller's memory, which a barge-in can still overtake.

use crate::copy::{copy, move_within};
use crate::dialect::Encoded;
use crate::error::{Bound, SendError};
use crate::message::{Close, Message, Payload};
use crate::role::Role;
use crate::session::Session;
use crate::text::written;
use crate::time::Instant;

mod record;

use record::{Kind, Record};

/// What has been said and not yet put on the socket, in order, in the caller's memory.
///
/// A socket library that buffers would put seconds of audio out of reach; so an adapter keeps them here and hands
/// over one message at a time: [`front`](Self::front), then [`pop`](Self::pop). [`clear`](Self::clear) throws the
/// audio away and keeps the words between it, so a mark still comes back.
///
/// ```
/// # #[cfg(feature = "sinch")] {
/// use voxwire::{Audio, Command, Config, Dialect, Instant, Message, Outbox, Session};
///
/// # let now = Instant::ZERO;
/// let mut session = Session::application(Config::new(Dialect::Sinch), now);
/// let mut outbox = Outbox::new([0; 4096]);
/// session.handle_message(now, Message::Text(r#"{"command":"connect","CallId":"c1"}"#))?;
///
/// outbox.send(&mut session, now, Command::Answer)?;
/// outbox.send(&mut session, now, Command::Audio(Audio::raw(&[0; 640])))?;
/// assert_eq!(outbox.front(), Some(Message::Text(r#"{"command":"answer"}"#)));
/// outbox.pop();
///
/// assert_eq!(outbox.clear(), 640); // bytes of audio
/// outbox.send(&mut session, now, Command::Clear)?;
/// assert_eq!(outbox.front(), Some(Message::Text(r#"{"command":"clear"}"#)));
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outbox<B> {
    memory: B,
    /// Where the oldest record begins.
    head: usize,
    /// Where the next record will begin.
    tail: usize,
    /// Where records end before they go on at 0, if they do.
    wrap: Option<usize>,
    audio_bytes: usize,
    records: usize,
    /// The kind of the newest record: a clear or a heartbeat behind its like would only repeat it.
    newest: Option<Kind>,
    /// The record at the front, once its message has been started: a header may lie where it was.
    started: Option<Started>,
}

/// Why a wish was not queued. It changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxError {
    /// There is no room until something has been popped; try again then.
    Full,
    /// The session refuses, or the message could never fit ([`Bound::Queue`]).
    Send(SendError),
}

impl From<SendError> for OutboxError {
    fn from(error: SendError) -> Self {
        Self::Send(error)
    }
}

impl core::fmt::Display for OutboxError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Full => f.write_str("the outgoing queue is full"),
            Self::Send(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for OutboxError {}

/// A message of which some may be on the socket.
#[derive(Clone, Copy, Debug)]
struct Started {
    record: Record,
    /// What lies before its payload, in bytes.
    header_len: usize,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Outbox<B> {
    /// Bytes that audio and marks leave free, so that a full queue still takes clear and hang-up.
    pub const RESERVE: usize = 1024;
    /// Bytes that each message takes besides its own length.
    pub const OVERHEAD: usize = Record::BYTES;

    /// An empty queue on `memory`, which must be longer than [`RESERVE`](Self::RESERVE).
    pub const fn new(memory: B) -> Self {
        Self { memory, head: 0, tail: 0, wrap: None, audio_bytes: 0, records: 0, newest: None, started: None }
    }

    /// Says something through `session` and queues the message, if it takes one.
    ///
    /// # Errors
    /// [`OutboxError::Full`], or what the session refuses; nothing has changed then.
    pub fn send<R: Role>(
        &mut self,
        session: &mut Session<R>,
        now: Instant,
        says: R::Says<'_>,
    ) -> Result<(), OutboxError> {
        let needed = session.measure(now, says)?;
        let clears = R::is_clear(says);
        if clears && self.newest == Some(Kind::Clear) {
            return Ok(());
        }
        let reserve = if R::is_urgent(says) { 0 } else { Self::RESERVE };
        if needed.saturating_add(Record::BYTES).saturating_add(reserve) > self.memory.as_ref().len() {
            return Err(SendError::Limit { bound: Bound::Queue }.into());
        }
        let at = self.place(needed, reserve).ok_or(OutboxError::Full)?;
        let audio = R::said_audio(&says).unwrap_or(0);
        let body = self.body(at, needed);
        let record = match session.say(now, says, body)? {
            Encoded::Nothing => return Ok(()),
            Encoded::Borrowed(message) => Record::copy(message, audio, body),
            Encoded::Text(len) => Record { kind: Kind::Text, len, audio },
            Encoded::Binary(len) => Record { kind: Kind::Binary, len, audio },
        };
        self.append(at, if clears { Record { kind: Kind::Clear, ..record } } else { record });
        Ok(())
    }

    /// Queues a message that the session owes ([`Due::Send`](crate::Due::Send)). A heartbeat is left out where audio
    /// or another waits: it would say nothing.
    pub fn push(&mut self, message: Message<'_>) {
        let owed = matches!(message, Message::Text(_));
        if owed && (self.audio_bytes > 0 || self.newest == Some(Kind::Owed)) {
            return;
        }
        // The reserve is kept for it.
        let Some(at) = self.place(message.len(), 0) else { return };
        let record = Record::copy(message, 0, self.body(at, message.len()));
        self.append(at, if owed { Record { kind: Kind::Owed, ..record } } else { record });
    }

    /// The message to put on the socket next.
    pub fn front(&self) -> Option<Message<'_>> {
        // Not by `try_from`: what has been masked where it lies is no text, and still the message at the front.
        Some(match self.front_payload()? {
            Payload::Text(text) => Message::Text(written(text)),
            Payload::Binary(bytes) => Message::Binary(bytes),
            Payload::Close(close) => Message::Close(close),
        })
    }

    /// [`front`](Self::front) for those who write WebSocket frames themselves, as
    /// [`send_payload`](Session::send_payload) is [`send`](Session::send) for them. What has been written to
    /// [`started`](Self::started), such as a mask, is written to it.
    pub fn front_payload(&self) -> Option<Payload<'_>> {
        let record = self.first()?;
        let start = self.head.saturating_add(Record::BYTES);
        let body = self.memory.as_ref().get(start..start.saturating_add(record.len))?;
        Some(match record.kind {
            Kind::Text | Kind::Clear | Kind::Owed => Payload::Text(body),
            Kind::Binary => Payload::Binary(body),
            Kind::Close => Payload::Close(Close {
                code: u16::try_from(record.audio).ok().filter(|code| *code != 0),
                reason: written(body),
            }),
        })
    }

    /// Begins to write the message at the front: from now on a clear does not take it back. Gives its payload with a header
    /// of up to [`OVERHEAD`](Self::OVERHEAD) bytes before it, as one piece, which [`started`](Self::started) gives again;
    /// the close's code is not in its payload.
    pub fn start(&mut self, header: &[u8]) -> &mut [u8] {
        let Some(record) = self.first() else { return &mut [] };
        let header_len = header.len().min(Record::BYTES);
        self.started = Some(Started { record, header_len });
        let frame = self.started();
        copy(header.get(..header_len).unwrap_or_default(), frame);
        frame
    }

    /// The message at the front with its header, once it has been started; nothing before.
    pub fn started(&mut self) -> &mut [u8] {
        let Some(Started { record, header_len }) = self.started else { return &mut [] };
        let start = self.head.saturating_add(Record::BYTES);
        let end = start.saturating_add(record.len);
        self.memory.as_mut().get_mut(start.saturating_sub(header_len)..end).unwrap_or_default()
    }

    /// Forgets the message at the front: the socket has it.
    pub fn pop(&mut self) {
        let Some(record) = self.first() else { return };
        self.started = None;
        self.audio_bytes = self.audio_bytes.saturating_sub(record.audio_bytes());
        self.records = self.records.saturating_sub(1);
        self.head = self.head.saturating_add(record.size());
        if self.wrap == Some(self.head) {
            self.head = 0;
            self.wrap = None;
        }
        self.restart_if_empty();
    }

    /// Throws away all audio, keeps the words between it, and tells how many bytes of audio that was, decoded. A message
    /// that has been [started](Self::start) is kept too.
    pub fn clear(&mut self) -> usize {
        let kept = self.started.map_or(0, |started| started.record.audio_bytes());
        let cleared = self.audio_bytes.saturating_sub(kept);
        if cleared == 0 {
            return 0;
        }
        // The words move up, in order, into the room that the audio before them leaves.
        let (mut from, mut wrap, mut left) = (self.head, self.wrap, self.records);
        (self.tail, self.wrap, self.records, self.newest) = (self.head, None, 0, None);
        self.audio_bytes = kept;
        while left > 0 {
            let Some(record) = self.read(from) else { break };
            let size = record.size();
            if record.audio_bytes() == 0 || (self.started.is_some() && self.records == 0) {
                let capacity = self.memory.as_ref().len();
                if self.wrap.is_none() && from < self.tail && capacity.saturating_sub(self.tail) < size {
                    // Where nothing was kept yet, there is nothing to wrap: the queue begins anew.
                    if self.records == 0 {
                        self.head = 0;
                    } else {
                        self.wrap = Some(self.tail);
                    }
                    self.tail = 0;
                }
                move_within(self.memory.as_mut(), from, self.tail, size);
                self.tail = self.tail.saturating_add(size);
                self.records = self.records.saturating_add(1);
                self.newest = Some(record.kind);
            }
            from = from.saturating_add(size);
            if wrap == Some(from) {
                (from, wrap) = (0, None);
            }
            left = left.saturating_sub(1);
        }
        self.restart_if_empty();
        cleared
    }

    /// Whether nothing waits.
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Bytes of audio that wait, decoded.
    pub const fn audio_bytes(&self) -> usize {
        self.audio_bytes
    }

    /// Where a record with a body of `len` bytes can begin so that `reserve` bytes stay free.
    fn place(&self, len: usize, reserve: usize) -> Option<usize> {
        let size = len.saturating_add(Record::BYTES);
        let wanted = size.saturating_add(reserve);
        let capacity = self.memory.as_ref().len();
        if self.wrap.is_some() {
            return (self.head.saturating_sub(self.tail) >= wanted).then_some(self.tail);
        }
        let behind = capacity.saturating_sub(self.tail);
        if behind >= wanted || (behind >= size && self.head >= reserve) {
            Some(self.tail)
        } else {
            (self.head >= wanted).then_some(0)
        }
    }

    fn append(&mut self, at: usize, record: Record) {
        if at != self.tail {
            self.wrap = Some(self.tail);
        }
        if let Some(place) = self.memory.as_mut().get_mut(at..at.saturating_add(Record::USED)) {
            copy(&record.to_bytes(), place);
        }
        self.tail = at.saturating_add(record.size());
        self.audio_bytes = self.audio_bytes.saturating_add(record.audio_bytes());
        self.records = self.records.saturating_add(1);
        self.newest = Some(record.kind);
    }

    fn restart_if_empty(&mut self) {
        if self.records == 0 {
            (self.head, self.tail, self.wrap, self.newest) = (0, 0, None, None);
        }
    }

    fn body(&mut self, at: usize, len: usize) -> &mut [u8] {
        let start = at.saturating_add(Record::BYTES);
        self.memory.as_mut().get_mut(start..start.saturating_add(len)).unwrap_or_default()
    }

    fn first(&self) -> Option<Record> {
        if self.records == 0 { None } else { self.read(self.head) }
    }

    fn read(&self, at: usize) -> Option<Record> {
        if let Some(Started { record, .. }) = self.started
            && at == self.head
        {
            return Some(record);
        }
        self.memory.as_ref().get(at..at.saturating_add(Record::USED)).and_then(Record::from_bytes)
    }
}
