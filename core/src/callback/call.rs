//! What every callback tells of its call.

use super::private::Private;
use super::record::record;
use crate::headers::Headers;
use crate::text::Text;
use crate::utc::Timestamp;

record! {
    /// What every callback may tell of its call (Voice v1, callbacks).
    pub struct CallInfo<'m> {
        /// The call's id. Opaque: a UUID, also with a number behind it, 32 hex digits, and a word with `@` and an
        /// address have been seen.
        pub call_id: Option<Text<'m>> = "callId",
        /// When it happened, in UTC. A notify has none.
        pub timestamp: Option<Timestamp<'m>> = "timestamp",
        /// Version of the callback's format. It is 1.
        pub version: Option<u64> = "version",
        /// What the application has noted for itself when it started the call; 1,024 bytes at most, and often empty.
        pub custom: Option<Private<'m>> = "custom",
        /// Key of the application that the call belongs to. A notify seldom has it.
        pub application_key: Option<Text<'m>> = "applicationKey",
        /// The conference that the call is in.
        pub conference_id: Option<Text<'m>> = "conferenceId",
        /// What `setCookie` has set earlier in the call. Not documented today.
        pub cookies: Option<Headers<'m>> = "cookies",
        /// A reference. Not documented today.
        pub reference: Option<Text<'m>> = "reference",
        /// User of the caller's app. Not documented today.
        pub user: Option<Text<'m>> = "user",
        /// Whether the callback is late. Not documented today.
        pub delayed: Option<bool> = "delayed",
    }
}
