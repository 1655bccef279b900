//! One call of a load.

use core::convert::Infallible;
use core::pin::pin;
use core::time::Duration;

use tokio::select;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};
use voxwire::{Audio, AudioFormat, Close, Command, Deadline, Dialect, Event, Headers, Platform, SendError};
use voxwire_tokio::{Call, CallError, Hearing, Inbox, Speaking};

use super::echo::{Came, Echoes};
use super::stage::{Stage, first_frame};
use crate::agent::stopping;
use crate::exit::Failure;
use crate::platform::{self, announcement, refusal, say};
use crate::report::Ended;
use crate::socket::{Socket, Trust};
use crate::tape::Memory;
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
pub(super) async fn hold(order: &Order, stage: &Stage, number: u32, up: mpsc::Sender<Infallible>) -> Ending {
    let mut closing = stage.closing();
    // Apart, and gone when the call is up: it takes more memory than all the rest of a call.
    let caller = Box::pin(async {
        let call = platform::dial(&order.url, &order.trust, order.dialect, order.format).await?;
        let mut caller = Caller::new(call, order, stage, number);
        caller.announce().await?;
        Ok(caller)
    });
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
    caller.talk(&closing).await;
    caller.hear_the_rest().await;
    caller.hang_up().await;
    caller.failure.map_or(Ending::Held, Ending::Dropped)
}

struct Caller<'c> {
    order: &'c Order,
    stage: &'c Stage,
    number: u32,
    hearing: Hearing<Platform, Socket>,
    speaking: Speaking<Platform, Socket>,
    echoes: Echoes<Said>,
    inbox: Inbox,
    live: bool,
    /// When the next frame is to be said.
    due: Duration,
    failure: Option<Failure>,
}

/// When a frame was said, and whether it counts.
struct Said {
    at: Duration,
    counts: bool,
}

impl<'c> Caller<'c> {
    fn new(call: Call<Platform, Socket>, order: &'c Order, stage: &'c Stage, number: u32) -> Self {
        let (hearing, speaking) = call.split();
        Self {
            order,
            stage,
            number,
            hearing,
            speaking,
            echoes: Echoes::new(number, order.format),
            inbox: Inbox::new(),
            live: false,
            due: Duration::ZERO,
            failure: None,
        }
    }

    /// Announces the call, and waits until it is answered.
    async fn announce(&mut self) -> Result<(), Failure> {
        let Order { dialect, format, name, .. } = self.order;
        let call_id = format!("{name}-{}", self.number);
        for event in announcement(*dialect, *format, &call_id, Headers::default()) {
            match self.speaking.send(event).await {
                // How it ended is heard.
                Ok(()) | Err(CallError::Send(SendError::Closed)) => {}
                Err(error) => return Err(Failure::Usage(format!("the call cannot be announced: {error}"))),
            }
        }
        self.live = *dialect == Dialect::Wavix;
        while !self.live && self.failure.is_none() {
            self.hear().await;
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Says frames, and hears what comes back, until the window closes.
    async fn talk(&mut self, closing: &watch::Receiver<bool>) {
        self.due = match self.order.fast {
            true => self.stage.now(),
            false => first_frame(self.number, self.stage.now()),
        };
        let mut alarm = pin!(sleep_until(self.stage.instant(self.due)));
        while self.failure.is_none() && !self.is_through() && !closing.has_changed().unwrap_or(true) {
            let speaks = select! {
                biased;
                () = &mut alarm => true,
                () = self.hear() => self.order.fast && self.echoes.waiting() == 0,
            };
            if speaks {
                self.speak().await;
                alarm.as_mut().reset(self.stage.instant(self.due));
            }
        }
    }

    /// Whether what would be said next lies behind the window.
    fn is_through(&self) -> bool {
        let at = if self.order.fast { self.stage.now() } else { self.due };
        self.stage.window().is_some_and(|window| window.end <= at)
    }

    /// Says a frame. One that the line does not take at once is lost, as it is on a telephone line.
    async fn speak(&mut self) {
        let at = self.stage.now();
        let time = if self.order.fast { at } else { self.due };
        let counts = self.stage.window().is_some_and(|window| window.contains(time));
        let mut memory = Memory::lent();
        let frame = Audio::raw(self.echoes.frame(&mut memory));
        if say(&mut self.speaking, Event::Audio(frame)).await {
            self.echoes.said(Said { at, counts });
        }
        if counts {
            let late = (!self.order.fast).then(|| at.saturating_sub(time));
            self.stage.meter.count(self.number, |tally| tally.said(late));
        }
        self.due = if self.order.fast { at + BACK_WITHIN } else { self.due + AudioFormat::FRAME };
    }

    /// Waits for what is still on its way, also if the load is left: it is not the server that has lost it.
    async fn hear_the_rest(&mut self) {
        let until = Instant::now() + LAST_ECHO_WITHIN;
        while self.failure.is_none() && self.echoes.waiting() > 0 {
            if timeout_at(until, self.hear()).await.is_err() {
                return;
            }
        }
    }

    /// Where the dialect has a word for the end of the stream, it comes before the close.
    async fn hang_up(&mut self) {
        say(&mut self.speaking, Event::Stop).await;
        if self.speaking.hang_up(1000, "").await.is_err() {
            return;
        }
        while !self.hearing.is_closed() {
            if let Err(CallError::Socket(_)) = self.hearing.next(&mut self.inbox).await {
                break;
            }
        }
    }

    /// Hears one message. Cancel-safe.
    async fn hear(&mut self) {
        let Self { order, stage, number, hearing, speaking, echoes, inbox, live, failure, .. } = self;
        let lost = |why: &dyn core::fmt::Display| Some(Failure::Lost(why.to_string()));
        match hearing.next(inbox).await {
            Ok(Command::Answer) => *live = true,
            Ok(Command::Audio(audio)) => {
                let heard = stage.now();
                // What cannot be read is no echo: the frame is missed.
                let mut memory = Memory::lent();
                let Ok(pcm) = memory.pcm(audio) else { return };
                echoes.hear(pcm, |came| count(came, heard, stage, *number));
            }
            // The caller has heard all that came so far.
            Ok(Command::Mark(mark)) => drop(say(speaking, Event::Mark(mark)).await),
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

/// Counts a frame that came.
fn count(came: Came<Said>, heard: Duration, stage: &Stage, number: u32) {
    let Some(window) = stage.window() else { return };
    match came {
        Came::Back(said) if said.counts => {
            stage.meter.count(number, |tally| tally.came_back(said.at, heard, window));
        }
        Came::Back(_) => {}
        Came::Stray if heard < window.begin => {}
        Came::Stray => stage.meter.count(number, |tally| tally.strays += 1),
    }
}
