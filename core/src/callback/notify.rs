//! Notify: something else has happened.

use super::ace::Amd;
use super::call::CallInfo;
use super::private::Private;
use super::record::record;
use crate::text::Text;
use crate::word::{Word, vocabulary};

record! {
    /// Something has happened, and nothing is to be said (Voice v1, notify).
    pub struct Notify<'m> with call: CallInfo<'m> {
        /// What has happened. Wire: `type`.
        #[serde(rename = "type")]
        pub kind: Option<Word<'m, Notification>> = "type",
        /// URL of the recording or transcription. Kept out of logs: a URL may be all it takes to listen.
        pub destination: Option<Private<'m>> = "destination",
        /// What the detection of answering machines has found.
        pub amd: Option<Amd<'m>> = "amd",
        /// Number of the error: 40001 for SVAML that is not valid, 50000 for an error of Sinch (2021 documentation).
        pub error_code: Option<u64> = "errorCode",
        /// The error in words.
        pub error_msg: Option<Text<'m>> = "errorMsg",
    }
}

vocabulary! {
    /// What a [`Notify`] tells.
    pub enum Notification {
        /// A recording has ended.
        RecordingFinished = "recording_finished",
        /// A recording lies at its destination.
        RecordingAvailable = "recording_available",
        /// A transcription lies at its destination.
        TranscriptionAvailable = "transcription_available",
        /// Another word for the same (unproven).
        TranscriptionComplete = "transcription_complete",
        /// The verdict on who or what has answered.
        Amd = "amd",
        /// The beep of an answering machine.
        AmdBeep = "amd_beep",
        /// The call has gone wrong.
        CallingError = "callingerror",
    }
}
