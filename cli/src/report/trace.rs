//! The story of a call, as one of its ends tells it.

use core::fmt::{self, Display};
use core::time::Duration;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use voxwire::Dialect;

use super::{Millis, Output};
use crate::clock::Clock;
use crate::timeline::Tick;
use crate::words::{Label, Side, Words};

/// Tells what one end of a call says and hears, as it happens.
pub(crate) struct Trace {
    output: Arc<Output>,
    call: String,
    side: Side,
    clock: Clock,
    story: Story,
    ticks: Vec<Tick>,
    unreadable: Times,
    unsaid: Times,
}

/// What can go wrong in a call that goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// What came cannot be read.
    Unreadable,
    /// What was to be said cannot be said.
    Unsaid,
}

/// How often something went wrong.
#[derive(Clone, Default)]
pub(crate) struct Times {
    pub(crate) count: u64,
    /// Why, the first time.
    pub(crate) first: String,
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.count.serialize(serializer)
    }
}

/// Which control messages people are told; programs are told everything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// None.
    Untold,
    /// What this end says. It is kept for a picture too.
    Said,
    /// What both ends say.
    Both,
}

impl Trace {
    pub(crate) fn new(output: &Arc<Output>, call: String, side: Side, clock: Clock, story: Story) -> Self {
        Self {
            output: output.clone(),
            call,
            side,
            clock,
            story,
            ticks: Vec::new(),
            unreadable: Times::default(),
            unsaid: Times::default(),
        }
    }

    /// This end has said something.
    pub(crate) fn said<W: Words>(&mut self, dialect: Dialect, message: W) {
        let label = message.label(dialect);
        if label == Label::Wordless {
            return;
        }
        self.message("said", message, self.story != Story::Untold && label != Label::Audio);
        if let (Story::Said, Label::Word(label)) = (self.story, label) {
            self.tick(label);
        }
    }

    /// Keeps the moment for a picture.
    pub(crate) fn tick(&mut self, label: String) {
        let (at, from_platform) = (self.clock.now(), self.side == Side::Platform);
        self.ticks.push(Tick { at, label, from_platform });
    }

    /// This end has heard something.
    pub(crate) fn heard<W: Words>(&self, dialect: Dialect, message: W) {
        let told = self.story == Story::Both && message.label(dialect) != Label::Audio;
        self.message("heard", message, told);
    }

    /// Something happened that is no message.
    pub(crate) fn note(&self, text: impl Display) {
        let at = self.clock.now();
        if self.story != Story::Untold {
            self.output.people(Beat { at, side: self.side, what: &text });
        }
        let text = text.to_string();
        self.output.json("note", &Note { call: &self.call, at_ms: Millis(at), side: self.side, text });
    }

    /// Something happened that both readers are told in their own way. `kind` is the first key of its JSON object.
    pub(crate) fn tell<L: Display + Serialize>(&self, kind: &'static str, what: &L) {
        let at = self.clock.now();
        if self.story != Story::Untold {
            self.output.people(Beat { at, side: self.side, what });
        }
        self.output.json(kind, &Happened { call: &self.call, at_ms: Millis(at), side: self.side, what });
    }

    /// Tells both readers what belongs to no story.
    pub(crate) fn line<L: Display + Serialize>(&self, kind: &'static str, line: &L) {
        self.output.line(kind, line);
    }

    /// Something went wrong, and the call goes on. Whoever is told no story is told the first of each kind.
    pub(crate) fn trouble(&mut self, trouble: Trouble, what: &str, why: impl Display) {
        self.note(format_args!("{what}: {why}"));
        let times = match trouble {
            Trouble::Unreadable => &mut self.unreadable,
            Trouble::Unsaid => &mut self.unsaid,
        };
        times.count += 1;
        if times.count == 1 {
            times.first = why.to_string();
            if self.story == Story::Untold {
                self.output.complain(format_args!("call {}: {what}: {why}", self.call));
            }
        }
    }

    /// What went wrong so far.
    pub(crate) fn times(&self, trouble: Trouble) -> Times {
        match trouble {
            Trouble::Unreadable => self.unreadable.clone(),
            Trouble::Unsaid => self.unsaid.clone(),
        }
    }

    /// Where control messages stand in time.
    pub(crate) fn into_ticks(self) -> Vec<Tick> {
        self.ticks
    }

    fn message<W: Words>(&self, kind: &'static str, message: W, told: bool) {
        // Most messages are audio, of which nobody is told: they shall not cost a look at the clock.
        if !told && !self.output.is_for_programs() {
            return;
        }
        let at = self.clock.now();
        if told {
            self.output.people(Beat { at, side: W::SIDE, what: &message.meaning() });
        }
        let message = if self.output.shows_header_values() { message.with_header_values() } else { message };
        self.output.json(kind, &Told { call: &self.call, at_ms: Millis(at), side: self.side, message });
    }
}

/// A line of a call's story.
struct Beat<'w, W: ?Sized> {
    at: Duration,
    side: Side,
    what: &'w W,
}

impl<W: Display + ?Sized> Display for Beat<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.3} s  {:<11}  {}", self.at.as_secs_f64(), self.side.name(), self.what)
    }
}

#[derive(Serialize)]
struct Told<'c, W> {
    call: &'c str,
    at_ms: Millis,
    /// Whose journal this is.
    side: Side,
    message: W,
}

#[derive(Serialize)]
struct Happened<'c, L> {
    call: &'c str,
    at_ms: Millis,
    side: Side,
    #[serde(flatten)]
    what: &'c L,
}

#[derive(Serialize)]
struct Note<'c> {
    call: &'c str,
    at_ms: Millis,
    side: Side,
    text: String,
}
