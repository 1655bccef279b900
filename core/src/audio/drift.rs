//! Clock drift, by the least delayed arrivals.

use core::iter;

use heapless::Vec;

/// How fast the sender's sample clock runs against our clock.
///
/// It is the median of the slopes between the least delayed arrivals of up to 16 stretches of the call (Theil and
/// Sen), because a network only ever adds delay, and adds it at random. It is there once 8 seconds have gone by
/// without a step: where the delay changes between two stretches by more than 10 ms and 500 ppm, the sender has left
/// something out or sent it twice, and slopes are taken on either side only. So a rate that is wrong by more than a
/// clock can be has no drift. It means something once [`within`](Self::within) is small enough for the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Drift {
    /// Parts per million by which the sender is faster than we are: 50 brings 180 ms too much in an hour.
    pub ppm: i32,
    /// How far off that may be, in parts per million: the spread of the delays about that slope, over the time that
    /// they span. It shrinks as the call goes on. An estimate, not a proof.
    pub within: u32,
}

/// The least delayed arrivals, one for each stretch of the call; when there are too many, two become one.
#[derive(Clone, Debug)]
pub(super) struct DriftMeter {
    points: Vec<Point, POINTS>,
    /// The least delayed so far of the stretch that began at `begun`.
    least: Option<Point>,
    begun: i64,
    /// Length of a stretch.
    stretch: i64,
}

/// All in microseconds.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// Since the first arrival.
    at: i64,
    /// Against the audio's own time: where that has come further than we have, it is below 0.
    delay: i64,
}

const POINTS: usize = 16;
/// Length of a stretch at first, in microseconds: dozens of arrivals of 20 ms.
const STRETCH: i64 = 1_000_000;
/// Time that slopes must span, in microseconds.
const SPAN: i64 = 8_000_000;
/// What no clock does: a step in microseconds, and a drift in parts per million.
const STEP: i64 = 10_000;
const STEEPEST: i64 = 500;
const MILLION: i64 = 1_000_000;

impl DriftMeter {
    pub(super) const fn new() -> Self {
        Self { points: Vec::new(), least: None, begun: 0, stretch: STRETCH }
    }

    /// Notes an arrival `elapsed` µs after the first, up to whose end the audio lasts `audio` µs.
    pub(super) fn add(&mut self, elapsed: u64, audio: u64) {
        let signed = |micros| i64::try_from(micros).unwrap_or(i64::MAX);
        let at = signed(elapsed);
        let point = Point { at, delay: at.saturating_sub(signed(audio)) };
        match self.least {
            Some(least) if at.saturating_sub(self.begun) >= self.stretch => {
                self.keep(least);
                self.begun = at;
                self.least = Some(point);
            }
            Some(least) if least.delay < point.delay => {}
            _ => self.least = Some(point),
        }
    }

    pub(super) fn drift(&self) -> Option<Drift> {
        let spans = self.unbroken().filter_map(|points| match points {
            [first, .., last] => Some(last.at.saturating_sub(first.at)),
            _ => None,
        });
        let span = spans.max().filter(|span| *span >= SPAN)?;
        let ppm = self.median();
        let spread = self.unbroken().map(|points| spread(points, ppm)).max().unwrap_or_default();
        let within = spread.saturating_mul(MILLION).checked_div(span).unwrap_or_default().saturating_add(1);
        Some(Drift { ppm: i32::try_from(ppm).ok()?, within: u32::try_from(within).unwrap_or(u32::MAX) })
    }

    fn keep(&mut self, point: Point) {
        if self.points.is_full() {
            let mut halved = Vec::new();
            for [one, other] in self.points.as_chunks().0 {
                let one_stays = one.delay < other.delay && !is_step(*one, *other);
                let _ = halved.push(if one_stays { *one } else { *other });
            }
            self.points = halved;
            self.stretch = self.stretch.saturating_mul(2);
        }
        // There is always room: it has just been made.
        let _ = self.points.push(point);
    }

    /// The parts of the call without a step. Split by hand, for in `chunk_by` there is a panic.
    fn unbroken(&self) -> impl Iterator<Item = &[Point]> {
        let mut rest = self.points.as_slice();
        iter::from_fn(move || {
            let mut neighbours = rest.iter().zip(rest.iter().skip(1));
            let unbroken = match neighbours.position(|(one, next)| is_step(*one, *next)) {
                Some(before) => before.saturating_add(1),
                None => rest.len(),
            };
            let (points, later) = rest.split_at_checked(unbroken)?;
            rest = later;
            (!points.is_empty()).then_some(points)
        })
    }

    /// The time between any two points with no step in between, and by how much the sender got ahead in it.
    fn slopes(&self) -> impl Iterator<Item = (i64, i64)> {
        self.unbroken().flat_map(|points| {
            let pairs = points.iter().enumerate();
            pairs.flat_map(|(before, later)| {
                let earlier = points.iter().take(before);
                earlier.map(|earlier| {
                    (later.at.saturating_sub(earlier.at), earlier.delay.saturating_sub(later.delay))
                })
            })
        })
    }

    /// The median of the slopes, in parts per million. It is bisected, so that it needs no memory and nothing sorted.
    fn median(&self) -> i64 {
        // Steeper than any slope that is no step: STEP in one STRETCH, and STEEPEST.
        let (mut below, mut most) = (-0x4000_i64, 0x4000_i64);
        while most.saturating_sub(below) > 1 {
            let middle = below.midpoint(most);
            // How many slopes are flatter, less how many are steeper.
            let mut balance: i32 = 0;
            for (time, ahead) in self.slopes() {
                let flatter = ahead.saturating_mul(MILLION) <= middle.saturating_mul(time);
                balance = balance.saturating_add(if flatter { 1 } else { -1 });
            }
            if balance >= 0 {
                most = middle;
            } else {
                below = middle;
            }
        }
        most
    }
}

fn is_step(one: Point, next: Point) -> bool {
    let time = next.at.saturating_sub(one.at);
    let bound = time.saturating_mul(STEEPEST).checked_div(MILLION).unwrap_or_default().saturating_add(STEP);
    one.delay.abs_diff(next.delay) > bound.unsigned_abs()
}

/// How far the delays lie apart once the drift is taken out.
fn spread(points: &[Point], ppm: i64) -> i64 {
    let level = |point: &Point| {
        let drifted = point.at.saturating_mul(ppm).checked_div(MILLION).unwrap_or_default();
        point.delay.saturating_add(drifted)
    };
    let least = points.iter().map(level).min().unwrap_or_default();
    let most = points.iter().map(level).max().unwrap_or_default();
    most.saturating_sub(least)
}
