//! What the far end has heard of what was put on the socket.

use core::time::Duration;

use crate::audio::{Estimate, Playback, Stopped};
use crate::command::Command;
use crate::dialect::Dialect;
use crate::event::Event;
use crate::format::AudioFormat;
use crate::message::Message;
use crate::time::Instant;

/// The far end of an application's call: reads each message that is put on the socket as the platform does, and so knows
/// what the caller has heard.
///
/// It is a [`Playback`] for those who hand over messages: of a socket that has been given a message, nobody need remember
/// what was in it. Tell it all that is put on the socket, once a clear can no longer take it back, and all that is heard.
/// Samples are those of the call's format, counted from its beginning.
///
/// ```
/// # #[cfg(feature = "sinch")] {
/// use core::time::Duration;
/// use voxwire::audio::Estimate;
/// use voxwire::{AudioFormat, Dialect, Event, FarEnd, Instant, Message, Start};
///
/// let ms = Instant::from_millis;
/// let mut far_end = FarEnd::new()
///     .delay(Duration::from_millis(20), Duration::from_millis(20))
///     .jitter(Duration::ZERO);
/// let start = Start::new("c1").with_format(AudioFormat::pcm16(16_000).unwrap());
/// far_end.hear(ms(0), Some(Dialect::Sinch), &Event::Start(start));
///
/// far_end.put(ms(0), Message::Binary(&[0; 32_000])); // a second of audio
/// let heard = far_end.heard(ms(520)).unwrap();
/// assert_eq!((heard.sent, heard.heard), (16_000, Estimate { lower: 7_998, upper: 8_001 }));
///
/// // Barge-in.
/// far_end.await_clear();
/// far_end.put(ms(520), Message::Text(r#"{"command":"clear"}"#));
/// let stopped = far_end.stops(ms(520)).unwrap();
/// assert_eq!(stopped.at, Estimate { lower: 8_318, upper: 8_321 }); // it takes its 20 ms too
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FarEnd {
    /// What it plays, and how it is spoken to, once that is known.
    plays: Option<(Dialect, Playback)>,
    delay: [Duration; 2],
    jitter: Duration,
    /// Whether it has the first byte of a sample and not the second.
    has_half: bool,
    /// Where the clear that was awaited stopped speech, once it is on the socket.
    stopped: Option<Stopped>,
}

/// What the far end has heard of a call by now: an estimate, as [`Playback`] tells. Samples are those of the call's format,
/// counted from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Samples put on the socket.
    pub sent: u64,
    /// Samples heard.
    pub heard: Estimate,
    /// Samples still to be heard, on the way or queued there.
    pub queued: Estimate,
    /// How long from now the last of them will have been heard, if no more are sent; `None` if it has been.
    pub runs_dry: Option<Estimate<Duration>>,
}

impl FarEnd {
    /// The far end of a call that has not begun, with a way of [`Playback::DELAY`] and [`Playback::JITTER`].
    pub const fn new() -> Self {
        Self { plays: None, delay: Playback::DELAY, jitter: Playback::JITTER, has_half: false, stopped: None }
    }

    /// How long, at least and at most, the way there takes without jitter, until sound is heard ([`Playback::delay`]).
    /// It holds from the next call on.
    #[must_use]
    pub fn delay(self, least: Duration, most: Duration) -> Self {
        Self { delay: [least, most], ..self }
    }

    /// How much longer than that one message may take than another ([`Playback::jitter`]). It holds from the next call on.
    #[must_use]
    pub fn jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// A call begins, in which audio of `format` is said. Whatever was known of one before is forgotten.
    pub fn begin(&mut self, dialect: Dialect, format: AudioFormat) {
        let [least, most] = self.delay;
        let playback = Playback::new(format).buffer(dialect.playback_buffer());
        self.plays = Some((dialect, playback.delay(least, most).jitter(self.jitter)));
        (self.has_half, self.stopped) = (false, None);
    }

    /// Takes note of what the platform says, `dialect` being what is then known to be spoken
    /// ([`Session::dialect`](crate::Session::dialect)). The call [begins](Self::begin) with its start, if that tells the
    /// format ([`Start::said`](crate::Start::said)).
    pub fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>) {
        match event {
            Event::Start(start) => {
                if let Some((dialect, format)) = dialect.zip(start.said) {
                    self.begin(dialect, format);
                }
            }
            Event::Mark(mark) => {
                if let Some((_, playback)) = &mut self.plays {
                    playback.handle_mark(now, mark.name);
                }
            }
            _ => {}
        }
    }

    /// Takes note of what has been put on the socket.
    pub fn put(&mut self, now: Instant, message: Message<'_>) {
        let Some((dialect, playback)) = &mut self.plays else { return };
        match dialect.decode_command(message) {
            Ok(Command::Audio(audio)) => self.put_audio(now, audio.len()),
            Ok(Command::Mark(mark)) => {
                playback.mark(now, mark.name);
            }
            Ok(Command::Clear) => {
                self.has_half = false;
                self.stopped = Some(playback.clear(now));
            }
            _ => {}
        }
    }

    /// Takes note of a message of audio, so many bytes of it once decoded, for those who know: [`put`](Self::put) reads
    /// each message, which is half of what it takes to hear one of base64.
    pub fn put_audio(&mut self, now: Instant, bytes: usize) {
        let Some((_, playback)) = &mut self.plays else { return };
        let bytes = bytes.saturating_add(usize::from(self.has_half));
        self.has_half = !bytes.is_multiple_of(AudioFormat::SAMPLE_BYTES);
        playback.push(now, (bytes / AudioFormat::SAMPLE_BYTES) as u64);
    }

    /// A clear is about to be said, of which [`stops`](Self::stops) is to tell.
    pub const fn await_clear(&mut self) {
        self.stopped = None;
    }

    /// Where that clear stops speech. While it still waits for the socket, nobody knows how much is heard until then: all
    /// of it, perhaps. `None` if there was no audio, or the call has not [begun](Self::begin).
    pub fn stops(&self, now: Instant) -> Option<Stopped> {
        const END: Instant = Instant::from_micros(u64::MAX);
        let playback = self.playback()?;
        if self.stopped.is_some() {
            return self.stopped;
        }
        let at = Estimate { lower: playback.position(now).lower, upper: playback.sent() };
        let heard = Estimate { lower: playback.heard(now).lower, upper: playback.heard(END).upper };
        Some(Stopped { at, unheard: Estimate { lower: 0, upper: at.width() }, heard })
    }

    /// What has been heard by now. `None` if there was no audio, or the call has not [begun](Self::begin).
    pub fn heard(&self, now: Instant) -> Option<Heard> {
        let playback = self.playback()?;
        let runs_dry = playback
            .runs_dry(now)
            .map(|dry| Estimate { lower: dry.lower.since(now), upper: dry.upper.since(now) });
        Some(Heard {
            sent: playback.sent(),
            heard: playback.heard(now),
            queued: playback.queued(now),
            runs_dry,
        })
    }

    /// What is played, once a sample was sent.
    fn playback(&self) -> Option<&Playback> {
        let (_, playback) = self.plays.as_ref()?;
        (playback.sent() > 0).then_some(playback)
    }
}

impl Default for FarEnd {
    fn default() -> Self {
        Self::new()
    }
}
