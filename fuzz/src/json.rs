//! The JSON reader against `serde_json`: both accept the same texts, and read the same in them.
//!
//! There are two differences, both on purpose: what nests deeper than [`MAX_NESTING`] is refused, and numbers are
//! handed on as they were written, so no number is out of range.

use std::borrow::Cow;

use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use voxwire::_codec::json::{Reader, Value};
use voxwire::_codec::writer::Writer;
use voxwire::{Bound, MAX_NESTING, ReceiveError, Text};

/// Reads `data` in both ways.
///
/// # Panics
/// Where they differ.
pub fn json(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        assert!(serde_json::from_slice::<&RawValue>(data).is_err(), "JSON that is not UTF-8");
        return;
    };
    let skipped = skip(text);
    let walked = walk(text, |_| true);
    let mixed = walk(text, |at| at % 3 == 0);
    for walked in [&walked, &mixed] {
        assert_eq!(walked.as_ref().err(), skipped.err().as_ref(), "walking and skipping differ");
    }
    match skipped {
        Ok(()) => {
            let tree = walked.expect("what can be skipped can be walked");
            assert_eq!(oracle(text, 0).as_ref(), Some(&tree), "read differently");
            assert_eq!(oracle(text, 0), mixed.ok());
        }
        Err(ReceiveError::Limit { bound, at }) => {
            assert_eq!(bound, Bound::Nesting);
            let levels = most_levels(&data[..at]);
            assert!(levels >= MAX_NESTING, "{levels} levels are not too many");
        }
        Err(ReceiveError::Malformed { at, .. }) => {
            assert!(at <= text.len(), "refused beyond the end");
            assert_eq!(oracle(text, 0), None, "refused only here");
        }
        Err(other) => panic!("a reader knows nothing of {other:?}"),
    }
}

/// How many objects and arrays may lie inside one another at the end of a text.
pub(crate) fn most_levels(text: &[u8]) -> usize {
    text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count()
}

/// A document, members in order, numbers and words as they were written.
#[derive(Debug, PartialEq)]
pub(crate) enum Tree<'j> {
    Text(String),
    Literal(&'j str),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Passes over the document as one value.
fn skip(text: &str) -> Result<(), ReceiveError> {
    let mut json = Reader::new(text);
    let value = json.value();
    json.finish()?;
    if let Value::Object(inner) | Value::Array(inner) = value {
        assert_eq!(inner, text.trim_matches([' ', '\t', '\n', '\r']), "delimited wrongly");
    }
    Ok(())
}

/// Goes into those objects and arrays of which `enter` says so, given their place; the others are read as one value
/// first, then gone into on their own.
fn walk(text: &str, enter: fn(usize) -> bool) -> Result<Tree<'_>, ReceiveError> {
    let mut json = Reader::new(text);
    let tree = tree(&mut json, enter);
    json.finish()?;
    Ok(tree)
}

fn tree<'j>(json: &mut Reader<'j>, enter: fn(usize) -> bool) -> Tree<'j> {
    let first = json.peek();
    match first {
        Some(b'{') if enter(json.at()) => {
            let mut members = Vec::new();
            json.open_object();
            while let Some(key) = json.key() {
                let key = string(key);
                members.push((key, tree(json, enter)));
            }
            Tree::Object(members)
        }
        Some(b'[') if enter(json.at()) => {
            let mut elements = Vec::new();
            json.open_array();
            while json.element() {
                elements.push(tree(json, enter));
            }
            Tree::List(elements)
        }
        _ => match json.value() {
            Value::String(text) => Tree::Text(string(text)),
            Value::Number(digits) => {
                let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                let expected = digits.parse::<u64>().ok().filter(|_| plain);
                assert_eq!(Value::Number(digits).number(), expected, "{digits}");
                Tree::Literal(digits)
            }
            Value::Bool(value) => Tree::Literal(if value { "true" } else { "false" }),
            Value::Null => Tree::Literal("null"),
            Value::Object(inner) | Value::Array(inner) => walk(inner, |_| true).unwrap_or_else(|_| {
                json.check().expect_err("what was delimited has been proven");
                Tree::Literal("")
            }),
        },
    }
}

/// The text, once every way to read it has given the same, and writing it has given it back.
fn string(text: Text<'_>) -> String {
    let read: String = text.chars().collect();
    assert_eq!(text.to_string(), read);
    assert_eq!(text.len(), read.len());
    assert_eq!(text.is_empty(), read.is_empty());
    assert_eq!(text, read.as_str());
    assert!(text.eq_ignore_ascii_case(&read.to_ascii_uppercase()));
    let mut buf = vec![0; read.len()];
    assert_eq!(text.copy_to(&mut buf), Some(read.as_str()));
    if let Some((_, short)) = buf.split_last_mut() {
        assert_eq!(text.copy_to(short), None);
    }
    let _ = format!("{text:?}");

    let mut writer = Writer::new(&mut []);
    writer.string(text);
    let needed = writer.finish().expect_err("quotes take room");
    let mut buf = vec![0; needed];
    let mut writer = Writer::new(&mut buf);
    writer.string(text);
    assert_eq!(writer.finish(), Ok(needed));
    let again = serde_json::from_slice::<String>(&buf).expect("what was written is JSON");
    assert_eq!(again, read, "written differently");
    read
}

/// What `serde_json` reads, or `None`. It is asked level by level, so that numbers stay text and members in order.
pub(crate) fn oracle(text: &str, depth: usize) -> Option<Tree<'_>> {
    if depth > MAX_NESTING {
        return None;
    }
    let text = serde_json::from_str::<&RawValue>(text).ok()?.get();
    Some(match text.as_bytes().first()? {
        b'"' => Tree::Text(serde_json::from_str(text).ok()?),
        b'[' => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            Tree::List(
                elements.into_iter().map(|value| oracle(value.get(), depth + 1)).collect::<Option<_>>()?,
            )
        }
        b'{' => {
            let Members(members) = serde_json::from_str(text).ok()?;
            Tree::Object(
                members
                    .into_iter()
                    .map(|(key, value)| Some((key.into_owned(), oracle(value.get(), depth + 1)?)))
                    .collect::<Option<_>>()?,
            )
        }
        _ => Tree::Literal(text),
    })
}

/// An object's members, repeated keys included.
struct Members<'j>(Vec<(Cow<'j, str>, &'j RawValue)>);

impl<'j> serde::Deserialize<'j> for Members<'j> {
    fn deserialize<D: serde::Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'j> Visitor<'j> for InOrder {
            type Value = Members<'j>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
