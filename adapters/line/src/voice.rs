use core::fmt;
use core::time::Duration;

use voxwire::audio::{self, Float};
use voxwire::{AudioError, AudioFormat, Instant};

use crate::Turn;

/// A voice of any rate on a call: [`voxwire::audio::Voice`] on memory of its own, and how far it is in its utterance.
///
/// An utterance begins with the first `speak` and ends with `finish`. If a clear comes in between, be it between two `speak`,
/// the utterance ends there: the next `speak` or `finish` tells it, once, and the voice is ready for another.
///
/// ```
/// use voxwire::AudioFormat;
/// use voxwire_line::Voice;
///
/// let voice = Voice::new(24_000, AudioFormat::pcm16(8_000).unwrap())?;
/// assert_eq!((voice.rate(), voice.format().rate()), (24_000, 8_000));
/// # Ok::<(), voxwire::AudioError>(())
/// ```
pub struct Voice {
    pub(crate) speech: audio::Voice<Box<[u8]>, Float>,
    pub(crate) utterance: Turn,
    /// Until when it sleeps, if it waits for its time.
    pub(crate) asleep_until: Option<Instant>,
}

impl Voice {
    /// A voice of `rate` Hz for a call whose [`Start::said`](voxwire::Start::said) is `format`, in frames of 20 ms
    /// ([`AudioFormat::FRAME`]).
    ///
    /// # Errors
    /// [`AudioError::Rate`] where `rate` is 0 or too far from that of the call
    /// ([`Resampler::fixed`](audio::Resampler::fixed)).
    pub fn new(rate: u32, format: AudioFormat) -> Result<Self, AudioError> {
        Self::lasting(AudioFormat::FRAME, rate, format)
    }

    /// The same in frames that last `duration`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`AudioError::PartSample`] where `duration` is not a whole number of samples of
    /// `format`, or none.
    pub fn lasting(duration: Duration, rate: u32, format: AudioFormat) -> Result<Self, AudioError> {
        let memory = vec![0; format.bytes_in(duration).ok_or(AudioError::PartSample)?];
        let speech = audio::Voice::lasting(duration, rate, format, memory.into_boxed_slice())?;
        Ok(Self { speech, utterance: Turn::new(), asleep_until: None })
    }

    /// How long before it is due a frame may be sent, and so how late a timer may ring or a piece of speech may come
    /// without a gap. Default [`Pacer::AHEAD`](audio::Pacer::AHEAD).
    #[must_use]
    pub fn ahead(self, ahead: Duration) -> Self {
        Self { speech: self.speech.ahead(ahead), ..self }
    }

    /// Ends the utterance where it is, and forgets what is left of it. After a `clear` of one's own it spares the
    /// [`CallError::Cleared`](crate::CallError::Cleared) that would tell it.
    pub fn clear(&mut self) {
        self.speech.clear();
        self.utterance = Turn::new();
        self.asleep_until = None;
    }

    /// The rate of what is spoken, in Hz.
    pub const fn rate(&self) -> u32 {
        self.speech.rate()
    }

    /// The format of the call.
    pub const fn format(&self) -> AudioFormat {
        self.speech.format()
    }

    /// For adapters: when a [`Line::poll_speak`](crate::Line::poll_speak) that is pending must be called again, whatever
    /// else happens; `None` if it waits for the stream alone.
    pub const fn sleep_until(&self) -> Option<Instant> {
        self.asleep_until
    }
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.speech.fmt(f)
    }
}
