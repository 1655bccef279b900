//! What a session must be: a phase of the tables, and three deadlines.

use core::time::Duration;
use std::collections::{BTreeMap, HashSet};

use voxwire::{Dialect, Instant};

use crate::tables::Table;
use crate::words::{Word, Words};

/// The deadlines, in seconds: no two alike.
pub(crate) const START: u64 = 5;
pub(crate) const ANSWER: u64 = 4;
pub(crate) const END: u64 = 3;
pub(crate) const HEARTBEAT: u64 = 2;
pub(crate) const SILENCE: u64 = 7;

/// What comes of something, and the phase that follows.
type Cell = (&'static str, Option<&'static str>);
type Rows = BTreeMap<(&'static str, &'static str), Cell>;

#[derive(Clone)]
pub(crate) struct Reference {
    heard: Rows,
    said: Rows,
    due: Rows,
    phase: &'static str,
    /// When the phase has lasted too long, when the peer was silent for too long, and when a heartbeat is owed.
    ends: Option<Instant>,
    silent: Option<Instant>,
    heartbeat: Option<Instant>,
    /// Whether a heartbeat keeps the call open, and whether it is ours to say it.
    counts_speech: bool,
    owes_heartbeats: bool,
}

impl Reference {
    pub(crate) fn new<R: Word>(dialect: Dialect, table: &Table) -> Self {
        let is_application = R::said().iter().any(|(name, _)| *name == "answer");
        // Sinch closes what says neither audio nor heartbeat for a while.
        let on_sinch = dialect == Dialect::Sinch;
        let mut reference = Self {
            heard: rows(table.heard),
            said: rows(table.said),
            due: rows(table.due),
            phase: "idle",
            ends: is_application.then(|| after(Instant::ZERO, START)),
            silent: None,
            heartbeat: None,
            counts_speech: on_sinch && !is_application,
            owes_heartbeats: on_sinch && is_application,
        };
        reference.stirs(Instant::ZERO);
        reference
    }

    /// Every cell to which there is a way, by its row and its phase.
    pub(crate) fn cells(table: &Table) -> HashSet<(String, String)> {
        let rows = [table.heard, table.said, table.due].map(rows);
        let all = rows.iter().flatten().filter(|(_, (comes, _))| *comes != "?");
        all.map(|((what, phase), _)| ((*what).to_owned(), (*phase).to_owned())).collect()
    }

    /// Each word is in the table, and each row of the table is a word.
    pub(crate) fn speaks<R: Word>(&self, words: &Words<R>) {
        let rows = |rows: &Rows| rows.keys().map(|(what, _)| *what).collect::<HashSet<_>>();
        assert_eq!(rows(&self.heard), words.heard.iter().map(|(name, _)| *name).collect());
        assert_eq!(rows(&self.said), words.said.iter().map(|(name, _)| *name).collect());
    }

    pub(crate) fn phase(&self) -> &'static str {
        self.phase
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.phase, "live" | "oneway")
    }

    pub(crate) fn hears(&mut self, what: &'static str, now: Instant) -> &'static str {
        let (comes, phase) = self.heard[&(what, self.phase)];
        if matches!(comes, "unexpected" | "malformed" | "limit") {
            return comes;
        }
        self.enter(phase, now);
        let is_speech = comes == "heartbeat" || comes == "audio" && what != "nothing";
        if is_speech || !self.counts_speech {
            self.hears_life(now);
        }
        comes
    }

    pub(crate) fn says(&mut self, what: &'static str, now: Instant) -> &'static str {
        let (comes, phase) = self.said[&(what, self.phase)];
        if matches!(comes, "words" | "none") {
            self.enter(phase, now);
            if matches!(what, "audio" | "heartbeat") {
                self.has_spoken(now);
            }
        }
        comes
    }

    pub(crate) fn stirs(&mut self, now: Instant) {
        if !self.counts_speech {
            self.hears_life(now);
        }
    }

    pub(crate) fn wakes(&mut self, now: Instant) -> &'static str {
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if is_due(self.ends) {
            self.ends = None;
            let (comes, phase) = self.due[&("due", self.phase)];
            self.enter(phase, now);
            comes
        } else if is_due(self.silent) {
            self.silent = None;
            "silence"
        } else if is_due(self.heartbeat) {
            self.has_spoken(now);
            "heartbeat"
        } else {
            "nothing"
        }
    }

    /// When the next deadline is.
    pub(crate) fn next(&self) -> Option<Instant> {
        [self.ends, self.silent, self.heartbeat].into_iter().flatten().min()
    }

    /// What tells two states apart: how far off a deadline is, but not for how long it has been over.
    pub(crate) fn key(&self, now: Instant) -> impl Eq + core::hash::Hash + use<> {
        let left = |deadline: Option<Instant>| deadline.map(|deadline| deadline.since(now));
        (self.phase, [self.ends, self.silent, self.heartbeat].map(left))
    }

    fn enter(&mut self, phase: Option<&'static str>, now: Instant) {
        let Some(phase) = phase else { return };
        self.phase = phase;
        self.heartbeat = None;
        self.ends = match phase {
            "offered" => Some(after(now, ANSWER)),
            "refused" | "stopped" | "leaving" | "parting" | "hushed" => Some(after(now, END)),
            _ => None,
        };
        match phase {
            "live" | "oneway" => {
                self.hears_life(now);
                self.has_spoken(now);
            }
            "offered" => {}
            // The end has its own deadline.
            _ => self.silent = None,
        }
    }

    fn hears_life(&mut self, now: Instant) {
        if matches!(self.phase, "idle" | "offered" | "live" | "oneway") {
            self.silent = Some(after(now, SILENCE));
        }
    }

    fn has_spoken(&mut self, now: Instant) {
        if self.owes_heartbeats && self.is_live() {
            self.heartbeat = Some(after(now, HEARTBEAT));
        }
    }
}

fn after(now: Instant, seconds: u64) -> Instant {
    now + Duration::from_secs(seconds)
}

fn rows(table: &'static str) -> Rows {
    let mut lines = table.lines().filter(|line| !line.trim().is_empty());
    let phases: Vec<_> = lines.next().expect("a table has a head").split_whitespace().collect();
    let mut rows = Rows::new();
    for line in lines {
        let mut cells = line.split_whitespace();
        let what = cells.next().expect("a row has a name");
        let cells: Vec<_> = cells.collect();
        assert_eq!(cells.len(), phases.len(), "the row {what} has as many cells as there are phases");
        for (phase, cell) in phases.iter().zip(cells) {
            let (comes, next) =
                cell.split_once('>').map_or((cell, None), |(comes, next)| (comes, Some(next)));
            rows.insert((what, phase), (comes, next));
        }
    }
    rows
}
