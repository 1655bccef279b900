//! Where every byte of a call went.

use core::fmt;

use serde::Serialize;
use voxwire::Dialect;

use super::barge_in::BargeIn;
use super::held::Held;
use crate::exit::Failure;
use crate::platform::{Because, Unheard};
use crate::words::{Side, dialect_name};

/// `accounts.json`.
#[derive(Serialize)]
pub(super) struct Books {
    pub(super) calls: Vec<Account>,
}

/// What was said in a call and not heard, stated so that anyone can check it against the recordings.
#[derive(Debug, Serialize)]
pub(super) struct Account {
    dialect: Dialect,
    rate: u32,
    cleared: Vec<Cut>,
    pub(super) barge_in: BargeIn,
    #[serde(skip)]
    said: usize,
    #[serde(skip)]
    heard: usize,
}

/// Bytes that were said and never heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Cut {
    said_by: Side,
    /// The first of them, counted from the first byte that this side said.
    at: u64,
    bytes: u64,
    because: Because,
}

impl Account {
    /// Draws up the account of a call.
    ///
    /// # Errors
    /// [`Failure::Demo`] when a byte is missing, or was heard that should not have been.
    pub(super) fn check(call: &Held) -> Result<Self, Failure> {
        let name = dialect_name(call.dialect);
        let failed = |what: &str| Err(Failure::Demo(format!("on {name}, {what}")));
        let taken_back: Vec<_> = call.attended.cleared.iter().map(|cleared| cleared.bytes).collect();
        let cleared = cuts(&call.placed.unheard, &taken_back);
        if call.application.heard != call.platform.said {
            return failed("the application did not hear exactly what the caller said");
        }
        if call.platform.heard != without(&call.application.said, &cleared) {
            return failed(
                "the caller did not hear exactly what the application said, less what was cleared",
            );
        }
        if call.attended.interrupted_at.is_none() || cleared.is_empty() {
            return failed("the greeting was not interrupted");
        }
        let Some(barge_in) = call.barge_in() else {
            return failed("the application does not know what of its greeting was heard");
        };
        if let Err(what) = barge_in.check(call.format) {
            return failed(&what);
        }
        Ok(Self {
            dialect: call.dialect,
            rate: call.format.rate(),
            cleared,
            barge_in,
            said: call.application.said.len(),
            heard: call.platform.heard.len(),
        })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, said, heard) = (dialect_name(self.dialect), self.said, self.heard);
        write!(f, "{name}: of {said} bytes that the application said, the caller heard {heard}")?;
        for Cut { at, bytes, because, .. } in &self.cleared {
            let what = match because {
                Because::Cleared => "were cleared",
                Because::Overflow => "found no room",
                Because::HungUp => "were cut off by hanging up",
            };
            write!(f, "; {bytes} {what} at byte {at}")?;
        }
        f.write_str(". All that the caller said was heard.")
    }
}

/// What the ear threw away lies where it stopped; what a clear took back before it travelled would have come next.
fn cuts(unheard: &[Unheard], taken_back: &[usize]) -> Vec<Cut> {
    let mut unheard: Vec<_> = unheard.iter().collect();
    unheard.sort_by_key(|unheard| unheard.at);
    let mut taken_back = taken_back.iter().map(|&bytes| bytes as u64);
    let mut never_came = 0;
    let mut cuts = Vec::new();
    for &Unheard { at, bytes, because, .. } in unheard {
        let more = if because == Because::Cleared { taken_back.next().unwrap_or_default() } else { 0 };
        cuts.push(Cut { said_by: Side::Application, at: at + never_came, bytes: bytes + more, because });
        never_came += more;
    }
    cuts.retain(|cut| cut.bytes > 0);
    cuts
}

/// What remains of the audio without the cuts, which come in order.
fn without(said: &[u8], cuts: &[Cut]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut from = 0;
    for cut in cuts {
        let at = usize::try_from(cut.at).unwrap_or(usize::MAX);
        kept.extend_from_slice(said.get(from..at).unwrap_or_default());
        from = at.saturating_add(usize::try_from(cut.bytes).unwrap_or(usize::MAX));
    }
    kept.extend_from_slice(said.get(from..).unwrap_or_default());
    kept
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::Arc;

    use tokio::runtime::Builder;
    use voxwire::audio::Estimate;

    use super::*;
    use crate::report::Output;

    /// A call as the demo holds it, but for what the application knows of it.
    #[test]
    fn the_demo_fails_where_the_application_is_wrong_about_what_was_heard() {
        let output = Arc::new(Output::new(false, false).for_programs());
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let held = runtime.block_on(Held::fairly(Dialect::Wavix, true, &output));
        let mut call = held.ok().unwrap();
        let Ok(account) = Account::check(&call) else { panic!("it fails where the application is right") };
        let heard = account.barge_in.played.heard;

        call.attended.cleared[0].stopped.as_mut().unwrap().heard = Estimate { lower: 0, upper: heard - 1 };
        let failure = Account::check(&call).err().unwrap();
        assert_eq!(failure.code(), 12);
        let sentence = failure.to_string();
        let start = "the demo failed: on Wavix, the application knew that 0.0 to ";
        assert!(
            sentence.starts_with(start) && sentence.contains(" of the greeting were heard, but it was "),
            "{sentence}"
        );

        call.attended.cleared[0].stopped = None;
        let sentence = Account::check(&call).err().unwrap().to_string();
        assert!(
            sentence.ends_with("the application does not know what of its greeting was heard"),
            "{sentence}"
        );
    }

    #[test]
    fn a_cut_holds_what_the_ear_threw_away_and_what_never_travelled() {
        let unheard = |at, bytes, because| Unheard { when: Duration::ZERO, at, bytes, pcm: vec![], because };
        let unheard = [
            unheard(4, 2, Because::Cleared),
            unheard(8, 0, Because::Cleared),
            unheard(10, 2, Because::HungUp),
        ];
        let cuts = cuts(&unheard, &[6, 0]);
        let places: Vec<_> = cuts.iter().map(|cut| (cut.at, cut.bytes)).collect();
        assert_eq!(places, [(4, 8), (16, 2)]);
        let said: Vec<u8> = (0..20).collect();
        assert_eq!(without(&said, &cuts), [0, 1, 2, 3, 12, 13, 14, 15, 18, 19]);
    }
}
