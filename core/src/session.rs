//! The state machine: phases and deadlines. The only state in the core.

use core::time::Duration;

use crate::config::{Config, Millis};
use crate::dialect::{Dialect, Encoded};
use crate::due::{Deadline, Due};
use crate::error::{Bound, ReceiveError, SendError};
use crate::message::{Close, Message, Payload};
use crate::phase::{Facts, Phase};
use crate::role::{Application, Noted, Now, Platform, Role};
use crate::time::Instant;

/// One end of one call. The crate's documentation tells how it is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Session<R: Role> {
    config: Config,
    facts: Facts,
    memory: R::Memory,
    counters: Counters,
    began: Instant,
    /// The latest time seen: a clock that goes back stands still.
    now: Instant,
    /// When the phase has lasted too long, the peer has been silent for too long, and we owe a heartbeat:
    /// [`Instant::NEVER`] where there is nothing to wait for.
    phase_ends: Instant,
    silence_ends: Instant,
    heartbeat_at: Instant,
}

/// What a session has passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Counters {
    /// Messages of audio that came when none may.
    pub dropped: u32,
    /// Bytes of audio in them, decoded.
    pub dropped_bytes: u64,
    /// Messages that meant nothing here.
    pub other: u32,
}

impl Session<Application> {
    /// A session for our user's end, with the socket just open.
    pub fn application(config: Config, now: Instant) -> Self {
        Self::new(config, now)
    }
}

impl Session<Platform> {
    /// A session for the provider's end, with the socket just open.
    pub fn platform(config: Config, now: Instant) -> Self {
        Self::new(config, now)
    }
}

impl<R: Role> Session<R> {
    fn new(config: Config, now: Instant) -> Self {
        let mut session = Self {
            config,
            facts: Facts { phase: Phase::Idle, dialect: config.dialect, oneway: false },
            memory: R::Memory::default(),
            counters: Counters::default(),
            began: now,
            now,
            phase_ends: Instant::NEVER,
            silence_ends: Instant::NEVER,
            heartbeat_at: Instant::NEVER,
        };
        if R::WAITS {
            session.phase_ends = session.after(config.start_within);
        }
        session.handle_activity(now);
        session
    }

