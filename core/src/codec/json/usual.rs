//! Objects as their writer always writes them.

use super::string::plain_len;
use crate::text::Text;

/// A cursor that knows what comes: members in the order of their writer, without white space and without escapes. So a
/// member costs a comparison, and what it holds is looked at once.
///
/// It takes nothing that the [`Reader`](super::Reader) does not, and reads it alike. Where anything else comes it finds no
/// end, and the text is for the `Reader`.
#[derive(Debug)]
pub struct Usual<'m> {
    /// What is not read yet; nothing once something else came.
    rest: &'m str,
}

impl<'m> Usual<'m> {
    /// A cursor at the start of `text`, if it begins so.
    pub fn begins(text: &'m str, so: &str) -> Option<Self> {
        Some(Self { rest: text.strip_prefix(so)? })
    }

    /// The string behind `before`, if that comes next.
    pub fn string(&mut self, before: &str) -> Option<Text<'m>> {
        let string = self.rest.strip_prefix(before)?.strip_prefix('"').unwrap_or_default();
        let (plain, rest) = string.split_at_checked(plain_len(string.as_bytes()))?;
        // Without the quote there is nothing but what is no end.
        self.rest = rest.strip_prefix('"').unwrap_or_default();
        Some(Text::new(plain))
    }

    /// The number behind `before`, if that comes next, and digits do that 64 bits hold.
    pub fn number(&mut self, before: &str) -> Option<u64> {
        let number = self.rest.strip_prefix(before)?;
        let len = number.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = number.split_at_checked(len)?;
        let is_number = !digits.is_empty() && (digits == "0" || !digits.starts_with('0'));
        self.rest = if is_number { rest } else { "" };
        digits.bytes().try_fold(0, |value: u64, digit| {
            value.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
        })
    }

    /// Whether nothing but this is left.
    pub fn ends(self, so: &str) -> bool {
        self.rest == so
    }
}
