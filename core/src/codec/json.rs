//! A JSON reader that borrows, never recurses, and is exactly as strict as RFC 8259.
//!
//! A dialect walks through a message once, from the outside in, and asks at the end whether it was one:
//!
//! ```text
//! let mut json = Reader::new(text);
//! json.open_object();
//! while let Some(key) = json.key() {
//!     let value = json.value();           // or open_object again, to go inside
//! }
//! json.finish()?;
//! ```
//!
//! As the writer counts on when its buffer is full, the reader goes on after a fault: there is nothing more to be read
//! then, so every loop ends. What was read counts only once [`finish`](Reader::finish) or
//! [`check`](Reader::check) has found no fault.

use crate::error::{Bound, ReceiveError};
use crate::limits::MAX_NESTING;
use crate::text::Text;

mod string;
#[cfg(all(feature = "wavix", not(target_os = "none")))]
mod usual;
mod value;

#[cfg(all(feature = "wavix", not(target_os = "none")))]
pub use usual::Usual;
pub use value::Value;

/// A cursor over one JSON document.
#[derive(Clone, Debug)]
pub struct Reader<'m> {
    /// The document; nothing once there is a fault.
    text: &'m str,
    at: usize,
    depth: usize,
    /// Whether an object or array has just been opened, so that no comma may come.
    fresh: bool,
    fault: Option<ReceiveError>,
}

impl<'m> Reader<'m> {
    /// A reader at the start of `text`.
    pub fn new(text: &'m str) -> Self {
        Self { text, at: 0, depth: 0, fresh: false, fault: None }
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
    pub fn open_object(&mut self) {
        self.open(b'{', "expected an object");
    }

    /// Goes into an array; then come its [`element`](Self::element)s.
    pub fn open_array(&mut self) {
        self.open(b'[', "expected an array");
    }

    /// The next key of the object, or `None` after leaving it.
    pub fn key(&mut self) -> Option<Text<'m>> {
        self.more(b'}').then(|| self.member_key())
    }

    /// Whether the array has another element, which is then to be read; `false` after leaving it.
    pub fn element(&mut self) -> bool {
        self.more(b']')
    }

