//! Speech of any rate, as frames of the call, at the pace of speech.

use core::fmt;
use core::time::Duration;

use super::{Arithmetic, Pacer, PcmResampler, Resampler};
use crate::error::AudioError;
use crate::format::AudioFormat;
use crate::framer::Framer;
use crate::time::Instant;

/// A voice on a call: PCM16 in little-endian order, of any rate and in pieces of any length, goes in; whole frames of the
/// call's format come out, each when it may be sent.
///
/// It is a [`PcmResampler`], a [`Framer`] and a [`Pacer`] on one frame of memory, lent or owned. It holds no more than that
/// frame and what the resampler looks ahead: whoever speaks keeps the rest until its time comes, so that a barge-in finds
/// nothing to take back.
///
/// [`poll`](Self::poll) gives a frame, again and again until it is [`sent`](Self::sent): a caller that gives up in between
/// loses nothing. [`finish`](Self::finish) ends an utterance, after which the next begins.
///
/// ```
/// use voxwire::audio::{Float, Speech, Voice};
/// use voxwire::{AudioFormat, Instant};
///
/// const FORMAT: AudioFormat = AudioFormat::pcm16(16_000).unwrap();
/// let mut voice = Voice::<_, Float>::new(24_000, FORMAT, [0; FORMAT.frame_bytes()])?;
/// let mut now = Instant::ZERO;
/// let mut frames = 0;
///
/// // A second of synthesized speech, in one piece that ends in mid-sample.
/// let synthesized = [0; 47_999];
/// let mut pcm = &synthesized[..];
/// loop {
///     match voice.poll(now, &mut pcm) {
///         Speech::Frame(frame) => {
///             assert_eq!(frame.len(), 640); // to be put on the socket
///             voice.sent(now);
///             frames += 1;
///         }
///         Speech::Wait(until) => now = until, // a timer, at home
///         Speech::Spent => break,
///     }
/// }
/// assert!(pcm.is_empty());
///
/// // The end of the utterance: what the resampler still holds, and silence up to a whole frame.
/// loop {
///     match voice.finish(now) {
///         Speech::Frame(_) => {
///             voice.sent(now);
///             frames += 1;
///         }
///         Speech::Wait(until) => now = until,
///         Speech::Spent => break,
///     }
/// }
/// assert_eq!(frames, 50);
/// assert_eq!(now, Instant::from_millis(920)); // when the last could be sent, 60 ms before it is due
/// # Ok::<(), voxwire::AudioError>(())
/// ```
pub struct Voice<B, A: Arithmetic> {
    resampler: PcmResampler<A>,
    framer: Framer<B>,
    pacer: Pacer,
    /// Whether what the framer holds has been given to be sent.
    is_given: bool,
}

/// What a [`Voice`] has to say now.
#[derive(Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Speech<'v> {
    /// A frame, to be sent now. It is given again until it was [`sent`](Voice::sent).
    Frame(&'v [u8]),
    /// A frame that may not be sent before then.
    Wait(Instant),
    /// Nothing: the input has been used up.
    Spent,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>, A: Arithmetic> Voice<B, A> {
    /// A voice of `rate` Hz, for a call of `format`, in frames of 20 ms ([`AudioFormat::FRAME`]) on the start of `memory`.
    ///
    /// # Errors
    /// [`AudioError::Rate`] where `rate` is 0 or too far from that of the call ([`Resampler::fixed`]);
    /// [`AudioError::BufferTooSmall`] where `memory` is shorter than a frame.
    pub fn new(rate: u32, format: AudioFormat, memory: B) -> Result<Self, AudioError> {
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
        memory: B,
    ) -> Result<Self, AudioError> {
        let resampler = Resampler::new(rate, format.rate()).ok_or(AudioError::Rate { rate })?;
        Ok(Self {
            resampler: PcmResampler::new(resampler),
            framer: Framer::lasting(duration, format, memory)?,
            pacer: Pacer::new(format, Pacer::AHEAD),
            is_given: false,
        })
    }

    /// How long before it is due a frame may be sent. Default [`Pacer::AHEAD`].
    #[must_use]
    pub fn ahead(self, ahead: Duration) -> Self {
        Self { pacer: Pacer::new(self.pacer.format(), ahead), ..self }
    }

    /// What is to be sent next, of what came before and of `pcm`, which moves on past what was taken. No more is taken
    /// than a frame needs.
    pub fn poll(&mut self, now: Instant, pcm: &mut &[u8]) -> Speech<'_> {
        if !self.framer.is_whole() {
            let made = self.resampler.next(pcm, self.framer.room());
            self.framer.fill(made);
        }
        self.give(now, self.framer.is_whole())
    }

    /// What is to be sent next at the end of an utterance, the last frame filled up with silence. When it is
    /// [`Speech::Spent`], all has been sent, and another utterance may begin. Half a sample at the end is dropped.
    pub fn finish(&mut self, now: Instant) -> Speech<'_> {
        self.flush();
        self.framer.pad(0);
        self.give(now, self.framer.is_whole())
    }

    /// The same where a short last frame is welcome: that one is as long as what is left.
    pub fn finish_short(&mut self, now: Instant) -> Speech<'_> {
        self.flush();
        self.give(now, !self.framer.remainder().is_empty())
    }

    /// The frame that was given has been sent: the next may be asked for.
    pub fn sent(&mut self, now: Instant) {
        if core::mem::take(&mut self.is_given) {
            let samples = self.framer.remainder().len() / AudioFormat::SAMPLE_BYTES;
            self.pacer.put(now, samples as u64);
            self.framer.clear();
        }
    }

    /// Forgets what it holds and the schedule, as a barge-in does: a new utterance may begin at once.
    pub fn clear(&mut self) {
        self.resampler.clear();
        self.framer.clear();
        self.pacer.clear();
        self.is_given = false;
    }

    /// The rate of what goes in, in Hz.
    pub const fn rate(&self) -> u32 {
        self.resampler.resampler().input_rate()
    }

    /// The format of what comes out.
    pub const fn format(&self) -> AudioFormat {
        self.pacer.format()
    }

    /// The resampler's last samples, as far as there is room for them.
    fn flush(&mut self) {
        if !self.framer.is_whole() {
            let made = self.resampler.finish(self.framer.room());
            self.framer.fill(made);
        }
    }

    /// What the framer holds, when it may be sent, if it is to be.
    fn give(&mut self, now: Instant, is_frame: bool) -> Speech<'_> {
        self.is_given = false;
        if !is_frame {
            return Speech::Spent;
        }
        if let Some(until) = self.pacer.wait(now) {
            return Speech::Wait(until);
        }
        self.is_given = true;
        Speech::Frame(self.framer.remainder())
    }
}

/// None of what it holds: debug output ends in logs.
impl<B: AsRef<[u8]> + AsMut<[u8]>, A: Arithmetic> fmt::Debug for Voice<B, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Voice")
            .field("rate", &self.rate())
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}

/// The length of a frame only, for the same reason.
impl fmt::Debug for Speech<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
            Self::Wait(until) => f.debug_tuple("Wait").field(until).finish(),
            Self::Spent => f.write_str("Spent"),
        }
    }
}
