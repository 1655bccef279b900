//! What the caller has heard, as the application can know it: what `voxwire_tokio` tells with a clear, but on the clock
//! of the command, which may run faster than the adapter's.

use core::mem;
use core::time::Duration;
use std::collections::VecDeque;

use voxwire::audio::{Playback, Stopped};
use voxwire::{AudioFormat, Dialect, Instant, Mark};

use crate::agent::{JITTER, WAY};
use crate::clock::Clock;

/// Tells the kit what is put on the socket, which is less than what is said while something is queued.
pub(super) struct FarEnd {
    playback: Playback,
    /// What was said and may still be queued.
    waiting: VecDeque<Waiting>,
    /// Bytes put on the socket so far.
    bytes: u64,
}

struct Waiting {
    /// Just before it was said: it cannot have been on the way any earlier.
    since: Instant,
    what: What,
}

enum What {
    /// So many bytes.
    Audio(u64),
    Mark(String),
}

impl FarEnd {
    pub(super) fn new(format: AudioFormat, dialect: Option<Dialect>, clock: Clock) -> Self {
        let playback = Playback::new(format)
            .buffer(dialect.and_then(Dialect::playback_buffer))
            .delay(Duration::ZERO, clock.reckon(WAY))
            .jitter(clock.reckon(JITTER));
        Self { playback, waiting: VecDeque::new(), bytes: 0 }
    }

    /// Audio was said.
    pub(super) fn audio(&mut self, since: Duration, bytes: usize) {
        self.waiting.push_back(Waiting { since: instant(since), what: What::Audio(bytes as u64) });
    }

    /// A mark was said.
    pub(super) fn mark(&mut self, since: Duration, mark: Mark<'_>) {
        self.waiting.push_back(Waiting { since: instant(since), what: What::Mark(mark.name.to_string()) });
    }

    /// Whether anything said may still be queued.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Everything said is on the socket.
    pub(super) fn flushed(&mut self) {
        for Waiting { since, what } in mem::take(&mut self.waiting) {
            match what {
                What::Audio(bytes) => self.put(since, bytes),
                What::Mark(name) => {
                    self.playback.mark(since, name.as_str().into());
                }
            }
        }
    }

    /// A mark has come back.
    pub(super) fn came_back(&mut self, now: Duration, mark: Mark<'_>) {
        self.playback.handle_mark(instant(now), mark.name);
    }

    /// A clear was said that took back so many bytes of what was queued.
    pub(super) fn clear(&mut self, since: Duration, taken_back: usize) -> Stopped {
        let mut taken_back = taken_back as u64;
        for waiting in self.waiting.iter_mut().rev() {
            if let What::Audio(bytes) = &mut waiting.what {
                let taken = taken_back.min(*bytes);
                *bytes -= taken;
                taken_back -= taken;
            }
        }
        self.flushed();
        self.playback.clear(instant(since))
    }

    /// Half a sample waits for its other half.
    fn put(&mut self, since: Instant, bytes: u64) {
        self.bytes += bytes;
        let samples = self.bytes / AudioFormat::SAMPLE_BYTES as u64;
        self.playback.push(since, samples - self.playback.sent());
    }
}

/// A moment of the call's clock.
fn instant(at: Duration) -> Instant {
    Instant::ZERO + at
}

#[cfg(test)]
mod tests {
    use voxwire::audio::Estimate;

    use super::*;

    #[test]
    fn only_what_is_on_the_socket_counts() {
        let ms = Duration::from_millis;
        let format = AudioFormat::pcm16(8_000).unwrap();
        let mut far_end = FarEnd::new(format, Some(Dialect::Sinch), Clock::start(false));
        far_end.audio(ms(0), 16_000);
        far_end.flushed();
        far_end.audio(ms(10), 8_000);
        far_end.audio(ms(20), 8_000);
        far_end.mark(ms(20), Mark::new("end"));
        let stopped = far_end.clear(ms(500), 12_000);
        // A second, and a quarter of it that was not taken back, of which half a second may have been heard.
        assert_eq!((far_end.bytes, far_end.playback.sent()), (20_000, 10_000));
        let within = |estimate: Estimate, figure| (estimate.lower..=estimate.upper).contains(&figure);
        assert!(within(stopped.at, 4_000) && within(stopped.unheard, 6_000), "{stopped:?}");
        assert!(stopped.at.width() <= 2 * 8 * 31, "{stopped:?}");
    }

    #[test]
    fn where_time_passes_faster_the_way_is_longer() {
        let width = |fast| {
            let format = AudioFormat::pcm16(8_000).unwrap();
            let mut far_end = FarEnd::new(format, Some(Dialect::Wavix), Clock::start(fast));
            far_end.audio(Duration::ZERO, 160_000);
            far_end.clear(Duration::from_secs(5), 0).at.width()
        };
        assert!(width(true) > 9 * width(false));
    }
}
