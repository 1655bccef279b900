//! What an end does while it speaks: frame after frame in real time, more at once now and then, until the end.

use core::sync::atomic::Ordering::SeqCst;
use core::time::Duration;
use std::time::Instant as Clock;

use support::chance::Chance;
use voxwire::SendError;
use voxwire_line::CallError;

use crate::adapter::{Adapter, Mouth, Word};
use crate::call::{Talk, locked};
use crate::frame::{self, Label};
use crate::hearing::within;
use crate::script::{Part, Side};

/// 20 ms is one frame.
const FRAME: Duration = Duration::from_millis(20);

/// What a program says at once that has a whole sentence ready: more than the queues of both ends hold.
const SENTENCE: usize = 60;

/// Speaks until the call ends, or its part in that is done.
pub(crate) async fn speak<A: Adapter, M: Mouth>(talk: &Talk, side: Side, mut mouth: M) {
    let mut chance = talk.script.chance(side, false);
    let frames = [1, 3, 5][chance.below(3)];
    let mut next = Clock::now();
    loop {
        if Clock::now() >= talk.leave_at && leave::<A, M>(talk, side, &mut mouth, &mut chance).await {
            return;
        }
        let more = if chance.below(200 / frames) == 0 { SENTENCE } else { 0 };
        for _ in 0..frames + more {
            if !say::<A, M>(talk, side, &mut mouth, &mut chance, false).await {
                return;
            }
        }
        next = Clock::now().max(next + FRAME * frames as u32);
        A::sleep(next.saturating_duration_since(Clock::now())).await;
        talk.tally.lateness.note(Clock::now().saturating_duration_since(next));
    }
}

/// What an end does when the call's time is over; tells whether it has nothing more to say.
async fn leave<A: Adapter, M: Mouth>(talk: &Talk, side: Side, mouth: &mut M, chance: &mut Chance) -> bool {
    match talk.script.part(side) {
        Part::SpeakOn => return false,
        Part::AwaitLast if !talk.end(side).peer_is_done.load(SeqCst) => return false,
        Part::SayLast => {
            // A clear behind it would take it back, and the peer waits for it.
            talk.account(side).seal();
            say::<A, M>(talk, side, mouth, chance, true).await;
        }
        Part::AwaitLast => {
            mouth.flush().await;
            hang_up(talk, side, mouth).await;
        }
        Part::HangUp => {
            if talk.script.stops && side == Side::Platform {
                match mouth.say(Word::Stop).await {
                    Ok(()) | Err(CallError::Send(SendError::Closed)) => {}
                    Err(error) => talk.fault(side, error),
                }
            }
            hang_up(talk, side, mouth).await;
        }
        Part::Drop => talk.end(side).gone.store(true, SeqCst),
    }
    true
}

async fn hang_up(talk: &Talk, side: Side, mouth: &mut impl Mouth) {
    let began = Clock::now();
    if let Err(error) = mouth.hang_up(side.close()).await {
        talk.fault(side, error);
    }
    *locked(&talk.end(side).hung_up) = Some(began.elapsed());
}

/// Says one frame, and tells whether the call goes on.
async fn say<A: Adapter, M: Mouth>(
    talk: &Talk,
    side: Side,
    mouth: &mut M,
    chance: &mut Chance,
    last: bool,
) -> bool {
    let bytes = match chance.below(16) {
        0 => frame::SHORTEST + chance.below(frame::LONGEST - frame::SHORTEST),
        _ => frame::USUAL,
    };
    let at = {
        let mut account = talk.account(side);
        account.begin_to_say(bytes);
        account.said
    };
    let mut audio = [0; frame::LONGEST];
    let audio = &mut audio[..bytes];
    frame::write(Label { call: talk.script.call, by: side, at, last }, audio);

    let saying = mouth.say(Word::Audio(audio));
    let said = match chance.below(10) {
        0 if !last => within::<A, _>(Duration::from_millis(chance.below(5) as u64), saying).await,
        _ => Some(saying.await),
    };
    talk.account(side).said(matches!(said, Some(Ok(()))));
    match said {
        Some(Ok(())) => {}
        None => talk.tally.cancelled_sends.add(1),
        Some(Err(CallError::Cleared)) => talk.tally.cleared_sends.add(1),
        Some(Err(CallError::Send(SendError::Closed))) => return false,
        Some(Err(error)) => talk.fault(side, error),
    }
    !talk.end(side).gone.load(SeqCst)
}
