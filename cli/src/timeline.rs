//! The picture of a call: both voices over time, and between them what platform and application told each other.
//!
//! Made for the page of a README: it brings its own background, so that it can be read on light and dark pages, and it
//! stays small, since a voice is one outline with two points per pixel however many samples it has. All lengths are
//! whole tenths of a pixel, so the same call gives the same bytes everywhere.

mod ink;
mod labels;
mod scale;
mod wave;

use core::fmt::{self, Display, Formatter};
use core::ops::Range;
use core::time::Duration;

pub(crate) use ink::Xml;

use ink::{Px, arrow, bounds, cut, line, rect, text, text_width, wrap};
use labels::Side;
use scale::Scale;
use wave::Wave;

/// Calls drawn one below the other, on one scale of time.
pub(crate) struct Timeline {
    pub(crate) title: String,
    pub(crate) calls: Vec<CallPicture>,
}

/// One call.
pub(crate) struct CallPicture {
    /// What sets it apart from the others: "Sinch connectStream, 24 kHz".
    pub(crate) name: String,
    pub(crate) duration: Duration,
    /// Above, the voice of the platform's caller; below, the application's.
    pub(crate) lanes: [Lane; 2],
    /// Control messages, in any order.
    pub(crate) ticks: Vec<Tick>,
}

/// One voice.
pub(crate) struct Lane {
    /// Whose voice it is and, after a comma, where it was listened to: "caller, heard by the application".
    pub(crate) label: String,
    /// Samples per second, in Hz; on a clock that runs faster by some factor, times that factor.
    pub(crate) rate: u32,
    /// What was heard.
    pub(crate) segments: Vec<Segment>,
    /// What was cleared and so never heard, from when it would have been.
    pub(crate) unheard: Vec<Segment>,
    /// Where it was cut off, as whoever spoke knows it.
    pub(crate) stops: Vec<Stop>,
}

/// A moment that is known within bounds.
pub(crate) struct Stop {
    /// When it was.
    pub(crate) at: Duration,
    pub(crate) between: Range<Duration>,
    pub(crate) label: String,
}

/// Audio without a pause.
pub(crate) struct Segment {
    /// Since the start of the call.
    pub(crate) start: Duration,
    /// Little-endian 16-bit samples, mono.
    pub(crate) pcm: Vec<u8>,
}

/// A control message.
pub(crate) struct Tick {
    /// Since the start of the call.
    pub(crate) at: Duration,
    pub(crate) label: String,
    /// Whether the platform said it, rather than the application.
    pub(crate) from_platform: bool,
}

impl Timeline {
    /// Draws the picture, as the text of an SVG file 1,000 pixels wide.
    ///
    /// Labels never touch each other: they stand in rows, each with a line to its moment. Of equal messages that crowd,
    /// one label tells the number; of others too many for the rows, the earlier keep their arrow and lose their label.
    pub(crate) fn to_svg(&self) -> String {
        Drawing::of(self).to_string()
    }
}

// In tenths of a pixel.
const WIDTH: i32 = 10_000;
const MARGIN: i32 = 240;
/// Where time begins, to the right of the names of the voices.
const ORIGIN: i32 = MARGIN + 1_120;
const PLOT_WIDTH: i32 = WIDTH - MARGIN - ORIGIN;
const HEADER: i32 = 640;
const NAME: i32 = 210;
const LANE: i32 = 640;
/// What was never heard, outside of its lane.
const SHADOW: i32 = 400;
const SECONDS: i32 = 240;
const GAP: i32 = 340;

const UNHEARD: &str = "cleared, never heard";

