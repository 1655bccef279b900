//! What a session is told once: everything the providers leave open.

use core::time::Duration;

use crate::dialect::Dialect;
use crate::format::AudioFormat;
use crate::time::Instant;

/// What a call's session is told at its beginning.
///
/// The defaults are proposals where the providers' pages are silent; each says so.
///
/// ```
/// # #[cfg(feature = "sinch")] {
/// use core::time::Duration;
/// use voxwire::{AudioFormat, Config, Dialect};
///
/// let config = Config::new(Dialect::Sinch)
///     .format(AudioFormat::pcm16(16_000).unwrap())
///     .answer_within(Some(Duration::from_secs(5)));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub(crate) dialect: Option<Dialect>,
    pub(crate) format: Option<AudioFormat>,
    pub(crate) start_within: Option<Millis>,
    pub(crate) answer_within: Option<Millis>,
    pub(crate) end_within: Millis,
    pub(crate) heartbeat_after: Millis,
    pub(crate) silence_limit: Option<Millis>,
    pub(crate) max_text: u32,
    pub(crate) max_message: u32,
    pub(crate) epoch: u64,
}

impl Config {
    /// The longest a session may stay silent on Sinch before it says a heartbeat. Sinch closes after 60 s without
    /// audio or heartbeat (Voice 2.0 StreamControl page); the margin is for the network.
    pub const MAX_HEARTBEAT_AFTER: Duration = Duration::from_secs(55);

    /// The smallest bound on messages, in bytes: what a session owes of itself must fit.
    pub const MIN_MESSAGE: u32 = 32;

    /// The defaults for a dialect.
    pub const fn new(dialect: Dialect) -> Self {
        Self { dialect: Some(dialect), ..Self::detect() }
    }

    /// The defaults for a call whose dialect is told from its first words. For applications only: a platform
    /// session of no dialect cannot say anything.
    pub const fn detect() -> Self {
        Self {
            dialect: None,
            format: None,
            start_within: Some(Millis(10_000)),
            answer_within: Some(Millis(30_000)),
            end_within: Millis(5_000),
            heartbeat_after: Millis(25_000),
            silence_limit: Some(Millis(60_000)),
            max_text: 16 * 1024,
            max_message: 256 * 1024,
            epoch: 0,
        }
    }

    /// The audio's format where the wire does not name it. Default: unknown on Sinch, whose v1 `connect` does not
    /// carry the rate that the SVAML asked for; 24 kHz on Wavix (Wavix's published client).
    #[must_use]
    pub const fn format(self, format: AudioFormat) -> Self {
        Self { format: Some(format), ..self }
    }

    /// How long an application waits for the call to be announced. Default 10 s (assumed); `None` waits for ever.
    #[must_use]
    pub const fn start_within(self, limit: Option<Duration>) -> Self {
        Self { start_within: Millis::maybe(limit), ..self }
    }

    /// How long the application may take to answer, on either side. Default 30 s (assumed; Sinch documents no
    /// limit); `None` waits for ever.
    #[must_use]
    pub const fn answer_within(self, limit: Option<Duration>) -> Self {
        Self { answer_within: Millis::maybe(limit), ..self }
    }

    /// How long the last words (busy, reject, stop, close) may take to be followed by the peer's close.
    /// Default 5 s (assumed).
    #[must_use]
    pub const fn end_within(self, limit: Duration) -> Self {
        Self { end_within: Millis::of(limit), ..self }
    }

    /// How long our side of a Sinch call may say neither audio nor heartbeat before the session owes a heartbeat.
    /// Default 25 s; at most [`MAX_HEARTBEAT_AFTER`](Self::MAX_HEARTBEAT_AFTER), to which more is cut.
    #[must_use]
    pub const fn heartbeat_after(self, silence: Duration) -> Self {
        let max = Millis::of(Self::MAX_HEARTBEAT_AFTER);
        let silence = Millis::of(silence);
        let heartbeat_after = match silence.0 {
            0 => Millis(1),
            millis if millis < max.0 => silence,
            _ => max,
        };
        Self { heartbeat_after, ..self }
    }

    /// How long the peer may give no sign of life before [`Deadline::Silence`](crate::Deadline::Silence) expires.
    /// Default 60 s (assumed); `None` waits for ever.
    ///
    /// For an application anything that arrives is a sign of life, a pong included, so an adapter must ping; the
    /// absence of audio alone never ends a call. A Sinch platform counts audio and heartbeats only, as Sinch does.
    #[must_use]
    pub const fn silence_limit(self, limit: Option<Duration>) -> Self {
        Self { silence_limit: Millis::maybe(limit), ..self }
    }

    /// The longest text without audio that is read or written, in bytes. Default 16 KiB.
    #[must_use]
    pub const fn max_text(self, bytes: u32) -> Self {
        Self { max_text: bytes, ..self }
    }

    /// The longest message of any kind that is read or said, in bytes. Default 256 KiB; at least
    /// [`MIN_MESSAGE`](Self::MIN_MESSAGE), to which less is raised.
    #[must_use]
    pub const fn max_message(self, bytes: u32) -> Self {
        let max_message = if bytes < Self::MIN_MESSAGE { Self::MIN_MESSAGE } else { bytes };
        Self { max_message, ..self }
    }

    /// The wall clock at the session's beginning, in seconds since 1970-01-01 UTC: a platform prints it on Wavix.
    /// Default 0.
    #[must_use]
    pub const fn epoch(self, unix_seconds: u64) -> Self {
        Self { epoch: unix_seconds, ..self }
    }

    /// The dialect, unless it is to be told from the first words.
    pub const fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// [`max_message`](Self::max_message), for an adapter that must bound its socket library.
    pub const fn message_limit(&self) -> usize {
        self.max_message as usize
    }
}

/// A duration in a third of the memory, for sessions are kept by the thousand and on small machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Millis(u32);

impl Millis {
    const fn of(duration: Duration) -> Self {
        let millis = duration.as_millis();
        Self(if millis > u32::MAX as u128 { u32::MAX } else { millis as u32 })
    }

    const fn maybe(duration: Option<Duration>) -> Option<Self> {
        match duration {
            Some(duration) => Some(Self::of(duration)),
            None => None,
        }
    }

    /// The instant so much later than `instant`.
    // Not by way of a duration, whose microseconds have 128 bits.
    pub(crate) const fn after(self, instant: Instant) -> Instant {
        Instant::from_micros(instant.as_micros().saturating_add((self.0 as u64).saturating_mul(1_000)))
    }
}

#[cfg(all(test, feature = "sinch"))]
mod tests {
    use crate::{Command, Due, Instant, Message, Session};

    use super::*;

    #[test]
    fn no_bound_is_too_small_for_a_heartbeat() {
        let mut session = Session::application(Config::new(Dialect::Sinch).max_message(0), Instant::ZERO);
        session.handle_message(Instant::ZERO, Message::Text(r#"{"command":"connect"}"#)).unwrap();
        session.send(Instant::ZERO, Command::Answer, &mut []).unwrap();
        let due = session.poll_timeout().unwrap();
        let owed = session.handle_timeout(due, &mut []);
        assert_eq!(owed, Ok(Due::Send(Message::Text(r#"{"command":"heartbeat"}"#))));
    }
}
