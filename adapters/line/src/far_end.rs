//! What the far end has heard of what was put on the socket.

use core::time::Duration;

use voxwire::audio::{Estimate, Playback, Stopped};
use voxwire::{AudioFormat, Command, Dialect, Event, Instant, Message};

use crate::CallConfig;

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

/// The far end's ear, as an application's line knows it; a platform's knows nothing.
pub(crate) struct FarEnd {
    /// How the call is spoken, once it is known.
    speaks: Option<(Dialect, AudioFormat)>,
    /// Made with the first audio: most calls that are silent have never spoken.
    playback: Option<Box<Playback>>,
    delay: [Duration; 2],
    jitter: Duration,
    /// Whether it has the first byte of a sample and not the second.
    has_half: bool,
    /// Where the clear stopped speech that was made last, once it is on the socket.
    stopped: Option<Stopped>,
}

impl FarEnd {
    pub(crate) const fn new(config: &CallConfig) -> Self {
        Self {
            speaks: None,
            playback: None,
            delay: config.delay,
            jitter: config.jitter,
            has_half: false,
            stopped: None,
        }
    }

    /// Takes note of what the far end says.
    pub(crate) fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.speaks = dialect.zip(start.said),
            Event::Mark(mark) => {
                if let Some(playback) = &mut self.playback {
                    playback.handle_mark(now, mark.name);
                }
            }
            _ => {}
        }
    }

    /// Takes note of what has been put on the socket, reading it as the far end does.
    pub(crate) fn put(&mut self, now: impl FnOnce() -> Instant, message: Message<'_>) {
        let Some((dialect, format)) = self.speaks else { return };
        match dialect.decode_command(message) {
            Ok(Command::Audio(audio)) => {
                let bytes = audio.len() + usize::from(self.has_half);
                self.has_half = !bytes.is_multiple_of(AudioFormat::SAMPLE_BYTES);
                let playback = self.playback.get_or_insert_with(|| {
                    let [least, most] = self.delay;
                    let playback = Playback::new(format).buffer(dialect.playback_buffer());
                    Box::new(playback.delay(least, most).jitter(self.jitter))
                });
                playback.push(now(), (bytes / AudioFormat::SAMPLE_BYTES) as u64);
            }
            Ok(Command::Mark(mark)) => {
                if let Some(playback) = &mut self.playback {
                    playback.mark(now(), mark.name);
                }
            }
            Ok(Command::Clear) => {
                self.has_half = false;
                self.stopped = self.playback.as_mut().map(|playback| playback.clear(now()));
            }
            _ => {}
        }
    }

    /// A clear is about to be said.
    pub(crate) const fn await_clear(&mut self) {
        self.stopped = None;
    }

    /// Where that clear stops speech. While it still waits for the socket, nobody knows how much is heard until then: all
    /// of it, perhaps.
    pub(crate) fn stops(&self, now: Instant) -> Option<Stopped> {
        const END: Instant = Instant::from_micros(u64::MAX);
        if self.stopped.is_some() {
            return self.stopped;
        }
        let playback = self.playback.as_ref()?;
        let at = Estimate { lower: playback.position(now).lower, upper: playback.sent() };
        let heard = Estimate { lower: playback.heard(now).lower, upper: playback.heard(END).upper };
        Some(Stopped { at, unheard: Estimate { lower: 0, upper: at.width() }, heard })
    }

    pub(crate) fn heard(&self, now: Instant) -> Option<Heard> {
        let playback = self.playback.as_ref()?;
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
}
