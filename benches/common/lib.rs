//! A race: several ways to do one thing, measured in one run, and a table of ratios at the end.

use core::time::Duration;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use serde_json::Value;

pub mod rivals;

/// The heats of one bench, each between `voxwire` and its rivals.
///
/// Names become folder names, so they hold letters, digits, spaces and hyphens only.
#[expect(missing_debug_implementations, reason = "criterion has none")]
pub struct Race {
    criterion: Criterion,
    name: &'static str,
    began: SystemTime,
    heats: Vec<(String, Vec<&'static str>)>,
}

/// One task, and those who have run it so far.
#[expect(missing_debug_implementations, reason = "criterion has none")]
pub struct Heat<'r> {
    group: BenchmarkGroup<'r, WallTime>,
    lanes: &'r mut Vec<&'static str>,
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

    /// Ends the race and prints its table, out of the files that criterion has just written: the median, and the
    /// fastest sample, by which the ratio goes, for whatever else a machine does can only slow a lane down. Prints
    /// nothing where nothing was measured: `cargo test --benches` runs each lane once.
    pub fn finish(self) {
        self.criterion.final_summary();
        let folder = criterion_folder();
        let mut rows = Vec::new();
        for (task, lanes) in &self.heats {
            let heat = folder.join(format!("{} {task}", self.name));
            let mut pace = None;
            for lane in lanes {
                let Some(Times { median, fastest }) = Times::read(&heat.join(lane), self.began) else {
                    continue;
                };
                let ratio = fastest / *pace.get_or_insert(fastest);
                rows.push(format!("{task:<22} {lane:<31} {median:>9.1} ns {fastest:>9.1} ns {ratio:>6.2}"));
            }
        }
        if !rows.is_empty() {
            println!("{:<54} {:>12} {:>12} {:>6}", self.name, "median", "fastest", "ratio");
            println!("{}\n", rows.join("\n"));
        }
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
        self.lanes.push(name);
        self.group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(&mut run));
        self
    }

    /// Ends the heat.
    pub fn end(self) {
        self.group.finish();
    }
}

/// Bytes in no order that a branch predictor could learn.
pub fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}

/// Where criterion writes. The bench itself lies in the target folder, wherever that was put.
fn criterion_folder() -> PathBuf {
    if let Some(home) = env::var_os("CRITERION_HOME") {
        return home.into();
    }
    let bench = env::current_exe().unwrap_or_default();
    // <target>/release/deps/<bench>
    bench.ancestors().nth(3).unwrap_or(Path::new("target")).join("criterion")
}
