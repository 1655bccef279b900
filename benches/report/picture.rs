//! What was measured, as a picture: a line for each task, a dot for each rival. The further to the left, the less `voxwire`
//! takes of what the rival takes. Limits are not in it: of calls, more is better.

use core::fmt::Write as _;

use common::results::Row;

use crate::Part;

// In pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 42.0;
const LINE: f64 = 18.0;
/// About the width of a letter.
const LETTER: f64 = 6.8;

/// Colours of lanes, in their order within a bench.
const COLOURS: usize = 8;

/// As many as there are steps that are easy to read between the ends.
const TICKS: [f64; 13] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#59636e}.bench{font-weight:600;fill:#1f2328}
.end{text-anchor:end}.mid{text-anchor:middle}.grid{stroke:#d1d9e0}.one{stroke:#59636e}.bound{stroke-width:2}
.c0{fill:#0969da;stroke:#0969da}.c1{fill:#bc4c00;stroke:#bc4c00}.c2{fill:#1a7f37;stroke:#1a7f37}
.c3{fill:#8250df;stroke:#8250df}.c4{fill:#bf3989;stroke:#bf3989}.c5{fill:#9a6700;stroke:#9a6700}
.c6{fill:#1b7c83;stroke:#1b7c83}.c7{fill:#d1242f;stroke:#d1242f}
@media(prefers-color-scheme:dark){text{fill:#9198a1}.bench{fill:#f0f6fc}.grid{stroke:#3d444d}.one{stroke:#9198a1}
.c0{fill:#4493f8;stroke:#4493f8}.c1{fill:#f0883e;stroke:#f0883e}.c2{fill:#3fb950;stroke:#3fb950}
.c3{fill:#ab7df8;stroke:#ab7df8}.c4{fill:#db61a2;stroke:#db61a2}.c5{fill:#d29922;stroke:#d29922}
.c6{fill:#39c5cf;stroke:#39c5cf}.c7{fill:#ff7b72;stroke:#ff7b72}}";

/// What the dots and bars are.
const CAPTION: &str = "What voxwire takes of what each other takes: left of 1 it is faster, and short bars are what is promised.";

/// The ratios of all parts, as an SVG.
pub(crate) fn draw(parts: &[Part]) -> String {
    let parts = || parts.iter().filter(|part| part.bench != "limits");
    let ratios: Vec<_> = parts().flat_map(|part| dots(&part.rows)).filter_map(|row| row.ratio).collect();
    let scale = Scale::over(&ratios);
    let mut body = String::new();
    let mut y = TOP + LINE;
    for part in parts() {
        y = draw_part(&mut body, part, &scale, y);
    }
    let height = y + LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<style>{STYLE}</style>\n"
    );
    push(&mut svg, &format!(r#"<text x="8" y="14">{CAPTION}</text>"#));
    for tick in scale.ticks() {
        let (x, class) = (scale.x(tick), if tick == 1.0 { "one" } else { "grid" });
        push(&mut svg, &format!(r#"<path class="{class}" d="M{x:.1} {TOP}V{y:.1}"/>"#));
        for y in [TOP - 6.0, y + LINE - 4.0] {
            push(&mut svg, &format!(r#"<text class="mid" x="{x:.1}" y="{y:.1}">{tick}</text>"#));
        }
    }
    svg + &body + "</svg>\n"
}

/// Draws a bench from `y` on, and gives where it ends.
fn draw_part(body: &mut String, part: &Part, scale: &Scale, mut y: f64) -> f64 {
    let mut lanes: Vec<&str> = Vec::new();
    for row in dots(&part.rows) {
        if !lanes.contains(&row.lane.as_str()) {
            lanes.push(&row.lane);
        }
    }
    if lanes.is_empty() {
        return y;
    }
    y += LINE / 2.0;
    push(body, &format!(r#"<text class="bench" x="8" y="{:.1}">{}</text>"#, y + 4.0, part.bench));
    let mut x = LEFT;
    for (number, lane) in lanes.iter().enumerate() {
        let against = if part.bench == "adapters" { " / the same buffers" } else { "" };
        let lane = format!("{lane}{against}");
        let width = 34.0 + LETTER * lane.len() as f64;
        if x > LEFT && x + width > WIDTH - RIGHT {
            (x, y) = (LEFT, y + LINE);
        }
        push(
            body,
            &format!(r#"<circle class="c{}" cx="{:.1}" cy="{y:.1}" r="4"/>"#, number % COLOURS, x + 5.0),
        );
        push(body, &format!(r#"<text x="{:.1}" y="{:.1}">{}</text>"#, x + 14.0, y + 4.0, escaped(&lane)));
        x += width;
    }
    y += LINE;
    for heat in part.rows.chunk_by(|row, next| row.task == next.task) {
        let task = escaped(&heat[0].task);
        let (x, right) = (LEFT - 12.0, WIDTH - RIGHT);
        push(body, &format!(r#"<path class="grid" d="M{LEFT} {y:.1}H{right}"/>"#));
        push(body, &format!(r#"<text class="end" x="{x}" y="{:.1}">{task}</text>"#, y + 4.0));
        for row in dots(heat) {
            let Some(ratio) = row.ratio else { continue };
            let colour = lanes.iter().position(|lane| *lane == row.lane).unwrap_or_default() % COLOURS;
            let (x, lane) = (scale.x(ratio), escaped(&row.lane));
            for share in heat[0].bounds.iter().filter_map(|bound| bound.share_of(&row.lane)) {
                let (x, top) = (scale.x(share), y - 7.0);
                push(body, &format!(r#"<path class="bound c{colour}" d="M{x:.1} {top:.1}v14"/>"#));
            }
            let title = format!("<title>{task}: {ratio:.2} of {lane}</title>");
            push(
                body,
                &format!(r#"<circle class="c{colour}" cx="{x:.1}" cy="{y:.1}" r="4">{title}</circle>"#),
            );
        }
        y += LINE;
    }
    y
}

/// The rows that are measured against another: not the first of a race, nor what the others are measured by.
fn dots(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| row.ratio.is_some_and(|ratio| ratio != 1.0))
}

/// Ratios from left to right, each step that multiplies as wide as the next.
struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    fn over(ratios: &[f64]) -> Self {
        let least = ratios.iter().copied().fold(0.5, f64::min);
        let most = ratios.iter().copied().fold(2.0, f64::max);
        Self {
            least: TICKS.into_iter().rfind(|tick| *tick <= least).unwrap_or(least),
            most: TICKS.into_iter().find(|tick| *tick >= most).unwrap_or(most),
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        TICKS.into_iter().filter(|tick| (self.least..=self.most).contains(tick))
    }

    fn x(&self, ratio: f64) -> f64 {
        let place = (ratio / self.least).ln() / (self.most / self.least).ln();
        LEFT + place.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn push(svg: &mut String, element: &str) {
    writeln!(svg, "{element}").expect("a string");
}
