//! A JSON reader that borrows, never recurses, and is exactly as strict as RFC 8259.
//!
//! A dialect walks through a message once, from the outside in:
//!
//! ```text
//! let mut json = Reader::new(text);
//! json.open_object()?;
//! while let Some(key) = json.key()? {
//!     let value = json.value()?;          // or open_object again, to go inside
//! }
//! json.finish()?;
//! ```

use crate::error::{Bound, ReceiveError};
use crate::limits::MAX_NESTING;
use crate::text::Text;

mod string;

/// A cursor over one JSON document.
#[derive(Clone, Debug)]
pub struct Reader<'m> {
    text: &'m str,
    at: usize,
    depth: usize,
    /// Whether an object or array has just been opened, so that no comma may come.
    fresh: bool,
}

/// A value, delimited and proven, its content still as it was spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'m> {
    /// A string.
    String(Text<'m>),
    /// A number, as written.
    Number(&'m str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// An object, braces included.
    Object(&'m str),
    /// An array, brackets included.
    Array(&'m str),
}

impl<'m> Value<'m> {
    /// The string, if it is one.
    pub fn text(self) -> Option<Text<'m>> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, written as a number or as a string of digits.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::String(text) => text.as_u64(),
            Self::Number(digits) => Text::new(digits).as_u64(),
            _ => None,
        }
    }

    /// The string, or for any other type its JSON.
    pub fn text_or_json(self) -> Text<'m> {
        match self {
            Self::String(text) => text,
            Self::Number(json) | Self::Object(json) | Self::Array(json) => Text::new(json),
            Self::Bool(true) => Text::new("true"),
            Self::Bool(false) => Text::new("false"),
            Self::Null => Text::new("null"),
        }
    }
}

impl<'m> Reader<'m> {
    /// A reader at the start of `text`.
    pub fn new(text: &'m str) -> Self {
        Self { text, at: 0, depth: 0, fresh: false }
    }

