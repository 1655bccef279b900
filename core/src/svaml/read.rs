//! Reading SVAML: members by name whatever their case, each value of the type it must have.

use super::invalid::SvamlError;
use crate::codec::json::{Reader, Value};
use crate::headers::Headers;
use crate::text::Text;
use crate::word::Word;

/// What the members of a document are made of.
pub(super) trait Member<'a>: Sized {
    /// Reads the value of the member called `name`.
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError>;

    /// Whether it says nothing, so that it is left out when the document is written.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Reads an object, or fails because it is none. Every member is offered to `take`; those that it does not
/// [`fill`](Entry::fill) are skipped. Of two members of one name the later one counts.
pub(super) fn object<'a>(
    json: &mut Reader<'a>,
    name: &'static str,
    mut take: impl FnMut(&mut Entry<'_, 'a>) -> Result<(), SvamlError>,
) -> Result<(), SvamlError> {
    expect(json, b'{', name, "an object")?;
    json.open_object();
    while let Some(key) = json.key() {
        let mut entry = Entry { key, json, taken: false };
        take(&mut entry)?;
        if !entry.taken {
            json.value();
        }
    }
    Ok(json.check()?)
}

/// One member of an object, not read yet.
pub(super) struct Entry<'r, 'a> {
    key: Text<'a>,
    json: &'r mut Reader<'a>,
    taken: bool,
}

impl<'a> Entry<'_, 'a> {
    /// Reads the value into `place` if this is the member called `name`. `null` is as good as absent.
    pub(super) fn fill<T: Member<'a> + Default>(
        &mut self,
        name: &'static str,
        place: &mut T,
    ) -> Result<(), SvamlError> {
        if !self.taken && self.key.eq_ignore_ascii_case(name) {
            *place = T::default();
            if self.json.peek() == Some(b'n') {
                self.json.value();
            } else {
                *place = T::read(self.json, name)?;
            }
            self.taken = true;
        }
        Ok(())
    }
}

/// Reads an array and gives its JSON, every element proven by `element`.
pub(super) fn array<'a>(
    json: &mut Reader<'a>,
    name: &'static str,
    mut element: impl FnMut(&mut Reader<'a>) -> Result<(), SvamlError>,
) -> Result<&'a str, SvamlError> {
    expect(json, b'[', name, "an array")?;
    let start = json.at();
    json.open_array();
    while json.element() {
        element(json)?;
    }
    json.check()?;
    Ok(json.since(start))
}

/// The `name` of the object that comes next, which may stand anywhere in it; empty if there is none.
pub(super) fn name_ahead<'a>(json: &Reader<'a>, name: &'static str) -> Result<Text<'a>, SvamlError> {
    let mut found = Text::default();
    object(&mut json.clone(), name, |member| member.fill("name", &mut found))?;
    Ok(found)
}

/// Fails, unless the next value begins with `first`.
fn expect(
    json: &mut Reader<'_>,
    first: u8,
    member: &'static str,
    expected: &'static str,
) -> Result<(), SvamlError> {
    if json.peek() == Some(first) {
        return Ok(());
    }
    let at = json.at();
    // If it is no value at all, that is what is wrong.
    json.value();
    json.check()?;
    Err(SvamlError::WrongType { member, expected, at })
}

/// Reads a value of which `accept` takes what it can.
pub(super) fn scalar<'a, T>(
    json: &mut Reader<'a>,
    member: &'static str,
    expected: &'static str,
    accept: impl FnOnce(Value<'a>) -> Option<T>,
) -> Result<T, SvamlError> {
    json.peek();
    let at = json.at();
    let value = json.value();
    json.check()?;
    accept(value).ok_or(SvamlError::WrongType { member, expected, at })
}

impl<'a, T: Member<'a>> Member<'a> for Option<T> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        T::read(json, name).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// A text that must be there, so an empty one counts as absent.
impl<'a> Member<'a> for Text<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        scalar(json, name, "a string", Value::text)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<'a, V: crate::Vocabulary> Member<'a> for Word<'a, V> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        Text::read(json, name).map(Word::new)
    }
}

impl<'a> Member<'a> for u32 {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        scalar(json, name, "a whole number", |value| match value {
            Value::Number(digits) => Text::new(digits).as_u64()?.try_into().ok(),
            _ => None,
        })
    }
}

impl<'a> Member<'a> for bool {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        scalar(json, name, "true or false", |value| match value {
            Value::Bool(bool) => Some(bool),
            _ => None,
        })
    }
}

/// `[{"key": …, "value": …}, …]`, nothing but strings.
impl<'a> Member<'a> for Headers<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        let pair = |json: &mut Reader<'a>| {
            let (mut key, mut value) = (None::<Text<'a>>, Text::default());
            json.peek();
            let at = json.at();
            object(json, name, |member| {
                member.fill("key", &mut key)?;
                member.fill("value", &mut value)
            })?;
            key.map(drop).ok_or(SvamlError::Malformed { what: "call header without a key", at })
        };
        array(&mut json.clone(), name, pair)?;
        let headers = Self::read(json);
        json.check()?;
        Ok(headers.unwrap_or_default())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}
