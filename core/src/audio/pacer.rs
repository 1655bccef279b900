//! Audio sent at the pace of speech.

use core::time::Duration;

use crate::format::AudioFormat;
use crate::time::Instant;

/// Tells when each frame of an utterance is to be sent, so that the far end neither runs dry nor holds much that a
/// barge-in would have to clear.
///
/// The first frame begins the schedule, at the instant at which it is taken. A later one is *due* when what was taken
/// before it has been played: at `start + floor(samples before it × 10⁶ / rate)` µs, reckoned from the start each
/// time, so that nothing adds up over hours. It may be taken up to *ahead* before it is due. Hence what is sent and not
/// yet played is never more than *ahead* and one frame.
///
/// Whoever was late takes what was missed at once, as long as it was sent before it was due. A frame that comes after
/// that begins a new schedule, at once: the far end has run dry, and starts anew when audio comes. So no stall of ours,
/// however long, is followed by a burst of more than *ahead* and one frame, and what was missed is silence there. It
/// is the same with the first frame after a pause between utterances. *Ahead* is therefore also how late a timer may
/// ring without a gap.
///
/// ```
/// use core::time::Duration;
/// use voxwire::audio::Pacer;
/// use voxwire::{AudioFormat, Instant};
///
/// let format = AudioFormat::pcm16(8_000).unwrap();
/// let mut pacer = Pacer::new(format, Duration::from_millis(20));
/// let start = Instant::from_millis(500);
///
/// assert!(pacer.take(start, 160)); // 20 ms: the far end begins to play
/// assert!(pacer.take(start, 160)); // and has the next frame 20 ms ahead
/// assert!(!pacer.take(start, 160)); // but not one more
///
/// let next = pacer.poll_timeout().unwrap();
/// assert_eq!(next, start + Duration::from_millis(20));
/// assert!(pacer.take(next, 160));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacer {
    format: AudioFormat,
    /// Microseconds.
    ahead: u64,
    /// The latest time seen: a clock that goes back stands still.
    now: Instant,
    /// When the schedule began, if it has.
    start: Option<Instant>,
    /// Samples taken since.
    taken: u64,
}

impl Pacer {
    /// A proposal for how far ahead to be: three frames of 20 ms, for a timer or a network that is late (assumed).
    pub const AHEAD: Duration = Duration::from_millis(60);

    /// A pacer that lets a frame go up to `ahead` before it is due.
    pub const fn new(format: AudioFormat, ahead: Duration) -> Self {
        let ahead = Instant::ZERO.saturating_add(ahead).as_micros();
        Self { format, ahead, now: Instant::ZERO, start: None, taken: 0 }
    }

    /// Takes a frame of `samples` samples, of any length, if it may be sent now: then it is to be sent.
    #[must_use]
    pub fn take(&mut self, now: Instant, samples: u64) -> bool {
        let may = self.wait(now).is_none();
        if may {
            self.put(now, samples);
        }
        may
    }

    /// Until when a frame must wait, unless it may be sent now.
    pub(super) fn wait(&mut self, now: Instant) -> Option<Instant> {
        self.now = self.now.max(now);
        self.poll_timeout().filter(|may| self.now < *may)
    }

    /// A frame of `samples` samples has been sent.
    pub(super) fn put(&mut self, now: Instant, samples: u64) {
        self.now = self.now.max(now);
        match self.due() {
            Some(due) if self.now <= due => self.taken = self.taken.saturating_add(samples),
            _ => {
                self.start = Some(self.now);
                self.taken = samples;
            }
        }
    }

    /// When the next frame may be taken; `None` if it need not wait, for nothing was taken before it.
    ///
    /// Ask only while a frame waits to be sent: once it may be taken, the instant lies in the past until it is.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due().map(|due| due.minus_micros(self.ahead))
    }

    /// When the next frame is due: when the far end, as soon as sound can be there, runs dry. `None` if nothing was
    /// taken.
    pub fn due(&self) -> Option<Instant> {
        self.start.map(|start| start.plus_micros(self.format.micros_of(self.taken)))
    }

    /// The format that it reckons in.
    pub(super) const fn format(&self) -> AudioFormat {
        self.format
    }

    /// Forgets the schedule, as a barge-in does: the next frame may be taken at once and begins a new one.
    pub const fn clear(&mut self) {
        self.start = None;
        self.taken = 0;
    }
}
