//! ICE: somebody calls.

use super::call::CallInfo;
use super::identity::{Domain, Identity};
use super::money::Money;
use super::record::record;
use crate::headers::Headers;
use crate::text::Text;
use crate::word::Word;

record! {
    /// Incoming call: somebody calls, and SVAML says what is to be done (Voice v1, ICE).
    pub struct Ice<'m> with call: CallInfo<'m> {
        /// The call in Sinch's REST API, as a URL.
        pub call_resource_url: Option<Text<'m>> = "callResourceUrl",
        /// What a minute costs.
        pub user_rate: Option<Money<'m>> = "userRate",
        /// The caller: a number with or without its plus, or another word: `private`, say.
        pub cli: Option<Text<'m>> = "cli",
        /// Who is called.
        pub to: Option<Identity<'m>> = "to",
        /// Where the call goes to.
        pub domain: Option<Word<'m, Domain>> = "domain",
        /// Where the call comes from.
        pub origination_type: Option<Word<'m, Domain>> = "originationType",
        /// Duration of the call in seconds.
        pub duration: Option<u64> = "duration",
        /// Number from which the call was redirected; often empty.
        pub rdnis: Option<Text<'m>> = "rdnis",
        /// Headers that the caller's app gave to the call.
        pub call_headers: Option<Headers<'m>> = "callHeaders",
    }
}
