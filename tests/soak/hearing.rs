//! What an end does while it hears: it writes down what comes, stalls, interrupts, and changes its mind about waiting.

use core::pin::pin;
use core::sync::atomic::Ordering::SeqCst;
use core::time::Duration;
use std::sync::Arc;

use futures_util::future::{Either, select};
use voxwire::{Audio, SendError};
use voxwire_line::{CallError, Inbox};

use crate::adapter::{Adapter, Ear, Heard, Interrupt};
use crate::call::{Closing, Talk, locked};
use crate::frame;
use crate::ledger::Fault;
use crate::script::Side;

/// Hears until the end of the call, or until it is dropped. The application has a handle to interrupt with.
pub(crate) async fn hear<A: Adapter, E: Ear>(
    talk: Arc<Talk>,
    side: Side,
    mut ear: E,
    handle: Option<A::Handle>,
) {
    let mut chance = talk.script.chance(side, true);
    let mut inbox = Inbox::new();
    while !talk.end(side).gone.load(SeqCst) {
        if chance.below(200) == 0 {
            talk.tally.stalls.add(1);
            A::sleep(Duration::from_millis(50 + chance.below(1_950) as u64)).await;
        }
        let next = ear.next(&mut inbox);
        let heard = match chance.below(10) {
            0 => within::<A, _>(Duration::from_millis(chance.below(10) as u64), next).await,
            _ => Some(next.await),
        };
        let noted = match heard {
            None => {
                talk.tally.cancelled_nexts.add(1);
                Ok(())
            }
            Some(Ok(Heard::End(close))) => {
                *locked(&talk.end(side).heard) = Some(Closing::of(close));
                return;
            }
            Some(Ok(heard)) => note(&talk, side, heard),
            Some(Err(error)) => Err(error.to_string()),
        };
        if let Err(fault) = noted {
            talk.fault(side, fault);
        }
        if let Some(handle) = &handle
            && chance.below(if talk.account(side).is_saying() { 8 } else { 80 }) == 0
        {
            interrupt(&talk, handle);
        }
    }
}

/// What a future comes to, unless it takes longer. Nothing of a blocking adapter does.
pub(crate) async fn within<A: Adapter, F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    match select(pin!(future), pin!(A::sleep(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// Both halves have been dropped.
pub(crate) fn find_it_gone(talk: &Talk, handle: &impl Interrupt) {
    match handle.clear() {
        Err(CallError::Send(SendError::Closed)) => {}
        other => talk.fault(Side::Application, format_args!("a call that was dropped lives on: {other:?}")),
    }
}

fn note(talk: &Talk, side: Side, heard: Heard<'_>) -> Result<(), Fault> {
    let mut account = talk.account(side.other());
    match heard {
        Heard::Audio(audio) => {
            let label = read(talk, side, audio)?;
            account.hear(label, audio.len())?;
            if label.last {
                talk.end(side).peer_is_done.store(true, SeqCst);
            }
        }
        Heard::Clear => account.hear_clear()?,
        Heard::Dropped(bytes) if talk.script.stops => account.dropped += bytes,
        Heard::Dropped(_) => return Err("audio was dropped though nobody said stop".into()),
        Heard::Begin => return Err("the call began again".into()),
        Heard::End(_) | Heard::Other => {}
    }
    Ok(())
}

fn read(talk: &Talk, side: Side, audio: Audio<'_>) -> Result<frame::Label, Fault> {
    let mut buf = [0; frame::LONGEST];
    let bytes = audio.copy_to(&mut buf).map_err(|error| error.to_string())?;
    frame::read(bytes, talk.script.call, side.other())
        .ok_or_else(|| "a frame was heard that nobody said".into())
}

fn interrupt(talk: &Talk, handle: &impl Interrupt) {
    match talk.account(Side::Application).clear(handle) {
        Ok(cleared) => talk.tally.clears.add(cleared.into()),
        Err(CallError::Send(SendError::Closed)) => {}
        Err(error) => talk.fault(Side::Application, error),
    }
}
