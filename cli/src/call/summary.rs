//! What is said about a call when it is over.

use core::fmt;

use serde::Serialize;
use voxwire::AudioFormat;

use crate::ear::Counters;
use crate::platform::{Because, Placed, Unheard};
use crate::report::{Ended, Flow, Heard, Millis};

/// What became of a call.
#[derive(Serialize)]
pub(super) struct Summary {
    duration_ms: Millis,
    said: Flow,
    /// Frames that the application was too slow to take.
    lost_frames: u64,
    came: Heard,
    /// Where the bytes that came went.
    ear: Counters,
    /// Bytes cut off by hanging up.
    cut_bytes: u64,
    clears: usize,
    marks: u64,
    answered_after_ms: Option<Millis>,
    spoken_to_after_ms: Option<Millis>,
    ended: Ended,
    #[serde(skip)]
    format: AudioFormat,
}

impl Summary {
    pub(super) fn of(placed: &Placed, format: AudioFormat) -> Self {
        let of = |because| placed.unheard.iter().filter(move |unheard: &&Unheard| unheard.because == because);
        Self {
            duration_ms: Millis(placed.duration),
            lost_frames: placed.lost_frames,
            cut_bytes: of(Because::HungUp).map(|unheard| unheard.bytes).sum(),
            clears: of(Because::Cleared).count(),
            said: placed.said.clone(),
            came: placed.came.clone(),
            ear: placed.ear,
            marks: placed.marks,
            answered_after_ms: placed.answered_after.map(Millis),
            spoken_to_after_ms: placed.spoken_to_after.map(Millis),
            ended: placed.ended.clone(),
            format,
        }
    }

    fn seconds(&self, bytes: u64) -> f64 {
        self.format.duration_of(bytes).as_secs_f64()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flow { frames, bytes, .. } = &self.said;
        writeln!(f)?;
        write!(f, "said      {frames} frames, {bytes} bytes, {:.2} s", self.seconds(*bytes))?;
        if self.lost_frames > 0 {
            write!(f, "; {} more were not taken", self.lost_frames)?;
        }
        writeln!(f, "; longest gap {}", self.said.longest_gap())?;
        writeln!(f, "came      {}", self.came)?;
        let Counters { played, dropped, .. } = self.ear;
        write!(f, "heard     {played} bytes, {:.2} s", self.seconds(played))?;
        let cleared = self.ear.cleared.saturating_sub(self.cut_bytes);
        for (bytes, what) in [
            (cleared, "cleared"),
            (dropped, "dropped for want of room"),
            (self.cut_bytes, "cut off by hanging up"),
        ] {
            if bytes > 0 {
                write!(f, "; {:.2} s {what}", self.seconds(bytes))?;
            }
        }
        writeln!(f)?;
        if let Some(after) = self.answered_after_ms {
            write!(f, "answered  after {after}")?;
            match self.spoken_to_after_ms {
                Some(after) => writeln!(f, ", first audio {after} later")?,
                None => writeln!(f, ", no audio came")?,
            }
        }
        write!(f, "asked     {} times to clear, {} times for a mark", self.clears, self.marks)?;
        if self.ear.dropped_marks > 0 {
            write!(f, "; {} of them were too many to keep", self.ear.dropped_marks)?;
        }
        writeln!(f)?;
        write!(f, "ended     after {:.2} s: {}", self.duration_ms.0.as_secs_f64(), self.ended)
    }
}
