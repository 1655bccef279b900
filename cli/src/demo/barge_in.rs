//! The interruption: how much of the greeting was heard, as the application knows it and as the platform played it.

use core::fmt;

use serde::Serialize;
use voxwire::audio::{Estimate, Stopped};
use voxwire::{AudioFormat, Dialect};

use crate::platform::{Because, Unheard};
use crate::report::Between;

/// Both in samples of what was put on the socket, counted from the beginning of the call.
#[derive(Debug, Serialize)]
pub(super) struct BargeIn {
    /// What the clear tells the application: each figure at least and at most.
    pub(super) known: Stopped,
    pub(super) played: Played,
}

/// What the platform's ear did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Played {
    /// The first sample that was not played any more.
    pub(super) at: u64,
    /// Samples thrown away from there on.
    pub(super) unheard: u64,
    /// Samples heard.
    pub(super) heard: u64,
}

impl BargeIn {
    /// The first interruption of a call, if the platform has fallen silent.
    pub(super) fn of(unheard: &[Unheard], known: Stopped) -> Option<Self> {
        const SAMPLE: u64 = AudioFormat::SAMPLE_BYTES as u64;
        let cleared = unheard.iter().position(|unheard| unheard.because == Because::Cleared)?;
        let (before, cleared) = (unheard.get(..cleared)?, unheard.get(cleared)?);
        let lost: u64 = before.iter().map(|unheard| unheard.bytes).sum();
        let played = Played {
            at: cleared.at / SAMPLE,
            unheard: cleared.bytes / SAMPLE,
            heard: cleared.at.saturating_sub(lost) / SAMPLE,
        };
        Some(Self { known, played })
    }

    /// Whether every figure lies within what the application knows of it.
    ///
    /// # Errors
    /// Which does not, in words.
    pub(super) fn check(&self, format: AudioFormat) -> Result<(), String> {
        let Self { known, played } = self;
        for (known, played, what) in [
            (known.heard, played.heard, "of the greeting were heard"),
            (known.unheard, played.unheard, "of it were never heard"),
            (known.at, played.at, "stand before the sample at which it stopped"),
        ] {
            if !(known.lower..=known.upper).contains(&played) {
                let (known, played) = (Between(known, format), Between(Estimate::exact(played), format));
                return Err(format!("the application knew that {known} {what}, but it was {played}"));
            }
        }
        Ok(())
    }

    /// What people are told, line by line.
    pub(super) fn rows(&self, call: Dialect, format: AudioFormat) -> [Row; 2] {
        let Self { known, played } = self;
        let row = |what, known, played| Row {
            call,
            what,
            known: Between(known, format).to_string(),
            played: Between(Estimate::exact(played), format).to_string(),
        };
        [row("heard", known.heard, played.heard), row("never heard", known.unheard, played.unheard)]
    }
}

/// A line of the table.
pub(super) struct Row {
    call: Dialect,
    what: &'static str,
    known: String,
    played: String,
}

impl Row {
    pub(super) const HEAD: &str = "call   of the greeting         the application knows        it was";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, what, known, played } = self;
        write!(f, "{call:<7}{what:<14}{known:>32}{played:>14}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: AudioFormat = AudioFormat::pcm16(8_000).unwrap();
    const KNOWN: Stopped = Stopped {
        at: Estimate { lower: 1_000, upper: 1_200 },
        unheard: Estimate { lower: 800, upper: 1_000 },
        heard: Estimate { lower: 900, upper: 1_200 },
    };

    #[test]
    fn whatever_the_application_held_for_possible_may_be() {
        for (at, unheard, heard) in [(1_000, 1_000, 900), (1_100, 900, 1_000), (1_200, 800, 1_200)] {
            let barge_in = BargeIn { known: KNOWN, played: Played { at, unheard, heard } };
            assert_eq!(barge_in.check(FORMAT), Ok(()));
        }
    }

    #[test]
    fn a_sample_more_or_less_and_the_application_was_wrong() {
        for (at, unheard, heard, sentence) in [
            (1_100, 900, 899, "that 112.5 to 150.0 ms of the greeting were heard, but it was 112.4 ms"),
            (1_100, 900, 1_201, "that 112.5 to 150.0 ms of the greeting were heard, but it was 150.1 ms"),
            (1_100, 799, 1_000, "that 100.0 to 125.0 ms of it were never heard, but it was 99.9 ms"),
            (1_100, 1_001, 1_000, "that 100.0 to 125.0 ms of it were never heard, but it was 125.1 ms"),
            (
                999,
                900,
                1_000,
                "that 125.0 to 150.0 ms stand before the sample at which it stopped, but it was 124.9 ms",
            ),
            (
                1_201,
                900,
                1_000,
                "that 125.0 to 150.0 ms stand before the sample at which it stopped, but it was 150.1 ms",
            ),
        ] {
            let barge_in = BargeIn { known: KNOWN, played: Played { at, unheard, heard } };
            assert_eq!(barge_in.check(FORMAT), Err(format!("the application knew {sentence}")));
        }
    }

    #[test]
    fn what_was_lost_before_was_not_heard() {
        let unheard = |at, bytes, because| Unheard {
            when: core::time::Duration::ZERO,
            at,
            bytes,
            pcm: vec![],
            because,
        };
        let unheard = [
            unheard(100, 20, Because::Overflow),
            unheard(2_000, 500, Because::Cleared),
            unheard(3_000, 500, Because::Cleared),
        ];
        let barge_in = BargeIn::of(&unheard, KNOWN).unwrap();
        assert_eq!(barge_in.played, Played { at: 1_000, unheard: 250, heard: 990 });
        assert!(BargeIn::of(&unheard[..1], KNOWN).is_none());
    }
}
