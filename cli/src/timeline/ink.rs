//! The few shapes and words a picture is made of.

use core::fmt::{self, Display, Formatter};
use core::ops::Range;

/// Tenths of a pixel, written as pixels in as few characters as can be.
#[derive(Clone, Copy)]
pub(super) struct Px(pub(super) i32);

impl Display for Px {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (whole, tenths) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        match (whole, tenths) {
            (whole, 0) => write!(f, "{whole}"),
            (0, tenths) => write!(f, ".{tenths}"),
            (whole, tenths) => write!(f, "{whole}.{tenths}"),
        }
    }
}

/// Text as XML spells it; what XML cannot hold at all becomes the replacement character.
pub(crate) struct Xml<'t>(pub(crate) &'t str);

impl Display for Xml<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\t' | '\n' | '\r' => f.write_str(" "),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => f.write_str("\u{FFFD}"),
            c => write!(f, "{c}"),
        })
    }
}

/// Writes words, with `y` at their foot and `x` at the end that the class says.
pub(super) fn text(f: &mut Formatter<'_>, class: &str, x: i32, y: i32, words: &str) -> fmt::Result {
    writeln!(f, r#"<text class="{class}" x="{}" y="{}">{}</text>"#, Px(x), Px(y), Xml(words))
}

pub(super) fn rect(f: &mut Formatter<'_>, class: &str, x: Range<i32>, y: Range<i32>) -> fmt::Result {
    let (width, height) = (Px(x.end - x.start), Px(y.end - y.start));
    let (x, y) = (Px(x.start), Px(y.start));
    writeln!(f, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>"#)
}

/// A line from top to bottom.
pub(super) fn line(f: &mut Formatter<'_>, class: &str, x: i32, y: Range<i32>) -> fmt::Result {
    writeln!(f, r#"<path class="{class}" d="M{} {}V{}"/>"#, Px(x), Px(y.start), Px(y.end))
}

/// A bar from end to end, with a stroke across each.
pub(super) fn bounds(f: &mut Formatter<'_>, class: &str, x: Range<i32>, y: i32) -> fmt::Result {
    let (start, end, middle, top, high) = (Px(x.start), Px(x.end), Px(y), Px(y - 40), Px(80));
    writeln!(
        f,
        r#"<path class="{class}" d="M{start} {top}v{high}M{start} {middle}H{end}M{end} {top}v{high}"/>"#
    )
}

/// A small triangle that begins at `y` and points down, or up where `way` is -1.
pub(super) fn arrow(f: &mut Formatter<'_>, class: &str, x: i32, y: i32, way: i32) -> fmt::Result {
    writeln!(f, r#"<path class="{class}" d="M{} {}h6l-3 {}z"/>"#, Px(x - 30), Px(y), Px(way * 60))
}

/// The text, or as much of its beginning as fits in some characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// The text in up to three lines of about fifteen characters.
pub(super) fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 15 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, 15)),
        }
    }
    lines.truncate(3);
    lines
}

/// About how wide a label is, in tenths of a pixel: rather more than less, in any usual font.
pub(super) fn text_width(text: &str) -> i32 {
    let width = |c| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' => 34,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '/' | '-' | '"' => 46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 114,
        'A'..='Z' => 94,
        '\0'..='\u{2FF}' => 74,
        _ => 130,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_short() {
        assert_eq!(
            [0, 5, -5, 10, -123, 10_000].map(|tenths| Px(tenths).to_string()).join(" "),
            "0 .5 -.5 1 -12.3 1000"
        );
    }

    #[test]
    fn long_words_are_cut_and_many_are_wrapped() {
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größere", 6), "größe…");
        assert_eq!(wrap("heard by the caller"), ["heard by the", "caller"]);
        assert_eq!(wrap("one incomprehensibility is three lines of four lines long").len(), 3);
    }
}