const STYLE: &str = "<style>\
text{font:12.5px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#57606a;stroke:#fff;stroke-width:3px;paint-order:stroke}\
.title{font-size:18px;font-weight:600;fill:#1f2328}.name{font-size:14px;font-weight:600;fill:#1f2328}\
.end{text-anchor:end}.mid{text-anchor:middle}.voice{font-size:13.5px;font-weight:600}\
.platform{fill:#0a6c8f}.application{fill:#b3500c}.unheard{fill:#b3bac3}\
.line{fill:none;stroke-opacity:.5}.line.platform{stroke:#0a6c8f}.line.application{stroke:#b3500c}\
.lane{fill:#f6f8fa}.grid{stroke:#e1e5ea}.cut{stroke:#57606a;stroke-dasharray:3 2}.bounds{fill:none;stroke:#1f2328;stroke-width:2}.hatched{fill:url(#hatch)}\
.card{fill:#fff;stroke:#d8dee4;rx:8px}\
</style><defs>\
<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
<path d=\"M0 0V6\" stroke=\"#d3d8de\" stroke-width=\"2\"/></pattern></defs>\n";

/// A timeline with everything put in its place.
struct Drawing<'t> {
    timeline: &'t Timeline,
    scale: Scale,
    /// For each call the control messages of platform and application.
    sides: Vec<[Side; 2]>,
}

impl<'t> Drawing<'t> {
    /// Takes the widest scale at which the last labels still end within the picture, down to half of it.
    fn of(timeline: &'t Timeline) -> Self {
        let span = timeline.calls.iter().map(CallPicture::span).max().unwrap_or_default();
        let mut scale = Scale { span: span.max(Duration::from_millis(1)), width: PLOT_WIDTH };
        loop {
            let sides =
                |call: &CallPicture| [true, false].map(|platform| Side::of(&call.ticks, platform, scale));
            let sides: Vec<_> = timeline.calls.iter().map(sides).collect();
            let fits = sides.iter().flatten().all(|side| side.end() <= WIDTH - MARGIN);
            if fits || scale.width <= PLOT_WIDTH / 2 {
                return Self { timeline, scale, sides };
            }
            scale.width -= 100;
        }
    }

    fn call(&self, f: &mut Formatter<'_>, call: &CallPicture, sides: &[Side; 2], top: i32) -> fmt::Result {
        let [platform, application] = sides;
        let [caller, agent] = &call.lanes;
        let top_lane = top + NAME + caller.shadow();
        let upper = top_lane..top_lane + LANE;
        let low_lane = upper.end + labels::height(sides);
        let lower = low_lane..low_lane + LANE;
        let foot = lower.end + agent.shadow();
        let end = self.scale.x(call.duration);

        text(f, "name", MARGIN, top + 80, &call.name)?;
        for lane in [&upper, &lower] {
            rect(f, "lane", ORIGIN..end, lane.clone())?;
        }
        for (at, label) in self.scale.seconds() {
            let x = self.scale.x(at);
            if x <= end {
                line(f, "grid", x, upper.start..foot)?;
                text(f, "mid", x, foot + 170, &label)?;
            }
        }
        self.lane(f, caller, "platform", upper.clone(), top + NAME..upper.start)?;
        self.lane(f, agent, "application", lower.clone(), lower.end..foot)?;
        platform.draw(f, "platform", upper.end, 1)?;
        application.draw(f, "application", lower.start, -1)
    }

