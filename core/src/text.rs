//! Text borrowed from a message, unescaped only when it is read.

use core::fmt::{self, Write};

use crate::copy::copy;

/// Text as it lay in the message: a JSON string whose escapes are resolved when it is read, or plain text.
///
/// Two texts are equal when they mean the same, however they were spelled.
///
/// ```
/// use voxwire::Text;
///
/// let name = Text::from("end-of-greeting");
/// assert_eq!(name, "end-of-greeting");
/// assert_eq!(name.as_str(), Some("end-of-greeting"));
/// ```
#[derive(Clone, Copy, Default)]
pub struct Text<'m> {
    raw: &'m str,
    spelling: Spelling,
}

// As wide as a pointer: padding would be copied byte by byte, and texts are copied a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(usize)]
enum Spelling {
    #[default]
    Plain,
    /// Plain, and known to be spelled the same in JSON.
    Bare,
    Escaped,
}

impl<'m> Text<'m> {
    /// Text that stands for itself.
    pub const fn new(plain: &'m str) -> Self {
        Self { raw: plain, spelling: Spelling::Plain }
    }

    /// Plain text that [`as_json`](Self::as_json) has given: it need not look again.
    pub(crate) const fn bare(json: &'m str) -> Self {
        Self { raw: json, spelling: Spelling::Bare }
    }

    /// The inside of its JSON string, where that has no escapes.
    pub(crate) fn as_json(&self) -> Option<&'m str> {
        match self.spelling {
            Spelling::Bare => Some(self.raw),
            Spelling::Plain => Some(self.raw).filter(|plain| needs_no_escapes(plain)),
            Spelling::Escaped => None,
        }
    }

    /// The inside of a JSON string that the reader has proven, escapes and all.
    pub(crate) const fn escaped(raw: &'m str) -> Self {
        Self { raw, spelling: Spelling::Escaped }
    }

    /// The text without a copy, unless escapes stand in the way.
    pub const fn as_str(&self) -> Option<&'m str> {
        match self.spelling {
            Spelling::Plain | Spelling::Bare => Some(self.raw),
            Spelling::Escaped => None,
        }
    }

    /// The characters, escapes resolved.
    pub const fn chars(&self) -> Chars<'m> {
        Chars { rest: self.raw, spelling: self.spelling }
    }

    /// Length in bytes of UTF-8, escapes resolved.
    pub fn len(&self) -> usize {
        if self.spelling == Spelling::Escaped {
            self.chars().fold(0, |len: usize, c| len.saturating_add(c.len_utf8()))
        } else {
            self.raw.len()
        }
    }

    /// Whether there is no text.
    pub const fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Copies the text, escapes resolved, to the start of `buf`. `None` if it does not fit; then
    /// [`len`](Self::len) bytes are needed.
    pub fn copy_to<'b>(&self, buf: &'b mut [u8]) -> Option<&'b str> {
        let mut len: usize = 0;
        for c in self.chars() {
            let mut utf8 = [0; 4];
            let c = encode_utf8(c, &mut utf8).as_bytes();
            let end = len.saturating_add(c.len());
            copy(c, buf.get_mut(len..end)?);
            len = end;
        }
        core::str::from_utf8(buf.get(..len)?).ok()
    }

    /// Whether both mean the same, ASCII letters of either case being equal.
    // Inlined, so that the length of a key that is known decides most comparisons.
    #[inline]
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        (self.spelling == Spelling::Escaped || self.raw.len() == other.len()) && self.same_letters(other)
    }

    fn same_letters(&self, other: &str) -> bool {
        if self.spelling != Spelling::Escaped {
            // Most spell it as it is spelled here; where nothing is faster than letter by letter, that is only larger.
            let is_same = cfg!(not(target_os = "none")) && self.raw == other;
            return is_same || self.raw.eq_ignore_ascii_case(other);
        }
        let mut other = other.chars();
        self.chars().all(|c| other.next().is_some_and(|o| o.eq_ignore_ascii_case(&c)))
            && other.next().is_none()
    }

    /// As a decimal number without sign, fraction or exponent.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        let mut value: Option<u64> = None;
        for c in self.chars() {
            let digit = c.to_digit(10)?;
            value = Some(value.unwrap_or(0).checked_mul(10)?.checked_add(u64::from(digit))?);
        }
        value
    }
}

