//! All calls of a load, from the first to the last.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use indicatif::ProgressBar;
use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep_until};
use voxwire::AudioFormat;

use super::caller::{Ending, Order, hold};
use super::meter::{Tally, quantile};
use super::stage::{Stage, Window};
use crate::agent::stopping;
use crate::exit::Failure;

/// From the last answer to the first frame that counts: what answering cost is not measured.
const SETTLE: Duration = Duration::from_millis(500);

/// How often the progress is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(200);

/// How many calls there are to be, and for how long.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// The number of the first: no two calls have the same.
    pub(super) first: u32,
    pub(super) calls: u32,
    /// How long they are measured.
    pub(super) lasts: Duration,
    /// How many begin per second.
    pub(super) ramp: f64,
    /// Whether nothing is measured unless all come about.
    pub(super) all_or_none: bool,
}

/// What became of the calls, and what was measured.
pub(super) struct Crowd {
    pub(super) calls: u32,
    pub(super) held: u32,
    /// How many were declined, with which status.
    pub(super) declined: BTreeMap<u16, u32>,
    /// How many else did not come about.
    pub(super) failed: u32,
    /// How many ended too early.
    pub(super) dropped: u32,
    /// What was the matter with the first of these.
    pub(super) first: Option<Failure>,
    /// How long they were measured.
    pub(super) lasted: Duration,
    pub(super) tally: Tally,
}

/// Places calls, measures them when all are up, and hangs up. `left` ends it early.
pub(super) async fn gather(
    order: &Arc<Order>,
    size: Size,
    bar: &ProgressBar,
    left: &mut watch::Receiver<bool>,
) -> Crowd {
    let stage = Arc::new(Stage::new(size.lasts));
    let mut crowd = Crowd::new(size, stage.meter.total());
    select! {
        () = crowd.hold(order, size, &stage, left) => {}
        () = show(&stage, size, bar) => {}
    }
    bar.finish_and_clear();
    // The last frame that is said before the end lasts until then.
    let now = stage.now() + AudioFormat::FRAME;
    let lasted = stage.window().map(|window| now.min(window.end).saturating_sub(window.begin));
    crowd.lasted = lasted.unwrap_or_default();
    crowd.tally = stage.meter.total();
    crowd
}

impl Crowd {
    /// No call has ended yet.
    pub(super) fn new(Size { calls, .. }: Size, tally: Tally) -> Self {
        Self {
            calls,
            held: 0,
            declined: BTreeMap::new(),
            failed: 0,
            dropped: 0,
            first: None,
            lasted: Duration::ZERO,
            tally,
        }
    }

    async fn hold(
        &mut self,
        order: &Arc<Order>,
        size: Size,
        stage: &Arc<Stage>,
        left: &mut watch::Receiver<bool>,
    ) {
        let mut calls = JoinSet::new();
        select! {
            () = ramp(order, size, stage, &mut calls) => {}
            () = stopping(left) => stage.close(),
        }
        let enough = if size.all_or_none { size.calls } else { 1 };
        if stage.up() >= enough {
            let begin = stage.now() + SETTLE;
            stage.open(Window { begin, end: begin + size.lasts });
        } else {
            stage.close();
        }
        let mut leaving = false;
        loop {
            select! {
                ended = calls.join_next() => match ended {
                    // A call that panicked is told by the panic.
                    Some(ended) => self.count(ended.unwrap_or(Ending::Dropped(Failure::Lost("a panic".into())))),
                    None => return,
                },
                () = stopping(left), if !leaving => {
                    leaving = true;
                    stage.close();
                }
            }
        }
    }

    fn count(&mut self, ending: Ending) {
        let failure = match ending {
            Ending::Held => {
                self.held += 1;
                return;
            }
            // Neither are those that were never placed.
            Ending::Left => return,
            Ending::Failed(failure) => {
                match failure {
                    Failure::Declined(status) => *self.declined.entry(status).or_default() += 1,
                    _ => self.failed += 1,
                }
                failure
            }
            Ending::Dropped(failure) => {
                self.dropped += 1;
                failure
            }
        };
        self.first.get_or_insert(failure);
    }

    /// How many calls did not go on until the load was over.
    pub(super) fn missing(&self) -> u32 {
        self.declined.values().sum::<u32>() + self.failed + self.dropped
    }

    /// How many were not up yet when the load was ended, placed or not.
    pub(super) fn left(&self) -> u32 {
        self.calls.saturating_sub(self.held + self.missing())
    }
}

/// Places one call after the other, and waits until each has been answered or has failed.
async fn ramp(order: &Arc<Order>, size: Size, stage: &Arc<Stage>, calls: &mut JoinSet<Ending>) {
    let (up, mut all_up) = mpsc::channel(1);
    for placed in 0..size.calls {
        sleep_until(stage.instant(Duration::from_secs_f64(f64::from(placed) / size.ramp))).await;
        let number = size.first.wrapping_add(placed);
        let (order, stage, up) = (order.clone(), stage.clone(), up.clone());
        calls.spawn(async move { hold(&order, &stage, number, up).await });
    }
    drop(up);
    // Nothing is ever sent: it ends when the last has let go of its end.
    all_up.recv().await;
}

/// Shows how far the load is, for as long as it is polled.
async fn show(stage: &Stage, Size { calls, lasts, .. }: Size, bar: &ProgressBar) {
    let mut shown = interval(SHOWN_EVERY);
    bar.reset();
    loop {
        shown.tick().await;
        if bar.is_hidden() {
            continue;
        }
        let Some(window) = stage.window() else {
            bar.set_length(calls.into());
            bar.set_position(stage.up().into());
            bar.set_message(format!("{} of {calls} calls", stage.up()));
            continue;
        };
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        bar.set_length(millis(lasts));
        bar.set_position(millis(stage.now().saturating_sub(window.begin)));
        let tally = stage.meter.total();
        let p99 = quantile(&tally.latency, 0.99).as_secs_f64() * 1e3;
        bar.set_message(format!("{} calls, {} frames back, p99 {p99:.1} ms", stage.up(), tally.echoed));
    }
}
