//! ACE: somebody who was called has answered.

use super::call::CallInfo;
use super::record::record;
use crate::text::Text;
use crate::word::{Word, vocabulary};

record! {
    /// Answered call: somebody who was called has answered, and SVAML says how to go on (Voice v1, ACE).
    ///
    /// Posted for callouts with `enableAce`, and for legs of `connectPstn` and `connectSip` without
    /// `suppressCallbacks`; not for calls to an app.
    pub struct Ace<'m> with call: CallInfo<'m> {
        /// Who or what has answered, if answering machines are to be detected.
        pub amd: Option<Amd<'m>> = "amd",
        /// The call in Sinch's REST API, as a URL.
        pub call_resource_url: Option<Text<'m>> = "callResourceUrl",
    }
}

record! {
    /// What the detection of answering machines has found.
    pub struct Amd<'m> {
        /// Who or what has answered.
        pub status: Option<Word<'m, AmdStatus>> = "status",
        /// What tells so.
        pub reason: Option<Word<'m, AmdReason>> = "reason",
        /// How long it took. Sources do not agree on what and in which unit: milliseconds of detection, or the length
        /// of the call; examples are 3, 4, 15 and 32.
        pub duration: Option<u64> = "duration",
    }
}

vocabulary! {
    /// Who or what has answered a call.
    pub enum AmdStatus {
        /// A machine.
        Machine = "machine",
        /// A human.
        Human = "human",
        /// Either of them.
        NotSure = "notsure",
        /// Whoever it was has hung up.
        Hangup = "hangup",
        /// Not known yet: a notify will tell.
        InProgress = "inprogress",
    }
}

vocabulary! {
    /// What tells an answering machine from a human.
    pub enum AmdReason {
        /// A greeting as long as those of machines.
        LongGreeting = "longgreeting",
        /// Silence at first.
        InitialSilence = "initialsilence",
        /// A beep.
        Beep = "beep",
        /// A greeting.
        Greeting = "greeting",
        /// Nothing does.
        NotApplicable = "n/a",
    }
}
