//! What was measured, as rows of a file.

use core::fmt;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One lane of one heat.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Row {
    /// The bench, which is the file's name too.
    pub bench: String,
    /// The heat.
    pub task: String,
    /// Who ran it.
    pub lane: String,
    /// The median.
    pub median: f64,
    /// The fastest sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fastest: Option<f64>,
    /// The least of all rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The most of all rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What they are counted in.
    pub unit: String,
    /// What `voxwire` takes of what this lane takes, by the fastest samples. In `adapters`, what this lane takes of what
    /// the same buffers take; in `limits`, how many times as many calls `voxwire` holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What that is worth.
    #[serde(default, skip_serializing_if = "Worth::is_exact")]
    pub ratio_is: Worth,
    /// Whether more may be true of this lane than its median tells.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub at_least: bool,
    /// Bytes that a silent call keeps resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<f64>,
    /// Nanoseconds of its core that a server takes for a frame: those in the kernel, and all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<[f64; 2]>,
    /// Nanoseconds of its core that are left for a frame where as many calls are held as are promised beside this lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// What is promised of this lane.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Bound>,
}

/// A promise, and what has come of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Bound {
    /// What is bounded.
    pub what: String,
    /// By how much.
    #[serde(flatten)]
    pub limit: Limit,
    /// What it is.
    pub measured: f64,
    /// What that is worth.
    #[serde(default, skip_serializing_if = "Worth::is_exact")]
    pub measured_is: Worth,
}

/// How much may be measured.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// No more.
    AtMost(f64),
    /// No less.
    AtLeast(f64),
}

/// What a figure is worth where what it is made of may have been larger than could be measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// It is that.
    #[default]
    Exact,
    /// It is that or more.
    AtLeast,
    /// It is that or less.
    AtMost,
    /// It may be more and may be less.
    Unknown,
}

impl Row {
    /// What this row has measured of a promise that another time has measured too.
    pub fn measured(&self, promise: &Bound) -> Option<f64> {
        self.bounds.iter().find(|bound| bound.what == promise.what).map(|bound| bound.measured)
    }
}

impl Bound {
    /// That no more than so much is measured.
    pub fn at_most(what: impl Into<String>, at_most: f64, measured: f64) -> Self {
        Self { what: what.into(), limit: Limit::AtMost(at_most), measured, measured_is: Worth::Exact }
    }

    /// That the first lane takes at most a share of what `lane` takes.
    pub fn share(lane: &str, at_most: f64, measured: f64) -> Self {
        Self::at_most(format!("share of {lane}"), at_most, measured)
    }

    /// How much that share may be, if it is that of this lane.
    pub fn share_of(&self, lane: &str) -> Option<f64> {
        match self.limit {
            Limit::AtMost(share) if self.what.strip_prefix("share of ") == Some(lane) => Some(share),
            _ => None,
        }
    }

    /// Whether it is known to hold.
    pub fn is_held(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.measured <= limit && self.measured_is.is_no_more(),
            Limit::AtLeast(limit) => self.measured >= limit && self.measured_is.is_no_less(),
        }
    }

    /// Whether it is known not to.
    fn is_missed(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.measured > limit && self.measured_is.is_no_less(),
            Limit::AtLeast(limit) => self.measured < limit && self.measured_is.is_no_more(),
        }
    }

    /// The same in words.
    pub fn verdict(&self) -> &'static str {
        if self.is_held() {
            "held"
        } else if self.is_missed() {
            "NOT MET"
        } else {
            "NOT KNOWN"
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "{limit} at most"),
            Self::AtLeast(limit) => write!(f, "{limit} at least"),
        }
    }
}

impl Worth {
    /// Whether it is exact.
    pub fn is_exact(&self) -> bool {
        *self == Self::Exact
    }

    /// The figure with what it is worth.
    pub fn of(self, figure: f64) -> String {
        match self {
            Self::Exact => format!("{figure:.2}"),
            Self::AtLeast => format!("≥ {figure:.2}"),
            Self::AtMost => format!("≤ {figure:.2}"),
            Self::Unknown => "unknown".to_owned(),
        }
    }

    const fn is_no_more(self) -> bool {
        matches!(self, Self::Exact | Self::AtMost)
    }

    const fn is_no_less(self) -> bool {
        matches!(self, Self::Exact | Self::AtLeast)
    }
}

/// Writes the rows of one bench into [`folder`].
///
/// # Errors
///
/// Those of the file system.
pub fn write(bench: &str, rows: &[Row]) -> io::Result<()> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let mut text = serde_json::to_string_pretty(rows)?;
    text.push('\n');
    fs::write(folder.join(bench).with_extension("json"), text)
}

/// The folder of results, in the target folder, wherever that was put.
pub fn folder() -> PathBuf {
    target().join("bench-results")
}

/// The target folder, in which this program lies: `<target>/release/report`, `<target>/release/deps/<bench>`.
pub(crate) fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let mut folders = program.ancestors().skip(1).skip_while(|folder| folder.ends_with("deps"));
    folders.nth(1).unwrap_or(Path::new("target")).to_owned()
}

/// The value in the middle; of an even number of values, the upper of the two. 0 of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
