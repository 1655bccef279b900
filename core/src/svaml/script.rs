//! Replies within a callout.

use core::fmt;

use super::callout::CalloutError;
use super::invalid::SvamlError;
use super::read::Member;
use super::{Svaml, check};
use crate::callback::CallbackEvent;
use crate::codec::json::Reader;
use crate::text::Text;

/// What is replied to a callback of a custom callout: SVAML within the request, or an address to ask. On the wire both
/// are strings. Debug output has its length only.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Script<'a> {
    /// A reply, written as JSON.
    Svaml(Text<'a>),
    /// The `http://` or `https://` address to which the callback is posted.
    Url(Text<'a>),
}

impl<'a> Script<'a> {
    /// A reply that has been [written](Svaml::write). It is escaped when the request is.
    pub fn svaml(json: impl Into<Text<'a>>) -> Self {
        Self::Svaml(json.into())
    }

    /// An address.
    pub fn url(address: impl Into<Text<'a>>) -> Self {
        Self::Url(address.into())
    }

    /// The string, as it was given or as it came.
    pub const fn text(&self) -> Text<'a> {
        match self {
            Self::Svaml(text) | Self::Url(text) => *text,
        }
    }

    /// Copies the string, escapes resolved, to the start of `buf`. `None` if it does not fit; then
    /// [`text().len()`](Text::len) bytes are needed. Where it is SVAML, [`Svaml::parse`] reads it.
    pub fn copy_to<'b>(&self, buf: &'b mut [u8]) -> Option<&'b str> {
        self.text().copy_to(buf)
    }

    pub(super) fn check(&self, event: CallbackEvent, buf: &mut [u8]) -> Result<(), CalloutError> {
        let Self::Svaml(text) = self else {
            return check::script_url(self.text()).map_err(|invalid| CalloutError::Reply { event, invalid });
        };
        let too_small = CalloutError::BufferTooSmall { needed: text.len() };
        let json = text.copy_to(buf).ok_or(too_small)?;
        let svaml =
            Svaml::parse(json.as_bytes()).map_err(|error| CalloutError::Unreadable { event, error })?;
        svaml.check(event).map_err(|invalid| CalloutError::Reply { event, invalid })
    }
}

impl fmt::Debug for Script<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Svaml(_) => "Svaml",
            Self::Url(_) => "Url",
        };
        write!(f, "{name}({} bytes)", self.text().len())
    }
}

impl serde::Serialize for Script<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text().serialize(serializer)
    }
}

/// What begins with a brace is SVAML, all else an address.
impl<'a> Member<'a> for Script<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        let text = Text::read(json, name)?;
        let is_svaml = text.chars().find(|c| !c.is_ascii_whitespace()) == Some('{');
        Ok(if is_svaml { Self::Svaml(text) } else { Self::Url(text) })
    }
}
