//! How late the server itself is, and when that is too late to take more calls.
//!
//! A task of the runtime that carries the calls wants to run every 10 ms. It is as late as a frame would be that is due
//! then: for want of processor time, or behind whatever else there is to do.

use core::time::Duration;
use std::collections::VecDeque;

use tokio::time::interval;

use super::gate::Gate;

/// How often lateness is looked at.
const TICK: Duration = Duration::from_millis(10);

/// How many of the last ticks count: two seconds of them.
const WINDOW: usize = 200;

/// How many of them may be too late: one in a hundred. A single hiccup of the system is none of the calls' making.
const TOLERATED: usize = WINDOW / 100;

/// Sheds calls while the server is late, for ever.
pub(super) async fn watch(gate: &Gate, bound: Duration) {
    let mut lateness = Lateness::new(bound);
    // Ticks that were missed are made up for, so that a stall counts for as long as it lasted.
    let mut ticks = interval(TICK);
    loop {
        let due = ticks.tick().await;
        match lateness.tick(due.elapsed()) {
            Some(Verdict::Late) => gate.is_late(),
            Some(Verdict::Calm) => gate.is_calm(),
            None => {}
        }
    }
}

/// What the ticks of a while tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The server is too late, and was not before.
    Late,
    /// It was well within the bound for a whole window.
    Calm,
}

/// How late the last ticks were.
struct Lateness {
    bound: Duration,
    /// Those since the last verdict, at most a window.
    ticks: VecDeque<Duration>,
    late: bool,
}

impl Lateness {
    fn new(bound: Duration) -> Self {
        Self { bound, ticks: VecDeque::with_capacity(WINDOW), late: false }
    }

    /// Takes in how late another tick was.
    ///
    /// Late is when more than [`TOLERATED`] ticks of the window were later than the bound; calm, when no more than that
    /// were later than half of it: what is shed at the bound must not come back just below it.
    fn tick(&mut self, late: Duration) -> Option<Verdict> {
        if self.ticks.len() == WINDOW {
            self.ticks.pop_front();
        }
        self.ticks.push_back(late);
        let later_than = |bound| self.ticks.iter().filter(|&&late| late > bound).count();
        let verdict = if !self.late && later_than(self.bound) > TOLERATED {
            Verdict::Late
        } else if self.ticks.len() == WINDOW && later_than(self.bound / 2) <= TOLERATED {
            Verdict::Calm
        } else {
            return None;
        };
        self.late = verdict == Verdict::Late;
        // The next one rests on what comes after this one.
        self.ticks.clear();
        Some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Calm, Late};
    use super::*;

    const BOUND: Duration = Duration::from_millis(20);

    /// What so many ticks tell that were so late.
    fn ticks(lateness: &mut Lateness, count: usize, millis: u64) -> Vec<Verdict> {
        (0..count).filter_map(|_| lateness.tick(Duration::from_millis(millis))).collect()
    }

    /// A stall as its ticks tell of it, which are made up for.
    fn stall(lateness: &mut Lateness, millis: u64) -> Vec<Verdict> {
        (0..millis / 10).filter_map(|tick| lateness.tick(Duration::from_millis(millis - 10 * tick))).collect()
    }

    #[test]
    fn it_is_late_when_more_than_one_tick_in_a_hundred_is() {
        let mut lateness = Lateness::new(BOUND);
        assert_eq!(ticks(&mut lateness, 1_000, 20), []);
        for _ in 0..10 {
            // Twice in two seconds is nothing.
            assert_eq!(ticks(&mut lateness, 2, 500), []);
            assert_eq!(ticks(&mut lateness, WINDOW - 2, 20), []);
        }
        assert_eq!(ticks(&mut lateness, 3, 21), [Late]);
    }

    #[test]
    fn a_short_stall_is_a_hiccup_and_a_long_one_is_not() {
        let mut lateness = Lateness::new(BOUND);
        assert_eq!(stall(&mut lateness, 40), []);
        assert_eq!(ticks(&mut lateness, WINDOW, 1), [Calm]);
        assert_eq!(stall(&mut lateness, 60), [Late]);
    }

    #[test]
    fn it_is_calm_when_it_has_been_well_within_the_bound_for_a_whole_window() {
        let mut lateness = Lateness::new(BOUND);
        assert_eq!(ticks(&mut lateness, 3, 100), [Late]);
        assert_eq!(ticks(&mut lateness, 1_000, 11), []);
        assert_eq!(ticks(&mut lateness, WINDOW - TOLERATED - 1, 10), []);
        assert_eq!(ticks(&mut lateness, 1, 10), [Calm]);
        assert_eq!(ticks(&mut lateness, 3 * WINDOW, 10), [Calm; 3]);
    }

    #[test]
    fn what_goes_up_and_down_around_the_bound_is_late_once() {
        let mut lateness = Lateness::new(BOUND);
        let told: Vec<_> =
            (0..100).flat_map(|turn| ticks(&mut lateness, 20, if turn % 2 == 0 { 25 } else { 15 })).collect();
        assert_eq!(told, [Late]);
    }
}
