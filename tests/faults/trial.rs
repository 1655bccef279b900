//! One attack on one victim: what is done, and what must hold.
//!
//! 1. **Memory**: what the process has resident grows by no more than the limits of the calls in it allow.
//! 2. **Recovery**: afterwards a new call is answered, and there are no more calls, threads and descriptors than before.
//! 3. **Innocence**: a call beside it gets every sample back.
//!
//! How long things took is told, and judged only by whoever reads it.

use core::fmt;
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::Instant as Clock;

use support::process::{Change, Process};

use crate::attackers::Siege;
use crate::frame::{BINARY, CLOSE};
use crate::innocent::{Heard, Innocent};
use crate::peer::{Came, PATIENCE, Part, Peer, Stage};
use crate::table::{Act, Attack, Must};
use crate::victim::Victim;

/// What a call may take, in bytes: a message of 256 KiB that grows by doubling, and the copy of it; a queue of as much; and
/// the stack of a thread or two.
const CALL: u64 = 1 << 20;

/// What may become resident besides, in bytes: code that runs for the first time, and what an allocator keeps.
const SLACK: u64 = 3 << 20;

/// How many calls a storm of connections may stand for.
const STORM: u64 = 32;

/// What came of an attack.
pub(crate) struct Verdict {
    /// What the victim did about it.
    outcome: String,
    /// How long it took until the last attacker was through.
    lasted: Duration,
    /// By how many bytes the memory grew.
    growth: u64,
    innocent: Option<Heard>,
    pub(crate) faults: Vec<String>,
}

pub(crate) fn play(attack: &Attack, victim: &Victim, part: Part, storm: Duration) -> Verdict {
    let mut faults = Vec::new();
    let mut note = |what: &str, error: io::Error| faults.push(format!("{what}: {error}"));
    let before = victim.settled(None).unwrap_or_default().0;
    Process::forget_peak(victim.pid());

    let innocent = Innocent::begin(victim, part).map_err(|error| note("the call beside it", error)).ok();
    let begun = Clock::now();
    let outcome = attack.inflict(victim, part, storm).unwrap_or_else(|error| {
        note("the attack", error);
        "not as it must".into()
    });
    let lasted = begun.elapsed();
    let innocent =
        innocent.and_then(|call| call.end().map_err(|error| note("the call beside it", error)).ok());

    if let Err(error) = Innocent::call(victim, part, 5) {
        note("a call after it", error);
    }
    let growth = Process::peak(victim.pid()).saturating_sub(before.memory);
    let bound = attack.calls() * CALL + SLACK;
    if growth > bound {
        faults.push(format!("memory grew by {} KiB, and may by {}", growth / 1024, bound / 1024));
    }
    match victim.settled(Some(before)) {
        Ok((after, 0)) if after.is_like(before) => {}
        Ok((after, calls)) => faults.push(format!("left behind: {calls} calls; {}", Change(before, after))),
        Err(error) => faults.push(format!("it answers no more: {error}")),
    }
    faults.extend(victim.panics());
    Verdict { outcome, lasted, growth, innocent, faults }
}

impl Attack {
    fn calls(&self) -> u64 {
        match self.act {
            Act::Peers { times, .. } | Act::Gone { times, .. } => times as u64,
            Act::Named { .. } => 1,
            Act::Whole { .. } => STORM,
        }
    }

    /// Does it, and tells what the victim did.
    fn inflict(&self, victim: &Victim, part: Part, storm: Duration) -> io::Result<String> {
        let end = |mut peer: Peer, act: fn(&mut Peer) -> io::Result<()>| {
            match act(&mut peer) {
                Err(error) if error.kind() == ErrorKind::TimedOut => Err(error),
                // Who is thrown out learns it there, and how here.
                Ok(()) | Err(_) => self.must.judge(peer, victim),
            }
        };
        match self.act {
            Act::Whole { act, .. } => act(&Siege { victim, storm }),
            Act::Named { id, act } => end(Peer::reach_named(victim, part, id)?, act),
            Act::Peers { at, times, act } => at_once(times, || end(self.bring(victim, part, at)?, act)),
            Act::Gone { at, times, act } => at_once(times, || {
                act(Peer::reach(victim, part, at)?);
                Ok("gone".into())
            }),
        }
    }

