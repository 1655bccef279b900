//! What an application or a platform does in turn, what its peer sends and what its clock shows; after each step,
//! the laws of the crate's documentation.
//!
//! The first line of the script is three letters:
//!
//! | | | |
//! |---|---|---|
//! | end | `p` | platform; otherwise the application |
//! | dialect | `s` `w` | Sinch, Wavix; anything else is to be detected |
//! | limits | `0` `n` `m` `e` `t` `T` | no time, no limit, the longest, the end of time, tiny bounds, bounds too tiny for a heartbeat; otherwise the defaults |
//!
//! Each further line is a step:
//!
//! | step | what happens |
//! |---|---|
//! | `t…` `b…` `c…` | a message comes: text, binary, close |
//! | `>…` | a wish is sent; its letters stand at `Word::read` |
//! | `q…` | the same, by way of an [`Outbox`] |
//! | `.` | the socket takes a message from the outbox |
//! | `/` | the audio in the outbox is thrown away |
//! | `~…` | so many microseconds pass; backwards if negative |
//! | `@` | the clock goes to the next deadline, which is handled |
//! | `!` | what is due is handled |
//! | `p` | a pong comes |
//! | `#…` | the caller's buffer is so many bytes long from now on |
//! | `f…` | the rate that an announcement names from now on |

use std::collections::VecDeque;
use std::time::Duration;

use voxwire::{
    Application, AudioFormat, Close, Config, Deadline, Dialect, Due, Headers, Instant, Message, Outbox,
    Platform, SendError, Session,
};

use crate::ends::{End, Word};
use crate::script;

mod queue;
mod saying;

use queue::{Owned, Queued};
use saying::{assert_sent, is_close};

/// Runs the script.
///
/// # Panics
/// Where a law is broken.
pub fn session(data: &[u8]) {
    let ([end, dialect, limits], lines) = script::read(data);
    let config = match dialect {
        b's' => Config::new(Dialect::Sinch),
        b'w' => Config::new(Dialect::Wavix),
        _ => Config::detect(),
    };
    let all = |time: Option<Duration>| {
        config.start_within(time).answer_within(time).silence_limit(time).format(RATES[1])
    };
    let config = match limits {
        b'0' => all(Some(Duration::ZERO)).end_within(Duration::ZERO).heartbeat_after(Duration::ZERO),
        b'n' => all(None),
        b't' => config.max_text(40).max_message(100),
        b'T' => config.max_text(22).max_message(22),
        b'm' => {
            all(Some(Duration::MAX)).end_within(Duration::MAX).heartbeat_after(Duration::MAX).epoch(u64::MAX)
        }
        _ => config,
    };
    let now = if limits == b'e' { Instant::from_micros(u64::MAX - 30_000_000) } else { Instant::ZERO };
    if end == b'p' {
        Call::<Platform>::new(config, now).play(lines);
    } else {
        Call::<Application>::new(config, now).play(lines);
    }
}

const RATES: [AudioFormat; 2] = match (AudioFormat::pcm16(8_000), AudioFormat::pcm16(16_000)) {
    (Some(slow), Some(fast)) => [slow, fast],
    _ => panic!("rates that are documented"),
};

/// The longest script that is played, in steps, and the longest buffer, in bytes.
const MAX_STEPS: usize = 256;
const MAX_BUFFER: i128 = 8 * 1024;

struct Call<E: End> {
    session: Session<E>,
    /// The clock, which may go back.
    now: Instant,
    /// The latest time that the session has seen.
    latest: Instant,
    /// Whether we have closed: a close is the last word.
    closing: bool,
    buffer: usize,
    format: Option<AudioFormat>,
    outbox: Outbox<Vec<u8>>,
    /// What the outbox should hold.
    queue: VecDeque<Queued>,
}

impl<E: End> Call<E> {
    fn new(config: Config, now: Instant) -> Self {
        // Law 7: ids and counters, inline and bounded. That no message is borrowed, the type says.
        const { assert!(size_of::<Session<E>>() <= 512) };
        Self {
            session: E::session(config, now),
            now,
            latest: now,
            closing: false,
            buffer: 1024,
            format: None,
            outbox: Outbox::new(vec![0; 2048]),
            queue: VecDeque::new(),
        }
    }

