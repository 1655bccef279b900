//! The course that a call takes: SVAML, followed until the call is over or has become a stream.

use core::time::Duration;

use tokio::select;
use tokio::sync::watch;
use voxwire::callback::{AmdReason, AmdStatus, CallResult, CallbackEvent, DisconnectReason, MenuResultKind};
use voxwire::svaml::{Action, ConnectConf, DtmfMode, RunMenu};

use super::bodies::{About, Verdict};
use super::menu::{MenuEnd, Walk};
use super::people::{Answerer, Callee, People, Press};
use super::{End, Leg, Reply, Stream};
use crate::agent::stopping;
use crate::clock::Clock;
use crate::exit::Failure;
use crate::report::Trace;

mod instructions;

/// How long people talk who have been connected, unless they are told otherwise.
pub(crate) const A_MOMENT: Duration = Duration::from_secs(1);

/// How long a phone rings, unless the application says otherwise (assumed).
const RINGS: Duration = Duration::from_secs(30);

/// How many replies are followed at most: menu after menu, a call would never end.
const MAX_REPLIES: u32 = 100;

/// A call under way.
pub(crate) struct Course<'c, 'p> {
    pub(crate) leg: &'c mut Leg<'p>,
    pub(crate) trace: &'c Trace,
    pub(crate) clock: Clock,
    pub(crate) people: People,
    /// When the caller hangs up whatever happens.
    pub(crate) limit: Option<Duration>,
    /// How long people stay where nothing ends it before; without it, until the caller leaves.
    pub(crate) stays: Option<Duration>,
    /// Turns true when the caller hangs up.
    pub(crate) leaves: watch::Receiver<bool>,
    /// How many seconds those may talk who are connected; nobody is at first.
    pub(crate) lasts: Option<u32>,
}

/// Where a call has come to.
pub(crate) enum Outcome {
    /// The application wants it as a stream. DICE is still to be posted.
    Stream(Stream),
    /// It has ended like this. DICE is still to be posted.
    Over(End),
}

/// What comes after a reply has been followed.
enum Next {
    Reply(Reply),
    Outcome(Outcome),
}

/// An attempt to call somebody.
struct Dialling {
    rings: Option<u32>,
    lasts: Option<u32>,
    /// Whether the application is told that somebody has answered.
    told: bool,
    verdict: Option<Answerer>,
    /// Whether the call goes on while it is found out who has answered.
    meanwhile: bool,
}

impl Course<'_, '_> {
    /// Calls who is to be called, and follows what is replied to his answer. If that is nothing else, he is put into
    /// `conference`; the call lasts so many seconds at most.
    ///
    /// # Errors
    /// When a reply cannot be followed.
    pub(crate) async fn dial(
        mut self,
        conference: Option<String>,
        lasts: Option<u32>,
    ) -> Result<Outcome, Failure> {
        self.leg.call_out(conference);
        self.trace.note(format_args!("calls {:?}", self.leg.to()));
        let verdict = self.people.amd;
        let next = self.call(Dialling { rings: None, lasts, told: true, verdict, meanwhile: false }).await?;
        self.go(next).await
    }

    /// Follows a reply, and those that come of it.
    ///
    /// # Errors
    /// When a reply cannot be followed.
    pub(crate) async fn follow(mut self, reply: Reply) -> Result<Outcome, Failure> {
        self.go(Next::Reply(reply)).await
    }

    async fn go(&mut self, mut next: Next) -> Result<Outcome, Failure> {
        for _ in 0..MAX_REPLIES {
            match next {
                Next::Reply(reply) => next = self.obey(&reply).await?,
                Next::Outcome(outcome) => return Ok(outcome),
            }
        }
        self.trace.note(format_args!("the caller has had enough after {MAX_REPLIES} replies"));
        Ok(Outcome::Over(self.leg.ended(self.leg.person_hangs_up())))
    }

