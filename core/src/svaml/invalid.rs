//! What is wrong with a reply: it cannot be read, it breaks a rule, or it does not fit.

use core::fmt::{self, Write};
use core::slice;

use heapless::Vec;

use super::MAX_INSTRUCTIONS;
use super::forms::shown;
use crate::callback::CallbackEvent;
use crate::copy::copy;
use crate::error::{Bound, ReceiveError};
use crate::limits::{MAX_HEADERS, MAX_NESTING};
use crate::text::{Text, encode_utf8};

/// A rule that a reply breaks.
///
/// ```
/// use voxwire::callback::CallbackEvent;
/// use voxwire::svaml::Svaml;
///
/// let svaml = Svaml::parse(br##"{"action":{"name":"park","maxDuration":601}}"##)?;
/// let invalid = svaml.check(CallbackEvent::Ice).unwrap_err();
/// assert_eq!(invalid.to_string(), "action.maxDuration: at most 600 s, found 601");
/// # Ok::<(), voxwire::svaml::SvamlError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// Where in the document: `action.maxDuration`, `instructions[].text`.
    pub field: &'static str,
    /// The rule.
    pub rule: Rule,
    /// What was found instead. Of secrets, header values and cookies only the length, of an address no more than its
    /// scheme and host.
    pub found: Found,
}

impl Invalid {
    pub(super) fn new(field: &'static str, rule: Rule, found: impl Into<Found>) -> Self {
        Self { field, rule, found: found.into() }
    }
}

/// A rule of SVAML. Where each comes from is said at [`Svaml::check`](super::Svaml::check).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// It must be there.
    Required,
    /// It may not stand in a reply to this callback.
    NotIn(CallbackEvent),
    /// It may not stand in a reply with this action.
    NotWith(&'static str),
    /// It has an upper bound.
    AtMost {
        /// The largest value that is allowed.
        limit: u64,
        /// Of what.
        unit: &'static str,
    },
    /// It must be one of these words or values.
    OneOf(&'static str),
    /// It must look like this.
    Form(&'static str),
    /// No two may be equal.
    Unique,
    /// It must be the id of a menu of this reply.
    Menu,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("required"),
            Self::NotIn(event) => write!(f, "not in a reply to {event}"),
            Self::NotWith(action) => write!(f, "not with {action}"),
            Self::AtMost { limit, unit } => write!(f, "at most {limit} {unit}"),
            Self::OneOf(words) => write!(f, "one of {words}"),
            Self::Form(form) => write!(f, "must be {form}"),
            Self::Unique => f.write_str("must differ from all others"),
            Self::Menu => f.write_str("must be a menu of this reply"),
        }
    }
}

/// What was found where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A number, or so many of what the rule counts.
    Number(u64),
    /// A text.
    Text(Excerpt),
}

impl From<u32> for Found {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Found {
    fn from(count: usize) -> Self {
        Self::Number(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<Text<'_>> for Found {
    fn from(text: Text<'_>) -> Self {
        Self::Text(Excerpt::of(text.chars()))
    }
}

impl From<Excerpt> for Found {
    fn from(excerpt: Excerpt) -> Self {
        Self::Text(excerpt)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(excerpt) => excerpt.fmt(f),
        }
    }
}

/// The beginning of a text: as many characters as [`MAX`](Self::MAX) bytes hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    bytes: [u8; Self::MAX],
    len: u8,
    whole: bool,
}

impl Excerpt {
    /// Bytes of a text that are kept.
    pub const MAX: usize = 32;

    /// Of an address or a prompt, as far as it may be shown.
    pub(super) fn address(text: Text<'_>) -> Self {
        let (chars, is_all) = shown(text);
        let excerpt = Self::of(chars);
        Self { whole: excerpt.whole && is_all, ..excerpt }
    }

