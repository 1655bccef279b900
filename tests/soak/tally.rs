//! What all calls of an adapter come to.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use crate::adapter::Adapter;
use crate::call::{Talk, locked};
use crate::ledger::{Account, Fault};
use crate::script::{End, Script};
use crate::vigil::Lateness;

/// What happens in calls, counted while it does.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) stalls: Count,
    pub(crate) clears: Count,
    pub(crate) cleared_sends: Count,
    pub(crate) cancelled_sends: Count,
    pub(crate) cancelled_nexts: Count,
    pub(crate) lateness: Lateness,
    /// Tasks, or threads, that have begun and are not over.
    tasks: Count,
    next: Count,
    running: Mutex<BTreeMap<u64, Weak<Talk>>>,
    sum: Mutex<Sum>,
}

#[derive(Default)]
pub(crate) struct Count(AtomicU64);

/// What calls come to that are over.
#[derive(Default)]
pub(crate) struct Sum {
    frames: u64,
    said: u64,
    heard: u64,
    cleared: u64,
    dropped: u64,
    lost: u64,
    /// Calls that have lost something.
    lossy: u64,
    pub(crate) cut_drains: u64,
    pub(crate) unanswered_closes: u64,
    ends: BTreeMap<End, u64>,
    faults: Vec<Fault>,
}

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, SeqCst);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(SeqCst)
    }
}

/// Counts a task for as long as it is there, whether it ends or is forgotten.
struct Counted(Arc<Tally>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.tasks.0.fetch_sub(1, SeqCst);
    }
}

impl Tally {
    /// Begins a task. What it gives waits for its end.
    pub(crate) fn task<A: Adapter, F>(
        self: &Arc<Self>,
        future: F,
    ) -> impl Future<Output = ()> + Send + use<A, F>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tasks.add(1);
        let counted = Counted(self.clone());
        A::spawn(async move {
            let _counted = counted;
            future.await;
        })
    }

    pub(crate) fn tasks(&self) -> u64 {
        self.tasks.get()
    }

    /// The number of the next call.
    pub(crate) fn number(&self) -> u64 {
        self.next.0.fetch_add(1, SeqCst)
    }

    /// The call begins.
    pub(crate) fn begin(&self, talk: &Arc<Talk>) {
        locked(&self.running).insert(talk.script.call, Arc::downgrade(talk));
    }

    /// Calls that are not over.
    pub(crate) fn running(&self) -> Vec<String> {
        locked(&self.running).values().filter_map(Weak::upgrade).map(|talk| talk.to_string()).collect()
    }

    /// The call is over.
    pub(crate) fn end(&self, script: &Script, add: impl FnOnce(&mut Sum)) {
        locked(&self.running).remove(&script.call);
        let mut sum = locked(&self.sum);
        *sum.ends.entry(script.end).or_default() += 1;
        add(&mut sum);
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        locked(&self.sum).faults.clone()
    }
}

impl Sum {
    /// Adds both directions of a call, and what of each has been lost.
    pub(crate) fn add(&mut self, directions: [(&Account, u64); 2]) {
        for (account, lost) in directions {
            self.frames += account.frames;
            self.said += account.said;
            self.heard += account.heard;
            self.cleared += account.cleared;
            self.dropped += account.dropped;
            self.lost += lost;
        }
        self.lossy += u64::from(directions.iter().any(|(account, lost)| lost + account.dropped > 0));
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = locked(&self.sum);
        let calls = sum.ends.values().sum();
        write!(f, "{} calls, {} frames, {} sent = ", Figure(calls), Figure(sum.frames), Figure(sum.said))?;
        write!(f, "{} heard + {} cleared + ", Figure(sum.heard), Figure(sum.cleared))?;
        let lost = Figure(sum.lost + sum.dropped);
        write!(f, "{lost} lost in {} disconnects (bytes)", Figure(sum.lossy))?;
        write!(f, "; {} of the lost reported as dropped", Figure(sum.dropped))?;
        for (end, count) in &sum.ends {
            write!(f, ", {} {end:?}", Figure(*count))?;
        }
        write!(f, "; {} stalls, {} clears, ", Figure(self.stalls.get()), Figure(self.clears.get()))?;
        write!(f, "{} cleared sends, ", Figure(self.cleared_sends.get()))?;
        write!(f, "{} cancelled sends, ", Figure(self.cancelled_sends.get()))?;
        write!(f, "{} cancelled nexts, ", Figure(self.cancelled_nexts.get()))?;
        write!(f, "{} drains cut, ", Figure(sum.cut_drains))?;
        write!(f, "{} closes unanswered", Figure(sum.unanswered_closes))
    }
}

/// A number in groups of three digits.
struct Figure(u64);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            small @ 0..1000 => write!(f, "{small}"),
            large => write!(f, "{},{:03}", Self(large / 1000), large % 1000),
        }
    }
}
