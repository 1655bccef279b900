//! The people at the phones: what they do when they hear a menu, are called, or are taken for machines.

use core::str::FromStr;
use std::collections::VecDeque;

use voxwire::callback::{AmdReason, AmdStatus};

/// What the people of one call do.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    pub(crate) presses: Presses,
    pub(crate) callee: Callee,
    pub(crate) amd: Option<Answerer>,
}

/// What the caller does at one menu after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Presses(VecDeque<Press>);

/// What the caller does at a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Presses these keys, at least one.
    Keys(String),
    /// Does nothing.
    Nothing,
    HangUp,
}

impl Presses {
    /// What the caller does now. Who has been told nothing more does nothing more.
    pub(super) fn next(&mut self) -> Press {
        self.0.pop_front().unwrap_or(Press::Nothing)
    }
}

/// Reads `1,timeout,42#,hangup`.
impl FromStr for Presses {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let press = |word: &str| match word.trim() {
            "timeout" => Ok(Press::Nothing),
            "hangup" => Ok(Press::HangUp),
            keys if !keys.is_empty() && keys.bytes().all(is_key) => Ok(Press::Keys(keys.to_owned())),
            _ => Err("a list like 1,timeout,42#,hangup"),
        };
        text.split(',').map(press).collect::<Result<_, _>>().map(Self)
    }
}

const fn is_key(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'*' | b'#')
}

/// What becomes of the attempt to call somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Callee {
    #[default]
    Answers,
    Busy,
    #[value(name = "noanswer")]
    NoAnswer,
}

/// Who or what answers, as the detection of answering machines finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Answerer {
    #[default]
    Human,
    Machine,
    #[value(name = "notsure")]
    NotSure,
    /// Hangs up before it is known.
    #[value(name = "hangup")]
    HangsUp,
}

impl Answerer {
    pub(super) const fn status(self) -> AmdStatus {
        match self {
            Self::Human => AmdStatus::Human,
            Self::Machine => AmdStatus::Machine,
            Self::NotSure => AmdStatus::NotSure,
            Self::HangsUp => AmdStatus::Hangup,
        }
    }

    pub(super) const fn reason(self) -> AmdReason {
        match self {
            Self::Human => AmdReason::Greeting,
            Self::Machine => AmdReason::LongGreeting,
            Self::NotSure => AmdReason::InitialSilence,
            Self::HangsUp => AmdReason::NotApplicable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_does_what_is_listed_and_then_nothing() {
        let mut presses: Presses = "1,timeout, 42#,*,hangup".parse().unwrap();
        let keys = |keys: &str| Press::Keys(keys.into());
        let listed = [keys("1"), Press::Nothing, keys("42#"), keys("*"), Press::HangUp];
        for press in listed.into_iter().chain([Press::Nothing, Press::Nothing]) {
            assert_eq!(presses.next(), press);
        }
        for text in ["", "1,", "a", "1 2", "wait"] {
            assert!(text.parse::<Presses>().is_err(), "{text}");
        }
    }
}
