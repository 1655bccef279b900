//! One leg of a call: what is known of it, and the callbacks about it.

use core::time::Duration;

use voxwire::callback::{CallResult, CallbackEvent, DisconnectReason};

use super::bodies::{About, Facts, Pair, To, Verdict, body};
use super::exchange::Exchange;
use super::menu::MenuEnd;
use super::{End, Provider, Reply};
use crate::clock::{Clock, wall_clock};
use crate::exit::Failure;
use crate::random::random;
use crate::report::Trace;

/// A leg of a call.
pub(crate) struct Leg<'p> {
    provider: Option<&'p Provider>,
    guide: Guide,
    facts: Facts,
    clock: Clock,
    /// Whether the application has started it.
    called_out: bool,
    /// When it was answered.
    answered: Option<Duration>,
    /// Whether it is recorded, and the application wants to know when that is finished.
    recording: Option<bool>,
}

/// Who talks to whom, and about what.
pub(crate) struct Parties {
    pub(crate) from: String,
    pub(crate) to: String,
    /// What the application wants to read in every callback. It may be a secret.
    pub(crate) custom: String,
}

/// Whom a leg asks how it goes on.
pub(crate) struct Guide {
    pub(crate) ice: Says,
    pub(crate) ace: Says,
    pub(crate) pie: Says,
    /// Whether DICE is posted.
    pub(crate) dice: bool,
}

/// Who says how a call goes on.
#[derive(Clone)]
pub(crate) enum Says {
    /// The application, in reply to a callback.
    Application,
    /// The application has said it in advance.
    Already(String),
    /// Nobody: it goes on.
    Nobody,
}

impl Guide {
    /// All callbacks of a call: what an incoming call has.
    pub(crate) const ALL: Self =
        Self { ice: Says::Application, ace: Says::Application, pie: Says::Application, dice: true };
}

impl<'p> Leg<'p> {
    /// A leg whose callbacks go through `provider`; without one nobody is told.
    ///
    /// # Errors
    /// When the system has no random numbers to make an id from.
    pub(crate) fn new(
        provider: Option<&'p Provider>,
        guide: Guide,
        parties: Parties,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let facts = Facts {
            call_id: call_id()?,
            application_key: provider.and_then(Provider::application_key).map(str::to_owned),
            conference_id: None,
            custom: parties.custom,
            from: parties.from,
            to: To { kind: "did", endpoint: parties.to },
            cookies: Vec::new(),
        };
        Ok(Self { provider, guide, facts, clock, called_out: false, answered: None, recording: None })
    }

    pub(crate) fn call_id(&self) -> &str {
        &self.facts.call_id
    }

    /// The number that is called.
    pub(super) fn to(&self) -> &str {
        &self.facts.to.endpoint
    }

    /// Asks what becomes of an incoming call.
    ///
    /// # Errors
    /// When the application does not say it: then there is no call, and nothing more is posted.
    pub(crate) async fn ice(&self, trace: &Trace) -> Result<Reply, Failure> {
        let reply = self.ask(About::Incoming, &self.guide.ice, trace).await?;
        Ok(reply.unwrap_or(Reply::go_on(CallbackEvent::Ice)))
    }

    /// Asks how the call goes on now that somebody has answered.
    pub(super) async fn ace(&self, verdict: Option<Verdict>, trace: &Trace) -> Result<Reply, Failure> {
        let reply = self.ask(About::Answered(verdict), &self.guide.ace, trace).await?;
        Ok(reply.unwrap_or(Reply::go_on(CallbackEvent::Ace)))
    }

    /// Asks how the call goes on after a menu. `None` if there is nobody to ask.
    pub(super) async fn pie(&self, end: &MenuEnd, trace: &Trace) -> Result<Option<Reply>, Failure> {
        self.ask(About::MenuEnded(end), &self.guide.pie, trace).await
    }

    /// Tells the application what it has no say in.
    pub(super) async fn tell(&self, about: About<'_>, trace: &Trace) -> Result<(), Failure> {
        let wanted = match about {
            About::Ended(_) => self.guide.dice,
            About::Answered(_) => matches!(self.guide.ace, Says::Application),
            About::MenuEnded(_) => matches!(self.guide.pie, Says::Application),
            _ => true,
        };
        if let Some(provider) = self.provider.filter(|_| wanted) {
            let answer = provider.post(about.event(), body(&self.facts, about, wall_clock())).await?;
            trace.tell("posted", &Exchange::told(about, answer.status));
        }
        Ok(())
    }

