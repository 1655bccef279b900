//! Time as length.

use core::iter;
use core::ops::Range;
use core::time::Duration;

use super::{ORIGIN, Segment};

/// Where the moments of a call lie in the picture.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// What fills the width, not zero.
    pub(super) span: Duration,
    /// A multiple of ten.
    pub(super) width: i32,
}

impl Scale {
    pub(super) fn x(self, at: Duration) -> i32 {
        let x = at.min(self.span).as_nanos() * u128::from(self.width.unsigned_abs()) / self.span.as_nanos();
        ORIGIN + i32::try_from(x).unwrap_or(self.width)
    }

    /// Where a segment begins and ends, in whole pixels.
    pub(super) fn range(self, segment: &Segment, rate: u32) -> Range<i32> {
        let (samples, rate) = (segment.pcm.len() as u64 / 2, u64::from(rate.max(1)));
        let rest = Duration::from_nanos(samples % rate * 1_000_000_000 / rate);
        let end = segment.start.saturating_add(Duration::from_secs(samples / rate) + rest);
        self.x(segment.start) / 10 * 10..(self.x(end) + 9) / 10 * 10
    }

    /// The first sample of a segment that lies at `x` or after it.
    pub(super) fn sample(self, x: i32, start: Duration, rate: u32) -> usize {
        let x = u128::from((x - ORIGIN).unsigned_abs());
        let at = self.span.as_nanos() * x / u128::from(self.width.unsigned_abs());
        let samples =
            at.saturating_sub(start.as_nanos()) * u128::from(rate) / Duration::from_secs(1).as_nanos();
        usize::try_from(samples).unwrap_or(usize::MAX)
    }

    /// The moments to name below the voices, and their names: as many as can be read.
    pub(super) fn seconds(self) -> impl Iterator<Item = (Duration, String)> {
        let nice = [
            10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
        ];
        let hours = iter::successors(Some(900_000_u64), |step| step.checked_mul(2));
        let far = |step: &u64| self.x(Duration::from_millis(*step)) - ORIGIN >= 900;
        let step = nice.into_iter().chain(hours).find(far).unwrap_or(u64::MAX);
        let steps = iter::successors(Some(0_u64), move |at| at.checked_add(step)).map(Duration::from_millis);
        steps.take_while(move |at| *at <= self.span).map(|at| (at, format!("{} s", at.as_secs_f64())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_named_as_often_as_can_be_read() {
        let names = |millis| {
            let scale = Scale { span: Duration::from_millis(millis), width: 8_400 };
            scale.seconds().map(|(_, name)| name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(50), "0 s 0.01 s 0.02 s 0.03 s 0.04 s 0.05 s");
        assert_eq!(names(6_000), "0 s 1 s 2 s 3 s 4 s 5 s 6 s");
        assert_eq!(names(3_600_000 * 5), "0 s 3600 s 7200 s 10800 s 14400 s 18000 s");
    }

    #[test]
    fn samples_and_pixels_meet() {
        let scale = Scale { span: Duration::from_secs(8), width: 8_000 };
        let segment = Segment { start: Duration::from_secs(2), pcm: vec![0; 16_000] };
        assert_eq!(scale.range(&segment, 8_000), ORIGIN + 2_000..ORIGIN + 3_000);
        assert_eq!(scale.sample(ORIGIN + 2_500, segment.start, 8_000), 4_000);
        assert_eq!(scale.sample(ORIGIN, segment.start, 8_000), 0);
    }
}
