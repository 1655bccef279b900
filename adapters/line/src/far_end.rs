//! What the far end has heard, in memory that a call takes when it first speaks.

use core::time::Duration;

use voxwire::audio::Stopped;
use voxwire::{AudioFormat, Command, Dialect, Event, Heard, Instant, Message};

use crate::CallConfig;

/// The far end, as an application's line knows it; a platform's knows nothing.
pub(crate) struct FarEnd {
    /// How the call is spoken, once it is known.
    speaks: Option<(Dialect, AudioFormat)>,
    /// Made with the first audio: most calls that are silent have never spoken.
    ear: Option<Box<voxwire::FarEnd>>,
    delay: [Duration; 2],
    jitter: Duration,
}

impl FarEnd {
    pub(crate) const fn new(config: &CallConfig) -> Self {
        Self { speaks: None, ear: None, delay: config.delay, jitter: config.jitter }
    }

    /// Takes note of what the far end says.
    pub(crate) fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>) {
        if let Event::Start(start) = event {
            self.speaks = dialect.zip(start.said);
        } else if let Some(ear) = &mut self.ear {
            ear.hear(now, dialect, event);
        }
    }

    /// Takes note of so many bytes of audio that have been put on the socket.
    pub(crate) fn put_audio(&mut self, now: Instant, bytes: usize) {
        let Some((dialect, format)) = self.speaks else { return };
        let ear = self.ear.get_or_insert_with(|| {
            let [least, most] = self.delay;
            let mut ear = Box::new(voxwire::FarEnd::new().delay(least, most).jitter(self.jitter));
            ear.begin(dialect, format);
            ear
        });
        ear.put_audio(now, bytes);
    }

    /// Takes note of a message that has been put on the socket.
    pub(crate) fn put(&mut self, now: impl FnOnce() -> Instant, message: Message<'_>) {
        let Some((dialect, _)) = self.speaks else { return };
        match (dialect.decode_command(message), &mut self.ear) {
            (Ok(Command::Audio(audio)), _) => self.put_audio(now(), audio.len()),
            (Ok(Command::Mark(_) | Command::Clear), Some(ear)) => ear.put(now(), message),
            _ => {}
        }
    }

    /// A clear is about to be said.
    pub(crate) fn await_clear(&mut self) {
        if let Some(ear) = &mut self.ear {
            ear.await_clear();
        }
    }

    /// Where that clear stops speech, as [`voxwire::FarEnd::stops`] tells.
    pub(crate) fn stops(&self, now: Instant) -> Option<Stopped> {
        self.ear.as_ref()?.stops(now)
    }

    /// What has been heard, as [`voxwire::FarEnd::heard`] tells.
    pub(crate) fn heard(&self, now: Instant) -> Option<Heard> {
        self.ear.as_ref()?.heard(now)
    }
}