impl<'m> From<&'m str> for Text<'m> {
    fn from(plain: &'m str) -> Self {
        Self::new(plain)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.as_str(), other.as_str()) {
            (Some(a), Some(b)) => a == b,
            _ => self.chars().eq(other.chars()),
        }
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        *self == Text::new(other)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == Text::new(other)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.pad(text),
            None => self.chars().try_for_each(|c| f.write_char(c)),
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().flat_map(char::escape_debug).try_for_each(|c| f.write_char(c))?;
        f.write_char('"')
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

/// A character in UTF-8. Of this size the optimiser knows that none is longer.
pub(crate) fn encode_utf8(c: char, buf: &mut [u8; 4]) -> &str {
    c.encode_utf8(buf)
}

/// Whether JSON spells it as it is.
fn needs_no_escapes(plain: &str) -> bool {
    plain.bytes().all(|byte| !matches!(byte, 0..b' ' | b'"' | b'\\'))
}

/// A text of which only the writer has written, which writes UTF-8.
pub(crate) fn written(bytes: &[u8]) -> &str {
    #[cfg(not(feature = "std"))]
    use core::str::from_utf8;
    #[cfg(feature = "std")]
    use simdutf8::basic::from_utf8;
    from_utf8(bytes).unwrap_or_default()
}

/// The characters of a [`Text`], escapes resolved.
#[derive(Clone, Debug)]
pub struct Chars<'m> {
    rest: &'m str,
    spelling: Spelling,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let first = self.take()?;
        if first != '\\' || self.spelling != Spelling::Escaped {
            return Some(first);
        }
        Some(match self.take()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.code_point(),
            itself => itself,
        })
    }
}

impl<'m> Chars<'m> {
    /// What has not been read yet.
    pub(crate) const fn into_text(self) -> Text<'m> {
        Text { raw: self.rest, spelling: self.spelling }
    }

    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    /// What follows `\u`. The reader has refused lone surrogates, so the replacement character never shows.
    fn code_point(&mut self) -> char {
        let mut code = u32::from(self.unit());
        if matches!(code, 0xd800..=0xdbff) {
            self.take();
            self.take();
            // RFC 2781, section 2.2.
            let above = (code & 0x3ff) << 10 | u32::from(self.unit()) & 0x3ff;
            code = above.wrapping_add(0x1_0000);
        }
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn unit(&mut self) -> u16 {
        let Some((hex, rest)) = self.rest.split_at_checked(4) else { return 0 };
        self.rest = rest;
        code_unit(hex.as_bytes()).unwrap_or(0)
    }
}

/// What four hexadecimal digits stand for; `None` where they are none.
pub(crate) fn code_unit(hex: &[u8]) -> Option<u16> {
    let hex: [u8; 4] = *hex.first_chunk()?;
    hex.into_iter().try_fold(0, |unit, digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn escapes_are_resolved_when_read() {
        let text = Text::escaped(r#"a\/b\u00e9\ud83d\ude00\n\"\\"#);
        assert_eq!(text, "a/bé😀\n\"\\");
        assert_eq!(text.len(), "a/bé😀\n\"\\".len());
        let mut buf = [0; 32];
        assert_eq!(text.copy_to(&mut buf), Some("a/bé😀\n\"\\"));
        assert_eq!(text.copy_to(&mut buf[..text.len() - 1]), None);
        assert_eq!(text.as_str(), None);
    }

    #[test]
    fn pairs_of_surrogates_are_one_character() {
        for c in ['\u{10000}', '\u{103ff}', '\u{10400}', '\u{1f600}', '\u{20000}', '\u{fffff}', '\u{10ffff}']
        {
            let mut units = [0; 2];
            let escaped: String =
                c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
            assert_eq!(Text::escaped(&escaped).chars().collect::<Vec<_>>(), [c]);
        }
    }

    #[test]
    fn equality_is_by_meaning() {
        assert_eq!(Text::escaped(r"\u0041b"), Text::new("Ab"));
        assert!(Text::escaped(r"\u0041b").eq_ignore_ascii_case("aB"));
        assert!(!Text::escaped(r"\u0041b").eq_ignore_ascii_case("abc"));
        assert!(!Text::escaped(r"\u0041bc").eq_ignore_ascii_case("ab"));
        assert_ne!(Text::new(r"\u0041"), Text::new("A"));
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(Text::new("160").as_u64(), Some(160));
        assert_eq!(Text::new("18446744073709551615").as_u64(), Some(u64::MAX));
        for no in ["", "-1", "+1", "1.0", "1e3", "18446744073709551616", "٣"] {
            assert_eq!(Text::new(no).as_u64(), None, "{no}");
        }
    }
}
