//! Voices as outlines.

use core::fmt::{self, Formatter};
use core::ops::Range;

use super::ink::Px;
use super::scale::Scale;
use super::{Lane, ORIGIN, Segment};

/// The least sample value drawn as a full wave: quiet speech is drawn larger than it is, but noise stays noise.
const QUIET: u16 = 4_096;

/// How a lane draws its voice.
pub(super) struct Wave {
    /// The sample value drawn as a full wave.
    full: i32,
    rate: u32,
    scale: Scale,
}

impl Wave {
    pub(super) fn new(lane: &Lane, scale: Scale) -> Self {
        let all = lane.segments.iter().chain(&lane.unheard).flat_map(samples);
        let full = all.map(i16::unsigned_abs).max().unwrap_or(0).max(QUIET);
        Self { full: i32::from(full), rate: lane.rate, scale }
    }

    /// Draws the highest and the lowest sample of every column of one pixel, joined to outlines within `y`.
    pub(super) fn draw(
        &self,
        f: &mut Formatter<'_>,
        class: &str,
        segments: &[Segment],
        y: &Range<i32>,
    ) -> fmt::Result {
        let columns = self.columns(segments);
        // A full wave leaves an eighth of the height free.
        let (middle, swing) = (i32::midpoint(y.start, y.end), (y.end - y.start) * 7 / 16);
        // Silence that was sent is a line; silence because nothing was sent is none.
        let reach = |value: i32| (value * swing / self.full).max(4);

        let mut x = ORIGIN;
        for voice in columns.chunk_by(|one, next| one.is_some() == next.is_some()) {
            let tops = voice.iter().flatten().map(|&(_, high)| middle - reach(high));
            let bottoms = voice.iter().rev().flatten().map(|&(low, _)| middle + reach(-low));
            if let (Some(top), Some(bottom)) = (tops.clone().next(), bottoms.clone().next()) {
                write!(f, r#"<path class="{class}" d="M{} {}"#, Px(x), Px(top))?;
                outline(f, "l1", tops)?;
                write!(f, "h1V{}", Px(bottom))?;
                outline(f, "l-1", bottoms)?;
                writeln!(f, "h-1z\"/>")?;
            }
            for _ in voice {
                x += 10;
            }
        }
        Ok(())
    }

    /// The lowest and the highest sample in each column that any segment touches, and zero.
    fn columns(&self, segments: &[Segment]) -> Vec<Option<(i32, i32)>> {
        let mut columns: Vec<_> = (0..self.scale.width / 10).map(|_| None).collect();
        for segment in segments {
            let (samples, _) = segment.pcm.as_chunks::<2>();
            let Range { start, end } = self.scale.range(segment, self.rate);
            for (column, x) in
                columns.iter_mut().zip((ORIGIN..).step_by(10)).filter(|(_, x)| (start..end).contains(x))
            {
                let [from, to] = [x, x + 10].map(|x| self.scale.sample(x, segment.start, self.rate));
                let within =
                    samples.get(from..to.max(from.saturating_add(1)).min(samples.len())).unwrap_or_default();
                let values = within.iter().map(|&sample| i32::from(i16::from_le_bytes(sample)));
                let extremes = |(low, high): (i32, i32), value: i32| (low.min(value), high.max(value));
                *column = Some(values.fold(column.unwrap_or((0, 0)), extremes));
            }
        }
        columns
    }
}

fn samples(segment: &Segment) -> impl Iterator<Item = i16> {
    segment.pcm.as_chunks::<2>().0.iter().map(|&sample| i16::from_le_bytes(sample))
}

/// Continues a path through heights one column apart.
fn outline(f: &mut Formatter<'_>, step: &str, heights: impl Iterator<Item = i32> + Clone) -> fmt::Result {
    for (last, next) in heights.clone().zip(heights.skip(1)) {
        let space = if next < last { "" } else { " " };
        write!(f, "{step}{space}{}", Px(next - last))?;
    }
    Ok(())
}
