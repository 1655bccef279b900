//! What was measured, as rows of a file.

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
    /// the same buffers take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Bytes that a silent call keeps resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<f64>,
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
    pub at_most: f64,
    /// What it is.
    pub measured: f64,
}

impl Bound {
    /// That the first lane takes at most a share of what `lane` takes.
    pub fn share(lane: &str, at_most: f64, measured: f64) -> Self {
        Self { what: format!("share of {lane}"), at_most, measured }
    }

    /// Whether it is that of this lane.
    pub fn is_share_of(&self, lane: &str) -> bool {
        self.what.strip_prefix("share of ") == Some(lane)
    }

    /// Whether it holds.
    pub fn is_held(&self) -> bool {
        self.measured <= self.at_most
    }

    /// The same in words.
    pub fn verdict(&self) -> &'static str {
        if self.is_held() { "held" } else { "NOT MET" }
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
