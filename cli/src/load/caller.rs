//! One call of a load.

use core::convert::Infallible;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex};

use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};
use voxwire::{AudioFormat, Close, Command, Deadline, Dialect, Event, Headers, Platform, SendError};
use voxwire_tokio::{Call, CallError, Hearing, Inbox};

use super::beat::Beat;
use super::speaker::{Speaker, locked};
use super::stage::Stage;
use crate::agent::stopping;
use crate::exit::Failure;
use crate::platform::{self, announcement, refusal};
use crate::report::Ended;
use crate::socket::{Socket, Trust};
use crate::tape;
use crate::words::Side;

/// How long echoes are waited for when all has been said.
const LAST_ECHO_WITHIN: Duration = Duration::from_secs(5);

/// How long a frame may be away that is said without a schedule, before another is said after it.
const BACK_WITHIN: Duration = Duration::from_secs(1);

/// What is the same in all calls of a load.
pub(super) struct Order {
    pub(super) url: String,
    pub(super) trust: Trust,
    pub(super) dialect: Dialect,
    pub(super) format: AudioFormat,
    /// Whether a frame is said as soon as the last has come back, and not every 20 ms.
    pub(super) fast: bool,
    /// What the names of the calls begin with.
    pub(super) name: String,
}

/// What became of a call.
pub(super) enum Ending {
    /// It went on until the load was over.
    Held,
    /// The load was over before it had come about.
    Left,
    /// It never came about: declined, unreachable, not answered.
    Failed(Failure),
    /// It was answered, and ended too early.
    Dropped(Failure),
}

/// Holds a call until the load is over. `up` is dropped when it has been answered, or has failed.
pub(super) async fn hold(
    order: &Order,
    stage: &Stage,
    beat: &Beat,
    number: u32,
    up: mpsc::Sender<Infallible>,
) -> Ending {
    let mut closing = stage.closing();
    let caller = async {
        let mut call = platform::dial(&order.url, &order.trust, order.dialect, order.format).await?;
        announce(&mut call, order, number).await?;
        let mut caller = Caller::new(call, order, stage, number);
        caller.hear_the_answer().await?;
        Ok(caller)
    };
    let caller = select! {
        caller = caller => caller,
        () = stopping(&mut closing) => return Ending::Left,
    };
    let mut caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return Ending::Failed(failure),
    };
    stage.answered();
    drop(up);
    if order.fast {
        caller.talk_at_will(&closing).await;
    } else {
        caller.talk_in_time(beat).await;
    }
    caller.hear_the_rest().await;
    caller.hang_up().await.map_or(Ending::Held, Ending::Dropped)
}

async fn announce(call: &mut Call<Platform, Socket>, order: &Order, number: u32) -> Result<(), Failure> {
    let call_id = format!("{}-{number}", order.name);
    for event in announcement(order.dialect, order.format, &call_id, Headers::default()) {
        match call.send(event).await {
            // How it ended is heard.
            Ok(()) | Err(CallError::Send(SendError::Closed)) => {}
            Err(error) => return Err(Failure::Usage(format!("the call cannot be announced: {error}"))),
        }
    }
    Ok(())
}

struct Caller<'c> {
    order: &'c Order,
    stage: &'c Stage,
    number: u32,
    hearing: Hearing<Platform, Socket>,
    /// Shared with the beat while the call is talked in.
    speaker: Arc<Mutex<Speaker>>,
    inbox: Inbox,
    /// Memory for audio that comes encoded.
    pcm: Vec<u8>,
    live: bool,
    failure: Option<Failure>,
}

impl<'c> Caller<'c> {
    fn new(call: Call<Platform, Socket>, order: &'c Order, stage: &'c Stage, number: u32) -> Self {
        let (hearing, speaking) = call.split();
        Self {
            order,
            stage,
            number,
            hearing,
            speaker: Arc::new(Mutex::new(Speaker::new(number, speaking, order.format))),
            inbox: Inbox::new(),
            pcm: Vec::new(),
            live: order.dialect == Dialect::Wavix,
            failure: None,
        }
    }

