//! What a document is made of.

use crate::text::Text;

/// A value, delimited and proven, its content still as it was spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Value<'m> {
    /// A string.
    String(Text<'m>),
    /// A number, as written.
    Number(&'m str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`, or nothing.
    #[default]
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
