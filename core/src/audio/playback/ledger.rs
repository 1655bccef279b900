//! The marks that have not come back.

use heapless::Vec;

use crate::text::Text;
use crate::time::Instant;

/// How many are remembered.
pub(super) const MARKS: usize = 16;

/// Marks in the order in which they were sent.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    marks: Vec<Mark, MARKS>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    name: Fingerprint,
    /// How many samples were sent before it.
    pub(super) at: u64,
    /// When it was sent.
    pub(super) sent: Instant,
    /// Whether a clear was sent since.
    pub(super) flushed: bool,
}

/// A name in 8 bytes of memory, whatever its length: FNV-1a of its characters. Only names of our own choice are kept, so
/// two that are alike would have to meet by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint(u64);

impl Ledger {
    pub(super) const fn new() -> Self {
        Self { marks: Vec::new() }
    }

    /// Remembers a mark, if need be in place of one that cannot tell anything new: one that was flushed, or stands at a
    /// position that is `passed`.
    pub(super) fn push(&mut self, mark: Mark, passed: u64) -> bool {
        if self.marks.is_full() {
            self.take_first(|mark| mark.flushed || mark.at <= passed);
        }
        self.marks.push(mark).is_ok()
    }

    /// Takes out the oldest mark of a name.
    pub(super) fn take(&mut self, name: Text<'_>) -> Option<Mark> {
        let name = Fingerprint::of(name);
        self.take_first(|mark| mark.name == name)
    }

    /// Holds all marks for flushed.
    pub(super) fn flush(&mut self) {
        self.marks.iter_mut().for_each(|mark| mark.flushed = true);
    }

    fn take_first(&mut self, wanted: impl Fn(&Mark) -> bool) -> Option<Mark> {
        let mut taken = None;
        self.marks.retain(|mark| {
            let take = taken.is_none() && wanted(mark);
            if take {
                taken = Some(*mark);
            }
            !take
        });
        taken
    }
}

impl Mark {
    pub(super) fn new(name: Text<'_>, at: u64, sent: Instant) -> Self {
        Self { name: Fingerprint::of(name), at, sent, flushed: false }
    }
}

impl Fingerprint {
    fn of(name: Text<'_>) -> Self {
        const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        Self(name.chars().fold(BASIS, |hash, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(PRIME)))
    }
}
