//! What a load has measured. The calls share the meter, and disturb each other little.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

use hdrhistogram::Histogram;

use super::stage::Window;

/// In how many pieces the time of a load is told at most, and how short they are at least.
const SLOTS: u32 = 120;
const SLOT: Duration = Duration::from_millis(100);

/// Counts for many calls at once: some of them share a part, so that seldom one waits for another.
pub(super) struct Meter(Vec<Mutex<Tally>>);

/// What was counted. Times are in microseconds.
#[derive(Clone)]
pub(super) struct Tally {
    /// Frames whose time to be said had come.
    pub(super) sent: u64,
    /// Those of them that came back as they were said, and in order.
    pub(super) echoed: u64,
    /// Frames that came and were not the next to come back.
    pub(super) strays: u64,
    /// From saying a frame to hearing it.
    pub(super) latency: Histogram<u64>,
    /// From the time to say a frame to saying it.
    pub(super) lateness: Histogram<u64>,
    /// The latency of what was said in one piece of the time after the other.
    pub(super) slots: Vec<Histogram<u64>>,
    /// How long such a piece is.
    pub(super) slot: Duration,
}

impl Meter {
    /// A meter for a load of this length.
    pub(super) fn new(lasts: Duration) -> Self {
        let parts = available_parallelism().map_or(4, |threads| threads.get() * 4);
        Self((0..parts).map(|_| Mutex::new(Tally::new(lasts))).collect())
    }

    /// Counts for a call.
    pub(super) fn count(&self, call: u32, count: impl FnOnce(&mut Tally)) {
        if let Some(part) = self.0.get(call as usize % self.0.len()) {
            count(&mut part.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// What was counted in all calls so far.
    pub(super) fn total(&self) -> Tally {
        let part = |part: &Mutex<Tally>| part.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let total = self.0.iter().map(part).reduce(Tally::and);
        total.unwrap_or_else(|| Tally::new(Duration::ZERO))
    }
}

impl Tally {
    fn new(lasts: Duration) -> Self {
        let slots = u32::try_from(lasts.as_nanos() / SLOT.as_nanos()).unwrap_or(SLOTS).clamp(1, SLOTS);
        Self {
            sent: 0,
            echoed: 0,
            strays: 0,
            latency: histogram(3),
            lateness: histogram(3),
            slots: (0..slots).map(|_| histogram(2)).collect(),
            slot: (lasts / slots).max(Duration::from_nanos(1)),
        }
    }

    /// A frame was said, so much later than it should have been. With none, it had no time of its own.
    pub(super) fn said(&mut self, late: Option<Duration>) {
        self.sent += 1;
        if let Some(late) = late {
            record(&mut self.lateness, late);
        }
    }

    /// A frame that was said at `said` came back at `heard`.
    pub(super) fn came_back(&mut self, said: Duration, heard: Duration, window: Window) {
        let latency = heard.saturating_sub(said);
        self.echoed += 1;
        record(&mut self.latency, latency);
        let slot = said.saturating_sub(window.begin).as_nanos() / self.slot.as_nanos();
        let slot = usize::try_from(slot).unwrap_or(usize::MAX).min(self.slots.len() - 1);
        if let Some(slot) = self.slots.get_mut(slot) {
            record(slot, latency);
        }
    }

    /// Frames that did not come back.
    pub(super) const fn lost(&self) -> u64 {
        self.sent.saturating_sub(self.echoed)
    }

    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.sent += other.sent;
        self.echoed += other.echoed;
        self.strays += other.strays;
        add(&mut self.latency, &other.latency);
        add(&mut self.lateness, &other.lateness);
        self.slots.iter_mut().zip(&other.slots).for_each(|(slot, other)| add(slot, other));
        self
    }
}

/// One that grows where it must, and tells values to so many digits.
fn histogram(digits: u8) -> Histogram<u64> {
    Histogram::new(digits).expect("a histogram of up to five digits")
}

fn add(to: &mut Histogram<u64>, more: &Histogram<u64>) {
    to.add(more).expect("room in a histogram that grows");
}

/// Times of more than an hour are told as one.
fn record(to: &mut Histogram<u64>, duration: Duration) {
    const HOUR: u64 = 3_600_000_000;
    let micros = u64::try_from(duration.as_micros()).unwrap_or(HOUR).min(HOUR);
    to.record(micros).expect("room in a histogram that grows");
}

/// The value that a part of all is not above: up to a thousandth more, never less. Nothing, where there is none.
pub(super) fn quantile(of: &Histogram<u64>, part: f64) -> Duration {
    Duration::from_micros(if of.is_empty() { 0 } else { of.value_at_quantile(part).min(of.max()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { begin: Duration::from_secs(3), end: Duration::from_secs(5) };

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn calls_are_counted_together() {
        let meter = Meter::new(at(2_000));
        for call in 0..50 {
            meter.count(call, |tally| {
                tally.said(Some(at(call.into())));
                tally.said(None);
                tally.came_back(at(3_000), at(3_000 + u64::from(call)), WINDOW);
            });
        }
        let total = meter.total();
        assert_eq!((total.sent, total.echoed, total.lost()), (100, 50, 50));
        assert_eq!((total.latency.len(), total.lateness.len()), (50, 50));
        let middle = quantile(&total.latency, 0.5);
        assert!((at(24)..at(25) + Duration::from_micros(100)).contains(&middle), "{middle:?}");
    }

    #[test]
    fn the_time_of_a_load_is_told_piece_by_piece() {
        let mut tally = Tally::new(at(2_000));
        assert_eq!((tally.slots.len(), tally.slot), (20, at(100)));
        tally.came_back(at(3_099), at(3_100), WINDOW);
        tally.came_back(at(3_100), at(3_200), WINDOW);
        tally.came_back(at(9_000), at(9_001), WINDOW);
        let filled: Vec<_> = (0..20).filter(|slot| !tally.slots[*slot].is_empty()).collect();
        assert_eq!(filled, [0, 1, 19]);
        assert_eq!(Tally::new(at(3_600_000)).slots.len(), 120);
        assert_eq!(Tally::new(Duration::ZERO).slots.len(), 1);
    }

    #[test]
    fn where_nothing_came_there_is_no_latency() {
        assert_eq!(quantile(&Meter::new(at(1)).total().latency, 0.99), Duration::ZERO);
    }
}
