//! What the far end has heard, in memory that a call takes when it first speaks.

use core::time::Duration;

use voxwire::audio::{Estimate, Playback, Stopped};
use voxwire::{AudioFormat, Command, Dialect, Event, Heard, Instant, Message};

use crate::CallConfig;

/// The far end, as an application's line knows it; a platform's knows nothing.
///
/// It is the core's [`FarEnd`](voxwire::FarEnd) for one who knows how much audio he says: that one reads it out of each
/// message, which of a message of base64 is half of what it takes to hear it.
pub(crate) struct FarEnd {
    /// How the call is spoken, once it is known.
    speaks: Option<(Dialect, AudioFormat)>,
    /// Made with the first audio: most calls that are silent have never spoken.
    ear: Option<Box<Ear>>,
    delay: [Duration; 2],
    jitter: Duration,
}

struct Ear {
    playback: Playback,
    /// Whether it has the first byte of a sample and not the second.
    has_half: bool,
    /// Where the clear that was awaited stopped speech, once it is on the socket.
    stopped: Option<Stopped>,
}

impl FarEnd {
    pub(crate) const fn new(config: &CallConfig) -> Self {
        Self { speaks: None, ear: None, delay: config.delay, jitter: config.jitter }
    }

    /// Takes note of what the far end says.
    pub(crate) fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.speaks = dialect.zip(start.said),
            Event::Mark(mark) => {
                if let Some(ear) = &mut self.ear {
                    ear.playback.handle_mark(now, mark.name);
                }
            }
            _ => {}
        }
    }

    /// Takes note of so many bytes of audio that have been put on the socket.
    pub(crate) fn put_audio(&mut self, now: Instant, bytes: usize) {
        let Some((dialect, format)) = self.speaks else { return };
        let ear = self.ear.get_or_insert_with(|| {
            let [least, most] = self.delay;
            let playback = Playback::new(format).buffer(dialect.playback_buffer());
            let playback = playback.delay(least, most).jitter(self.jitter);
            Box::new(Ear { playback, has_half: false, stopped: None })
        });
        let bytes = bytes.saturating_add(usize::from(ear.has_half));
        ear.has_half = !bytes.is_multiple_of(AudioFormat::SAMPLE_BYTES);
        ear.playback.push(now, (bytes / AudioFormat::SAMPLE_BYTES) as u64);
    }

    /// Takes note of a message that has been put on the socket.
    pub(crate) fn put(&mut self, now: impl FnOnce() -> Instant, message: Message<'_>) {
        let Some((dialect, _)) = self.speaks else { return };
        match (dialect.decode_command(message), &mut self.ear) {
            (Ok(Command::Audio(audio)), _) => self.put_audio(now(), audio.len()),
            (Ok(Command::Mark(mark)), Some(ear)) => {
                ear.playback.mark(now(), mark.name);
            }
            (Ok(Command::Clear), Some(ear)) => {
                ear.has_half = false;
                ear.stopped = Some(ear.playback.clear(now()));
            }
            _ => {}
        }
    }

    /// A clear is about to be said.
    pub(crate) fn await_clear(&mut self) {
        if let Some(ear) = &mut self.ear {
            ear.stopped = None;
        }
    }

    /// Where that clear stops speech. While it still waits for the socket, nobody knows how much is heard until then: all
    /// of it, perhaps.
    pub(crate) fn stops(&self, now: Instant) -> Option<Stopped> {
        const END: Instant = Instant::from_micros(u64::MAX);
        let playback = self.playback()?;
        let stopped = self.ear.as_ref()?.stopped;
        Some(stopped.unwrap_or_else(|| {
            let at = Estimate { lower: playback.position(now).lower, upper: playback.sent() };
            let heard = Estimate { lower: playback.heard(now).lower, upper: playback.heard(END).upper };
            Stopped { at, unheard: Estimate { lower: 0, upper: at.width() }, heard }
        }))
    }

    pub(crate) fn heard(&self, now: Instant) -> Option<Heard> {
        let playback = self.playback()?;
        let runs_dry = playback.runs_dry(now);
        Some(Heard {
            sent: playback.sent(),
            heard: playback.heard(now),
            queued: playback.queued(now),
            runs_dry: runs_dry
                .map(|dry| Estimate { lower: dry.lower.since(now), upper: dry.upper.since(now) }),
        })
    }

    /// What is played, once a sample was sent.
    fn playback(&self) -> Option<&Playback> {
        self.ear.as_ref().map(|ear| &ear.playback).filter(|playback| playback.sent() > 0)
    }
}
