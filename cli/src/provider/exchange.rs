//! How a callback and its reply are told: names, and nothing that may be a secret.

use core::fmt::{self, Display};

use serde::{Serialize, Serializer};
use voxwire::callback::{CallbackEvent, Notification};
use voxwire::svaml::Svaml;

use super::bodies::About;
use crate::words::event_name;

/// A callback that has been replied to.
#[derive(Serialize)]
pub(super) struct Exchange {
    #[serde(serialize_with = "as_on_the_wire")]
    event: CallbackEvent,
    #[serde(flatten)]
    about: Subject,
    /// The HTTP status; none, where the application has said in advance what it would reply.
    status: Option<u16>,
    /// Names of what is done before the action.
    instructions: Vec<String>,
    action: Option<String>,
}

/// What it is about. What was chosen from a menu is the application's business, and what was typed the caller's.
#[derive(Serialize)]
#[serde(untagged)]
enum Subject {
    Nothing {},
    Answerer { amd: &'static str },
    Menu { menu: String, ended: &'static str },
    End { reason: &'static str, result: &'static str, duration_s: Option<u64> },
    Notification { notification: &'static str },
}

impl Exchange {
    /// Of a callback that wants no SVAML.
    pub(super) fn told(about: About<'_>, status: u16) -> Self {
        let (event, about) = (about.event(), Subject::of(about));
        Self { event, about, status: Some(status), instructions: Vec::new(), action: None }
    }

    /// Of a callback that SVAML has answered.
    pub(super) fn asked(about: About<'_>, status: Option<u16>, svaml: &Svaml<'_>) -> Self {
        Self {
            event: about.event(),
            about: Subject::of(about),
            status,
            instructions: svaml.instructions().iter().map(|word| word.name().to_string()).collect(),
            action: svaml.action().map(|action| action.name().to_string()),
        }
    }
}

impl Subject {
    fn of(about: About<'_>) -> Self {
        match about {
            About::Incoming | About::Answered(None) => Self::Nothing {},
            About::Answered(Some(verdict)) => Self::Answerer { amd: verdict.status.as_str() },
            About::MenuEnded(end) => Self::Menu { menu: end.menu.clone(), ended: end.kind.as_str() },
            About::Ended(end) => Self::End {
                reason: end.reason.as_str(),
                result: end.result.as_str(),
                duration_s: end.seconds(),
            },
            About::RecordingFinished => {
                Self::Notification { notification: Notification::RecordingFinished.as_str() }
            }
            About::Detected(verdict) => Self::Answerer { amd: verdict.status.as_str() },
        }
    }
}

impl Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = event_name(self.event);
        match self.status {
            Some(_) => write!(f, "posts {event}{}", self.about)?,
            None => write!(f, "looks up what {event} was to be replied")?,
        }
        // Names that are not known are the application's: they end on a terminal.
        match (&self.action, self.status) {
            (Some(action), _) => {
                f.write_str(": ")?;
                for instruction in &self.instructions {
                    write!(f, "{}, ", instruction.escape_debug())?;
                }
                write!(f, "{}", action.escape_debug())
            }
            (None, Some(status)) => write!(f, ": HTTP status {status}"),
            (None, None) => Ok(()),
        }
    }
}

/// In parentheses.
impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing {} => Ok(()),
            Self::Answerer { amd } => write!(f, " (amd {amd})"),
            Self::Menu { menu, ended } => write!(f, " (menu {menu:?}, {ended})"),
            Self::End { reason, result, duration_s: None } => write!(f, " ({reason}, {result})"),
            Self::End { reason, result, duration_s: Some(seconds) } => {
                write!(f, " ({reason}, {result}, {seconds} s)")
            }
            Self::Notification { notification } => write!(f, " ({notification})"),
        }
    }
}

fn as_on_the_wire<S: Serializer>(event: &CallbackEvent, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(event.as_str())
}
