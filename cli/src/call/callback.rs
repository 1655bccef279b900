//! `voxwire call --callback`: the whole platform, with the HTTP before, during and after the call.

use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgGroup;
use tokio::sync::watch;
use voxwire::Dialect;
use voxwire::callback::{CallResult, DisconnectReason};

use super::caller::{Caller, Destination};
use super::summary::Summary;
use crate::agent::stopping;
use crate::clock::Clock;
use crate::credentials::CredentialArgs;
use crate::exit::Failure;
use crate::platform::Placed;
use crate::provider::{
    A_MOMENT, Answerer, Begins, Callee, Course, End, Errand, FROM, Guide, Leg, Outcome, Parties, People,
    Presses, Provider, Stream, TO,
};
use crate::report::{Output, Story, Trace};
use crate::socket::Trust;
use crate::stops::Stops;
use crate::words::Side;

/// What makes `call` the whole platform.
#[derive(clap::Args)]
#[command(group = ArgGroup::new("platform").args(["callback", "callout"]).multiple(true))]
pub(super) struct CallbackArgs {
    /// Plays the whole platform: where the application takes callbacks, http://host:port/path, or https://.
    #[arg(long, value_name = "URL", help_heading = "Callbacks (Sinch)")]
    callback: Option<String>,
    #[command(flatten, next_help_heading = "Callbacks (Sinch)")]
    credentials: CredentialArgs,
    /// The number of who calls.
    #[arg(long, value_name = "NUMBER", default_value = FROM, requires = "platform")]
    from: String,
    /// The number that is called.
    #[arg(long, value_name = "NUMBER", default_value = TO, requires = "platform")]
    to: String,
    /// A text that every callback carries.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, requires = "platform")]
    custom: String,
    /// Begins as a call that the application has started: somebody is called, and ACE comes first.
    #[arg(long, requires = "platform", conflicts_with = "callout")]
    outbound: bool,
    /// A request to start a call, as the REST API takes it: a conferenceCallout or a customCallout. Two of them are the
    /// phone and the stream of one conference.
    #[arg(long, value_name = "FILE.json")]
    callout: Vec<PathBuf>,
    /// What the caller does at one menu after the other: keys, timeout or hangup, with commas between them.
    #[arg(long, value_name = "KEYS", requires = "platform")]
    press: Option<Presses>,
    /// What becomes of it when somebody is called.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, requires = "platform")]
    callee: Callee,
    /// Who or what answers, as the detection of answering machines finds.
    #[arg(long, value_name = "WHO", value_enum, requires = "platform")]
    amd: Option<Answerer>,
}

pub(super) async fn run(
    args: CallbackArgs,
    caller: Caller,
    trust: Trust,
    fast: bool,
    limit: Option<Duration>,
    output: Output,
) -> Result<(), Failure> {
    let credentials = args.credentials.credentials()?;
    let provider =
        args.callback.as_deref().map(|url| Provider::new(url, credentials, trust.clone())).transpose()?;
    let errands = args.errands()?;
    let (leave, leaves) = watch::channel(false);
    let mut stops = Stops::new()?;
    tokio::spawn(async move {
        stops.next().await;
        leave.send_replace(true);
        stops.interrupted().await
    });

    let output = Arc::new(output.around(caller.bar()));
    let carrier = Carrier {
        provider: provider.as_ref(),
        output: &output,
        trust,
        clock: Clock::start(fast),
        people: People { presses: args.press.unwrap_or_default(), callee: args.callee, amd: args.amd },
        limit,
    };
    match errands {
        Errands::One(errand) => carrier.carry(errand, Some(caller), Some(A_MOMENT), leaves).await?,
        Errands::Conference { phone, stream } => {
            // Whoever is on the phone stays as long as the stream.
            let (hang_up, over) = watch::channel(false);
            let stream = async {
                let carried = carrier.carry(stream, Some(caller), Some(A_MOMENT), leaves).await;
                hang_up.send_replace(true);
                carried
            };
            let (phone, stream) = tokio::join!(carrier.carry(phone, None, None, over), stream);
            phone.and(stream)?;
        }
    }
    output.finish()
}

/// What there is to do.
enum Errands {
    One(Errand),
    Conference { phone: Errand, stream: Errand },
}

