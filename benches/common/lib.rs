//! A race: several ways to do one thing, measured in one run; a table of ratios at the end, and whether what is promised
//! of them holds.

use core::time::Duration;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use serde_json::Value;

use results::{Bound, Row};

pub mod callbacks;
pub mod results;
pub mod rivals;

/// The heats of one bench, each between `voxwire` and its rivals.
///
/// Names become folder names, so they hold letters, digits, spaces and hyphens only.
#[expect(missing_debug_implementations, reason = "criterion has none")]
pub struct Race {
    criterion: Criterion,
    name: &'static str,
    began: SystemTime,
    heats: Vec<(String, Vec<Lane>)>,
}

/// One task, and those who have run it so far.
#[expect(missing_debug_implementations, reason = "criterion has none")]
pub struct Heat<'r> {
    group: BenchmarkGroup<'r, WallTime>,
    lanes: &'r mut Vec<Lane>,
}

/// One way to run, and what is promised.
#[derive(Debug)]
struct Lane {
    name: &'static str,
    /// What the first lane may take of what this one takes.
    share: Option<f64>,
    /// What this lane may take, in nanoseconds.
    nanos: Option<f64>,
}

impl Race {
    /// A race, set up from the command line.
    pub fn new(name: &'static str) -> Self {
        let criterion = Criterion::default()
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_millis(1_500))
            .configure_from_args();
        Self { criterion, name, began: SystemTime::now(), heats: Vec::new() }
    }

    /// A heat over a task that takes `bytes` bytes. The first lane is the one that the others are measured by.
    pub fn heat(&mut self, task: &str, bytes: usize) -> Heat<'_> {
        self.heats.push((task.to_owned(), Vec::new()));
        let mut group = self.criterion.benchmark_group(format!("{} {task}", self.name));
        group.throughput(Throughput::Bytes(bytes as u64));
        let (_, lanes) = self.heats.last_mut().expect("a heat has just been added");
        Heat { group, lanes }
    }

    /// Ends the race, out of the files that criterion has just written: prints its table, tells of each promise whether
    /// it holds, and writes both down ([`results`]). Ratios go by the fastest samples, for whatever else a machine does
    /// can only slow a lane down. Says nothing where nothing was measured: `cargo test --benches` runs each lane once.
    pub fn finish(self) {
        self.criterion.final_summary();
        let rows: Vec<_> = self.heats.iter().flat_map(|(task, lanes)| self.rows(task, lanes)).collect();
        if rows.is_empty() {
            return;
        }
        println!("{:<62} {:>12} {:>12} {:>12}", self.name, "median", "fastest", "voxwire / it");
        for Row { task, lane, median, fastest, ratio, .. } in &rows {
            let (fastest, ratio) = (fastest.unwrap_or_default(), ratio.unwrap_or_default());
            println!("{task:<30} {lane:<31} {median:>9.1} ns {fastest:>9.1} ns {ratio:>12.2}");
        }
        for Row { task, bounds, .. } in &rows {
            for bound in bounds {
                let Bound { what, limit, measured, .. } = bound;
                println!("{:<7} {task}: {what}, {limit}, is {measured:.2}", bound.verdict());
            }
        }
        println!();
        if let Err(error) = results::write(self.name, &rows) {
            eprintln!("{}: the results cannot be written: {error}", self.name);
        }
    }

    /// The lanes of a heat that were measured.
    fn rows(&self, task: &str, lanes: &[Lane]) -> Vec<Row> {
        let heat = criterion_folder().join(format!("{} {task}", self.name));
        let mut rows: Vec<Row> = Vec::new();
        let mut pace = None;
        for lane in lanes {
            let Some(Times { median, fastest }) = Times::read(&heat.join(lane.name), self.began) else {
                continue;
            };
            let ratio = *pace.get_or_insert(fastest) / fastest;
            rows.push(Row {
                bench: self.name.to_owned(),
                task: task.to_owned(),
                lane: lane.name.to_owned(),
                median,
                fastest: Some(fastest),
                unit: "ns".to_owned(),
                ratio: Some(ratio),
                ..Row::default()
            });
            // What is promised is promised of the first lane.
            let promised = &mut rows[0].bounds;
            if let Some(at_most) = lane.share {
                promised.push(Bound::share(lane.name, at_most, ratio));
            }
            if let Some(at_most) = lane.nanos {
                promised.push(Bound::at_most("nanoseconds, median", at_most, median));
            }
        }
        rows
    }
}

/// Nanoseconds that one run took.
#[derive(Debug)]
struct Times {
    median: f64,
    fastest: f64,
}

impl Times {
    /// What criterion wrote about a lane, unless that was before `began`.
    fn read(lane: &Path, began: SystemTime) -> Option<Self> {
        let file = |name| lane.join("new").join(name);
        let json = |name| serde_json::from_slice::<Value>(&fs::read(file(name)).ok()?).ok();
        let written = fs::metadata(file("sample.json")).and_then(|file| file.modified()).ok()?;
        if written < began {
            return None;
        }
        let sample = json("sample.json")?;
        let each = sample["times"].as_array()?.iter().zip(sample["iters"].as_array()?);
        let fastest =
            each.filter_map(|(time, runs)| Some(time.as_f64()? / runs.as_f64()?)).reduce(f64::min)?;
        let median = json("estimates.json")?["median"]["point_estimate"].as_f64()?;
        Some(Self { median, fastest })
    }
}

impl Heat<'_> {
    /// Times one way to do it.
    #[must_use]
    pub fn lane<T>(mut self, name: &'static str, mut run: impl FnMut() -> T) -> Self {
        self.lanes.push(Lane { name, share: None, nanos: None });
        self.group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(&mut run));
        self
    }

    /// Promises that the first lane takes at most this share of what the last one takes.
    #[must_use]
    pub fn at_most(self, share: impl Into<Option<f64>>) -> Self {
        if let Some(lane) = self.lanes.last_mut() {
            lane.share = share.into();
        }
        self
    }

    /// Promises that the last lane takes at most so many nanoseconds.
    #[must_use]
    pub fn within(self, nanos: f64) -> Self {
        if let Some(lane) = self.lanes.last_mut() {
            lane.nanos = Some(nanos);
        }
        self
    }

    /// Ends the heat.
    pub fn end(self) {
        self.group.finish();
    }
}

/// Where criterion writes.
fn criterion_folder() -> PathBuf {
    env::var_os("CRITERION_HOME").map_or_else(|| results::target().join("criterion"), PathBuf::from)
}
