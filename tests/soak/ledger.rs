//! The account of one direction of a call: what was said, heard, cleared and lost, byte by byte.

use voxwire_line::{CallError, Cleared};

use crate::adapter::Interrupt;
use crate::frame::Label;

/// What is wrong, in words.
pub(crate) type Fault = String;

/// Under a lock, as the end that speaks and the end that hears write in the same account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Bytes and frames that `send` has accepted.
    pub(crate) said: u64,
    pub(crate) frames: u64,
    /// Bytes of the frame that is being sent: whether it has been accepted is not known yet.
    sending: u64,
    pub(crate) heard: u64,
    /// The end of what has been heard, in bytes said.
    heard_to: u64,
    /// Bytes that were heard of as dropped: they crossed a stop.
    pub(crate) dropped: u64,
    clears: Vec<Clear>,
    /// Bytes that the clears have told of.
    pub(crate) cleared: u64,
    /// The first clear whose bytes have not been missed yet.
    unmissed: usize,
    /// How many clears have been heard, at least.
    clears_heard: usize,
    /// Whether one has been heard since the last frame.
    cleared_since: bool,
    /// Nothing said before this may be heard any more.
    barrier: u64,
    /// Whether there are to be no more clears.
    sealed: bool,
}

/// A clear took the last `bytes` bytes before a point that lies before or behind the frame that was being sent.
#[derive(Clone, Copy, Debug)]
struct Clear {
    bytes: u64,
    points: (u64, u64),
}

/// How much of a direction may be missing in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowance {
    Nothing,
    /// As much as this, for the reason named.
    Lost(u64, &'static str),
}

impl Account {
    pub(crate) const fn begin_to_say(&mut self, bytes: usize) {
        self.sending = bytes as u64;
    }

    /// What was begun has been accepted, or has not.
    pub(crate) const fn said(&mut self, accepted: bool) {
        if accepted {
            self.said += self.sending;
            self.frames += 1;
        }
        self.sending = 0;
    }

    /// Whether a frame is being sent, which waits for room most likely.
    pub(crate) const fn is_saying(&self) -> bool {
        self.sending > 0
    }

    /// Clears, unless that is over; tells whether it did. The account stays locked meanwhile: a frame that is heard behind
    /// the clear finds it here.
    pub(crate) fn clear(&mut self, handle: &impl Interrupt) -> Result<bool, CallError> {
        if self.sealed {
            return Ok(false);
        }
        let Cleared { bytes, .. } = handle.clear()?;
        let bytes = bytes as u64;
        self.cleared += bytes;
        self.clears.push(Clear { bytes, points: (self.said, self.said + self.sending) });
        Ok(true)
    }

    /// From now on, nothing is cleared.
    pub(crate) const fn seal(&mut self) {
        self.sealed = true;
    }

    /// What is heard comes in order, once, and what is missing between is what clears have taken.
    pub(crate) fn hear(&mut self, label: Label, bytes: usize) -> Result<(), Fault> {
        let (from, to) = (label.at, label.at + bytes as u64);
        if to > self.said + self.sending {
            return Err(format!("bytes {from} to {to} were heard, but only {} said", self.said));
        }
        if from < self.heard_to {
            return Err(format!("bytes {from} to {to} were heard after byte {}", self.heard_to));
        }
        if from < self.barrier {
            return Err(format!("byte {from} was heard after a clear that came at {}", self.barrier));
        }
        if from > self.heard_to {
            self.miss(from)?;
        }
        self.heard += to - from;
        self.heard_to = to;
        self.cleared_since = false;
        Ok(())
    }

    /// A clear has been heard. Clears with nothing between them may be one message.
    pub(crate) fn hear_clear(&mut self) -> Result<(), Fault> {
        // A clear before what has been heard came before that.
        let past = |clear: &&Clear| clear.points.1 < self.heard_to;
        let passed = self.clears.iter().skip(self.clears_heard).take_while(past).count();
        self.clears_heard += passed;
        let Some(clear) = self.clears.get(self.clears_heard) else {
            return Err(format!("a clear was heard at byte {} that nobody made", self.heard_to));
        };
        self.clears_heard += 1;
        self.barrier = self.barrier.max(clear.points.0);
        self.cleared_since = true;
        Ok(())
    }

    /// What lies between what was heard last and `to` must be exactly what one or more clears have taken.
    fn miss(&mut self, to: u64) -> Result<(), Fault> {
        let missing = to - self.heard_to;
        let (mut taken, mut points) = (0, (0, 0));
        while taken < missing
            && let Some(clear) = self.clears.get(self.unmissed)
        {
            taken += clear.bytes;
            points = clear.points;
            self.unmissed += 1;
        }
        if taken != missing || (to != points.0 && to != points.1) {
            let from = self.heard_to;
            return Err(format!("bytes {from} to {to} are missing where clears took {taken}"));
        }
        if !self.cleared_since {
            return Err(format!("byte {to} was heard before the clear that came before it"));
        }
        Ok(())
    }

    /// What is missing in the end, within what is allowed.
    pub(crate) fn settle(&self, allowance: Allowance) -> Result<u64, Fault> {
        let explained = self.heard + self.cleared + self.dropped;
        let Some(lost) = self.said.checked_sub(explained) else {
            return Err(format!("{} bytes too many: {self:?}", explained - self.said));
        };
        match allowance {
            Allowance::Nothing if lost > 0 => Err(format!("{lost} bytes are missing: {self:?}")),
            Allowance::Lost(limit, why) if lost > limit => {
                Err(format!("{lost} bytes are missing where {limit} may be, for {why}: {self:?}"))
            }
            _ => Ok(lost),
        }
    }
}
