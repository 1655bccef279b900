//! Who is called, and over which network.

use super::record::record;
use crate::text::Text;
use crate::word::{Word, vocabulary};

record! {
    /// One end of a call (Voice v1, callbacks: `identity`).
    pub struct Identity<'m> {
        /// What kind of address it is. Wire: `type`.
        #[serde(rename = "type")]
        pub kind: Option<Word<'m, EndpointType>> = "type",
        /// The address: a number, a user name, a SIP address.
        pub endpoint: Option<Text<'m>> = "endpoint",
        /// Whether Sinch has verified it. Not documented today.
        pub verified: Option<bool> = "verified",
    }
}

vocabulary! {
    /// What kind of address an [`Identity`] has.
    pub enum EndpointType {
        /// A phone number, in E.164 with or without its plus.
        Number = "number",
        /// A user of an app with Sinch inside.
        Username = "username",
        /// A SIP address.
        Sip = "sip",
        /// A number that Sinch provides.
        Did = "did",
        /// A conference.
        Conference = "conference",
    }
}

vocabulary! {
    /// A network that a call comes from or goes to.
    pub enum Domain {
        /// The public telephone network.
        Pstn = "pstn",
        /// Sinch's own network: apps.
        Mxp = "mxp",
        /// SIP.
        Sip = "sip",
        /// A conference (2021 documentation).
        Conference = "conference",
        /// A call that the application's server has started (Sinch's former server SDK).
        Server = "server",
    }
}
