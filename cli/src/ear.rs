//! The ear of a simulated platform: what a caller at the far end of the line hears, and when.
//!
//! A platform plays what an application sends at the pace of speech, however fast it came. Here is its playback
//! buffer without sound card or clock: every method is told the time since the call began, plays what was due by then,
//! and answers. A clock that goes back counts as one that stands still.
//!
//! Audio is a stream of little-endian 16-bit samples, cut into messages anywhere. A sample is played once both its
//! bytes have come and its time has passed, never half of it.

use core::mem;
use core::ops::Range;
use core::time::Duration;
use std::collections::VecDeque;

use serde::Serialize;

/// The most spurts remembered between two calls of [`Ear::take_spurts`]; what comes after lengthens the last.
pub(crate) const MAX_SPURTS: usize = 16_384;

/// The most marks that wait to be given back; more are forgotten, as audio is.
pub(crate) const MAX_MARKS: usize = 16_384;

/// A playback buffer in simulated time.
pub(crate) struct Ear {
    /// Bytes played in a second of the owner's clock.
    rate: u64,
    capacity: usize,
    now: Duration,
    /// Received and not yet played; always begins with a whole sample, may end with half of one.
    queue: VecDeque<u8>,
    /// Marks not yet given back, with the position they stand at; positions never fall.
    marks: VecDeque<(u64, String)>,
    /// The spurt being played, until it runs dry.
    playing: Option<Playing>,
    heard: Vec<u8>,
    spurts: Vec<Spurt>,
    counters: Counters,
}