    /// Where the reader stands, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text from `start` to where the reader stands.
    pub fn since(&self, start: usize) -> &'m str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The first byte of what comes next, white space skipped.
    pub fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step(1);
        }
        self.byte()
    }

    /// Goes into an object; then come its [`key`](Self::key)s.
    pub fn open_object(&mut self) -> Result<(), ReceiveError> {
        self.open(b'{', "expected an object")
    }

    /// Goes into an array; then come its [`element`](Self::element)s.
    pub fn open_array(&mut self) -> Result<(), ReceiveError> {
        self.open(b'[', "expected an array")
    }

    /// The next key of the object, or `None` after leaving it.
    pub fn key(&mut self) -> Result<Option<Text<'m>>, ReceiveError> {
        if self.more(b'}')? { self.member_key().map(Some) } else { Ok(None) }
    }

    /// Whether the array has another element, which is then to be read; `false` after leaving it.
    pub fn element(&mut self) -> Result<bool, ReceiveError> {
        self.more(b']')
    }

    /// The next value, whatever it is.
    pub fn value(&mut self) -> Result<Value<'m>, ReceiveError> {
        let value = match self.peek() {
            Some(b'{') => Value::Object(self.container()?),
            Some(b'[') => Value::Array(self.container()?),
            _ => self.scalar()?,
        };
        self.fresh = false;
        Ok(value)
    }

    /// Proves that nothing follows.
    pub fn finish(mut self) -> Result<(), ReceiveError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.malformed("text after the end"),
        }
    }

    fn open(&mut self, bracket: u8, what: &'static str) -> Result<(), ReceiveError> {
        if self.peek() != Some(bracket) {
            return self.malformed(what);
        }
        if self.depth >= MAX_NESTING {
            return Err(ReceiveError::Limit { bound: Bound::Nesting, at: self.at });
        }
        self.depth = self.depth.saturating_add(1);
        self.fresh = true;
        self.step(1);
        Ok(())
    }

    /// Steps over the comma before a further member, or over the closing bracket.
    fn more(&mut self, bracket: u8) -> Result<bool, ReceiveError> {
        let fresh = core::mem::replace(&mut self.fresh, false);
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.step(1);
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            Some(b',') if !fresh => {
                self.step(1);
                Ok(true)
            }
            Some(_) if fresh => Ok(true),
            _ => self.malformed("expected a comma or the end"),
        }
    }

    fn member_key(&mut self) -> Result<Text<'m>, ReceiveError> {
        if self.peek() != Some(b'"') {
            return self.malformed("expected a key");
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return self.malformed("expected a colon");
        }
        self.step(1);
        Ok(key)
    }

    /// An object or array with all it holds. The open brackets are the bits of a word, a set bit an object:
    /// no stack grows with what the peer sends.
    fn container(&mut self) -> Result<&'m str, ReceiveError> {
        const { assert!(MAX_NESTING <= u64::BITS as usize) };
        let start = self.at;
        let outside = self.depth;
        let mut brackets: u64 = 0;
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.open_object()?;
                    brackets = brackets << 1 | 1;
                }
                Some(b'[') => {
                    self.open_array()?;
                    brackets <<= 1;
                }
                _ => {
                    self.scalar()?;
                    self.fresh = false;
                }
            }
            // Leave what ends here, then step to the next value.
            loop {
                let object = brackets & 1 == 1;
                if self.more(if object { b'}' } else { b']' })? {
                    if object {
                        self.member_key()?;
                    }
                    break;
                }
                brackets >>= 1;
                if self.depth == outside {
                    return Ok(self.since(start));
                }
            }
        }
    }

    fn scalar(&mut self) -> Result<Value<'m>, ReceiveError> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => self.malformed("expected a value"),
            None => self.malformed("unexpected end"),
        }
    }

    fn word(&mut self, word: &'static str, value: Value<'m>) -> Result<Value<'m>, ReceiveError> {
        if self.rest().starts_with(word.as_bytes()) {
            self.step(word.len());
            Ok(value)
        } else {
            self.malformed("expected a value")
        }
    }

    fn number(&mut self) -> Result<&'m str, ReceiveError> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.step(1);
        }
        if self.byte() == Some(b'0') {
            self.step(1);
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.step(1);
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.step(1);
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.step(1);
            }
            self.digits()?;
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<(), ReceiveError> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return self.malformed("expected a digit");
        }
        self.step(count);
        Ok(())
    }

    fn rest(&self) -> &'m [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    fn malformed<T>(&self, what: &'static str) -> Result<T, ReceiveError> {
        Err(self.fault(what))
    }

    #[cold]
    fn fault(&self, what: &'static str) -> ReceiveError {
        ReceiveError::Malformed { what, at: self.at }
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    fn read(text: &str) -> Result<Value<'_>, ReceiveError> {
        let mut json = Reader::new(text);
        let value = json.value()?;
        json.finish()?;
        Ok(value)
    }

    #[test]
    fn a_document_is_walked_from_the_outside_in() {
        let mut json = Reader::new(r#" {"a" : 1, "b":{"c":[true,{}]} ,"d":"x"} "#);
        json.open_object().unwrap();
        assert_eq!(json.key().unwrap().unwrap(), "a");
        assert_eq!(json.value().unwrap(), Value::Number("1"));
        assert_eq!(json.key().unwrap().unwrap(), "b");
        json.open_object().unwrap();
        assert_eq!(json.key().unwrap().unwrap(), "c");
        assert_eq!(json.value().unwrap(), Value::Array("[true,{}]"));
        assert_eq!(json.key(), Ok(None));
        assert_eq!(json.key().unwrap().unwrap(), "d");
        assert_eq!(json.value().unwrap(), Value::String(Text::new("x")));
        assert_eq!(json.key(), Ok(None));
        json.finish().unwrap();
    }

    #[test]
    fn nesting_is_bounded_without_recursion() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(read(&deep(MAX_NESTING)).is_ok());
        assert_eq!(
            read(&deep(MAX_NESTING + 1)),
            Err(ReceiveError::Limit { bound: Bound::Nesting, at: MAX_NESTING })
        );
        assert!(read(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn what_the_grammar_forbids_is_refused_where_it_stands() {
        for (text, at) in [
            ("", 0),
            ("nul", 0),
            ("garbage", 0),
            ("01", 1),
            ("1.", 2),
            ("+1", 0),
            ("-", 1),
            ("1e", 2),
            ("[1,]", 3),
            ("[,1]", 1),
            ("{\"a\":1,}", 7),
            ("{\"a\" 1}", 5),
            ("{a:1}", 1),
            ("[1}", 2),
            ("{\"a\":1]", 6),
            ("\"a\u{1}b\"", 2),
            ("\"a", 2),
            (r#""\x""#, 1),
            (r#""\u12g4""#, 1),
            (r#""\ud800""#, 7),
            (r#""\udc00""#, 7),
            (r#""\ud800\u0041""#, 13),
            ("1 2", 2),
            ("\u{feff}1", 0),
        ] {
            let found = read(text);
            assert!(
                matches!(found, Err(ReceiveError::Malformed { at: found, .. }) if found == at),
                "{text:?} gave {found:?}"
            );
        }
    }
}
