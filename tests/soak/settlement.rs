//! Whether a call that is over adds up.

use core::time::Duration;

use crate::call::{Closing, Talk, locked};
use crate::frame;
use crate::ledger::Allowance;
use crate::script::{End, QUEUE, Side};
use crate::tally::Sum;

/// Bytes of audio that `send` has accepted and the socket has not: the queue with its reserve, and the frame that the
/// WebSocket holds. What of them is thrown away when a call ends is told nobody.
const UNSENT: u64 = (QUEUE + 2 * 1024 + frame::LONGEST) as u64;

/// Bytes that the WebSocket reads ahead.
const READ_AHEAD: u64 = 4 * 1024;

/// Accounts for both directions, and for how both ends have heard of the end. `kernel` is how many bytes the kernel may
/// hold in one direction.
pub(crate) fn settle(talk: &Talk, kernel: u64, sum: &mut Sum) {
    let lost = [Side::Application, Side::Platform].map(|speaker| {
        let allowance = allowance(talk, speaker, kernel);
        if matches!(allowance, Allowance::Lost(_, why) if why == DRAIN) {
            sum.cut_drains += 1;
        }
        talk.account(speaker).settle(allowance).unwrap_or_else(|fault| {
            talk.fault(speaker, fault);
            0
        })
    });
    judge(talk, sum);
    let [application, platform] = lost;
    sum.add([(&*talk.account(Side::Application), application), (&*talk.account(Side::Platform), platform)]);
    talk.faults().into_iter().for_each(|fault| sum.fault(fault));
}

const DRAIN: &str = "a queue that was not drained in time";

/// What may be lost of what a side has said.
fn allowance(talk: &Talk, speaker: Side, kernel: u64) -> Allowance {
    let heard = *locked(&talk.end(speaker.other()).heard);
    let took = locked(&talk.end(speaker).hung_up).unwrap_or(Duration::MAX);
    match talk.script.end {
        End::Goodbye => Allowance::Nothing,
        // Its close came through the queue, behind all that it had said, and is no reply to the peer's.
        End::HangUp | End::Crossing if heard == Some(Closing::By(speaker)) => {
            // The API does not tell whether the queue was drained, but the time does.
            if took < talk.script.drain { Allowance::Nothing } else { Allowance::Lost(UNSENT, DRAIN) }
        }
        // What waited when the peer's close was heard can no longer be said. All else is heard before the reply.
        End::HangUp | End::Crossing => Allowance::Lost(UNSENT, "a hang-up by the peer"),
        End::Drop => Allowance::Lost(UNSENT + kernel + READ_AHEAD, "a drop"),
        // What the kernel held it forgets: at either end, and nobody knows how much that was.
        End::Reset => Allowance::Lost(UNSENT + kernel + READ_AHEAD, "a reset"),
    }
}

/// Whether both ends have heard of the end as they should.
fn judge(talk: &Talk, sum: &mut Sum) {
    let by = talk.script.by;
    for side in [Side::Application, Side::Platform] {
        let heard = *locked(&talk.end(side).heard);
        // A reply to a close is a courtesy of an end that drops its call: none comes where its socket is full.
        let unanswered = heard == Some(Closing::Lost);
        let right = match talk.script.end {
            End::Goodbye => heard == Some(Closing::By(by)),
            End::HangUp if side == by => heard == Some(Closing::By(by)) || unanswered,
            End::HangUp => heard == Some(Closing::By(by)),
            End::Crossing => matches!(heard, Some(Closing::By(_))) || unanswered,
            // Who drops the call may have heard nothing.
            End::Drop | End::Reset if side == by => heard.is_none() || unanswered,
            End::Drop | End::Reset => unanswered,
        };
        if !right {
            talk.fault(side, format_args!("this was heard of the end: {heard:?}"));
        } else if unanswered && matches!(talk.script.end, End::HangUp | End::Crossing) {
            sum.unanswered_closes += 1;
        }
    }
}