    /// Hears a message from the peer, and tells what it means. The answer borrows the message, not the session.
    ///
    /// # Errors
    /// [`ReceiveError`]: the session is as it was, and the call goes on unless the caller ends it.
    pub fn handle_message<'m>(
        &mut self,
        now: Instant,
        message: Message<'m>,
    ) -> Result<R::Hears<'m>, ReceiveError> {
        let close = match message {
            Message::Close(close) => Some(close),
            _ if self.has_heard_the_end() => Some(Close::BARE),
            _ => None,
        };
        if let Some(close) = close {
            self.now = self.now.max(now);
            self.enter(Phase::Closed);
            return Ok(close.into());
        }
        let limit = self.config.message_limit();
        if message.len() > limit {
            return Err(ReceiveError::Limit { bound: Bound::Message, at: limit });
        }
        let mut facts = self.facts;
        // It stays where it is: to move it costs more than the rest.
        let mut heard = R::decode(&mut facts.dialect, message);
        let Ok(what) = &mut heard else { return heard };
        let text_limit = self.config.max_text as usize;
        if matches!(message, Message::Text(text) if text.len() > text_limit) && R::heard_audio(what).is_none()
        {
            return Err(ReceiveError::Limit { bound: Bound::Text, at: text_limit });
        }
        let verdict = R::judge(facts, what)?;

        // Nothing fails from here on.
        self.now = self.now.max(now);
        self.facts.dialect = facts.dialect;
        R::remember_heard(&mut self.memory, &mut self.facts, &self.config, what);
        match verdict.noted {
            Noted::Nothing => {}
            Noted::Dropped { bytes } => {
                self.counters.dropped = self.counters.dropped.saturating_add(1);
                self.counters.dropped_bytes = self.counters.dropped_bytes.saturating_add(bytes as u64);
            }
            Noted::Other => self.counters.other = self.counters.other.saturating_add(1),
        }
        if let Some(phase) = verdict.phase {
            self.enter(phase);
        }
        if verdict.speech || self.counts_any_activity() {
            self.alive();
        }
        heard
    }

    /// Says something: gives the message to put on the socket, which lies in `buf`, in what was to be said, or
    /// nowhere (`None`) where the dialect needs no words for it.
    ///
    /// # Errors
    /// [`SendError`]: the session is as it was, and nothing is to be put on the socket.
    #[inline]
    pub fn send<'s: 'b, 'b>(
        &mut self,
        now: Instant,
        says: R::Says<'s>,
        buf: &'b mut [u8],
    ) -> Result<Option<Message<'b>>, SendError> {
        Ok(self.say(now, says, buf)?.message(buf))
    }

    /// [`send`](Self::send) for those who write WebSocket frames themselves: text comes as bytes, unproven, as the
    /// example of [`Payload`] has it.
    ///
    /// # Errors
    /// Those of `send`.
    #[inline]
    pub fn send_payload<'s: 'b, 'b>(
        &mut self,
        now: Instant,
        says: R::Says<'s>,
        buf: &'b mut [u8],
    ) -> Result<Option<Payload<'b>>, SendError> {
        Ok(self.say(now, says, buf)?.payload(buf))
    }

    /// The length in bytes of the message that [`send`](Self::send) would give: as much of `buf` as it can need.
    ///
    /// # Errors
    /// Those of `send`, [`SendError::BufferTooSmall`] excepted. That relayed base64 is none may be found only by `send`.
    pub fn measure(&self, now: Instant, says: R::Says<'_>) -> Result<usize, SendError> {
        self.permit(&says)?;
        match self.encode(self.now.max(now), &says, &mut []) {
            Ok(Encoded::Nothing) => Ok(0),
            Ok(Encoded::Borrowed(message)) => Ok(message.len()),
            Ok(Encoded::Text(len) | Encoded::Binary(len)) => Ok(len),
            Err(SendError::BufferTooSmall { needed }) => Ok(needed),
            Err(error) => Err(error),
        }
    }

    /// Handles what has become due. Call it when [`poll_timeout`](Self::poll_timeout) has been reached, until it
    /// gives [`Due::Nothing`].
    ///
    /// # Errors
    /// [`SendError::BufferTooSmall`] if `buf` cannot hold what is owed; 32 bytes are enough.
    pub fn handle_timeout<'b>(&mut self, now: Instant, buf: &'b mut [u8]) -> Result<Due<'b>, SendError> {
        let now = self.now.max(now);
        let due = |deadline: Instant| deadline <= now && deadline != Instant::NEVER;
        if due(self.phase_ends) {
            self.now = now;
            self.phase_ends = Instant::NEVER;
            return Ok(match self.facts.phase {
                Phase::Idle => Due::Expired(Deadline::Start),
                Phase::Offered | Phase::Live => Due::Expired(Deadline::Answer),
                // The platform was to close and has not: then we do.
                Phase::Refused | Phase::Stopped => {
                    self.enter(Phase::Leaving { live: false });
                    Due::Send(Message::Close(Close::NORMAL))
                }
                Phase::Leaving { .. } | Phase::Closed => {
                    self.enter(Phase::Closed);
                    Due::Expired(Deadline::Ending)
                }
            });
        }
        if due(self.silence_ends) {
            self.now = now;
            self.silence_ends = Instant::NEVER;
            return Ok(Due::Expired(Deadline::Silence));
        }
        if due(self.heartbeat_at)
            && let Some(heartbeat) = R::heartbeat()
        {
            return Ok(self.send(now, heartbeat, buf)?.map_or(Due::Nothing, Due::Send));
        }
        self.now = now;
        Ok(Due::Nothing)
    }

    /// Notes that something arrived that is no message: a pong, say.
    pub fn handle_activity(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.counts_any_activity() {
            self.alive();
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next; `None` if time brings nothing.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let next = self.phase_ends.min(self.silence_ends).min(self.heartbeat_at);
        (next != Instant::NEVER).then_some(next)
    }

    /// The dialect, once it is known.
    pub const fn dialect(&self) -> Option<Dialect> {
        self.facts.dialect
    }

    /// What the session has passed over so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Whether audio flows: announced, answered where that is needed, and not ended by either side.
    pub const fn is_live(&self) -> bool {
        matches!(self.facts.phase, Phase::Live)
    }

    /// Whether the call is over: nothing more can be heard or said.
    pub const fn is_closed(&self) -> bool {
        matches!(self.facts.phase, Phase::Closed)
    }

    /// [`send`](Self::send), but what lies in `buf` is told by its length only, so that an
    /// [`Outbox`](crate::Outbox) can keep it there.
    pub(crate) fn say<'s>(
        &mut self,
        now: Instant,
        says: R::Says<'s>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError> {
        let phase = self.permit(&says)?;
        let now = self.now.max(now);
        let encoded = self.encode(now, &says, buf);
        let Ok(_) = encoded else { return encoded };

        // Nothing fails from here on.
        self.now = now;
        let clocks = self.clocks(now);
        R::remember_said(&mut self.memory, &mut self.facts, clocks, &says);
        if let Some(phase) = phase {
            self.enter(phase);
        }
        if R::said_audio(&says).is_some_and(|bytes| bytes > 0) || R::heartbeat() == Some(says) {
            self.spoke();
        }
        encoded
    }

    /// Whether it may be said now, and the phase that follows from it.
    fn permit(&self, says: &R::Says<'_>) -> Result<Option<Phase>, SendError> {
        let Some(close) = R::as_hangup(says) else { return R::permit(self.facts, says) };
        match self.facts.phase {
            Phase::Leaving { .. } | Phase::Closed => Err(SendError::Closed),
            _ if !close.is_sendable() => Err(SendError::InvalidClose),
            _ => Ok(Some(Phase::Leaving { live: self.facts.is_live() })),
        }
    }

    fn encode<'s>(&self, now: Instant, says: &R::Says<'s>, buf: &mut [u8]) -> Result<Encoded<'s>, SendError> {
        if let Some(close) = R::as_hangup(says) {
            return Ok(Encoded::Borrowed(Message::Close(close)));
        }
        let dialect = self.facts.dialect.ok_or(SendError::WrongPhase)?;
        let encoded = R::encode(dialect, &self.memory, self.clocks(now), says, buf);
        let (written, len) = match encoded {
            Ok(Encoded::Text(len)) | Err(SendError::BufferTooSmall { needed: len }) => (true, len),
            Ok(Encoded::Binary(len)) => (false, len),
            Ok(Encoded::Borrowed(message)) => (false, message.len()),
            Ok(Encoded::Nothing) | Err(_) => return encoded,
        };
        let (bound, limit) = if written && R::said_audio(says).is_none() {
            (Bound::Text, self.config.max_text as usize)
        } else {
            (Bound::Message, self.config.message_limit())
        };
        if len > limit { Err(SendError::Limit { bound }) } else { encoded }
    }

    const fn clocks(&self, now: Instant) -> Now {
        Now { since: now.micros_since(self.began), epoch: self.config.epoch }
    }

    fn enter(&mut self, phase: Phase) {
        self.facts.phase = phase;
        self.phase_ends = match phase {
            Phase::Offered => self.after(self.config.answer_within),
            Phase::Refused | Phase::Stopped | Phase::Leaving { .. } => {
                self.after(Some(self.config.end_within))
            }
            Phase::Idle | Phase::Live | Phase::Closed => Instant::NEVER,
        };
        self.heartbeat_at = Instant::NEVER;
        match phase {
            Phase::Idle | Phase::Offered => {}
            Phase::Live => {
                self.alive();
                self.spoke();
            }
            // The end has its own deadline.
            Phase::Refused | Phase::Stopped | Phase::Leaving { .. } | Phase::Closed => {
                self.silence_ends = Instant::NEVER
            }
        }
    }

    /// A stop is the end, though the close is still to come.
    fn has_heard_the_end(&self) -> bool {
        self.is_closed() || (R::WAITS && self.facts.phase == Phase::Stopped)
    }

    /// A Sinch platform counts speech alone as a sign of life; everybody else anything that arrives.
    fn counts_any_activity(&self) -> bool {
        R::WAITS || self.idle_limit().is_none()
    }

    fn idle_limit(&self) -> Option<Duration> {
        self.facts.dialect.and_then(|dialect| dialect.profile().idle_limit)
    }

    fn alive(&mut self) {
        if matches!(self.facts.phase, Phase::Idle | Phase::Offered | Phase::Live) {
            self.silence_ends = self.after(self.config.silence_limit);
        }
    }

    fn spoke(&mut self) {
        if R::heartbeat().is_some() && self.is_live() && self.idle_limit().is_some() {
            self.heartbeat_at = self.after(Some(self.config.heartbeat_after));
        }
    }

    fn after(&self, duration: Option<Millis>) -> Instant {
        duration.map_or(Instant::NEVER, |duration| duration.after(self.now))
    }
}
