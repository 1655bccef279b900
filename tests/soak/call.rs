//! One call: both ends open it, speak and hear as its script says, and end it.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant as Clock;

use voxwire::{Close, Dialect};
use voxwire_line::{CallError, Inbox};

use crate::adapter::{Adapter, Ear, Heard, Mouth, Word};
use crate::ledger::{Account, Fault};
use crate::line::{Line, Sockets};
use crate::script::{Script, Side};
use crate::tally::Tally;
use crate::{hearing, speaking};

/// What both ends of a call, and who accounts for it, share.
pub(crate) struct Talk {
    pub(crate) script: Script,
    /// When it is to end.
    pub(crate) leave_at: Clock,
    pub(crate) tally: Arc<Tally>,
    /// By who speaks.
    accounts: [Mutex<Account>; 2],
    ends: [EndOfCall; 2],
    faults: Mutex<Vec<Fault>>,
}

/// What an end has come to.
#[derive(Debug, Default)]
pub(crate) struct EndOfCall {
    /// Whether the peer has said its last frame.
    pub(crate) peer_is_done: AtomicBool,
    /// Whether the call is to be dropped without a word.
    pub(crate) gone: AtomicBool,
    /// How long hanging up took.
    pub(crate) hung_up: Mutex<Option<Duration>>,
    pub(crate) heard: Mutex<Option<Closing>>,
}

/// What has been heard of the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The close that this side said.
    By(Side),
    Lost,
    Strange,
}

impl Talk {
    pub(crate) fn new(script: Script, over: Clock, tally: Arc<Tally>) -> Self {
        Self {
            script,
            leave_at: over.min(Clock::now() + script.life),
            tally,
            accounts: Default::default(),
            ends: Default::default(),
            faults: Mutex::default(),
        }
    }

    /// The account of what a side says.
    pub(crate) fn account(&self, speaker: Side) -> MutexGuard<'_, Account> {
        locked(&self.accounts[speaker as usize])
    }

    pub(crate) const fn end(&self, side: Side) -> &EndOfCall {
        &self.ends[side as usize]
    }

    /// Notes what has gone wrong. The call is dropped then.
    pub(crate) fn fault(&self, side: Side, fault: impl fmt::Display) {
        locked(&self.faults).push(format!("{}, the {side:?}: {fault}", self.script));
        self.end(side).gone.store(true, SeqCst);
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        core::mem::take(&mut locked(&self.faults))
    }
}

/// How far it has come, for calls that hang.
impl fmt::Display for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let late = Clock::now().saturating_duration_since(self.leave_at);
        write!(f, "{}, {late:?} late", self.script)?;
        for side in [Side::Application, Side::Platform] {
            write!(f, "; the {side:?}: {:?}, {:?}", self.end(side), self.account(side))?;
        }
        Ok(())
    }
}

impl Closing {
    pub(crate) fn of(close: Close<'_>) -> Self {
        match close {
            close if close == Side::Application.close() => Self::By(Side::Application),
            close if close == Side::Platform.close() => Self::By(Side::Platform),
            Close::LOST => Self::Lost,
            _ => Self::Strange,
        }
    }
}

/// Both ends, from the opening to the end. A handle that outlives them keeps nothing of the call alive.
pub(crate) async fn play<A: Adapter>(talk: &Arc<Talk>, sockets: Sockets) {
    let Sockets { application, platform } = sockets;
    let tasks = talk.tally.clone();
    let answering = tasks.task::<A, _>(answer::<A>(talk.clone(), application));
    if let Err(error) = dial::<A>(talk.clone(), platform).await {
        talk.fault(Side::Platform, format_args!("the call did not begin: {error}"));
    }
    answering.await;
}

async fn answer<A: Adapter>(talk: Arc<Talk>, socket: Line) {
    let side = Side::Application;
    let begun = async {
        let (mut ear, mut mouth, handle) = A::answer(socket, talk.script.config()).await?;
        await_begin(&mut ear).await?;
        mouth.say(Word::Answer).await?;
        Ok::<_, CallError>((ear, mouth, handle))
    };
    match begun.await {
        Ok((ear, mouth, handle)) => {
            let kept = handle.clone();
            let hearing =
                talk.tally.task::<A, _>(hearing::hear::<A, _>(talk.clone(), side, ear, Some(handle)));
            speaking::speak::<A, _>(&talk, side, mouth).await;
            hearing.await;
            hearing::find_it_gone(&talk, &kept);
        }
        Err(error) => talk.fault(side, format_args!("the call did not begin: {error}")),
    }
}

async fn dial<A: Adapter>(talk: Arc<Talk>, socket: Line) -> Result<(), CallError> {
    let side = Side::Platform;
    let dialect = talk.script.dialect;
    let (mut ear, mut mouth) = A::dial(socket, talk.script.config()).await?;
    if dialect == Dialect::Wavix {
        mouth.say(Word::Hello).await?;
    }
    mouth.say(Word::Start(dialect)).await?;
    if dialect == Dialect::Sinch {
        await_begin(&mut ear).await?;
    }
    let hearing = talk.tally.task::<A, _>(hearing::hear::<A, _>(talk.clone(), side, ear, None));
    speaking::speak::<A, _>(&talk, side, mouth).await;
    hearing.await;
    Ok(())
}

async fn await_begin(ear: &mut impl Ear) -> Result<(), CallError> {
    let mut inbox = Inbox::new();
    while !matches!(ear.next(&mut inbox).await?, Heard::Begin) {}
    Ok(())
}

/// A panic elsewhere is told there.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