    /// Draws a voice, and outside of it as its shadow what was never heard.
    fn lane(
        &self,
        f: &mut Formatter<'_>,
        lane: &Lane,
        class: &str,
        y: Range<i32>,
        shadow: Range<i32>,
    ) -> fmt::Result {
        let (name, note) = lane.label.split_once(", ").unwrap_or((&lane.label, ""));
        let notes = wrap(note);
        let mut foot = y.start + LANE / 2 + 44;
        for _ in &notes {
            foot -= 77;
        }
        text(f, &format!("voice {class}"), MARGIN, foot, &cut(name, 13))?;
        for words in &notes {
            foot += 154;
            text(f, "", MARGIN, foot, words)?;
        }

        let wave = Wave::new(lane, self.scale);
        wave.draw(f, class, &lane.segments, &y)?;
        if lane.unheard.is_empty() {
            return Ok(());
        }
        let edge = if shadow.start < y.start { y.start } else { y.end };
        let shadow = shadow.start + 30..shadow.end - 30;
        let blocks = lane.unheard.iter().map(|segment| self.scale.range(segment, lane.rate));
        let ends = blocks.clone().map(|block| block.start).skip(1).chain([WIDTH - MARGIN]);
        let (foot, width) = (i32::midpoint(shadow.start, shadow.end) + 43, text_width(UNHEARD) + 160);
        let stops = lane.stops.iter().map(|stop| (stop, self.scale.x(stop.at)));
        let mut free = stops.clone().map(|(_, x)| x).max().unwrap_or(ORIGIN);
        for (block, end) in blocks.zip(ends) {
            rect(f, "hatched", block.clone(), shadow.clone())?;
            line(f, "cut", block.start, y.start.min(shadow.start)..y.end.max(shadow.end))?;
            if block.end + width <= end {
                text(f, "", block.end + 80, foot, UNHEARD)?;
            } else if free <= block.start - width {
                text(f, "end", block.start - 80, foot, UNHEARD)?;
            }
            free = block.end + width;
        }
        wave.draw(f, "unheard", &lane.unheard, &shadow)?;
        for (stop, x) in stops {
            let Range { start, end } = stop.between.clone();
            bounds(f, "bounds", self.scale.x(start)..self.scale.x(end), edge)?;
            if text_width(&stop.label) + 160 <= x - ORIGIN {
                text(f, "end", x - 80, foot, &stop.label)?;
            }
        }
        Ok(())
    }
}

impl Display for Drawing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let calls = self.timeline.calls.iter().zip(&self.sides);
        let heights = calls.clone().map(|(call, sides)| {
            let shadows: i32 = call.lanes.iter().map(Lane::shadow).sum();
            NAME + 2 * LANE + shadows + labels::height(sides) + SECONDS + GAP
        });
        let height = HEADER + heights.clone().sum::<i32>() - GAP + MARGIN;
        let (wide, high) = (Px(WIDTH), Px(height));
        write!(f, r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" "#)?;
        writeln!(f, r#"viewBox="0 0 {wide} {high}" role="img">"#)?;
        writeln!(f, "<title>{}</title>", Xml(&self.timeline.title))?;
        f.write_str(STYLE)?;
        rect(f, "card", 5..WIDTH - 5, 5..height - 5)?;

        text(f, "title", MARGIN, 340, &cut(&self.timeline.title, 60))?;
        legend(f, 340)?;
        let mut top = HEADER;
        for ((call, sides), height) in calls.zip(heights) {
            self.call(f, call, sides, top)?;
            top += height;
        }
        f.write_str("</svg>\n")
    }
}

/// Says at the right end of a line which arrow is whose.
fn legend(f: &mut Formatter<'_>, foot: i32) -> fmt::Result {
    let mut x = WIDTH - MARGIN;
    for (class, way, words) in
        [("application", -1, "application to platform"), ("platform", 1, "platform to application")]
    {
        x -= text_width(words);
        text(f, class, x, foot, words)?;
        arrow(f, class, x - 90, foot - 43 - way * 30, way)?;
        x -= 260;
    }
    Ok(())
}

impl Lane {
    /// The height of what was never heard.
    fn shadow(&self) -> i32 {
        if self.unheard.is_empty() { 0 } else { SHADOW }
    }
}

impl CallPicture {
    /// From the start to whatever comes last.
    fn span(&self) -> Duration {
        self.ticks.iter().map(|tick| tick.at).fold(self.duration, Duration::max)
    }
}

#[cfg(test)]
mod tests {
    use core::iter;

    use super::*;

