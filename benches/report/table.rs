//! What was measured, as tables.

use core::fmt::Write as _;

use common::results::{Bound, Row};

use crate::Part;

/// What is promised, and what has come of it.
pub(crate) fn promises(parts: &[Part]) -> String {
    let mut table = String::new();
    for row in parts.iter().flat_map(|part| &part.rows) {
        for bound in &row.bounds {
            let Bound { what, limit, measured, measured_is } = bound;
            let (limit, measured) = (limit.to_string(), measured_is.of(*measured));
            line(&mut table, &[&row.bench, &row.task, what, &limit, &measured, bound.verdict()]);
        }
    }
    titled("| bench | task | what is promised | | measured | |\n|---|---|---|---:|---:|---|", &table)
}

/// All that was measured.
pub(crate) fn all(parts: &[Part]) -> String {
    let of = |bench: fn(&str) -> bool| parts.iter().filter(move |part| bench(part.bench));
    let races = of(|bench| !matches!(bench, "adapters" | "limits"));
    let [adapters, limits] =
        ["adapters", "limits"].map(|bench| parts.iter().find(|part| part.bench == bench));
    let mut tables = titled(
        "| bench | task | against | voxwire | it | voxwire / it | promised |\n|---|---|---|---:|---:|---:|---|",
        &races.map(race).collect::<String>(),
    );
    tables += &titled(
        "| calls, ahead | server | median | fastest | / same buffers | silent call |\n|---|---|---:|---:|---:|---:|",
        &adapters.map(servers).unwrap_or_default(),
    );
    tables += &titled(
        "| limit of | server | median | least | most | voxwire / it | a frame | in the kernel | as promised |\n|---|---|---:|---:|---:|---:|---:|---:|---:|",
        &limits.map(calls).unwrap_or_default(),
    );
    tables
}

/// Each rival beside `voxwire`, which is the first of its task.
fn race(part: &Part) -> String {
    let mut table = String::new();
    for heat in part.rows.chunk_by(|row, next| row.task == next.task) {
        let [ours, rivals @ ..] = heat else { continue };
        for rival in rivals {
            let promised = ours.bounds.iter().find(|bound| bound.share_of(&rival.lane).is_some());
            let promised = promised.map(|bound| format!("{}, {}", bound.limit, bound.verdict()));
            line(
                &mut table,
                &[
                    &rival.bench,
                    &rival.task,
                    &rival.lane,
                    &duration(ours.median),
                    &duration(rival.median),
                    &ratio(rival),
                    &promised.unwrap_or_default(),
                ],
            );
        }
    }
    table
}

fn servers(part: &Part) -> String {
    let mut table = String::new();
    for row in &part.rows {
        let fastest = row.fastest.map(duration).unwrap_or_default();
        let memory = row.memory.map(|bytes| format!("{:.1} KiB", bytes / 1024.0)).unwrap_or_default();
        line(&mut table, &[&row.task, &row.lane, &duration(row.median), &fastest, &ratio(row), &memory]);
    }
    table
}

fn calls(part: &Part) -> String {
    let mut table = String::new();
    for row in &part.rows {
        let count = |count: f64| format!("{count:.0} {}", row.unit);
        let [min, max] = [row.min, row.max].map(|figure| figure.map(count).unwrap_or_default());
        let median = format!("{}{}", if row.at_least { "≥ " } else { "" }, count(row.median));
        let [kernel, whole] = row.cost.map_or_else(Default::default, |cost| cost.map(duration));
        // With more calls than are known it is less.
        let sign = if row.at_least { "≤ " } else { "" };
        let left = row.left.map(|left| format!("{sign}{}", duration(left))).unwrap_or_default();
        line(&mut table, &[&row.task, &row.lane, &median, &min, &max, &ratio(row), &whole, &kernel, &left]);
    }
    table
}

fn ratio(row: &Row) -> String {
    row.ratio.map(|ratio| row.ratio_is.of(ratio)).unwrap_or_default()
}

fn duration(nanos: f64) -> String {
    if nanos < 1_000.0 { format!("{nanos:.1} ns") } else { format!("{:.2} µs", nanos / 1_000.0) }
}

fn line(table: &mut String, cells: &[&str]) {
    writeln!(table, "| {} |", cells.join(" | ")).expect("a string");
}

/// Nothing where there are no lines.
fn titled(title: &str, lines: &str) -> String {
    if lines.is_empty() { String::new() } else { format!("{title}\n{lines}\n") }
}
