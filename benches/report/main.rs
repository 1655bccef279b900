//! Writes what was measured into `README.md`, between two comments, and draws it. `record` starts it.
//!
//! It reads the folder of results: `machine.md`, a sentence of what was measured on; `runs/<run>/<pass>/<bench>.json`, of
//! which the median of the runs counts, and of a run the fastest of its passes; or `<bench>.json`, where a bench was run by
//! hand.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use common::results::{Bound, Row, folder, median};

mod picture;
mod table;

/// The parts, in the order of the page.
const BENCHES: [&str; 8] =
    ["receive", "send", "audio", "resample", "session", "callback", "adapters", "limits"];

const BEGIN: &str = "<!-- record -->";
const END: &str = "<!-- end of the record -->";

fn main() -> ExitCode {
    let page = Path::new(env!("CARGO_MANIFEST_DIR"));
    match report(page, &folder()) {
        Ok(unmet) => {
            println!("benches/README.md is written; {unmet} of what is promised is not met");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("report: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Gives how many bounds are not met.
fn report(page: &Path, results: &Path) -> io::Result<usize> {
    let parts = BENCHES.into_iter().map(|bench| Ok(Part { bench, rows: read(results, bench)? }));
    let parts: Vec<_> = parts.collect::<io::Result<_>>()?;
    let machine = fs::read_to_string(results.join("machine.md")).unwrap_or_default();
    fs::write(page.join("ratios.svg"), picture::draw(&parts))?;
    let readme = page.join("README.md");
    let written = replaced(&fs::read_to_string(&readme)?, &section(machine.trim(), &parts));
    let written = written.ok_or_else(|| io::Error::other(format!("README.md has no {BEGIN} and {END}")))?;
    fs::write(readme, written)?;
    let bounds = parts.iter().flat_map(|part| &part.rows).flat_map(|row| &row.bounds);
    Ok(bounds.filter(|bound| !bound.is_held()).count())
}

/// A bench, with nothing in it where it was not measured.
struct Part {
    bench: &'static str,
    rows: Vec<Row>,
}

/// All that stands between the comments.
fn section(machine: &str, parts: &[Part]) -> String {
    let machine = if machine.is_empty() { "On what machine, is not known." } else { machine };
    let mut section = format!("{machine}\n\n");
    let missing = parts.iter().filter(|part| part.rows.is_empty()).map(|part| format!("`{}`", part.bench));
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() {
        writeln!(section, "Not measured: {}.\n", missing.join(", ")).expect("a string");
    }
    section + &table::promises(parts) + "![Ratios as dots](ratios.svg)\n\n" + &table::all(parts)
}

/// The page with another section between the comments.
fn replaced(page: &str, section: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{section}{END}{after}"))
}

/// The rows of a bench: the median of its runs.
fn read(results: &Path, bench: &str) -> io::Result<Vec<Row>> {
    let file = format!("{bench}.json");
    let mut runs = Vec::new();
    for run in fs::read_dir(results.join("runs")).into_iter().flatten() {
        let mut passes = Vec::new();
        for pass in fs::read_dir(run?.path())? {
            passes.extend(rows(&pass?.path().join(&file))?);
        }
        runs.push(raced(&lane_by_lane(passes, quietest)));
    }
    if runs.iter().all(Vec::is_empty) {
        runs.extend(rows(&results.join(&file))?);
    }
    Ok(lane_by_lane(runs, middle))
}

/// `None` where there is no such file.
fn rows(file: &Path) -> io::Result<Option<Vec<Row>>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// One row of each lane, in the order of the first time that all were measured.
fn lane_by_lane(measured: Vec<Vec<Row>>, merge: fn(&[Row]) -> Row) -> Vec<Row> {
    let mut order = Vec::new();
    let mut lanes: BTreeMap<_, Vec<Row>> = BTreeMap::new();
    for row in measured.into_iter().flatten() {
        let key = (row.task.clone(), row.lane.clone());
        if !lanes.contains_key(&key) {
            order.push(key.clone());
        }
        lanes.entry(key).or_default().push(row);
    }
    order.iter().filter_map(|key| Some(merge(lanes.get(key)?))).collect()
}

/// What a lane takes of a machine that is not busy with anything else, which lasts longer than a lane is timed: another
/// pass finds it quiet.
fn quietest(passes: &[Row]) -> Row {
    let least = |figure: &dyn Fn(&Row) -> Option<f64>| passes.iter().filter_map(figure).reduce(f64::min);
    let bounds = passes[0].bounds.iter().map(|bound| {
        let measured = least(&|row| row.measured(bound));
        Bound { measured: measured.unwrap_or(bound.measured), ..bound.clone() }
    });
    Row {
        median: least(&|row| Some(row.median)).unwrap_or_default(),
        fastest: least(&|row| row.fastest),
        bounds: bounds.collect(),
        ..passes[0].clone()
    }
}

/// The rows with the ratios that follow from their fastest samples.
fn raced(rows: &[Row]) -> Vec<Row> {
    let mut raced = Vec::new();
    for heat in rows.chunk_by(|row, next| row.task == next.task) {
        let pace = heat[0].fastest;
        let ratio = |row: &Row| Some(pace? / row.fastest?);
        let share =
            |bound: &Bound| heat.iter().find(|row| bound.share_of(&row.lane).is_some()).and_then(ratio);
        raced.extend(heat.iter().map(|row| {
            let judged =
                |bound: &Bound| Bound { measured: share(bound).unwrap_or(bound.measured), ..bound.clone() };
            Row { ratio: ratio(row), bounds: row.bounds.iter().map(judged).collect(), ..row.clone() }
        }));
    }
    raced
}

fn middle(rows: &[Row]) -> Row {
    let of = |figure: fn(&Row) -> Option<f64>| {
        let figures: Vec<_> = rows.iter().filter_map(figure).collect();
        (!figures.is_empty()).then(|| median(figures))
    };
    let bounds = rows[0].bounds.iter().map(|bound| {
        let measured = rows.iter().filter_map(|row| row.measured(bound));
        Bound { measured: median(measured), ..bound.clone() }
    });
    Row {
        median: median(rows.iter().map(|row| row.median)),
        fastest: of(|row| row.fastest),
        min: of(|row| row.min),
        max: of(|row| row.max),
        ratio: of(|row| row.ratio),
        memory: of(|row| row.memory),
        bounds: bounds.collect(),
        ..rows[0].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lane: &str, median: f64, ratio: f64, bounds: Vec<Bound>) -> Row {
        Row {
            bench: "receive".to_owned(),
            task: "media".to_owned(),
            lane: lane.to_owned(),
            median,
            fastest: Some(median),
            unit: "ns".to_owned(),
            ratio: Some(ratio),
            bounds,
            ..Row::default()
        }
    }

    fn runs() -> Vec<Vec<Row>> {
        [0.3, 0.5, 0.4]
            .into_iter()
            .map(|measured| {
                let bound = Bound::share("serde", 0.35, measured);
                let ours = row("voxwire", 100.0 * measured, 1.0, vec![bound]);
                vec![ours, row("serde", 100.0, measured, Vec::new())]
            })
            .collect()
    }

    #[test]
    fn the_median_of_all_runs_is_told_and_judged() {
        let rows = lane_by_lane(runs(), middle);
        assert_eq!((rows[0].median, rows[1].ratio), (40.0, Some(0.4)));
        let parts = [Part { bench: "receive", rows }, Part { bench: "limits", rows: Vec::new() }];
        let section = section("On a desk.", &parts);
        assert!(section.contains("On a desk.") && section.contains("Not measured: `limits`."), "{section}");
        assert!(section.contains("| media | share of serde | 0.35 at most | 0.40 | NOT MET |"), "{section}");
        assert!(
            section.contains("| media | serde | 40.0 ns | 100.0 ns | 0.40 | 0.35 at most, NOT MET |"),
            "{section}"
        );
        assert!(picture::draw(&parts).contains("<title>media: 0.40 of serde</title>"));
    }

    /// Two passes, in each of which a neighbour kept the machine busy for one lane.
    #[test]
    fn the_fastest_of_all_passes_is_a_run_and_its_ratios_follow() {
        let pass = |ours: f64, theirs: f64| {
            let bound = Bound::share("serde", 0.35, ours / theirs);
            vec![row("voxwire", ours, 1.0, vec![bound]), row("serde", theirs, ours / theirs, Vec::new())]
        };
        let run = raced(&lane_by_lane(vec![pass(60.0, 100.0), pass(30.0, 200.0)], quietest));
        assert_eq!([run[0].median, run[1].median], [30.0, 100.0]);
        assert_eq!([run[0].ratio, run[1].ratio], [Some(1.0), Some(0.3)]);
        assert_eq!(run[0].bounds[0].measured, 0.3);
    }

    /// What `limits` writes: a promise of at least so much, of figures that may be bounds themselves.
    #[test]
    fn what_is_known_as_a_bound_is_held_only_where_that_suffices() {
        let verdict = |measured: f64, worth: &str| {
            let bound = serde_json::json!({
                "what": "times the calls of python", "at_least": 10, "measured": measured, "measured_is": worth,
            });
            serde_json::from_value::<Bound>(bound).expect("a bound").verdict()
        };
        assert_eq!([10.0, 9.9].map(|measured| verdict(measured, "exact")), ["held", "NOT MET"]);
        assert_eq!([10.0, 9.9].map(|measured| verdict(measured, "at_least")), ["held", "NOT KNOWN"]);
        assert_eq!([10.0, 9.9].map(|measured| verdict(measured, "at_most")), ["NOT KNOWN", "NOT MET"]);
        assert_eq!([10.0, 9.9].map(|measured| verdict(measured, "unknown")), ["NOT KNOWN"; 2]);
    }

    #[test]
    fn a_ratio_of_limits_is_told_with_what_it_is_worth() {
        let rows = serde_json::json!([
            {"bench": "limits", "task": "sinch", "lane": "voxwire", "median": 400, "unit": "calls", "ratio": 1.0,
             "ratio_is": "exact", "at_least": true, "rounds": [400],
             "bounds": [{"what": "times the calls of python", "at_least": 10, "measured": 12.5,
                         "measured_is": "at_least"}]},
            {"bench": "limits", "task": "sinch", "lane": "python", "median": 32, "min": 32, "max": 32,
             "unit": "calls", "ratio": 12.5, "ratio_is": "at_least", "at_least": false, "rounds": [32],
             "cost": [31_000, 115_300], "left": 62_500},
        ]);
        let rows = serde_json::from_value(rows).expect("rows");
        let parts = [Part { bench: "limits", rows }];
        let section = section("On a desk.", &parts);
        let promise = "| limits | sinch | times the calls of python | 10 at least | ≥ 12.50 | held |";
        assert!(section.contains(promise), "{section}");
        assert!(section.contains("| sinch | voxwire | ≥ 400 calls |"), "{section}");
        assert!(
            section.contains(
                "| sinch | python | 32 calls | 32 calls | 32 calls | ≥ 12.50 | 115.30 µs | 31.00 µs | 62.50 µs |"
            ),
            "{section}"
        );
        assert!(!picture::draw(&parts).contains("python"));
    }

    #[test]
    fn only_what_stands_between_the_comments_is_replaced() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let page = replaced(&page, "new\n\n").expect("the comments");
        assert_eq!(page, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert_eq!(replaced(&page, "new\n\n").as_deref(), Some(page.as_str()));
        assert_eq!(replaced("nothing", "new"), None);
    }
}