    async fn hear_the_answer(&mut self) -> Result<(), Failure> {
        while !self.live && self.failure.is_none() {
            self.hear().await;
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Has the beat say frames, and hears what comes back, until the window closes.
    async fn talk_in_time(&mut self, beat: &Beat) {
        let mut through = beat.join(self.number, self.stage.now(), self.speaker.clone());
        while self.failure.is_none() {
            select! {
                biased;
                () = self.hear() => {}
                _ = &mut through => return,
            }
        }
        locked(&self.speaker).finish();
        let _ = through.await;
    }

    /// Says a frame as soon as the last is back, and hears what comes back, until the window closes.
    async fn talk_at_will(&mut self, closing: &watch::Receiver<bool>) {
        let mut overdue = pin!(sleep_until(Instant::now()));
        while self.failure.is_none() && !self.is_over() && !closing.has_changed().unwrap_or(true) {
            if locked(&self.speaker).waiting() == 0 || overdue.is_elapsed() {
                locked(&self.speaker).speak(self.stage, None);
                overdue.as_mut().reset(Instant::now() + BACK_WITHIN);
            }
            select! {
                biased;
                () = &mut overdue => {}
                () = self.hear() => {}
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stage.window().is_some_and(|window| window.end <= self.stage.now())
    }

    /// Waits for what is still on its way, also if the load is left: it is not the server that has lost it.
    async fn hear_the_rest(&mut self) {
        let until = Instant::now() + LAST_ECHO_WITHIN;
        while self.failure.is_none() && locked(&self.speaker).waiting() > 0 {
            if timeout_at(until, self.hear()).await.is_err() {
                return;
            }
        }
    }

    /// Hangs up, and tells what was the matter with the call, if anything was.
    async fn hang_up(self) -> Option<Failure> {
        let Self { mut hearing, speaker, mut inbox, failure, .. } = self;
        let speaker = Arc::into_inner(speaker).map(Mutex::into_inner);
        let Some(Ok(mut speaker)) = speaker else { return failure };
        if speaker.hang_up().await {
            while !hearing.is_closed() {
                if let Err(CallError::Socket(_)) = hearing.next(&mut inbox).await {
                    break;
                }
            }
        }
        failure
    }

    /// Hears one message. Cancel-safe.
    async fn hear(&mut self) {
        let Self { order, stage, hearing, speaker, inbox, pcm, live, failure, .. } = self;
        let lost = |why: &dyn core::fmt::Display| Some(Failure::Lost(why.to_string()));
        match hearing.next(inbox).await {
            Ok(Command::Answer) => *live = true,
            Ok(Command::Audio(audio)) => {
                let heard = stage.now();
                // What cannot be read is no echo: the frame is missed.
                if let Ok(pcm) = tape::pcm(audio, pcm) {
                    locked(speaker).hear(pcm, heard, stage);
                }
            }
            // The caller has heard all that came so far.
            Ok(Command::Mark(mark)) => locked(speaker).say(Event::Mark(mark)),
            Ok(Command::Busy) => *failure = Some(Failure::Busy),
            Ok(Command::Reject) => *failure = Some(Failure::Rejected),
            Ok(Command::Hangup(Close::LOST)) => *failure = lost(&"the connection ended without a close"),
            Ok(Command::Hangup(close)) => {
                let Close { code, reason } = close;
                let ended = Ended { by: Some(Side::Application), code, reason: reason.to_owned() };
                *failure = refusal(order.dialect, close).or_else(|| lost(&ended));
            }
            Err(CallError::Expired(Deadline::Answer)) => {
                let why = "the application did not answer in time";
                *failure = Some(Failure::Unanswered(why.into()));
            }
            Err(error @ (CallError::Socket(_) | CallError::Expired(Deadline::Silence))) => {
                *failure = lost(&error)
            }
            Ok(_) | Err(_) => {}
        }
    }
}
