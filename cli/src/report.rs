//! What is printed: lines for people, or with `--json` one JSON object a line.

use core::fmt::{self, Display};
use core::time::Duration;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Serialize, Serializer};
use voxwire::AudioFormat;
use voxwire::audio::Estimate;

use crate::exit::Failure;
use crate::words::Side;

mod flow;
mod trace;

pub(crate) use flow::{Flow, Heard};
pub(crate) use trace::{Story, Times, Trace, Trouble};

/// Prints a complaint on standard error. If nobody reads it, so be it.
pub(crate) fn complain(sentence: impl Display) {
    let _ = writeln!(io::stderr().lock(), "voxwire: {sentence}");
}

/// A bar that tells what is going on, and how far it is. Not shown before it is given a place.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3} %");
    let bar = ProgressBar::hidden().with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Standard output, for many tasks at once.
pub(crate) struct Output {
    people: bool,
    json: bool,
    header_values: bool,
    /// Stands on the terminal between the lines, if it is shown.
    bar: ProgressBar,
    state: Mutex<State>,
}

enum State {
    Open,
    /// Nobody reads any more: a pipe into `head`, say. That is no error.
    Closed,
    Failed(io::Error),
}

impl Output {
    pub(crate) fn new(json: bool, header_values: bool) -> Self {
        let state = Mutex::new(State::Open);
        Self { people: !json, json, header_values, bar: ProgressBar::hidden(), state }
    }

    /// The same output for what people are told in another way: nothing for them, and everything for programs.
    pub(crate) fn for_programs(&self) -> Self {
        Self { people: false, ..Self::new(self.json, self.header_values) }
    }

    /// The same output around a progress bar.
    pub(crate) fn around(self, bar: ProgressBar) -> Self {
        Self { bar, ..self }
    }

    /// Prints a complaint for people, who would not know otherwise; programs are told in a line.
    fn complain(&self, sentence: impl Display) {
        if self.people {
            self.bar.suspend(|| complain(sentence));
        }
    }

    /// Whether programs are told anything.
    const fn is_for_programs(&self) -> bool {
        self.json
    }

    pub(crate) const fn shows_header_values(&self) -> bool {
        self.header_values
    }

    /// Prints a line that both readers understand. `kind` is the first key of its JSON object.
    pub(crate) fn line<L: Display + Serialize>(&self, kind: &'static str, line: &L) {
        self.people(line);
        self.json(kind, line);
    }

    /// Prints a line for people only.
    pub(crate) fn people(&self, line: impl Display) {
        if self.people {
            self.print(format_args!("{line}"));
        }
    }

    /// Prints a line for programs only.
    pub(crate) fn json(&self, kind: &'static str, line: &impl Serialize) {
        if self.json
            && let Ok(line) = serde_json::to_string(&Line { kind, line })
        {
            self.print(format_args!("{line}"));
        }
    }

    /// Whether everything could be printed.
    ///
    /// # Errors
    /// [`Failure::Write`] if not, except that nobody wanted to read it.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match core::mem::replace(&mut *state, State::Closed) {
            State::Failed(cause) => Err(Failure::Write { name: "standard output".into(), cause }),
            State::Open | State::Closed => Ok(()),
        }
    }

    fn print(&self, line: fmt::Arguments<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Open) {
            return;
        }
        match self.bar.suspend(|| writeln!(io::stdout().lock(), "{line}")) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => *state = State::Closed,
            Err(error) => *state = State::Failed(error),
        }
    }
}

#[derive(Serialize)]
struct Line<'l, L> {
    kind: &'static str,
    #[serde(flatten)]
    line: &'l L,
}

/// A time in milliseconds, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Millis(pub(crate) Duration);

impl Millis {
    pub(crate) fn ms(self) -> f64 {
        self.0.as_secs_f64() * 1e3
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_micros() as f64 / 1e3)
    }
}

impl Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} ms", self.ms()))
    }
}

/// An estimate in samples, as time.
pub(crate) struct Between(pub(crate) Estimate, pub(crate) AudioFormat);

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Estimate { lower, upper }, format) = *self;
        let millis = |samples: u64| samples as f64 * 1e3 / f64::from(format.rate());
        if lower != upper {
            write!(f, "{:.1} to ", millis(lower))?;
        }
        write!(f, "{:.1} ms", millis(upper))
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ended {
    /// Who hung up; nobody, if the call was lost.
    pub(crate) by: Option<Side>,
    /// The close code, if there was one.
    pub(crate) code: Option<u16>,
    /// The reason, often empty.
    pub(crate) reason: String,
}

impl Ended {
    pub(crate) fn lost(why: impl Display) -> Self {
        Self { by: None, code: None, reason: why.to_string() }
    }
}

impl Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.by {
            Some(side) => write!(f, "the {} hung up", side.name())?,
            None => f.write_str("the call was lost")?,
        }
        match (self.code, self.reason.as_str()) {
            (None, "") => Ok(()),
            (Some(code), "") => write!(f, " ({code})"),
            (Some(code), reason) => write!(f, " ({code}: {reason:?})"),
            (None, reason) => write!(f, " ({reason})"),
        }
    }
}
