//! What is said about a load when it is over.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;
use voxwire::{AudioFormat, Dialect};

use super::crowd::Crowd;
use super::meter::quantile;
use crate::clock::TIMER;
use crate::exit::Failure;
use crate::report::Millis;

/// How late our own frames may be, one in a hundred, where no bound is set: half a frame.
const LATE: Duration = Duration::from_millis(10);

/// What became of a load.
#[derive(Clone, Serialize)]
pub(super) struct Summary {
    pub(super) dialect: &'static str,
    /// In Hz.
    pub(super) rate: u32,
    pub(super) seconds: f64,
    pub(super) calls: u32,
    pub(super) held: u32,
    pub(super) declined: u32,
    /// How many were declined with which HTTP status.
    pub(super) statuses: BTreeMap<u16, u32>,
    pub(super) failed: u32,
    pub(super) dropped: u32,
    /// Those that were not up yet when the load was ended.
    pub(super) left: u32,
    pub(super) frames: Frames,
    /// Of audio that came back.
    pub(super) bytes_per_second: f64,
    pub(super) latency_ms: Quantiles,
    /// How late our own frames were.
    pub(super) own_lateness_ms: Quantiles,
    pub(super) verdict: Verdict,
}

/// Frames of 20 ms.
#[derive(Clone, Serialize)]
pub(super) struct Frames {
    pub(super) sent: u64,
    pub(super) echoed: u64,
    /// Those that were not echoed as they were sent, and in order.
    pub(super) lost: u64,
    /// Those that came and were wrong, out of order, or there before.
    pub(super) strays: u64,
    /// Echoed per second.
    pub(super) per_second: f64,
}

#[derive(Clone, Serialize)]
pub(super) struct Quantiles {
    pub(super) p50: Millis,
    pub(super) p90: Millis,
    pub(super) p99: Millis,
    pub(super) p999: Millis,
    pub(super) max: Millis,
}

/// What is to be thought of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// All calls were held, and every frame came back.
    Whole,
    /// Calls were declined, failed or were dropped.
    Failing,
    /// It was ended before every call was up.
    Interrupted,
    /// Our own sending was late: what was measured is not the server.
    Late,
    /// Frames were lost.
    Lossy,
    /// Frames took longer than they may.
    Slow,
}

impl Summary {
    /// Judges a crowd. `bound` is what the 99th percentile of the latency may be.
    pub(super) fn of(crowd: &Crowd, dialect: Dialect, format: AudioFormat, bound: Option<Duration>) -> Self {
        let tally = &crowd.tally;
        let per_second = match crowd.lasted {
            Duration::ZERO => 0.0,
            lasted => tally.echoed as f64 / lasted.as_secs_f64(),
        };
        let frames = Frames {
            sent: tally.sent,
            echoed: tally.echoed,
            lost: tally.lost(),
            strays: tally.strays,
            per_second: rounded(per_second),
        };
        let (latency, lateness) = (Quantiles::of(&tally.latency), Quantiles::of(&tally.lateness));
        let verdict = if crowd.missing() > 0 {
            Verdict::Failing
        } else if crowd.left() > 0 {
            Verdict::Interrupted
        } else if lateness.p99.0 > bound.map_or(LATE, |bound| bound / 2) {
            Verdict::Late
        } else if frames.lost > 0 || frames.strays > 0 {
            Verdict::Lossy
        } else {
            // Who is late to speak is late to listen: that much of the latency may be our own.
            let ours = lateness.p99.0.saturating_sub(TIMER);
            match bound {
                Some(bound) if latency.p99.0 > bound + ours => Verdict::Slow,
                Some(bound) if latency.p99.0 > bound => Verdict::Late,
                _ => Verdict::Whole,
            }
        };
        Self {
            dialect: dialect.name(),
            rate: format.rate(),
            seconds: crowd.lasted.as_secs_f64(),
            calls: crowd.calls,
            held: crowd.held,
            declined: crowd.declined.values().sum(),
            statuses: crowd.declined.clone(),
            failed: crowd.failed,
            dropped: crowd.dropped,
            left: crowd.left(),
            frames,
            bytes_per_second: rounded(per_second * format.frame_bytes() as f64),
            latency_ms: latency,
            own_lateness_ms: lateness,
            verdict,
        }
    }

    /// Whether every call was held and every frame came back. `first` is what was the matter with the first call.
    ///
    /// # Errors
    /// [`Failure::Calls`] with the code of the first, or [`Failure::Load`].
    pub(super) fn judge(&self, first: Option<Failure>) -> Result<(), Failure> {
        let calls = self.declined + self.failed + self.dropped;
        if let Some(first) = first.filter(|_| calls > 0) {
            return Err(Failure::Calls { calls, of: self.calls, first: Box::new(first) });
        }
        let Frames { sent, lost, strays, .. } = self.frames;
        match (lost, strays) {
            (0, 0) => Ok(()),
            (0, strays) => {
                Err(Failure::Load(format!("{strays} frames came that were not the next to come back")))
            }
            (lost, _) => {
                Err(Failure::Load(format!("{lost} of {sent} frames did not come back as they were sent")))
            }
        }
    }