impl Ear {
    /// An ear that plays `bytes_per_second` and holds `capacity` bytes, beyond which it forgets the oldest.
    ///
    /// A rate or a capacity too small to play a sample counts as the least that can.
    pub(crate) fn new(bytes_per_second: u64, capacity: usize) -> Self {
        Self {
            rate: bytes_per_second.max(1),
            capacity: capacity.max(2),
            now: Duration::ZERO,
            queue: VecDeque::new(),
            marks: VecDeque::new(),
            playing: None,
            heard: Vec::new(),
            spurts: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// Takes in audio, and reports what had to be forgotten for it.
    ///
    /// What comes less than a sample after the rest was played carries its spurt on; later than that it begins a new
    /// one, now.
    pub(crate) fn push(&mut self, now: Duration, audio: &[u8]) -> Option<Dropped> {
        self.advance(now);
        let at = self.position();

        // Whole samples only, lest everything after be noise.
        let excess = (self.queue.len() + audio.len()).saturating_sub(self.capacity).next_multiple_of(2);
        let oldest = excess.min(self.queue.len());
        self.queue.drain(..oldest);
        self.queue.extend(audio.get(excess - oldest..).unwrap_or_default());
        self.counters.pushed += audio.len() as u64;
        self.counters.dropped += excess as u64;

        if self.playing.is_none() && self.playable() > 0 {
            self.playing = Some(Playing { since: self.now, played: 0, noted: false });
        }
        (excess > 0).then_some(Dropped { at, bytes: excess as u64 })
    }

    /// Queues a mark behind the audio received so far: due at once when none of it is left to play.
    ///
    /// Half a sample at the end is not waited for. Marks whose audio is forgotten count as played. Beyond
    /// [`MAX_MARKS`] it is forgotten itself.
    pub(crate) fn mark(&mut self, now: Duration, name: String) {
        self.advance(now);
        if self.marks.len() == MAX_MARKS {
            self.counters.dropped_marks += 1;
            return;
        }
        self.marks.push_back((self.position() + self.playable() as u64, name));
    }

    /// Stops playing and empties the queue; the marks that stood behind it are due now.
    ///
    /// What comes next begins with a new sample.
    pub(crate) fn clear(&mut self, now: Duration) -> Cleared {
        self.advance(now);
        let at = self.position();
        for (mark, _) in &mut self.marks {
            *mark = at.min(*mark);
        }
        let audio = Vec::from(mem::take(&mut self.queue));
        let bytes = audio.len() as u64;
        self.counters.cleared += bytes;
        self.playing = None;
        Cleared { at, bytes, audio }
    }

    /// Plays up to now.
    pub(crate) fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        let Some(playing) = self.playing else { return };
        let due = bytes_within(self.now.saturating_sub(playing.since), self.rate) - playing.played;
        let playable = self.playable();
        let bytes = usize::try_from(due).map_or(playable, |due| due.min(playable));
        if bytes > 0 {
            self.play(playing, bytes);
        }
        // Silence begins with the first sample missing, not with the last one played.
        if due > playable as u64 {
            self.playing = None;
        }
    }

    /// The next mark whose audio has been played, in the order they were set.
    pub(crate) fn poll_mark(&mut self, now: Duration) -> Option<String> {
        self.advance(now);
        let at = self.position();
        self.marks.pop_front_if(|(mark, _)| *mark <= at).map(|(_, name)| name)
    }

    /// When [`poll_mark`](Self::poll_mark) has something to give: a time already past when it has it now.
    pub(crate) fn next_mark_at(&self) -> Option<Duration> {
        let &(mark, _) = self.marks.front()?;
        match mark.saturating_sub(self.position()) {
            0 => Some(self.now),
            bytes => self.playing.map(|playing| playing.reaches(bytes, self.rate)),
        }
    }

    /// When the last whole sample in the queue will have been played; none when nothing is queued.
    pub(crate) fn runs_dry_at(&self) -> Option<Duration> {
        match self.playable() as u64 {
            0 => None,
            bytes => self.playing.map(|playing| playing.reaches(bytes, self.rate)),
        }
    }

    /// Hands over what has been played since it was last taken, without the pauses between spurts; so long calls need
    /// no more memory than short ones.
    pub(crate) fn take_heard(&mut self) -> Vec<u8> {
        mem::take(&mut self.heard)
    }

    /// Hands over when the bytes heard were heard: adjoining ranges, which cover all that was played since they were
    /// last taken. One still being played goes on as a new one.
    pub(crate) fn take_spurts(&mut self) -> Vec<Spurt> {
        if let Some(playing) = &mut self.playing {
            playing.noted = false;
        }
        mem::take(&mut self.spurts)
    }

    /// Where all bytes went.
    pub(crate) fn counters(&self) -> Counters {
        self.counters
    }

    fn play(&mut self, playing: Playing, bytes: usize) {
        let from = self.counters.played;
        let (front, back) = self.queue.as_slices();
        let (front, back) = (&front[..bytes.min(front.len())], &back[..bytes.saturating_sub(front.len())]);
        self.heard.extend_from_slice(front);
        self.heard.extend_from_slice(back);
        self.queue.drain(..bytes);
        self.counters.played += bytes as u64;
        let to = self.counters.played;
        let goes_on = playing.noted || self.spurts.len() == MAX_SPURTS;
        match self.spurts.last_mut() {
            Some(last) if goes_on => last.heard.end = to,
            _ => self.spurts.push(Spurt { start: playing.reaches(0, self.rate), heard: from..to }),
        }
        self.playing = Some(Playing { played: playing.played + bytes as u64, noted: true, ..playing });
    }

    /// Bytes of whole samples in the queue.
    fn playable(&self) -> usize {
        self.queue.len() & !1
    }

    /// The position of the next byte to play among all bytes ever received.
    fn position(&self) -> u64 {
        self.counters.pushed - self.queue.len() as u64
    }
}

/// What emptying the queue took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Cleared {
    /// Where playing stopped, as a position among all bytes ever received.
    pub(crate) at: u64,
    /// Bytes from there on that will never be heard.
    pub(crate) bytes: u64,
    /// Those bytes, for whoever wants to show what was not heard.
    #[serde(skip)]
    pub(crate) audio: Vec<u8>,
}

/// Audio forgotten because the buffer was full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Dropped {
    /// The first byte forgotten, as a position among all bytes ever received.
    pub(crate) at: u64,
    /// Bytes forgotten from there on.
    pub(crate) bytes: u64,
}