    /// The next value, whatever it is.
    pub fn value(&mut self) -> Value<'m> {
        let value = match self.peek() {
            Some(b'{') => Value::Object(self.container()),
            Some(b'[') => Value::Array(self.container()),
            _ => self.scalar(),
        };
        self.fresh = false;
        value
    }

    /// Goes through an object, and keeps the values of those of its members whose names, in letters of either case, are
    /// among `names`. Of two members of one name the later one counts.
    pub fn members(&mut self, names: &[&str], values: &mut [Value<'m>]) {
        self.open_object();
        while let Some(key) = self.key() {
            self.member(key, names, values);
        }
    }

    /// Reads the value of the member called `key`, and keeps it as [`members`](Self::members) does.
    pub fn member(&mut self, key: Text<'m>, names: &[&str], values: &mut [Value<'m>]) {
        let value = self.value();
        let place = names.iter().zip(values).find(|(name, _)| key.eq_ignore_ascii_case(name));
        if let Some((_, place)) = place {
            *place = value;
        }
    }

    /// Has the reader find a fault, unless it has found one before: nothing more is read.
    #[cold]
    pub fn fail(&mut self, fault: ReceiveError) {
        self.text = "";
        self.fault.get_or_insert(fault);
    }

    /// Proves what was read so far.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self) -> Result<(), ReceiveError> {
        self.fault.map_or(Ok(()), Err)
    }

    /// Proves what was read, and that nothing follows.
    ///
    /// # Errors
    /// The first fault.
    pub fn finish(mut self) -> Result<(), ReceiveError> {
        if self.peek().is_some() {
            self.malformed("text after the end");
        }
        self.check()
    }

    fn open(&mut self, bracket: u8, what: &'static str) {
        if self.peek() != Some(bracket) {
            self.malformed(what);
        } else if self.depth >= MAX_NESTING {
            self.fail(ReceiveError::Limit { bound: Bound::Nesting, at: self.at });
        }
        self.depth = self.depth.saturating_add(1);
        self.fresh = true;
        self.step(1);
    }

    /// Steps over the comma before a further member, or over the closing bracket.
    fn more(&mut self, bracket: u8) -> bool {
        let fresh = core::mem::replace(&mut self.fresh, false);
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.step(1);
                self.depth = self.depth.saturating_sub(1);
                return false;
            }
            Some(b',') if !fresh => self.step(1),
            Some(_) if fresh => {}
            _ => self.malformed("expected a comma or the end"),
        }
        self.fault.is_none()
    }

    fn member_key(&mut self) -> Text<'m> {
        if self.peek() != Some(b'"') {
            self.malformed("expected a key");
        }
        let key = self.string();
        if self.peek() != Some(b':') {
            self.malformed("expected a colon");
        }
        self.step(1);
        key
    }

    /// An object or array with all it holds. The open brackets are the bits of a word, a set bit an object:
    /// no stack grows with what the peer sends.
    fn container(&mut self) -> &'m str {
        const { assert!(MAX_NESTING <= u64::BITS as usize) };
        let start = self.at;
        let outside = self.depth;
        let mut brackets: u64 = 0;
        while self.fault.is_none() {
            match self.peek() {
                Some(b'{') => {
                    self.open_object();
                    brackets = brackets << 1 | 1;
                }
                Some(b'[') => {
                    self.open_array();
                    brackets <<= 1;
                }
                _ => {
                    self.scalar();
                    self.fresh = false;
                }
            }
            // Leave what ends here, then step to the next value.
            loop {
                let object = brackets & 1 == 1;
                if self.more(if object { b'}' } else { b']' }) {
                    if object {
                        self.member_key();
                    }
                    break;
                }
                brackets >>= 1;
                if self.depth == outside || self.fault.is_some() {
                    return self.since(start);
                }
            }
        }
        ""
    }

    fn scalar(&mut self) -> Value<'m> {
        self.peek();
        let (value, len) = match self.rest() {
            [b'"', ..] => return Value::String(self.string()),
            [b'-' | b'0'..=b'9', ..] => return Value::Number(self.number()),
            [b't', b'r', b'u', b'e', ..] => (Value::Bool(true), 4),
            [b'f', b'a', b'l', b's', b'e', ..] => (Value::Bool(false), 5),
            [b'n', b'u', b'l', b'l', ..] => (Value::Null, 4),
            rest => {
                self.malformed(if rest.is_empty() { "unexpected end" } else { "expected a value" });
                (Value::Null, 0)
            }
        };
        self.step(len);
        value
    }

    fn number(&mut self) -> &'m str {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.step(1);
        }
        if self.byte() == Some(b'0') {
            self.step(1);
        } else {
            self.digits();
        }
        if self.byte() == Some(b'.') {
            self.step(1);
            self.digits();
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.step(1);
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.step(1);
            }
            self.digits();
        }
        self.since(start)
    }

    fn digits(&mut self) {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            self.malformed("expected a digit");
        }
        self.step(count);
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

    #[cold]
    fn malformed(&mut self, what: &'static str) {
        self.fail(ReceiveError::Malformed { what, at: self.at });
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    fn read(text: &str) -> Result<Value<'_>, ReceiveError> {
        let mut json = Reader::new(text);
        let value = json.value();
        json.finish()?;
        Ok(value)
    }

    #[test]
    fn a_document_is_walked_from_the_outside_in() {
        let mut json = Reader::new(r#" {"a" : 1, "b":{"c":[true,{}]} ,"d":"x"} "#);
        json.open_object();
        assert_eq!(json.key().unwrap(), "a");
        assert_eq!(json.value(), Value::Number("1"));
        assert_eq!(json.key().unwrap(), "b");
        json.open_object();
        assert_eq!(json.key().unwrap(), "c");
        assert_eq!(json.value(), Value::Array("[true,{}]"));
        assert_eq!(json.key(), None);
        assert_eq!(json.key().unwrap(), "d");
        assert_eq!(json.value(), Value::String(Text::new("x")));
        assert_eq!(json.key(), None);
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