    /// Brings an attacker to a stage. Where the victim must refuse what it does, it has more patience with silence than is
    /// waited for, so that no deadline passes for a refusal.
    fn bring(&self, victim: &Victim, part: Part, at: Stage) -> io::Result<Peer> {
        match (self.must, at) {
            (Must::Refuse, Stage::Answered) => Peer::reach_patient(victim, part),
            _ => Peer::reach(victim, part, at),
        }
    }
}

/// Does something so many times at once, and gives what it came to.
fn at_once(times: usize, act: impl Fn() -> io::Result<String> + Sync) -> io::Result<String> {
    thread::scope(|scope| {
        let acts: Vec<_> = (0..times).map(|_| scope.spawn(&act)).collect();
        let ends: io::Result<Vec<_>> = acts.into_iter().map(|act| act.join().unwrap()).collect();
        let mut ends = ends?;
        ends.sort();
        ends.dedup();
        Ok(ends.join(" or "))
    })
}

impl Must {
    /// Whether it ends as it must, and how that is.
    fn judge(self, peer: Peer, victim: &Victim) -> io::Result<String> {
        let patience = match self {
            Self::Expire(deadline) => victim.kind().deadline(deadline) + PATIENCE,
            Self::Refuse | Self::Bear | Self::Survive => PATIENCE,
        };
        let until = Clock::now() + patience;
        match self {
            Self::Refuse | Self::Expire(_) => end(peer, until),
            Self::Bear => bear(peer, until),
            Self::Survive => Ok("left".into()),
        }
    }
}

/// Waits for the victim to end the connection.
fn end(mut peer: Peer, until: Clock) -> io::Result<String> {
    let mut closed = None;
    loop {
        match peer.next(until) {
            Came::Frame(CLOSE, payload) => closed = Some(payload),
            Came::Frame(..) => {}
            Came::End { reset } => return Ok(ended(closed.as_deref(), peer.status(), reset)),
            Came::Nothing => return Err(io::Error::other("the victim does not end it")),
        }
    }
}

fn ended(closed: Option<&[u8]>, status: Option<String>, reset: bool) -> String {
    match (closed, status) {
        (Some([high, low, ..]), _) => format!("closed with {}", u16::from_be_bytes([*high, *low])),
        (Some(_), _) => "closed".into(),
        (None, Some(status)) => format!("declined with {status}"),
        (None, None) if reset => "cut off".into(),
        (None, None) => "ended".into(),
    }
}

/// Asks for an echo, and hangs up; or hears why there is none.
fn bear(mut peer: Peer, until: Clock) -> io::Result<String> {
    let word = [0x5a; 64];
    let _ = peer.say(BINARY, word);
    let mut tail = Vec::new();
    let mut closed = None;
    loop {
        match peer.next(until) {
            Came::Frame(CLOSE, payload) => closed = Some(payload),
            Came::Frame(BINARY, payload) => {
                tail.extend_from_slice(&payload);
                if tail.ends_with(&word) {
                    peer.hang_up()?;
                    return Ok("borne".into());
                }
            }
            Came::Frame(..) => {}
            Came::End { reset } if closed.is_some() => return Ok(ended(closed.as_deref(), None, reset)),
            Came::End { .. } => return Err(io::Error::other("the victim ended it without a word")),
            Came::Nothing => return Err(io::Error::other("the victim neither answers nor ends it")),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, lasted, growth, innocent, faults } = self;
        write!(f, "{outcome}, {:.2} s; memory +{} KiB", lasted.as_secs_f64(), growth / 1024)?;
        if let Some(Heard { frames, gap }) = innocent {
            write!(f, "; beside it {frames} frames, slowest {} ms", gap.as_millis())?;
        }
        faults.iter().try_for_each(|fault| write!(f, "\n    FAULT: {fault}"))
    }
}