/// A stretch of audio played without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spurt {
    /// When its first sample began, on the owner's clock.
    pub(crate) start: Duration,
    /// Its bytes, as positions among all bytes ever played.
    pub(crate) heard: Range<u64>,
}

/// Where the bytes received went: `pushed = played + cleared + dropped`, and what is queued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counters {
    /// Bytes received.
    pub(crate) pushed: u64,
    /// Bytes heard.
    pub(crate) played: u64,
    /// Bytes taken away by clearing.
    pub(crate) cleared: u64,
    /// Bytes forgotten because the buffer was full.
    pub(crate) dropped: u64,
    /// Marks forgotten because there were [`MAX_MARKS`] of them.
    pub(crate) dropped_marks: u64,
}

/// A spurt under way: all its times are reckoned from its start, so that no rounding adds up.
#[derive(Clone, Copy)]
struct Playing {
    since: Duration,
    /// Bytes played of it.
    played: u64,
    /// Whether the last of the spurts remembered is this one.
    noted: bool,
}

impl Playing {
    /// When `more` bytes will have been played: the first nanosecond at which [`bytes_within`] says so.
    fn reaches(self, more: u64, rate: u64) -> Duration {
        let nanos = (u128::from(self.played + more) * NANOS).div_ceil(u128::from(rate));
        self.since.saturating_add(u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos))
    }
}

const NANOS: u128 = Duration::from_secs(1).as_nanos();

