//! DICE: a call is over.

use super::call::CallInfo;
use super::identity::Identity;
use super::money::Money;
use super::record::record;
use crate::headers::Headers;
use crate::text::Text;
use crate::word::{Word, vocabulary};

record! {
    /// Disconnected call: it is over, and nothing is to be said (Voice v1, DICE).
    pub struct Dice<'m> with call: CallInfo<'m> {
        /// Why it ended.
        pub reason: Option<Word<'m, DisconnectReason>> = "reason",
        /// What became of it.
        pub result: Option<Word<'m, CallResult>> = "result",
        /// Duration of the call in seconds; may be missing if nobody answered.
        pub duration: Option<u64> = "duration",
        /// What the call has cost.
        pub debit: Option<Money<'m>> = "debit",
        /// What a minute of it cost.
        pub user_rate: Option<Money<'m>> = "userRate",
        /// Who was called.
        pub to: Option<Identity<'m>> = "to",
        /// The caller: a number, or `private`.
        pub from: Option<Text<'m>> = "from",
        /// Headers that the caller's app gave to the call.
        pub call_headers: Option<Headers<'m>> = "callHeaders",
    }
}

vocabulary! {
    /// Why a call ended: the words of every source, of which none has all.
    pub enum DisconnectReason {
        /// No reason is given.
        NotApplicable = "N/A",
        /// Nobody answered in time.
        Timeout = "TIMEOUT",
        /// The caller hung up.
        CallerHangup = "CALLERHANGUP",
        /// The callee hung up.
        CalleeHangup = "CALLEEHANGUP",
        /// The call was blocked.
        Blocked = "BLOCKED",
        /// The account has no credit left.
        NoCreditPartner = "NOCREDITPARTNER",
        /// Something else went wrong.
        GeneralError = "GENERALERROR",
        /// The caller gave up before anybody answered.
        Cancel = "CANCEL",
        /// The application ended the call: by SVAML or by the REST API.
        ManagerHangup = "MANAGERHANGUP",
        /// There is no such user.
        UserNotFound = "USERNOTFOUND",
        /// A callback failed.
        CallbackError = "CALLBACKERROR",
        /// The SVAML had an action that could not be followed.
        InvalidSvamlAction = "INVALIDSVAMLACTION",
        /// The call was established.
        Established = "ESTABLISHED",
        /// Somebody else who was called has answered.
        OtherPeerAnswered = "OTHERPEERANSWERED",
        /// The network of an app failed.
        ClientNetwork = "CLIENTNETWORK",
        /// A network was congested.
        Congestion = "CONGESTION",
        /// The callee was busy.
        Busy = "BUSY",
        /// The callee did not answer.
        NoAnswer = "NOANSWER",
    }
}

vocabulary! {
    /// What became of a call.
    pub enum CallResult {
        /// No result is given.
        NotApplicable = "N/A",
        /// It was answered.
        Answered = "ANSWERED",
        /// The callee was busy.
        Busy = "BUSY",
        /// The callee did not answer.
        NoAnswer = "NOANSWER",
        /// It failed.
        Failed = "FAILED",
    }
}
