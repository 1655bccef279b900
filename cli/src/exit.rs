//! How the program ends when it does not end well: one sentence, one exit code.

use std::io;
use std::path::Path;

use thiserror::Error;
use voxwire::callback::CallbackEvent;
use voxwire::signature::Refusal;
use voxwire_tokio::CallError;
use voxwire_tokio::tls::TlsError;
use voxwire_tokio::tungstenite;

use crate::wav::WavError;
use crate::words::event_name;

/// The exit codes, for `--help`; `README.md` has them too, and a test compares both.
pub(crate) const CODES: &str = "\
Exit codes:
   0  everything went well
   2  wrong arguments, a URL that cannot be called among them
   3  a file cannot be read, or is not of the kind that is needed
   4  the application cannot be reached
   5  the upgrade was declined: the call is hung up
   6  the application is busy
   7  the application rejected the call
   8  the call was lost, or the application hung up with a code other than 1000 and 1001
   9  the answer never came
  10  something cannot be written: the disk is full, say
  11  the address cannot be listened on
  12  demo: what was heard is not what was said, or not what the application knows
  13  explain: a message is malformed
  14  a callback was refused, or SVAML is not valid
  15  verify: the request is not signed as it should be
  16  load: frames did not come back as they were sent, or no call at all met the bound
 130  interrupted twice";

/// The exit code after a second interrupt, as shells give it for the first.
pub(crate) const INTERRUPTED: u8 = 130;

/// The exit code where something could not be written.
pub(crate) const UNWRITTEN: u8 = 10;

/// [`AudioFormat::RATES`](voxwire::AudioFormat::RATES), in words.
pub(crate) const RATES: &str = "8000, 16000, 24000, 44100, 48000 or 96000 Hz";

/// Why the program did not do what it was asked to.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Recording(#[from] WavError),
    #[error("cannot read {name}: {cause}")]
    Read { name: String, cause: io::Error },
    #[error("cannot reach {url}: {why}")]
    Unreachable { url: String, why: String },
    #[error("the upgrade was declined with HTTP status {0}: the call is hung up")]
    Declined(u16),
    #[error("the application is busy")]
    Busy,
    #[error("the application rejected the call")]
    Rejected,
    #[error("the call was lost: {0}")]
    Lost(String),
    #[error("{0}")]
    Unanswered(String),
    #[error("cannot write {name}: {cause}")]
    Write { name: String, cause: io::Error },
    #[error("{calls} not recorded to the end: {first}", calls = Calls(*calls))]
    Unrecorded { calls: u64, first: String },
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: String, cause: io::Error },
    #[error("the demo failed: {0}")]
    Demo(String),
    #[error("{0} malformed")]
    Malformed(Count),
    #[error("no valid reply to {}: {why}", event_name(*event))]
    Callback { event: CallbackEvent, why: String },
    #[error("not valid SVAML: {0}")]
    Svaml(String),
    #[error("not signed as it should be: {0}")]
    Unsigned(Refusal),
    #[error("{calls} of {of} calls failed; the first: {first}")]
    Calls { calls: u32, of: u32, first: Box<Self> },
    #[error("{0}")]
    Load(String),
}

/// Messages, counted.
#[derive(Debug)]
pub(crate) struct Count(pub(crate) u64);

impl core::fmt::Display for Count {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            1 => f.write_str("1 message is"),
            many => write!(f, "{many} messages are"),
        }
    }
}

/// Calls, counted.
struct Calls(u64);

impl core::fmt::Display for Calls {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            1 => f.write_str("1 call was"),
            many => write!(f, "{many} calls were"),
        }
    }
}

impl Failure {
    /// The system has no means left to wait for events.
    pub(crate) fn event_queue(cause: io::Error) -> Self {
        Self::Write { name: "to the system's event queue".into(), cause }
    }

    /// A file of certificates or keys that is none.
    pub(crate) fn tls(path: &Path, error: TlsError) -> Self {
        let cause = io::Error::new(io::ErrorKind::InvalidData, error);
        Self::Read { name: path.display().to_string(), cause }
    }

    /// Why a call could not be placed.
    pub(crate) fn connecting(url: &str, error: CallError) -> Self {
        let why = match error {
            CallError::Declined(status) => return Self::Declined(status),
            CallError::Handshake(tungstenite::Error::Io(error)) => match error.kind() {
                io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
                _ => error.to_string(),
            },
            CallError::Handshake(error) => format!("no WebSocket server answers there ({error})"),
            error => error.to_string(),
        };
        Self::Unreachable { url: address(url).to_owned(), why }
    }

    /// A server that took the connection and said nothing.
    pub(crate) fn silent(url: &str) -> Self {
        Self::Unreachable {
            url: address(url).to_owned(),
            why: "it did not reply to the upgrade in time".into(),
        }
    }

    /// The exit code of [`CODES`].
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Recording(WavError::Write { .. } | WavError::Full { .. })
            | Self::Write { .. }
            | Self::Unrecorded { .. } => UNWRITTEN,
            Self::Recording(_) | Self::Read { .. } => 3,
            Self::Unreachable { .. } => 4,
            Self::Declined(_) => 5,
            Self::Busy => 6,
            Self::Rejected => 7,
            Self::Lost(_) => 8,
            Self::Unanswered(_) => 9,
            Self::Listen { .. } => 11,
            Self::Demo(_) => 12,
            Self::Malformed(_) => 13,
            Self::Callback { .. } | Self::Svaml(_) => 14,
            Self::Unsigned(_) => 15,
            Self::Calls { first, .. } => first.code(),
            Self::Load(_) => 16,
        }
    }
}

/// A URL without its path and without user information, where secrets live.
pub(crate) fn address(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("://") else { return "the given URL" };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].contains('@') {
        true => "the given URL",
        false => &url[..scheme.len() + 3 + end],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The one code that no run of the program can be made to give.
    #[test]
    fn a_demo_that_does_not_add_up_has_a_code_of_its_own() {
        let failure = Failure::Demo("on Sinch, the greeting was not interrupted".into());
        assert_eq!(failure.code(), 12);
        assert_eq!(failure.to_string(), "the demo failed: on Sinch, the greeting was not interrupted");
    }

    #[test]
    fn an_address_shows_no_secret() {
        assert_eq!(address("ws://127.0.0.1:80/calls/s3cret?k=v"), "ws://127.0.0.1:80");
        assert_eq!(address("wss://example.org"), "wss://example.org");
        assert_eq!(address("ws://me:s3cret@example.org/"), "the given URL");
        assert_eq!(address("s3cret"), "the given URL");
    }

    #[test]
    fn help_and_readme_name_the_same_exit_codes() {
        let codes = |text: &str, separator: &str| -> Vec<(u8, String)> {
            let pair = |line: &str| {
                let (code, meaning) = line.trim().trim_matches('|').trim().split_once(separator)?;
                Some((code.trim().parse().ok()?, meaning.trim().to_owned()))
            };
            text.lines().filter_map(pair).collect()
        };
        let help = codes(CODES, "  ");
        assert_eq!(help.len(), 17);
        assert_eq!(help, codes(include_str!("../README.md"), " | "));
    }
}
