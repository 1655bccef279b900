use core::fmt;
use core::time::Duration;

use voxwire::audio::{self, Fixed};
use voxwire::{AudioError, AudioFormat};

use super::state::Turn;

/// A voice of any rate on a call: [`voxwire::audio::Voice`] in fixed point on the caller's memory, and how far it is in its
/// utterance.
///
/// An utterance begins with the first `speak` and ends with `finish`. If a clear comes in between, be it between two `speak`,
/// the utterance ends there: the next `speak` or `finish` tells it, once, and the voice is ready for another.
///
/// ```
/// use voxwire::AudioFormat;
/// use voxwire_embassy::Voice;
///
/// let mut memory = [0; 640];
/// let voice = Voice::new(8_000, AudioFormat::pcm16(16_000).unwrap(), &mut memory)?;
/// assert_eq!((voice.rate(), voice.format().rate()), (8_000, 16_000));
/// # Ok::<(), voxwire::AudioError>(())
/// ```
pub struct Voice<'m> {
    pub(super) speech: audio::Voice<&'m mut [u8], Fixed>,
    pub(super) utterance: Turn,
}

impl<'m> Voice<'m> {
    /// A voice of `rate` Hz for a call whose [`Start::said`](voxwire::Start::said) is `format`, in frames of 20 ms
    /// ([`AudioFormat::FRAME`]) on the start of `memory`.
    ///
    /// # Errors
    /// [`AudioError::Rate`] where `rate` is 0 or too far from that of the call
    /// ([`Resampler::fixed`](audio::Resampler::fixed)); [`AudioError::BufferTooSmall`] where `memory` is shorter than a
    /// frame.
    pub fn new(rate: u32, format: AudioFormat, memory: &'m mut [u8]) -> Result<Self, AudioError> {
        Self::lasting(AudioFormat::FRAME, rate, format, memory)
    }

    /// The same in frames that last `duration`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and [`AudioError::PartSample`] where `duration` is not a whole number of samples of
    /// `format`, or none.
    pub fn lasting(
        duration: Duration,
        rate: u32,
        format: AudioFormat,
        memory: &'m mut [u8],
    ) -> Result<Self, AudioError> {
        let speech = audio::Voice::lasting(duration, rate, format, memory)?;
        Ok(Self { speech, utterance: Turn::default() })
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
        self.utterance = Turn::default();
    }

    /// The rate of what is spoken, in Hz.
    pub const fn rate(&self) -> u32 {
        self.speech.rate()
    }

    /// The format of the call.
    pub const fn format(&self) -> AudioFormat {
        self.speech.format()
    }
}

impl fmt::Debug for Voice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.speech.fmt(f)
    }
}