    /// Ends the leg: a recording is finished, and DICE posted.
    ///
    /// # Errors
    /// When the application takes one of the two for something else than a callback.
    pub(crate) async fn hang_up(&mut self, end: End, trace: &Trace) -> Result<(), Failure> {
        let finished = self.stop_recording(trace).await;
        self.tell(About::Ended(end), trace).await?;
        finished
    }

    /// How a call has ended for this reason, as things are.
    pub(super) fn ended(&self, reason: DisconnectReason) -> End {
        match self.answered {
            Some(at) => End::new(reason, CallResult::Answered).lasted(self.clock.now().saturating_sub(at)),
            None => End::new(reason, CallResult::NotApplicable),
        }
    }

    /// How a call has ended that went wrong. Where only the asking did, whoever had answered had answered.
    pub(crate) fn ended_by(&self, failure: &Failure) -> End {
        let end = End::after(failure);
        let asking = matches!(failure, Failure::Callback { .. });
        if asking && self.answered.is_some() { self.ended(end.reason) } else { end }
    }

    /// Somebody has taken the call, if nobody had before.
    pub(super) fn answer(&mut self) {
        self.answered.get_or_insert(self.clock.now());
    }

    /// Keeps a value for the callbacks to come; another of that name is forgotten.
    pub(super) fn keep(&mut self, key: String, value: String) {
        self.facts.cookies.retain(|cookie| cookie.key != key);
        self.facts.cookies.push(Pair { key, value });
    }

    /// The conference it is in, or will be.
    pub(super) fn conference(&self) -> Option<&str> {
        self.facts.conference_id.as_deref()
    }

    /// Goes into a conference.
    pub(super) fn join(&mut self, conference: String) {
        self.facts.conference_id = Some(conference);
    }

    /// Is a call that the application has started: to anybody's number, and not to one of its own.
    pub(super) fn call_out(&mut self, conference: Option<String>) {
        self.called_out = true;
        self.facts.to.kind = "number";
        self.facts.conference_id = conference;
    }

    /// Why a call ends that the person on the phone ends: of a call that the application has started he is the callee.
    pub(super) fn person_hangs_up(&self) -> DisconnectReason {
        if self.called_out { DisconnectReason::CalleeHangup } else { DisconnectReason::CallerHangup }
    }

    /// From now on neither ACE nor DICE is posted.
    pub(super) fn suppress_callbacks(&mut self) {
        self.guide.ace = Says::Nobody;
        self.guide.dice = false;
    }

    /// A recording begins.
    pub(super) fn record(&mut self, notifies: bool) {
        self.recording = Some(notifies);
    }

    /// A recording ends, if there is one.
    pub(super) async fn stop_recording(&mut self, trace: &Trace) -> Result<(), Failure> {
        match self.recording.take() {
            Some(true) => self.tell(About::RecordingFinished, trace).await,
            Some(false) | None => Ok(()),
        }
    }

    async fn ask(&self, about: About<'_>, says: &Says, trace: &Trace) -> Result<Option<Reply>, Failure> {
        let event = about.event();
        let (status, text) = match (says, self.provider) {
            (Says::Already(svaml), _) => (None, svaml.clone().into_bytes()),
            (Says::Application, Some(provider)) => {
                let answer = provider.post(event, body(&self.facts, about, wall_clock())).await?;
                (Some(answer.status), answer.body)
            }
            (Says::Application, None) | (Says::Nobody, _) => return Ok(None),
        };
        // Of all callbacks, only an answered call goes on when nothing is said (Voice v1, ACE).
        if event == CallbackEvent::Ace && is_nothing(&text) {
            let reply = Reply::go_on(event);
            trace.tell("posted", &Exchange::asked(about, status, &reply.svaml()?));
            return Ok(Some(reply));
        }
        let (reply, waived) = Reply::read(event, text)?;
        trace.tell("posted", &Exchange::asked(about, status, &reply.svaml()?));
        for rule in &waived {
            trace.note(format_args!("lets pass what not all of Sinch's sources allow: {rule}"));
        }
        Ok(Some(reply))
    }
}

/// Whether a body is empty, or an empty document.
fn is_nothing(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"" | b"{}")
}

/// A random UUID.
fn call_id() -> Result<String, Failure> {
    Ok(uuid(random()?))
}

/// A version 4 UUID (RFC 9562).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_id_is_a_random_uuid() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_ne!(call_id().unwrap(), call_id().unwrap());
    }
}
