use core::fmt;
use core::iter::from_fn;

use super::{HandshakeError, cut, is_token, pieces};

/// The head of a request or a response: its first line, and its fields (RFC 9112).
#[derive(Clone, Copy, Default)]
pub struct Head<'h> {
    line: &'h str,
    fields: &'h str,
}

impl<'h> Head<'h> {
    /// The head at the beginning of `bytes`, and its length in bytes; `None` if there is more to come.
    ///
    /// # Errors
    /// [`HandshakeError::Malformed`].
    pub fn read(bytes: &'h [u8]) -> Result<Option<(Self, usize)>, HandshakeError> {
        let Some(end) = bytes.array_windows().position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = bytes.get(..end.saturating_add(2)).unwrap_or_default();
        let head = str::from_utf8(head).map_err(|_| HandshakeError::Malformed)?;
        let (line, fields) = cut(head, "\r\n").ok_or(HandshakeError::Malformed)?;
        let head = Self { line, fields };
        if is_clean(line) && head.lines().all(is_field) {
            Ok(Some((head, end.saturating_add(4))))
        } else {
            Err(HandshakeError::Malformed)
        }
    }

    /// The first line.
    pub const fn line(self) -> &'h str {
        self.line
    }

    /// The values of a field, in order; names are compared without regard to case.
    pub fn fields<'n>(self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        self.lines()
            .filter_map(|line| cut(line, ":"))
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_ascii())
    }

    /// The first value of a field.
    pub fn field(self, name: &str) -> Option<&'h str> {
        self.fields(name).next()
    }

    /// The value of a field that may stand but once: nothing if it stands twice.
    pub(super) fn only(self, name: &str) -> Option<&'h str> {
        let mut values = self.fields(name);
        let value = values.next();
        if values.next().is_none() { value } else { None }
    }

    /// The words of a field that is a list, in order.
    pub fn words<'n>(self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        self.fields(name).flat_map(|value| pieces(value, ",")).map(str::trim_ascii)
    }

    /// Whether a field that is a list has a word, without regard to case.
    pub(super) fn says(self, name: &str, word: &str) -> bool {
        self.words(name).any(|said| said.eq_ignore_ascii_case(word))
    }

    fn lines(self) -> impl Iterator<Item = &'h str> {
        let mut rest = self.fields;
        from_fn(move || {
            let (line, behind) = cut(rest, "\r\n")?;
            rest = behind;
            Some(line)
        })
    }
}

/// A name, a colon right behind it, a value. A line that goes on the one before it is none (RFC 9112 section 5.2).
fn is_field(line: &str) -> bool {
    cut(line, ":").is_some_and(|(name, value)| is_token(name.as_bytes()) && is_clean(value))
}

/// Whether it holds nothing that ends a line elsewhere.
fn is_clean(line: &str) -> bool {
    line.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control())
}

/// Nothing of it: paths and fields hold tokens.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").finish_non_exhaustive()
    }
}