    async fn obey(&mut self, reply: &Reply) -> Result<Next, Failure> {
        let svaml = reply.svaml()?;
        for instruction in svaml.instructions() {
            self.instruct(instruction).await?;
        }
        let refused = |why: String| Failure::Callback { event: reply.event(), why };
        match svaml.action() {
            Some(Action::Hangup) => Ok(self.over(DisconnectReason::ManagerHangup)),
            Some(Action::Continue) => {
                if let Some(id) = self.leg.conference() {
                    self.trace.note(format_args!("puts who has answered into conference {id:?}"));
                }
                Ok(self.stay(self.lasts).await)
            }
            Some(Action::ConnectPstn(pstn)) => {
                let number = pstn.number.unwrap_or(self.leg.to().into());
                self.trace.note(format_args!("calls {number:?}"));
                if pstn.suppress_callbacks == Some(true) {
                    self.leg.suppress_callbacks();
                }
                let amd = pstn.amd.filter(|amd| amd.enabled == Some(true));
                let dialling = Dialling {
                    rings: pstn.dial_timeout,
                    lasts: pstn.max_duration,
                    told: true,
                    verdict: amd.map(|_| self.people.amd.unwrap_or_default()),
                    meanwhile: amd.is_some_and(|amd| amd.asynchronous == Some(true)),
                };
                self.call(dialling).await
            }
            Some(Action::ConnectSip(sip)) => {
                self.trace.note("calls a SIP address");
                if sip.suppress_callbacks == Some(true) {
                    self.leg.suppress_callbacks();
                }
                let lasts = sip.max_duration;
                self.call(Dialling { rings: None, lasts, told: true, verdict: None, meanwhile: false }).await
            }
            // ACE is not posted for users of the application (Voice v1, ACE).
            Some(Action::ConnectMxp(_)) => {
                self.trace.note("calls a user of the application");
                self.call(Dialling { rings: None, lasts: None, told: false, verdict: None, meanwhile: false })
                    .await
            }
            Some(Action::ConnectConf(conference)) => self.confer(conference).await,
            Some(Action::Park(park)) => {
                self.leg.answer();
                self.trace.note("parks the call");
                Ok(self.stay(park.max_duration).await)
            }
            Some(Action::RunMenu(menus)) => self.menu(*menus).await,
            // Nothing else can be connected to a stream than an incoming call (Voice v1, connectStream).
            Some(Action::ConnectStream(_)) if reply.event() != CallbackEvent::Ice => {
                Err(refused("connectStream: only in a reply to ICE".into()))
            }
            Some(Action::ConnectStream(_)) => match Stream::of(reply)? {
                Some(stream) => Ok(Next::Outcome(Outcome::Stream(stream))),
                None => Err(refused("no stream".into())),
            },
            Some(other) => Err(refused(format!("an action that nobody knows: {:?}", other.name()))),
            None => Err(refused("no action".into())),
        }
    }

    /// Calls somebody: who answers talks.
    async fn call(&mut self, dialling: Dialling) -> Result<Next, Failure> {
        match self.people.callee {
            Callee::Busy => {
                self.trace.note("who is called is busy");
                let end = End::new(DisconnectReason::CalleeHangup, CallResult::Busy);
                return Ok(Next::Outcome(Outcome::Over(end)));
            }
            Callee::NoAnswer => {
                let rings = dialling.rings.map_or(RINGS, |seconds| Duration::from_secs(seconds.into()));
                let left = self.wait(rings).await;
                self.trace.note("who is called does not answer");
                let reason = if left { DisconnectReason::Cancel } else { DisconnectReason::Timeout };
                let end = End::new(reason, CallResult::NoAnswer);
                return Ok(Next::Outcome(Outcome::Over(end)));
            }
            Callee::Answers => {}
        }
        self.leg.answer();
        self.trace.note("who is called answers");
        if !dialling.told {
            return Ok(self.stay(dialling.lasts).await);
        }
        let verdict =
            dialling.verdict.map(|answerer| Verdict { status: answerer.status(), reason: answerer.reason() });
        let at_first = if dialling.meanwhile {
            Some(Verdict { status: AmdStatus::InProgress, reason: AmdReason::NotApplicable })
        } else {
            verdict
        };
        if dialling.verdict == Some(Answerer::HangsUp) && !dialling.meanwhile {
            self.leg.tell(About::Answered(at_first), self.trace).await?;
            return Ok(self.over(DisconnectReason::CalleeHangup));
        }
        let reply = self.leg.ace(at_first, self.trace).await?;
        if let Some(verdict) = verdict.filter(|_| dialling.meanwhile) {
            self.leg.tell(About::Detected(verdict), self.trace).await?;
        }
        self.lasts = dialling.lasts;
        Ok(Next::Reply(reply))
    }