    fn of(chars: impl Iterator<Item = char>) -> Self {
        let mut bytes = [0; Self::MAX];
        let (mut len, mut whole) = (0_usize, true);
        for c in chars {
            let mut utf8 = [0; 4];
            let utf8 = encode_utf8(c, &mut utf8).as_bytes();
            let Some(room) = bytes.get_mut(len..).and_then(|rest| rest.get_mut(..utf8.len())) else {
                whole = false;
                break;
            };
            copy(utf8, room);
            len = len.saturating_add(utf8.len());
        }
        Self { bytes, len: u8::try_from(len).unwrap_or(0), whole }
    }

    /// The beginning of the text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether it is all of the text.
    pub const fn is_whole(&self) -> bool {
        self.whole
    }
}

/// In quotes; with an ellipsis where it was cut.
impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())?;
        if self.whole { Ok(()) } else { f.write_char('…') }
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, rule, found } = self;
        match found {
            Found::Nothing => write!(f, "{field}: {rule}"),
            _ => write!(f, "{field}: {rule}, found {found}"),
        }
    }
}

impl core::error::Error for Invalid {}

/// The rules that a reply breaks and that were waived, because the sources disagree on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waived(Vec<Invalid, { Self::MAX }>);

impl Waived {
    /// How many there can be: an instruction breaks two of these rules at most, and so does an action.
    pub const MAX: usize = 2 * MAX_INSTRUCTIONS + 2;

    /// The rules, in the order of the document.
    pub fn iter(&self) -> slice::Iter<'_, Invalid> {
        self.0.iter()
    }

    /// Whether there are none, so that the strict check passes too.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if there is no room, which [`MAX`](Self::MAX) rules out.
    pub(super) fn push(&mut self, invalid: Invalid) -> Result<(), Invalid> {
        self.0.push(invalid)
    }
}

impl<'w> IntoIterator for &'w Waived {
    type Item = &'w Invalid;
    type IntoIter = slice::Iter<'w, Invalid>;

    fn into_iter(self) -> slice::Iter<'w, Invalid> {
        self.iter()
    }
}

/// One after the other, `; ` between them.
impl fmt::Display for Waived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        self.iter().try_for_each(|invalid| write!(f, "{}{invalid}", core::mem::replace(&mut between, "; ")))
    }
}

/// A document that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SvamlError {
    /// It breaks a rule of JSON, or is no object.
    Malformed {
        /// What was wrong.
        what: &'static str,
        /// Where, in bytes from the start of the document.
        at: usize,
    },
    /// A member has a value of the wrong type.
    WrongType {
        /// The member.
        member: &'static str,
        /// The type that it must have.
        expected: &'static str,
        /// Where, in bytes from the start of the document.
        at: usize,
    },
    /// It crosses a bound.
    Limit {
        /// Of what there is too much.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
        /// Where, in bytes from the start of the document.
        at: usize,
    },
}

impl From<ReceiveError> for SvamlError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Malformed { what, at } => Self::Malformed { what, at },
            ReceiveError::Limit { bound: Bound::Headers, at } => {
                Self::Limit { what: "call headers", limit: MAX_HEADERS, at }
            }
            // The reader knows no other bound.
            ReceiveError::Limit { at, .. } => Self::Limit { what: "levels", limit: MAX_NESTING, at },
            ReceiveError::Unexpected { word } => Self::Malformed { what: word, at: 0 },
        }
    }
}

impl fmt::Display for SvamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, at } => write!(f, "malformed document: {what} at byte {at}"),
            Self::WrongType { member, expected, at } => {
                write!(f, "{member} must be {expected}, at byte {at}")
            }
            Self::Limit { what, limit, at } => write!(f, "more than {limit} {what} at byte {at}"),
        }
    }
}

impl core::error::Error for SvamlError {}

/// The caller's buffer cannot hold the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferTooSmall {
    /// Bytes that it takes.
    pub needed: usize,
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buffer too small, {} bytes needed", self.needed)
    }
}

impl core::error::Error for BufferTooSmall {}
