//! `--find-limit`: one load after the other, until it is known how many calls the server holds.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use indicatif::ProgressBar;
use serde::Serialize;
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use super::caller::Order;
use super::crowd::{Crowd, Size, gather};
use super::search::{Search, Trial};
use super::summary::{Summary, Verdict};
use crate::agent::stopping;
use crate::exit::Failure;
use crate::report::{Millis, Output};

/// Between two loads: the server shall have forgotten the last.
const REST: Duration = Duration::from_secs(1);

/// One load of the search.
#[derive(Serialize)]
pub(super) struct Probe(Summary);

/// What the search has found.
#[derive(Serialize)]
pub(super) struct Limit {
    /// The largest number of calls that was good.
    pub(super) calls: u32,
    pub(super) p99_within_ms: Millis,
    /// What was the matter with the smallest number that was not. Nothing, where more were not tried.
    because: Option<Verdict>,
    beyond: Option<u32>,
    pub(super) probes: usize,
}

/// What was found, and the load that shows it.
pub(super) struct Found {
    pub(super) limit: Limit,
    /// The largest load that was good, or the first if none was.
    pub(super) shown: Option<(Crowd, Summary)>,
    pub(super) probes: Vec<Summary>,
}

/// Searches. `first` is where it begins, and `most` what it does not go beyond.
pub(super) async fn find(
    order: &Arc<Order>,
    first: Size,
    most: u32,
    bound: Duration,
    (bar, output): (&ProgressBar, &Output),
    left: &mut watch::Receiver<bool>,
) -> Found {
    let mut search = Search::new(first.calls, most);
    let mut placed = first.first;
    let mut found = Found {
        limit: Limit { calls: 0, p99_within_ms: Millis(bound), because: None, beyond: None, probes: 0 },
        shown: None,
        probes: Vec::new(),
    };
    while let Some(calls) = search.next() {
        let crowd = gather(order, Size { first: placed, calls, ..first }, bar, left).await;
        placed = placed.wrapping_add(calls);
        if *left.borrow() {
            break;
        }
        let summary = Summary::of(&crowd, order.dialect, order.format, Some(bound));
        let probe = Probe(summary.clone());
        output.line("probe", &probe);
        found.probes.push(summary.clone());
        let trial = trial(summary.verdict, summary.latency_ms.p50.0, bound);
        search.learn(calls, trial);
        if search.bad() == Some(calls) {
            (found.limit.because, found.limit.beyond) = (Some(summary.verdict), Some(calls));
        }
        if trial == Trial::Good || found.shown.is_none() {
            found.shown = Some((crowd, summary));
        }
        select! {
            () = sleep(REST) => {}
            () = stopping(left) => break,
        }
    }
    (found.limit.calls, found.limit.probes) = (search.good(), found.probes.len());
    found
}

/// What a load says of its number of calls. One whose median is far beyond what its p99 may be is no bad second's doing.
fn trial(verdict: Verdict, median: Duration, bound: Duration) -> Trial {
    match verdict {
        Verdict::Whole => Trial::Good,
        _ if median > bound * 2 => Trial::Hopeless,
        _ => Trial::Bad,
    }
}

impl Found {
    /// # Errors
    /// What was the matter with the first load, if none was good.
    pub(super) fn judge(self) -> Result<(), Failure> {
        match self.shown {
            Some((crowd, summary)) if self.limit.calls == 0 => {
                summary.judge(crowd.first)?;
                let Summary { calls, verdict, .. } = summary;
                Err(Failure::Load(format!("no load met the bound; {calls} at once: {verdict}")))
            }
            _ => Ok(()),
        }
    }
}

impl Limit {
    /// What was found, in words.
    pub(super) fn found(&self) -> String {
        let Self { calls, p99_within_ms, because, beyond, .. } = self;
        let at_least = if matches!(because, None | Some(Verdict::Late)) { "at least " } else { "" };
        let s = if *calls == 1 { "" } else { "s" };
        let found = format!("{at_least}{calls} call{s} with a p99 of {:.1} ms or less", p99_within_ms.ms());
        let Some(beyond) = beyond else { return found + "; more were not tried" };
        let why = match because {
            Some(Verdict::Failing) => "not all were held",
            Some(Verdict::Lossy) => "frames were lost",
            Some(Verdict::Slow) => "it was longer",
            _ => "this program was late itself",
        };
        format!("{found}; with {beyond}, {why}")
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { calls, held, frames, latency_ms, own_lateness_ms, verdict, .. } = &self.0;
        write!(
            f,
            "{calls:>6} calls: {held} held, {} frames lost, p99 {:.2} ms, own late {:.2} ms: {}",
            frames.lost,
            latency_ms.p99.ms(),
            own_lateness_ms.p99.ms(),
            match verdict {
                Verdict::Whole => "good",
                Verdict::Failing => "not all were held",
                Verdict::Late => "not measurable, our own sending was late",
                Verdict::Lossy => "frames were lost",
                Verdict::Interrupted => "interrupted",
                Verdict::Slow => "too slow",
            }
        )
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit     {}", self.found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_tried_again_unless_half_of_its_frames_were_far_too_late() {
        let after =
            |verdict, median| trial(verdict, Duration::from_millis(median), Duration::from_millis(20));
        assert_eq!(after(Verdict::Whole, 1), Trial::Good);
        assert_eq!([1, 40].map(|median| after(Verdict::Slow, median)), [Trial::Bad; 2]);
        assert_eq!([Verdict::Slow, Verdict::Late].map(|verdict| after(verdict, 41)), [Trial::Hopeless; 2]);
        assert_eq!(after(Verdict::Failing, 0), Trial::Bad);
    }

    #[test]
    fn what_this_program_could_not_measure_is_no_limit_of_the_server() {
        let told = |because, beyond| {
            Limit { calls: 8, p99_within_ms: Millis(Duration::from_millis(20)), because, beyond, probes: 5 }
                .to_string()
        };
        let p99 = "with a p99 of 20.0 ms or less";
        assert_eq!(
            told(Some(Verdict::Slow), Some(9)),
            format!("limit     8 calls {p99}; with 9, it was longer")
        );
        assert_eq!(
            told(Some(Verdict::Late), Some(9)),
            format!("limit     at least 8 calls {p99}; with 9, this program was late itself")
        );
        assert_eq!(told(None, None), format!("limit     at least 8 calls {p99}; more were not tried"));
    }
}