/// Bytes of whole samples played in some time.
fn bytes_within(time: Duration, rate: u64) -> u64 {
    let bytes = time.as_nanos().saturating_mul(u128::from(rate)) / NANOS;
    u64::try_from(bytes).unwrap_or(u64::MAX) & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Ear {
        fn heard(&self) -> &[u8] {
            &self.heard
        }

        fn spurts(&self) -> &[Spurt] {
            &self.spurts
        }

        fn queued(&self) -> usize {
            self.queue.len()
        }
    }

    /// 24 kHz, s16le: 48 bytes a millisecond.
    const RATE: u64 = 48_000;
    const SINCH: usize = 5_000_000;

    #[test]
    fn speech_is_heard_at_the_pace_of_speech() {
        let mut ear = Ear::new(RATE, SINCH);
        assert_eq!(ear.push(ms(100), &[7; 9_600]), None);
        assert_eq!((ear.queued(), ear.runs_dry_at()), (9_600, Some(ms(300))));

        ear.advance(ms(150));
        assert_eq!((ear.heard().len(), ear.queued()), (2_400, 7_200));
        ear.advance(Duration::from_nanos(299_999_999));
        assert_eq!(ear.heard().len(), 9_598);
        ear.advance(ms(300));
        assert_eq!((ear.take_heard(), ear.runs_dry_at()), (vec![7; 9_600], None));
        assert!(ear.heard().is_empty());
    }

    #[test]
    fn whoever_falls_silent_begins_anew() {
        let mut ear = Ear::new(RATE, SINCH);
        ear.push(ms(0), &[1; 960]);
        ear.push(ms(20), &[2; 960]);
        ear.push(ms(100), &[3; 960]);
        ear.advance(ms(110));
        let spurts = [Spurt { start: ms(0), heard: 0..1_920 }, Spurt { start: ms(100), heard: 1_920..2_400 }];
        assert_eq!(ear.take_spurts(), spurts);

        ear.advance(ms(200));
        assert_eq!(ear.spurts(), [Spurt { start: ms(110), heard: 2_400..2_880 }]);
    }

    #[test]
    fn a_sample_is_never_torn() {
        let mut ear = Ear::new(RATE, SINCH);
        ear.push(ms(0), &[1, 2, 3]);
        ear.mark(ms(0), "whole".into());
        assert_eq!(ear.poll_mark(ms(10)).as_deref(), Some("whole"));
        assert_eq!((ear.heard(), ear.runs_dry_at()), (&[1, 2][..], None));

        ear.push(ms(20), &[4]);
        ear.advance(ms(30));
        assert_eq!(ear.heard(), [1, 2, 3, 4]);
        assert_eq!(ear.spurts()[1], Spurt { start: ms(20), heard: 2..4 });
    }

    #[test]
    fn clearing_stops_after_a_whole_sample_and_flushes_what_waits() {
        let mut ear = Ear::new(RATE, SINCH);
        ear.push(ms(0), &[1; 480]);
        ear.mark(ms(0), "greeting".into());
        ear.push(ms(0), &[2; 481]);
        ear.mark(ms(0), "question".into());

        let cleared = ear.clear(ms(15) + Duration::from_micros(30));
        assert_eq!((cleared.at, cleared.bytes), (720, 241));
        assert_eq!(cleared.audio, vec![2; 241]);
        assert_eq!(ear.poll_mark(ms(15)).as_deref(), Some("greeting"));
        assert_eq!(ear.poll_mark(ms(15)).as_deref(), Some("question"));
        assert_eq!((ear.queued(), ear.runs_dry_at(), ear.next_mark_at()), (0, None, None));

        ear.push(ms(50), &[3; 2]);
        ear.advance(ms(60));
        assert_eq!(ear.heard()[720..], [3, 3]);
        assert_eq!(ear.spurts()[1].start, ms(50));
    }

    #[test]
    fn a_mark_comes_back_when_what_stands_before_it_was_heard() {
        let mut ear = Ear::new(RATE, SINCH);
        ear.mark(ms(5), "at once".into());
        assert_eq!(ear.next_mark_at(), Some(ms(5)));
        assert_eq!(ear.poll_mark(ms(5)).as_deref(), Some("at once"));

        ear.push(ms(10), &[0; 960]);
        ear.mark(ms(10), "first".into());
        ear.mark(ms(11), "second".into());
        assert_eq!(ear.next_mark_at(), Some(ms(30)));
        assert_eq!(ear.poll_mark(ms(29)), None);
        assert_eq!(ear.poll_mark(ms(30)).as_deref(), Some("first"));
        assert_eq!(ear.poll_mark(ms(30)).as_deref(), Some("second"));
        assert_eq!(ear.next_mark_at(), None);
    }

    #[test]
    fn marks_take_bounded_memory_even_if_nobody_takes_them_back() {
        let mut ear = Ear::new(RATE, SINCH);
        for _ in 0..10 {
            ear.push(ms(0), &[0; 960]);
            (0..MAX_MARKS / 2).for_each(|_| ear.mark(ms(0), "again".into()));
            let _ = ear.clear(ms(0));
        }
        assert_eq!(ear.counters().dropped_marks, 4 * MAX_MARKS as u64);
        assert_eq!(core::iter::from_fn(|| ear.poll_mark(ms(0))).count(), MAX_MARKS);
        ear.mark(ms(0), "there is room again".into());
        assert!(ear.poll_mark(ms(0)).is_some());
    }

    #[test]
    fn a_full_buffer_forgets_the_oldest() {
        let mut ear = Ear::new(RATE, 1_000);
        ear.push(ms(0), &[1; 980]);
        ear.mark(ms(0), "forgotten".into());
        assert_eq!(ear.push(ms(10), &[2; 501]), Some(Dropped { at: 480, bytes: 2 }));
        assert_eq!(ear.push(ms(10), &[3; 2_000]), Some(Dropped { at: 482, bytes: 2_000 }));
        assert_eq!((ear.queued(), ear.poll_mark(ms(10)).as_deref()), (999, Some("forgotten")));
        ear.advance(ms(20));
        assert_eq!(ear.spurts(), [Spurt { start: ms(0), heard: 0..960 }]);
        assert_eq!(ear.heard()[480..], [3; 480]);
    }

    #[test]
    fn a_clock_going_back_stands_still() {
        let mut ear = Ear::new(RATE, SINCH);
        ear.push(ms(100), &[1; 960]);
        ear.advance(ms(50));
        ear.push(ms(60), &[2; 960]);
        assert_eq!((ear.heard().len(), ear.runs_dry_at()), (0, Some(ms(140))));
        ear.advance(Duration::MAX);
        assert_eq!(ear.heard().len(), 1_920);
    }

    #[test]
    fn hours_of_speech_do_not_drift() {
        let mut ear = Ear::new(88_200, SINCH);
        let second = vec![0; 88_200];
        ear.push(ms(1), &second);
        for played in 0..7_200 {
            ear.push(ms(1_000 * played + 900), &second);
            ear.take_heard();
        }
        ear.advance(ms(7_200_001));
        assert_eq!(ear.counters().played, 7_200 * 88_200);
        assert_eq!(ear.runs_dry_at(), Some(ms(7_201_001)));
        assert_eq!(ear.spurts(), [Spurt { start: ms(1), heard: 0..7_200 * 88_200 }]);
    }

    #[test]
    fn spurts_take_bounded_memory_and_still_cover_all_that_was_heard() {
        let mut ear = Ear::new(RATE, SINCH);
        for frame in 0..20_000 {
            ear.push(ms(2 * frame), &[0; 48]);
        }
        assert_eq!((ear.spurts().len(), ear.spurts().last().unwrap().heard.end), (MAX_SPURTS, 19_999 * 48));
    }

    /// Two ears live through the same random call, one of them watched all the time: both must hear the same, which
    /// is what was said less what was cleared and forgotten.
    #[test]
    fn every_byte_is_played_cleared_dropped_or_queued() {
        for seed in 0..300 {
            let mut dice = Dice(seed);
            let rate = [16_000, 44_100, RATE][dice.roll(3)];
            let (mut watched, mut alone) = (Ear::new(rate, 3_000), Ear::new(rate, 3_000));
            let (mut said, mut unheard, mut heard, mut marks) = (vec![], vec![], vec![], vec![]);
            let mut now = Duration::ZERO;
            for step in 0..200_u8 {
                match dice.roll(9) {
                    0 => {
                        let cleared = watched.clear(now);
                        assert_eq!(cleared, alone.clear(now));
                        unheard.push((cleared.at, cleared.bytes));
                    }
                    1 => {
                        watched.mark(now, step.to_string());
                        alone.mark(now, step.to_string());
                    }
                    2 => heard.extend(watched.take_heard()),
                    _ => {
                        let audio = vec![step; dice.roll(700)];
                        let dropped = watched.push(now, &audio);
                        assert_eq!(dropped, alone.push(now, &audio));
                        unheard.extend(dropped.map(|dropped| (dropped.at, dropped.bytes)));
                        said.extend(audio.into_iter().map(Some));
                    }
                }
                for _ in 0..dice.roll(5) {
                    now += Duration::from_nanos(dice.roll(4_000_000) as u64);
                    let due = watched.next_mark_at().is_some_and(|at| at <= now);
                    let mark = watched.poll_mark(now);
                    assert_eq!(mark.is_some(), due);
                    marks.extend(mark);

                    let Counters { pushed, played, cleared, dropped, .. } = watched.counters();
                    assert_eq!(pushed, said.len() as u64);
                    assert_eq!(pushed, played + cleared + dropped + watched.queued() as u64);
                }
            }
            heard.extend(watched.take_heard());
            marks.extend(core::iter::from_fn(|| watched.poll_mark(now)));
            assert_eq!(marks, core::iter::from_fn(|| alone.poll_mark(now)).collect::<Vec<_>>());
            assert_eq!((&heard[..], watched.spurts()), (alone.heard(), alone.spurts()));

            for (at, bytes) in unheard {
                let [from, to] = [at, at + bytes].map(|at| usize::try_from(at).unwrap());
                said[from..to].fill(None);
            }
            assert_eq!(heard, said.into_iter().flatten().take(heard.len()).collect::<Vec<_>>());
        }
    }

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A linear congruential generator, for histories that are random and the same on every run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % sides
        }
    }
}
