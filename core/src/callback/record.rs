//! JSON objects as structs: how a member is read, and what an object does with its members.

use crate::codec::json::{Reader, Value};
use crate::headers::Headers;
use crate::text::Text;
use crate::utc::Timestamp;
use crate::word::{Vocabulary, Word};

/// A value of one type.
pub(super) trait Member<'m>: Sized {
    /// Reads the next value. `None` if it is of another type.
    fn read(json: &mut Reader<'m>) -> Option<Self>;
}

/// An object, filled member by member.
pub(super) trait Record<'m>: Default {
    /// Reads the value of the member called `key`, or leaves it where it is and returns `false` if there is no such
    /// member.
    fn take(&mut self, key: Text<'m>, json: &mut Reader<'m>) -> bool;
}

/// Declares a record with the key of each member on the wire. A record `with` another one inside hands it the members
/// that are not its own.
macro_rules! record {
    (
        $(#[$about:meta])*
        pub struct $name:ident<$m:lifetime> $(with $part:ident: $record:ty)? {
            $($(#[$meaning:meta])* pub $member:ident: Option<$type:ty> = $key:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
        #[non_exhaustive]
        pub struct $name<$m> {
            $(
                /// What every callback tells of its call.
                pub $part: $record,
            )?
            $(
                $(#[$meaning])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $member: Option<$type>,
            )+
        }

        impl<$m> $crate::callback::record::Record<$m> for $name<$m> {
            fn take(
                &mut self,
                key: $crate::Text<$m>,
                json: &mut $crate::codec::json::Reader<$m>,
            ) -> bool {
                $(if key.eq_ignore_ascii_case($key) {
                    self.$member = $crate::callback::record::Member::read(json);
                    return true;
                })+
                $(if self.$part.take(key, json) {
                    return true;
                })?
                false
            }
        }
    };
}

pub(super) use record;

impl<'m, R: Record<'m>> Member<'m> for R {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        if json.peek() != Some(b'{') {
            json.value();
            return None;
        }
        let mut record = Self::default();
        json.open_object();
        while let Some(key) = json.key() {
            if !record.take(key, json) {
                json.value();
            }
        }
        Some(record)
    }
}

impl<'m> Member<'m> for Headers<'m> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        Self::read(json)
    }
}

impl<'m> Member<'m> for Text<'m> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        json.value().text()
    }
}

impl<'m> Member<'m> for Timestamp<'m> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        json.value().text().map(Self::new)
    }
}

impl<'m, V: Vocabulary> Member<'m> for Word<'m, V> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        json.value().text().map(Self::new)
    }
}

impl<'m> Member<'m> for u64 {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        json.value().number()
    }
}

impl<'m> Member<'m> for bool {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        match json.value() {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }
}
