//! The headers that the application's own call control gave to the call.

use core::fmt;

use crate::codec::json::{Reader, Value};
use crate::error::{Bound, ReceiveError};
use crate::limits::MAX_HEADERS;
use crate::text::Text;

/// A call's headers, in order and in their original spelling, looked up without regard to case.
///
/// ```
/// use voxwire::Headers;
///
/// let headers = Headers::from(&[("Tenant", "north"), ("lang", "sv-SE")]);
/// assert_eq!(headers.find("tenant").unwrap(), "north");
/// assert_eq!(headers.iter().count(), 2);
/// ```
#[derive(Clone, Copy, Default)]
pub struct Headers<'m> {
    source: Source<'m>,
    #[cfg(feature = "serde")]
    values: bool,
}

#[derive(Clone, Copy)]
enum Source<'m> {
    Pairs(&'m [(&'m str, &'m str)]),
    /// `{"name": value, …}`, proven.
    Object(&'m str),
    /// `[{"key": name, "value": value}, …]`, proven.
    List(&'m str),
}

impl Default for Source<'_> {
    fn default() -> Self {
        Self::Pairs(&[])
    }
}

/// One header.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Header<'m> {
    /// The name, in its original spelling.
    pub name: Text<'m>,
    /// The value; where the wire has not a string but another JSON value, its JSON.
    pub value: Text<'m>,
}

impl<'m> Headers<'m> {
    /// The next value, counted: an object of names and values, or an array of pairs; anything else counts as absent.
    pub(crate) fn read(json: &mut Reader<'m>) -> Option<Self> {
        let (start, mut count) = (json.at(), 0_usize);
        let is_object = match json.peek() {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => {
                json.value();
                return None;
            }
        };
        if is_object {
            json.open_object();
        } else {
            json.open_array();
        }
        while if is_object { json.key().is_some() } else { json.element() } {
            if count == MAX_HEADERS {
                json.fail(ReceiveError::Limit { bound: Bound::Headers, at: json.at() });
            }
            count = count.saturating_add(1);
            json.value();
        }
        let list = json.since(start);
        Some(if is_object { Self::object(list) } else { Self::list(list) })
    }

    /// The members of a proven JSON object.
    pub(crate) const fn object(json: &'m str) -> Self {
        Self::from_source(Source::Object(json))
    }

    /// The `key` and `value` pairs of a proven JSON array.
    pub(crate) const fn list(json: &'m str) -> Self {
        Self::from_source(Source::List(json))
    }

    const fn from_source(source: Source<'m>) -> Self {
        Self {
            source,
            #[cfg(feature = "serde")]
            values: false,
        }
    }

    /// The same headers, but with their values when they are written as JSON. Values may hold secrets, so they stay
    /// out of logs unless this is called.
    #[cfg(feature = "serde")]
    #[must_use]
    pub const fn with_values(self) -> Self {
        Self { values: true, ..self }
    }

    /// The headers in order.
    pub fn iter(&self) -> Iter<'m> {
        Iter(match self.source {
            Source::Pairs(pairs) => Cursor::Pairs(pairs),
            Source::Object(json) => {
                let mut json = Reader::new(json);
                json.open_object();
                Cursor::Object(json)
            }
            Source::List(json) => {
                let mut json = Reader::new(json);
                json.open_array();
                Cursor::List(json)
            }
        })
    }

    /// The value of the first header of this name, ASCII letters of either case being equal.
    pub fn find(&self, name: &str) -> Option<Text<'m>> {
        self.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'m, const N: usize> From<&'m [(&'m str, &'m str); N]> for Headers<'m> {
    fn from(pairs: &'m [(&'m str, &'m str); N]) -> Self {
        Self::from_source(Source::Pairs(pairs))
    }
}

impl<'m> From<&'m [(&'m str, &'m str)]> for Headers<'m> {
    fn from(pairs: &'m [(&'m str, &'m str)]) -> Self {
        Self::from_source(Source::Pairs(pairs))
    }
}

impl PartialEq for Headers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers<'_> {}

impl<'m> IntoIterator for Headers<'m> {
    type Item = Header<'m>;
    type IntoIter = Iter<'m>;

    fn into_iter(self) -> Iter<'m> {
        self.iter()
    }
}

/// Names only: a value may be a secret, and debug output ends in logs.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

/// Names only, for the same reason, unless [`with_values`](Headers::with_values) was called.
#[cfg(feature = "serde")]
impl serde::Serialize for Headers<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut list = serializer.serialize_seq(None)?;
        for header in self.iter() {
            if self.values {
                list.serialize_element(&header)?;
            } else {
                list.serialize_element(&header.name)?;
            }
        }
        list.end()
    }
}

/// The name only.
impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

/// The headers of a call, in order.
#[derive(Clone)]
pub struct Iter<'m>(Cursor<'m>);

#[derive(Clone)]
enum Cursor<'m> {
    Pairs(&'m [(&'m str, &'m str)]),
    Object(Reader<'m>),
    List(Reader<'m>),
}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'m> Iterator for Iter<'m> {
    type Item = Header<'m>;

    // The reader has proven the JSON when the message came; a fault would end the list.
    fn next(&mut self) -> Option<Header<'m>> {
        match &mut self.0 {
            Cursor::Pairs(pairs) => {
                let ((name, value), rest) = pairs.split_first()?;
                *pairs = rest;
                Some(Header { name: Text::new(name), value: Text::new(value) })
            }
            Cursor::Object(json) => Some(Header { name: json.key()?, value: json.value().text_or_json() }),
            Cursor::List(json) => {
                while json.element() {
                    if let Some(header) = pair(json) {
                        return Some(header);
                    }
                }
                None
            }
        }
    }
}

/// One element of the list, `null` in it being as good as absent; `None` if it is no pair.
fn pair<'m>(json: &mut Reader<'m>) -> Option<Header<'m>> {
    if json.peek() != Some(b'{') {
        json.value();
        return None;
    }
    let (mut name, mut value) = (None, Text::default());
    json.open_object();
    while let Some(key) = json.key() {
        let member = match json.value() {
            Value::Null => None,
            member => Some(member.text_or_json()),
        };
        if key.eq_ignore_ascii_case("key") {
            name = member;
        } else if key.eq_ignore_ascii_case("value") {
            value = member.unwrap_or_default();
        }
    }
    name.map(|name| Header { name, value })
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn every_shape_reads_the_same() {
        let pairs = Headers::from(&[("Tenant", "north"), ("n", "5"), ("o", "{\"a\":null}")]);
        let object = Headers::object(r#"{"Tenant":"n\u006frth", "n":5,"o":{"a":null}}"#);
        let list = Headers::list(
            r#"[{"key":"Tenant","value":"north"}, 7, {"Value":"5","Key":"n"},{"value":"x"},{"key":null},{"key":"o","value":{"a":null}}]"#,
        );
        assert_eq!(pairs, object);
        assert_eq!(pairs, list);
        assert_eq!(object.find("TENANT").unwrap(), "north");
        assert_eq!(object.find("ten"), None);
    }

    #[test]
    fn debug_shows_names_only() {
        let headers = Headers::from(&[("token", "secret")]);
        assert_eq!(format!("{headers:?}"), r#"["token"]"#);
        assert_eq!(format!("{:?}", headers.iter()), r#"["token"]"#);
    }
}
