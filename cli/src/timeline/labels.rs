//! What platform and application told each other, as labels in the strip between their voices.

use core::fmt::{self, Formatter};

use super::Tick;
use super::ink::{Px, arrow, cut, text, text_width};
use super::scale::Scale;

/// The most rows of labels for either side.
const MAX_ROWS: i32 = 7;
/// The most characters of a label.
const MAX_LABEL: usize = 28;

// In tenths of a pixel.
const ROW: i32 = 165;
/// Between a lane and the nearest row of labels: here a line leaves its moment for its place.
const EDGE: i32 = 120;
/// Between the labels of one side and those of the other.
const MIDDLE: i32 = 40;
/// Between two lines.
const STEP: i32 = 80;
/// From a line to its label.
const INDENT: i32 = 70;
/// From a label to the next line.
const GAP: i32 = 80;

/// What one side says in a call, besides audio.
pub(super) struct Side {
    /// Where each message was said.
    moments: Vec<i32>,
    /// The labels, from left to right.
    flags: Vec<Flag>,
}

impl Side {
    pub(super) fn of(ticks: &[Tick], platform: bool, scale: Scale) -> Self {
        let mut ticks: Vec<_> = ticks.iter().filter(|tick| tick.from_platform == platform).collect();
        ticks.sort_by_key(|tick| tick.at);
        let moments: Vec<_> = ticks.iter().map(|tick| scale.x(tick.at)).collect();

        let mut flags: Vec<Flag> = Vec::new();
        for (tick, &moment) in ticks.iter().zip(&moments) {
            let label = cut(&tick.label, MAX_LABEL);
            match flags.last_mut() {
                Some(last) if last.label == label && moment < last.end() => last.count += 1,
                _ => flags.push(Flag { moment, x: moment, row: 0, label, count: 1 }),
            }
        }
        // First see which labels there is room for, and only then make room between their lines.
        let mut flags = stagger(flags);
        let mut free = i32::MIN;
        for flag in &mut flags {
            flag.x = flag.x.max(free);
            free = flag.x + STEP;
        }
        Self { moments, flags: stagger(flags) }
    }

    /// Where the last label ends.
    pub(super) fn end(&self) -> i32 {
        self.flags.iter().map(Flag::end).max().unwrap_or(0)
    }

    /// Draws arrows at the `edge` of the speaker's lane, and labels from there on, downwards or (`way` -1) upwards.
    pub(super) fn draw(&self, f: &mut Formatter<'_>, class: &str, edge: i32, way: i32) -> fmt::Result {
        for flag in &self.flags {
            let row = edge + way * (EDGE + flag.row * ROW + ROW / 2);
            let (from, bend) = (Px(flag.moment), Px(edge + way * 60));
            let (x, straight) = (Px(flag.x), Px(edge + way * EDGE));
            writeln!(f, r#"<path class="line {class}" d="M{from} {bend}L{x} {straight}V{}h4"/>"#, Px(row))?;
            text(f, class, flag.x + INDENT, row + 43, &flag.words())?;
        }
        self.moments.iter().try_for_each(|&x| arrow(f, class, x, edge + way * 10, way))
    }

    fn rows(&self) -> i32 {
        self.flags.iter().map(|flag| flag.row + 1).max().unwrap_or(0)
    }
}

/// The height of the strip that holds the labels of both sides.
pub(super) fn height([platform, application]: &[Side; 2]) -> i32 {
    2 * EDGE + MIDDLE + (platform.rows() + application.rows()) * ROW
}

/// A label on its line.
struct Flag {
    /// Where the line comes from.
    moment: i32,
    /// Where it stands: at its moment, or to the right of it where lines crowd.
    x: i32,
    /// Counted from the lane of the side that speaks.
    row: i32,
    label: String,
    /// How many messages it stands for.
    count: usize,
}

impl Flag {
    fn words(&self) -> String {
        match self.count {
            1 => self.label.clone(),
            count => format!("{} ×{count}", self.label),
        }
    }

    fn end(&self) -> i32 {
        self.x + INDENT + text_width(&self.words())
    }
}

/// Gives each label the nearest row in which it covers neither another label nor the line of one farther out.
///
/// Labels stand to the right of their lines. So, going from right to left, a line never meets a label already placed,
/// and a label has only to lie farther out than all those whose lines it would cover.
fn stagger(flags: Vec<Flag>) -> Vec<Flag> {
    let mut placed: Vec<Flag> = Vec::new();
    for mut flag in flags.into_iter().rev() {
        let end = flag.end() + GAP;
        let covered = placed.iter().rev().take_while(|right| right.x < end);
        flag.row = covered.map(|right| right.row + 1).max().unwrap_or(0);
        if flag.row < MAX_ROWS {
            placed.push(flag);
        }
    }
    placed.reverse();
    placed
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    const SCALE: Scale = Scale { span: Duration::from_secs(1), width: 8_400 };

    #[test]
    fn labels_stand_in_the_nearest_free_row() {
        let rows = |times: &[u64]| side(times.iter().map(|&at| (at, format!("mark {at}")))).flags;
        let rows = |times| rows(times).iter().map(|flag| flag.row).collect::<Vec<_>>();
        assert_eq!(rows(&[0, 300, 600]), [0, 0, 0]);
        assert_eq!(rows(&[0, 10, 20, 600]), [2, 1, 0, 0]);
    }

    #[test]
    fn equal_messages_that_crowd_are_counted() {
        let side = side((0..50).map(|at| (at, "dtmf".to_owned())).chain([(900, "dtmf".to_owned())]));
        assert_eq!(side.flags.iter().map(Flag::words).collect::<Vec<_>>(), ["dtmf ×50", "dtmf"]);
        assert_eq!(side.moments.len(), 51);
    }

    #[test]
    fn no_label_covers_another_or_a_line() {
        let mut dice = 7_u64;
        let mut roll = |sides| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        for _ in 0..200 {
            let count = roll(60);
            let words = ["stop", "mark greeting", "mark greeting (flushed)"];
            let ticks: Vec<_> = (0..count)
                .map(|at| (roll(1_000), format!("{} {at}", words[usize::try_from(at % 3).unwrap()])))
                .collect();
            let side = side(ticks.into_iter());
            for (one, flag) in side.flags.iter().enumerate() {
                assert!(flag.row < MAX_ROWS && flag.moment <= flag.x);
                for right in &side.flags[one + 1..] {
                    assert!(flag.x + STEP <= right.x);
                    assert!(flag.end() < right.x || flag.row > right.row, "{} at {}", flag.words(), flag.x);
                }
            }
        }
    }

    fn side(ticks: impl Iterator<Item = (u64, String)>) -> Side {
        let tick = |(at, label)| Tick { at: Duration::from_millis(at), label, from_platform: true };
        Side::of(&ticks.map(tick).collect::<Vec<_>>(), true, SCALE)
    }
}