    fn play<'d>(mut self, lines: impl Iterator<Item = &'d [u8]>) {
        for line in lines.take(MAX_STEPS) {
            let (step, rest) = line.split_first().unwrap_or((&b'!', &[]));
            match step {
                b't' | b'b' | b'c' => self.hear(script::message(line)),
                b'>' => self.say(rest),
                b'q' => self.queue(rest),
                b'.' => {
                    self.outbox.pop();
                    self.queue.pop_front();
                }
                b'/' => self.clear(),
                b'~' => self.pass(script::number(rest)),
                b'@' => {
                    self.now = self.session.poll_timeout().unwrap_or(self.now);
                    self.time();
                }
                b'p' => self.pong(),
                b'#' => self.buffer = script::number(rest).clamp(0, MAX_BUFFER) as usize,
                b'f' => self.format = RATES.get(script::number(rest) as usize).copied(),
                _ => self.time(),
            }
            self.assert_settled();
        }
        // However it went, the call can be ended, and time runs out.
        self.say(b"x1000");
        self.hear(Message::Close(Close::LOST));
        self.time();
        assert!(self.session.is_closed());
        assert_eq!(self.session.poll_timeout(), None, "a closed call waits for nothing");
    }

    /// What holds between any two steps.
    fn assert_settled(&self) {
        let session = &self.session;
        assert!(!(session.is_live() && session.is_closed()));
        if session.is_closed() {
            assert_eq!(session.poll_timeout(), None, "a closed call waits for nothing");
            let bye = E::says(Word::Hangup(Close::NORMAL)).expect("either end hangs up");
            assert_eq!(session.measure(self.now, bye), Err(SendError::Closed));
        }
        let _ = format!("{session:?}");

        assert_eq!(
            self.outbox.front().map(Owned::from),
            self.queue.front().map(|queued| queued.message.clone())
        );
        assert_eq!(self.outbox.is_empty(), self.queue.is_empty());
        assert_eq!(self.outbox.audio_bytes(), self.queued_audio());
    }

    fn hear(&mut self, message: Message<'_>) {
        let before = self.session.clone();
        let result = self.session.handle_message(self.now, message);
        self.assert_still(&before, |session, now| session.handle_message(now, message).is_ok());
        let heard = match result {
            Ok(heard) => heard,
            Err(error) => {
                let _ = error.to_string();
                assert_eq!(self.session, before, "law 2: {error} has changed something");
                return;
            }
        };
        self.latest = self.latest.max(self.now);
        let word = E::word(heard);
        let _ = E::log(heard);

        // Law 3: exactly one event, and what is passed over is counted.
        let (then, now) = (before.counters(), self.session.counters());
        let dropped = if let Word::Dropped(dropped) = word { Some(dropped.bytes) } else { None };
        assert_eq!(now.dropped - then.dropped, u32::from(dropped.is_some()));
        assert_eq!(now.dropped_bytes - then.dropped_bytes, dropped.unwrap_or(0) as u64);
        assert_eq!(now.other - then.other, u32::from(matches!(word, Word::Other(_))));
        match (message, word) {
            (Message::Close(close), _) => assert_eq!(word, Word::Hangup(close)),
            _ if before.is_closed() => assert_eq!(word, Word::Hangup(Close::BARE), "law 3: after the end"),
            // Law 4: the same pointer.
            (Message::Binary(bytes), Word::Audio(audio)) => {
                let raw = audio.as_raw().expect("binary audio is raw");
                assert_eq!((raw.as_ptr(), raw.len()), (bytes.as_ptr(), bytes.len()), "law 4");
            }
            (_, Word::Other(other)) => assert_eq!(other, message),
            _ => {}
        }
        assert_eq!(self.session.is_closed(), matches!(word, Word::Hangup(_)));
        if let Some(dialect) = before.dialect() {
            assert_eq!(self.session.dialect(), Some(dialect), "a dialect is told once");
        }

        // Law 1: one may speak while holding what was heard.
        if let Some(echo) = E::says(word) {
            let mut session = self.session.clone();
            assert_sent::<E>(&mut session, self.now, word, echo, MAX_BUFFER as usize);
            assert_eq!(E::word(heard), word);
        }
    }

    fn say(&mut self, line: &[u8]) {
        let Some((word, says)) = self.wish(line) else { return };
        let before = self.session.clone();
        let needed = before.measure(self.now, says);
        for len in [0, needed.unwrap_or(0).saturating_sub(1), needed.unwrap_or(0)] {
            assert_sent::<E>(&mut before.clone(), self.now, word, says, len);
        }
        let sent = assert_sent::<E>(&mut self.session, self.now, word, says, self.buffer);
        let len = self.buffer;
        self.assert_still(&before, |session, now| session.send(now, says, &mut vec![0; len]).is_ok());
        if sent {
            self.latest = self.latest.max(self.now);
            self.spoke(is_close(word));
        }
    }

    /// Nothing is said after a close.
    fn spoke(&mut self, close: bool) {
        assert!(!self.closing, "something was said after the close");
        self.closing = close;
    }

    fn wish<'l>(&self, line: &'l [u8]) -> Option<(Word<'l>, E::Says<'l>)> {
        const HEADERS: &[(&str, &str)] = &[("Tenant", "north"), ("token", "s\"\u{1}😀")];
        // Headers with a format, so that either can be had alone or together with the other.
        let headers = Headers::from(if self.format.is_some() { HEADERS } else { &[] });
        let word = Word::read(line, self.format, headers);
        Some((word, E::says(word)?))
    }

    fn pass(&mut self, micros: i128) {
        let now = i128::from(self.now.as_micros()).saturating_add(micros);
        self.now = Instant::from_micros(u64::try_from(now).unwrap_or(if now < 0 { 0 } else { u64::MAX }));
    }

    fn pong(&mut self) {
        let before = self.session.clone();
        self.session.handle_activity(self.now);
        self.assert_still(&before, |session, now| session.handle_activity(now));
        self.latest = self.latest.max(self.now);
    }

    /// Law 8: time never spins.
    fn time(&mut self) {
        // Three deadlines and a message owed are all that can be due at once.
        const ENOUGH: usize = 5;
        let mut expired = Vec::new();
        for _ in 0..ENOUGH {
            let before = self.session.clone();
            let waits = before.poll_timeout().is_none_or(|deadline| deadline > self.now.max(self.latest));
            if self.session.handle_timeout(self.now, &mut []).is_err() {
                assert_eq!(self.session, before, "law 2: no buffer, and something has changed");
            }
            self.session = before.clone();

            let mut buf = [0; 32];
            let due = self.session.handle_timeout(self.now, &mut buf);
            let due = due.unwrap_or_else(|error| panic!("32 bytes are enough: {error}"));
            assert_eq!(waits, due == Due::Nothing, "law 8: {due:?} {before:?}");
            match due {
                Due::Nothing => {
                    // Nothing but the time that the session has seen.
                    assert_eq!(self.session.poll_timeout(), before.poll_timeout());
                    assert_eq!(self.session.counters(), before.counters());
                    let next = self.session.poll_timeout();
                    assert!(next.is_none_or(|next| next > self.now), "law 8: {next:?} is not after now");
                    self.latest = self.latest.max(self.now);
                    return;
                }
                Due::Send(message) => {
                    assert!(message.len() <= 32);
                    self.spoke(matches!(message, Message::Close(_)));
                }
                Due::Expired(deadline) => {
                    assert!(!expired.contains(&deadline), "law 8: {deadline:?} twice");
                    assert_eq!(deadline == Deadline::Ending, self.session.is_closed());
                    expired.push(deadline);
                }
            }
            self.assert_still(&before, |session, now| session.handle_timeout(now, &mut [0; 32]).is_ok());
            self.latest = self.latest.max(self.now);
        }
        panic!("law 8: still something due after {ENOUGH} times");
    }

    /// A clock that went back stands still: what was done to `before` ends the same at the latest time seen.
    fn assert_still<T>(&self, before: &Session<E>, act: impl FnOnce(&mut Session<E>, Instant) -> T) {
        if self.now < self.latest {
            let mut still = before.clone();
            act(&mut still, self.latest);
            assert_eq!(still, self.session, "a clock that goes back stands still");
        }
    }
}