    /// The rows of the table.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let Frames { sent, echoed, lost, strays, per_second } = self.frames;
        let calls = [
            (self.declined, "declined", statuses(&self.statuses)),
            (self.failed, "failed", String::new()),
            (self.dropped, "dropped", String::new()),
        ];
        let mut calls: String =
            calls.into_iter().map(|(calls, what, why)| format!(", {calls} {what}{why}")).collect();
        if self.left > 0 {
            calls.push_str(&format!(", {} not up when it was ended", self.left));
        }
        let mut strange = String::new();
        if strays > 0 {
            strange = format!(", {strays} wrong or out of order");
        }
        let latency = if echoed > 0 { self.latency_ms.to_string() } else { "no frame came back".into() };
        let s = if self.calls == 1 { "" } else { "s" };
        let rate = f64::from(self.rate) / 1e3;
        vec![
            (
                "load",
                format!("{} call{s} for {:.1} s, {}, {rate} kHz", self.calls, self.seconds, self.dialect),
            ),
            ("calls", format!("{} held{calls}", self.held)),
            ("frames", format!("{sent} sent, {echoed} echoed, {lost} lost{strange}")),
            ("echoed", format!("{per_second:.0} frames/s, {:.0} bytes/s", self.bytes_per_second)),
            ("latency", latency),
            (
                "own late",
                format!(
                    "p99 {:.2} ms, max {:.2} ms",
                    self.own_lateness_ms.p99.ms(),
                    self.own_lateness_ms.max.ms()
                ),
            ),
            ("verdict", self.verdict.to_string()),
        ]
    }
}

/// With which statuses calls were declined.
fn statuses(statuses: &BTreeMap<u16, u32>) -> String {
    let each: Vec<_> = statuses.iter().map(|(status, calls)| format!("{calls} with {status}")).collect();
    if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
}

/// To a tenth.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

impl Quantiles {
    fn of(histogram: &Histogram<u64>) -> Self {
        let part = |part| Millis(quantile(histogram, part));
        Self { p50: part(0.5), p90: part(0.9), p99: part(0.99), p999: part(0.999), max: part(1.0) }
    }
}

impl fmt::Display for Quantiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { p50, p90, p99, p999, max } = self;
        let [p50, p90, p99, p999, max] = [p50, p90, p99, p999, max].map(|millis| millis.ms());
        write!(f, "p50 {p50:.2}, p90 {p90:.2}, p99 {p99:.2}, p99.9 {p999:.2}, max {max:.2} ms")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "whole: every call was held and every frame came back",
            Self::Failing => "not every call was held",
            Self::Interrupted => "ended before every call was up",
            Self::Late => "our own sending was late: what was measured is this program, not the server",
            Self::Lossy => "frames were lost",
            Self::Slow => "whole, but slower than it may be",
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.rows().iter().map(|(what, value)| format!("{what:10}{value}")).collect();
        f.write_str(&rows.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::crowd::Size;
    use super::super::meter::Meter;
    use super::*;

    /// A call in which so many frames were said, so late, and so many came back after `latency`.
    fn summary(said: u32, late: u64, back: u32, latency: u64, bound: Option<u64>) -> Summary {
        let size = Size { first: 0, calls: 1, lasts: Duration::from_secs(1), ramp: 1.0, all_or_none: false };
        let mut crowd = Crowd::new(size, Meter::new(size.lasts).total());
        let window = super::super::stage::Window { begin: Duration::ZERO, end: size.lasts };
        (0..said).for_each(|_| crowd.tally.said(Some(Duration::from_millis(late))));
        (0..back).for_each(|_| crowd.tally.came_back(Duration::ZERO, Duration::from_millis(latency), window));
        (crowd.held, crowd.lasted) = (1, size.lasts);
        let format = AudioFormat::pcm16(8_000).unwrap();
        Summary::of(&crowd, Dialect::Sinch, format, bound.map(Duration::from_millis))
    }

    #[test]
    fn a_load_is_whole_lossy_or_slow() {
        let verdict = |back, latency, bound| summary(50, 0, back, latency, bound).verdict;
        assert_eq!(verdict(50, 90, None), Verdict::Whole);
        assert_eq!(verdict(50, 19, Some(20)), Verdict::Whole);
        assert_eq!(verdict(49, 20, Some(20)), Verdict::Lossy);
        assert_eq!(verdict(50, 21, Some(20)), Verdict::Slow);
    }

    #[test]
    fn who_is_late_himself_does_not_blame_the_server() {
        assert_eq!(summary(50, 9, 50, 90, Some(20)).verdict, Verdict::Slow);
        // Seven of these milliseconds may be our own, two are the timer's.
        assert_eq!(summary(50, 9, 50, 28, Some(20)).verdict, Verdict::Slow);
        assert_eq!(summary(50, 9, 50, 26, Some(20)).verdict, Verdict::Late);
        assert_eq!(summary(50, 2, 50, 21, Some(20)).verdict, Verdict::Slow);
        assert_eq!(summary(50, 11, 20, 90, Some(20)).verdict, Verdict::Late);
        assert_eq!(summary(50, 11, 50, 1, None).verdict, Verdict::Late);
    }

    #[test]
    fn throughput_is_that_of_what_came_back() {
        let summary = summary(50, 0, 40, 1, None);
        assert_eq!((summary.frames.per_second, summary.bytes_per_second), (40.0, 12_800.0));
        assert_eq!(summary.judge(None).unwrap_err().code(), 16);
    }
}