    async fn confer(&mut self, to: &ConnectConf<'_>) -> Result<Next, Failure> {
        self.leg.answer();
        let id = to.conference_id.to_string();
        self.trace.note(format_args!("puts the caller into conference {id:?}"));
        self.leg.join(id.clone());
        let mode = to.dtmf_options.and_then(|options| options.mode);
        if mode.is_some_and(|mode| mode == DtmfMode::Detect)
            && let Press::Keys(keys) = self.people.presses.next()
        {
            // No SVAML is wanted for keys that are pressed in a conference (Voice v1, PIE).
            let end = MenuEnd { menu: id, kind: MenuResultKind::Sequence, value: Some(keys) };
            self.leg.tell(About::MenuEnded(&end), self.trace).await?;
        }
        Ok(self.stay(None).await)
    }

    async fn menu(&mut self, menus: RunMenu<'_>) -> Result<Next, Failure> {
        self.leg.answer();
        let end = match Walk::begin(menus) {
            Ok(walk) => self.walk(walk).await,
            Err(end) => end,
        };
        if end.kind == MenuResultKind::Hangup {
            self.leg.tell(About::MenuEnded(&end), self.trace).await?;
            return Ok(self.over(self.leg.person_hangs_up()));
        }
        match self.leg.pie(&end, self.trace).await? {
            Some(reply) => Ok(Next::Reply(reply)),
            None => Ok(self.over(DisconnectReason::ManagerHangup)),
        }
    }

    async fn walk(&mut self, mut walk: Walk<'_>) -> MenuEnd {
        loop {
            self.trace.note(format_args!("plays menu {:?}", walk.id()));
            let mut press = self.people.presses.next();
            if press == Press::Nothing && self.wait(walk.timeout()).await {
                press = Press::HangUp;
            }
            self.trace.note(match &press {
                Press::Keys(keys) if keys.len() == 1 => format!("the caller presses {keys}"),
                Press::Keys(keys) => format!("the caller types {} keys", keys.len()),
                Press::Nothing => "the caller does nothing".into(),
                Press::HangUp => "the caller hangs up".into(),
            });
            if let Some(end) = walk.press(&press) {
                return end;
            }
        }
    }

    /// Lets people talk, or wait, until somebody ends it; the platform, after so many seconds at the latest.
    async fn stay(&mut self, lasts: Option<u32>) -> Next {
        let lasts = lasts.map(|seconds| Duration::from_secs(seconds.into()));
        // Who is told when to hang up stays until then.
        let stays = self.stays.filter(|_| self.limit.is_none());
        let left = match lasts.into_iter().chain(stays).min() {
            Some(time) => self.wait(time).await || lasts.is_none_or(|lasts| lasts > time),
            None => self.wait(Duration::MAX).await,
        };
        self.over(if left { self.leg.person_hangs_up() } else { DisconnectReason::ManagerHangup })
    }

    /// Lets time pass, unless the caller hangs up before: whether he has.
    async fn wait(&mut self, time: Duration) -> bool {
        let until = self.clock.now().saturating_add(time);
        let limit = self.limit.filter(|limit| *limit < until);
        select! {
            biased;
            () = stopping(&mut self.leaves) => true,
            () = self.clock.sleep_until(Some(limit.unwrap_or(until))) => limit.is_some(),
        }
    }

    fn over(&self, reason: DisconnectReason) -> Next {
        Next::Outcome(Outcome::Over(self.leg.ended(reason)))
    }
}
