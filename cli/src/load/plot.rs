//! The pictures of a report.

use core::fmt::{self, Display, Formatter};

use hdrhistogram::Histogram;

use super::meter::{Tally, quantile};

// In pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 36.0;

/// Points of the line of a distribution.
const POINTS: u32 = 120;

/// Lines over a common scale, as an SVG element. Values are in milliseconds, places from 0 to 1.
pub(super) struct Plot {
    /// What it shows, for those who cannot see it.
    label: &'static str,
    /// What stands below which place.
    ticks: Vec<(f64, String)>,
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    class: &'static str,
    /// Gaps between runs of points stay open.
    runs: Vec<Vec<(f64, f64)>>,
}

impl Plot {
    /// The latency of the fastest part of the frames, for each part; the last tenth, hundredth, … are drawn as wide as
    /// the first nine tenths.
    pub(super) fn distribution(latency: &Histogram<u64>) -> Self {
        let nines = (latency.len().max(10) as f64).log10();
        let value = |x: f64| quantile(latency, 1.0 - 10_f64.powf(-x * nines)).as_secs_f64() * 1e3;
        let places = (0..=POINTS).map(|point| f64::from(point) / f64::from(POINTS));
        let run: Vec<_> = places.map(|x| (x, value(x))).collect();
        let parts = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999_999];
        let ticks = parts.map(|part: f64| (-(1.0 - part).log10() / nines, format!("{} %", percent(part))));
        let ticks = ticks.into_iter().filter(|(x, _)| *x <= 1.0).collect();
        let runs = if latency.is_empty() { Vec::new() } else { vec![run] };
        Self { label: "latency distribution", ticks, lines: vec![Line { name: "latency", class: "a", runs }] }
    }

    /// The latency of frames by when they were said.
    pub(super) fn over_time(tally: &Tally) -> Self {
        let slots = tally.slots.len();
        let of = |name, class, part| {
            let points = tally.slots.iter().enumerate().map(|(slot, latency)| {
                let x = (slot as f64 + 0.5) / slots as f64;
                (!latency.is_empty()).then(|| (x, quantile(latency, part).as_secs_f64() * 1e3))
            });
            let points: Vec<_> = points.collect();
            let runs = points.split(Option::is_none).map(|run| run.iter().copied().flatten().collect());
            Line { name, class, runs: runs.collect() }
        };
        let span = tally.slot.as_secs_f64() * slots as f64;
        let step = nice(span / 8.0);
        let ticks = (0..=8).map(|tick| f64::from(tick) * step).take_while(|at| *at <= span * 1.001);
        Self {
            label: "latency over time",
            ticks: ticks.map(|at| (at / span, format!("{} s", short(at)))).collect(),
            lines: vec![of("max", "c", 1.0), of("p99", "b", 0.99), of("p50", "a", 0.5)],
        }
    }
}

impl Display for Plot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let label = self.label;
        writeln!(
            f,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">"#
        )?;
        self.draw(f)?;
        f.write_str("</svg>\n")
    }
}

impl Plot {
    fn draw(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let values = self.lines.iter().flat_map(|line| line.runs.iter().flatten()).map(|(_, value)| *value);
        let Some(most) = values.reduce(f64::max) else {
            let (x, y) = (WIDTH / 2.0, HEIGHT / 2.0);
            return writeln!(f, r#"<text class="mid" x="{x}" y="{y}">no frame came back</text>"#);
        };
        let most = most.max(0.01);
        let step = nice(most / 5.0);
        let top = (most / step).ceil() * step;
        let x = |place: f64| LEFT + place * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
        for value in (0..).map(|line| f64::from(line) * step).take_while(|value| *value <= top * 1.001) {
            let (y, right) = (y(value), WIDTH - RIGHT);
            writeln!(f, r#"<path class="grid" d="M{LEFT} {y:.1}H{right}"/>"#)?;
            let (x, y) = (LEFT - 8.0, y + 4.0);
            writeln!(f, r#"<text class="end" x="{x}" y="{y:.1}">{} ms</text>"#, short(value))?;
        }
        for (place, label) in &self.ticks {
            let (x, bottom) = (x(*place), HEIGHT - BOTTOM);
            writeln!(f, r#"<path class="grid" d="M{x:.1} {TOP}V{bottom}"/>"#)?;
            writeln!(f, r#"<text class="mid" x="{x:.1}" y="{}">{label}</text>"#, bottom + 18.0)?;
        }
        for (number, Line { name, class, runs }) in self.lines.iter().enumerate() {
            for run in runs {
                // A point that stands alone is a line of no length, which round ends make visible.
                let path = run.iter().map(|(place, value)| format!("{:.1} {:.1}", x(*place), y(*value)));
                let path = path.collect::<Vec<_>>().join("L");
                if !path.is_empty() {
                    writeln!(f, r#"<path class="line {class}" stroke-linecap="round" d="M{path}h0"/>"#)?;
                }
            }
            let x = LEFT + 80.0 * number as f64;
            writeln!(
                f,
                r#"<path class="line {class}" d="M{x} 10h18"/><text x="{}" y="14">{name}</text>"#,
                x + 24.0
            )?;
        }
        Ok(())
    }
}

/// The next step that is easy to read: 1, 2 or 5 with zeros.
fn nice(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1e-6).log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= least * 0.999).unwrap_or(10.0 * power)
}

/// A number to four places at most, without zeros at its end.
fn short(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

fn percent(part: f64) -> f64 {
    short(part * 100.0)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::super::meter::Meter;
    use super::super::stage::Window;
    use super::*;

    #[test]
    fn steps_are_easy_to_read() {
        let steps = [0.004, 0.11, 1.0, 1.2, 4.9, 6.0].map(nice).map(short);
        assert_eq!(steps, [0.005, 0.2, 1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn where_nothing_came_back_nothing_is_drawn() {
        let window = Window { begin: Duration::ZERO, end: Duration::from_secs(1) };
        let mut tally = Meter::new(window.end).total();
        for plot in [Plot::distribution(&tally.latency), Plot::over_time(&tally)] {
            let plot = plot.to_string();
            assert!(plot.contains(">no frame came back</text>") && !plot.contains("<path"), "{plot}");
        }
        for at in [0, 100, 200, 500] {
            let at = Duration::from_millis(at);
            tally.came_back(at, at + Duration::from_millis(4), window);
        }
        let plot = Plot::over_time(&tally).to_string();
        assert_eq!(
            plot.matches(r#"<path class="line a" stroke"#).count(),
            2,
            "three in a row and one alone: {plot}"
        );
        assert!(plot.contains(">4 ms</text>") && plot.contains(">0.2 s</text>"), "{plot}");
    }
}
