//! Objects as their writer always writes them.

use core::ops::Range;

use super::string::{long_plain_len, plain_len};
use crate::text::Text;

/// A cursor that knows what comes: members in the order of their writer, without white space and without escapes. So a
/// member costs a comparison, and what it holds is looked at once.
///
/// It takes nothing that the [`Reader`](super::Reader) does not, and reads it alike. Where anything else comes it finds no
/// end, and the text is for the `Reader`.
#[derive(Debug)]
pub struct Usual<'m> {
    text: &'m str,
    /// Where the cursor stands, in bytes; past the end once something else came.
    at: usize,
}

// No place wraps, for all of them lie in the text; a number that does has too many digits.
impl<'m> Usual<'m> {
    /// A cursor at the start of `text`, if it begins so.
    pub fn begins(text: &'m str, so: &str) -> Option<Self> {
        text.starts_with(so).then_some(Self { text, at: so.len() })
    }

    /// The string behind `before`, which ends with its quote, if that comes next.
    pub fn string(&mut self, before: &str) -> Option<Text<'m>> {
        let inside = self.pass(before, plain_len)?;
        self.text.get(inside).map(Text::new)
    }

    /// Such a string that is most of the text.
    pub fn long_string(&mut self, before: &str) -> Option<Text<'m>> {
        let inside = self.pass(before, long_plain_len)?;
        self.text.get(inside).map(Text::new)
    }

    /// Steps over such a string, if it comes next.
    pub fn pass_string(&mut self, before: &str) {
        self.pass(before, plain_len);
    }

    /// The number behind `before`, if that comes next, and digits do, few enough for 64 bits.
    pub fn number(&mut self, before: &str) -> Option<u64> {
        const MOST_DIGITS: usize = 19;
        let number = self.rest().strip_prefix(before.as_bytes())?;
        let (mut value, mut len) = (0_u64, 0_usize);
        while let Some(digit @ b'0'..=b'9') = number.get(len) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0')));
            len = len.wrapping_add(1);
        }
        let is_usual = len == 1 || ((2..=MOST_DIGITS).contains(&len) && !number.starts_with(b"0"));
        self.at = if is_usual { self.at.wrapping_add(before.len()).wrapping_add(len) } else { usize::MAX };
        Some(value)
    }

    /// Whether nothing but this is left.
    pub fn ends(self, so: &str) -> bool {
        self.rest() == so.as_bytes()
    }

    fn pass(&mut self, before: &str, plain_len: fn(&[u8]) -> usize) -> Option<Range<usize>> {
        let string = self.rest().strip_prefix(before.as_bytes())?;
        let len = plain_len(string);
        let start = self.at.wrapping_add(before.len());
        let end = start.wrapping_add(len);
        self.at = if string.get(len) == Some(&b'"') { end.wrapping_add(1) } else { usize::MAX };
        Some(start..end)
    }

    fn rest(&self) -> &'m [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}
