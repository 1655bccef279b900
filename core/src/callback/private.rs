//! Text that stays out of logs.

use core::fmt;

use super::record::Member;
use crate::codec::json::Reader;
use crate::text::Text;

/// A text that may hold what is nobody else's business: what the application has noted for itself, keys that a caller
/// has pressed, an address that is also the key to what lies there.
///
/// A log shows its length only; [`text`](Self::text) is the text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Private<'m>(Text<'m>);

impl<'m> Private<'m> {
    /// The text, to be used and not to be logged.
    pub const fn text(&self) -> Text<'m> {
        self.0
    }
}

/// The length only.
impl fmt::Debug for Private<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} bytes)", self.0.len())
    }
}

/// The length only: `{"bytes":8}`.
impl serde::Serialize for Private<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut private = serializer.serialize_struct("Private", 1)?;
        private.serialize_field("bytes", &self.0.len())?;
        private.end()
    }
}

impl<'m> Member<'m> for Private<'m> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        json.value().text().map(Self)
    }
}