impl CallbackArgs {
    fn errands(&self) -> Result<Errands, Failure> {
        let parties =
            || Parties { from: self.from.clone(), to: self.to.clone(), custom: self.custom.clone() };
        let callout = |path: &Path| {
            let name = path.display().to_string();
            match fs::read(path) {
                Ok(body) => Errand::read(&name, &body, parties()),
                Err(cause) => Err(Failure::Read { name, cause }),
            }
        };
        match &self.callout[..] {
            [] => {
                let begins = match self.outbound {
                    true => Begins::Calling { conference: None, lasts: None },
                    false => Begins::Incoming,
                };
                Ok(Errands::One(Errand { guide: Guide::ALL, parties: parties(), begins }))
            }
            [one] => callout(one).map(Errands::One),
            [one, other] => {
                let (one, other) = (callout(one)?, callout(other)?);
                let is_phone =
                    |errand: &Errand| matches!(errand.begins, Begins::Calling { conference: Some(_), .. });
                match (is_phone(&one), is_phone(&other)) {
                    (true, false) => Ok(Errands::Conference { phone: one, stream: other }),
                    (false, true) => Ok(Errands::Conference { phone: other, stream: one }),
                    _ => Err(Failure::Usage(
                        "two --callout are a conferenceCallout and a customCallout".into(),
                    )),
                }
            }
            _ => Err(Failure::Usage("--callout is given twice at most".into())),
        }
    }
}

/// What the legs of a call share.
struct Carrier<'p> {
    provider: Option<&'p Provider>,
    output: &'p Arc<Output>,
    trust: Trust,
    clock: Clock,
    people: People,
    limit: Option<Duration>,
}

impl Carrier<'_> {
    /// Carries one leg from its beginning to its end.
    async fn carry(
        &self,
        errand: Errand,
        caller: Option<Caller>,
        stays: Option<Duration>,
        leaves: watch::Receiver<bool>,
    ) -> Result<(), Failure> {
        let Errand { guide, parties, begins } = errand;
        let mut leg = Leg::new(self.provider, guide, parties, self.clock)?;
        let call_id = leg.call_id().to_owned();
        let mut trace = Trace::new(self.output, call_id.clone(), Side::Platform, self.clock, Story::Both);
        let outcome = match begins {
            Begins::Incoming => {
                // Who is refused has not called: no DICE follows.
                let reply = leg.ice(&trace).await?;
                self.course(&mut leg, &trace, stays, &leaves).follow(reply).await
            }
            Begins::Calling { conference, lasts } => {
                self.course(&mut leg, &trace, stays, &leaves).dial(conference, lasts).await
            }
        };
        let held = match (outcome, caller) {
            (Ok(Outcome::Stream(stream)), Some(caller)) => {
                let limit = stream.limit;
                let placed = self.hold(stream, caller, call_id, &mut trace, leaves.clone()).await;
                placed.map(|(placed, summary)| (End::of_stream(&placed, limit), Some(summary)))
            }
            (Ok(Outcome::Stream(_)), None) => {
                Err(Failure::Usage("the phone of a conference is no stream".into()))
            }
            (Ok(Outcome::Over(end)), _) => Ok((end, None)),
            (Err(failure), _) => Err(failure),
        };
        let end = match &held {
            Ok((end, _)) => *end,
            Err(Failure::Unanswered(_)) if *leaves.borrow() => {
                End::new(DisconnectReason::Cancel, CallResult::NoAnswer)
            }
            Err(failure) => leg.ended_by(failure),
        };
        let told = leg.hang_up(end, &trace).await;
        let (_, summary) = held?;
        if let Some(summary) = summary {
            self.output.line("summary", &summary);
        }
        told
    }

    fn course<'c, 'p>(
        &self,
        leg: &'c mut Leg<'p>,
        trace: &'c Trace,
        stays: Option<Duration>,
        leaves: &watch::Receiver<bool>,
    ) -> Course<'c, 'p> {
        Course {
            leg,
            trace,
            clock: self.clock,
            people: self.people.clone(),
            limit: self.limit,
            stays,
            leaves: leaves.clone(),
            lasts: None,
        }
    }

    /// Holds a call that has become a stream.
    async fn hold(
        &self,
        stream: Stream,
        caller: Caller,
        call_id: String,
        trace: &mut Trace,
        mut leaves: watch::Receiver<bool>,
    ) -> Result<(Placed, Summary), Failure> {
        let voice = caller.voice(Some(stream.format), self.output)?;
        trace.note(format_args!("dials {} at {} Hz", stream.address(), stream.format.rate()));
        let to = Destination {
            url: stream.endpoint,
            dialect: Dialect::Sinch,
            call_id,
            headers: stream.headers,
            limit: stream.limit.into_iter().chain(self.limit).min(),
        };
        let placed = caller.call(to, &self.trust, voice, self.clock, trace, stopping(&mut leaves)).await?;
        let summary = Summary::of(&placed, stream.format);
        Ok((placed, summary))
    }
}