    #[test]
    fn a_call_shows_both_voices_what_was_told_and_what_was_never_heard() {
        let mut call = call(1_000);
        call.ticks = vec![tick(0, "connect", true), tick(10, "answer", false), tick(500, "clear", false)];
        call.lanes[1].unheard.push(Segment { start: Duration::from_millis(500), pcm: noise(4_000) });
        let between = Duration::from_millis(450)..Duration::from_millis(550);
        call.lanes[1].stops.push(Stop {
            at: Duration::from_millis(500),
            between,
            label: "450 to 550 ms".into(),
        });
        let svg = Timeline { title: "Barge-in".into(), calls: vec![call] }.to_svg();

        assert_eq!(svg.matches(r#"<path class="platform" d="M136 "#).count(), 1);
        assert_eq!(svg.matches(r#"<path class="application" d="M136 "#).count(), 1);
        assert_eq!(svg.matches(r#"class="hatched""#).count(), 1);
        // A second is as wide as the plot, 840 pixels.
        assert_eq!(svg.matches(r#"<path class="bounds" d="M514 "#).count(), 1);
        assert!(svg.contains(">450 to 550 ms</text>") && svg.contains("H598M598 "));
        for words in ["Barge-in", "Sinch", "caller", "as heard", "connect", "answer", "clear", UNHEARD, "1 s"]
        {
            assert!(svg.contains(&format!(">{words}</text>")), "{words}");
        }
    }

    #[test]
    fn a_pause_in_a_voice_is_a_gap_in_its_outline() {
        let mut call = call(1_000);
        call.lanes[0].segments = [0, 200, 600]
            .map(|start| Segment { start: Duration::from_millis(start), pcm: noise(3_200) })
            .into();
        let svg = Timeline { title: String::new(), calls: vec![call] }.to_svg();
        // The first two adjoin; the third path is the arrow of the legend.
        assert_eq!(svg.matches(r#"<path class="platform" d="M"#).count(), 3);
    }

    #[test]
    fn two_calls_of_noise_stay_small() {
        let svg = Timeline { title: "Noise".into(), calls: vec![call(6_000), call(6_000)] }.to_svg();
        assert!(svg.len() < 80_000, "{}", svg.len());
    }

    #[test]
    fn words_stay_words() {
        let mut call = call(1_000);
        call.ticks.push(tick(5, "<script>\"R&D'\u{1}", true));
        let svg = Timeline { title: "a < b".into(), calls: vec![call] }.to_svg();
        assert!(svg.contains("<title>a &lt; b</title>"));
        assert!(svg.contains("&lt;script&gt;&quot;R&amp;D&#39;\u{FFFD}</text>"));
    }

    #[test]
    fn nothing_is_too_short_or_too_long_to_draw() {
        assert!(Timeline { title: String::new(), calls: vec![] }.to_svg().ends_with("</svg>\n"));
        for duration in [0, 1, 100_000_000_000, u64::MAX] {
            let mut call = call(10);
            call.duration = Duration::from_millis(duration);
            call.ticks = (0..1_000).map(|at| tick(at, &format!("tick {at}"), at % 2 == 0)).collect();
            call.ticks.push(Tick { at: Duration::MAX, label: "never".repeat(10), from_platform: true });
            call.lanes[0].rate = 0;
            call.lanes[1].rate = u32::MAX;
            call.lanes[1].unheard.push(Segment { start: Duration::MAX, pcm: noise(3) });
            call.lanes[1].stops.push(Stop {
                at: Duration::ZERO,
                between: Duration::MAX..Duration::ZERO,
                label: "never".repeat(100),
            });
            let svg = Timeline { title: "t".repeat(100), calls: vec![call] }.to_svg();
            assert!(svg.len() < 150_000, "{}", svg.len());
        }
    }

    fn call(millis: usize) -> CallPicture {
        let lane = |label: &str| Lane {
            label: label.to_owned(),
            rate: 8_000,
            segments: vec![Segment { start: Duration::ZERO, pcm: noise(16 * millis) }],
            unheard: vec![],
            stops: vec![],
        };
        CallPicture {
            name: "Sinch".into(),
            duration: Duration::from_millis(millis as u64),
            lanes: [lane("caller"), lane("application, as heard")],
            ticks: vec![],
        }
    }

    fn tick(millis: u64, label: &str, from_platform: bool) -> Tick {
        Tick { at: Duration::from_millis(millis), label: label.into(), from_platform }
    }

    /// Bytes that sound like nothing and look like everything.
    fn noise(bytes: usize) -> Vec<u8> {
        let dice = iter::successors(Some(1_u32), |last| {
            Some(last.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
        });
        dice.map(|roll| roll.to_be_bytes()[0]).take(bytes).collect()
    }
}
