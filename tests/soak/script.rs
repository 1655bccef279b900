//! What is to happen in a call, as a seed tells it.

use core::fmt;
use core::time::Duration;

use support::chance::Chance;
use voxwire::{Close, Config, Dialect};
use voxwire_line::CallConfig;

/// One end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Application,
    Platform,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// The other side says its last frame; this side hears it, says its own, and hangs up.
    Goodbye,
    /// This side hangs up, with audio under way in both directions.
    HangUp,
    /// Both do at once.
    Crossing,
    /// This side drops the call without a word.
    Drop,
    /// This side does, and its socket resets the connection.
    Reset,
}

/// What is to happen in a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) call: u64,
    pub(crate) seed: u64,
    pub(crate) dialect: Dialect,
    pub(crate) life: Duration,
    pub(crate) end: End,
    pub(crate) by: Side,
    /// Whether a platform that hangs up says stop first.
    pub(crate) stops: bool,
    /// How long hanging up lets the queue drain: so short sometimes that a stalled peer has some of it thrown away.
    pub(crate) drain: Duration,
    /// Bytes that the kernel is asked to hold, at each end.
    pub(crate) kernel: usize,
}

/// How many bytes of messages may wait at each end: some ten frames.
pub(crate) const QUEUE: usize = 8 * 1024;

impl Script {
    pub(crate) fn new(seed: u64, call: u64, longest: Duration) -> Self {
        let mut chance = Chance::new(mixed(seed, call, 0));
        let dialect = if call.is_multiple_of(2) { Dialect::Sinch } else { Dialect::Wavix };
        let life = longest.mul_f64((1 + chance.below(1000)) as f64 / 1000.0);
        let end = match chance.below(10) {
            0 | 1 => End::Goodbye,
            2..5 => End::HangUp,
            5 => End::Crossing,
            6 | 7 => End::Drop,
            _ => End::Reset,
        };
        let by = if chance.below(2) == 0 { Side::Application } else { Side::Platform };
        let stops = dialect == Dialect::Wavix && chance.below(2) == 0;
        let drain = Duration::from_millis([50, 500, 2_000][chance.below(3)]);
        let kernel = [4, 16, 64][chance.below(3)] * 1024;
        Self { call, seed, dialect, life, end, by, stops, drain, kernel }
    }

    /// Chances of one half of one end.
    pub(crate) fn chance(&self, side: Side, hears: bool) -> Chance {
        Chance::new(mixed(self.seed, self.call, 1 + 2 * side as u64 + u64::from(hears)))
    }

    /// The peer's close is waited for longer than any stall, however busy the machine is.
    pub(crate) fn config(&self) -> CallConfig {
        let session = Config::new(self.dialect).end_within(Duration::from_secs(30));
        CallConfig::new(session).queue(QUEUE).drain_within(self.drain)
    }

    /// What an end is to do when the call's time is over.
    pub(crate) fn part(&self, side: Side) -> Part {
        match (self.end, side == self.by) {
            (End::Goodbye, true) => Part::AwaitLast,
            (End::Goodbye, false) => Part::SayLast,
            (End::HangUp, true) | (End::Crossing, _) => Part::HangUp,
            (End::Drop | End::Reset, true) => Part::Drop,
            (End::HangUp | End::Drop | End::Reset, false) => Part::SpeakOn,
        }
    }
}

/// What an end does when the call's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Says a last frame, and nothing more.
    SayLast,
    /// Speaks on until the peer has said its last frame, then flushes and hangs up.
    AwaitLast,
    HangUp,
    Drop,
    /// Speaks on until that is no longer possible.
    SpeakOn,
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, seed, dialect, end, by, .. } = self;
        write!(f, "call {call} ({dialect}, {end:?} by the {by:?}), seed {seed}")
    }
}

impl Side {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Application => Self::Platform,
            Self::Platform => Self::Application,
        }
    }

    /// How it hangs up.
    pub(crate) const fn close(self) -> Close<'static> {
        match self {
            Self::Application => Close::new(4001, "from the application"),
            Self::Platform => Close::new(4002, "from the platform"),
        }
    }
}

fn mixed(seed: u64, call: u64, half: u64) -> u64 {
    seed.rotate_left(32).wrapping_add(call * 8 + half) << 1
}
