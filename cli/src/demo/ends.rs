//! Both ends of a call: the application, which waits to be called, and the platform, which calls it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio::select;
use tokio::sync::watch;
use voxwire::signature::{Credentials, Verifier};
use voxwire::{AudioFormat, Config, Dialect};
use voxwire_tokio::CallConfig;

use crate::agent::{Agent, Attended, attend, stopping};
use crate::clock::Clock;
use crate::exit::Failure;
use crate::platform::{Placed, Script, place};
use crate::provider::{End, FROM, Guide, Leg, Parties, Provider, Stream, TO};
use crate::random::random;
use crate::reception::{Admission, Callbacks, Limits, PublicUrl, Reception, Tokens};
use crate::report::{Output, Trace};
use crate::socket::Trust;
use crate::tape::Tape;

/// An application that waits for one call on this machine.
pub(super) struct Application {
    listener: TcpListener,
    url: String,
    config: Config,
    reception: Reception,
    /// What Sinch signs its callbacks with; Wavix has none.
    credentials: Option<Credentials>,
    /// Turns true when the platform has nothing more to say.
    over: watch::Sender<bool>,
}

impl Application {
    /// Waits at a port of its own.
    pub(super) async fn open(
        dialect: Dialect,
        format: AudioFormat,
        output: &Output,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(listening)?;
        let url = format!("ws://{}", listener.local_addr().map_err(listening)?);
        let config = Config::new(dialect).format(format);
        let (mut admission, mut callbacks, mut credentials) = (Admission::Open, None, None);
        if dialect == Dialect::Sinch {
            let shared = shared_secret()?;
            admission = Admission::PerCall(Tokens::of(&shared));
            callbacks =
                Some(Callbacks::new(PublicUrl::parse(&url)?, format).verified(Verifier::new(shared.clone())));
            credentials = Some(shared);
        }
        // What it does with callbacks, people see in the story that the platform tells.
        let told = Arc::new(output.for_programs());
        let reception =
            Reception::new(CallConfig::new(config), admission, callbacks, None, Limits::AMPLE, told)?;
        Ok(Self { listener, url, config, reception, credentials, over: watch::channel(false).0 })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Replies to callbacks and attends to the call between them, until the platform has nothing more to say.
    pub(super) async fn attend(
        &self,
        agent: &Agent,
        clock: Clock,
        trace: &mut Trace,
        tape: &mut impl Tape,
    ) -> Result<Attended, Failure> {
        let mut attended = None;
        let mut over = self.over.subscribe();
        loop {
            let (socket, peer) = select! {
                accepted = self.listener.accept() => accepted.map_err(listening)?,
                () = stopping(&mut over) => break,
            };
            socket.set_nodelay(true).map_err(listening)?;
            let Some(place) = self.reception.enter(peer.ip()) else { continue };
            if let Some(arrival) = self.reception.take(socket, peer, &place, self.over.subscribe()).await {
                if let Some(call_id) = &arrival.call_id {
                    trace.note(format_args!("lets the stream in: its token is that of call {call_id:?}"));
                }
                let (_stays, drain) = watch::channel(false);
                let tape: &mut dyn Tape = tape;
                attended =
                    Some(attend(arrival.call, agent, clock, trace, Some(tape), drain, |_, _| ()).await);
            }
        }
        attended.ok_or_else(|| Failure::Demo("the application was not called".into()))
    }
}

/// The platform, for one call.
pub(super) struct Platform<'p> {
    pub(super) clock: Clock,
    pub(super) trace: &'p mut Trace,
    pub(super) tape: &'p mut dyn Tape,
}

impl Platform<'_> {
    /// Calls: over Sinch as the reply to a callback says, over Wavix straight away.
    pub(super) async fn call(mut self, application: &Application, script: Script) -> Result<Placed, Failure> {
        let placed = match &application.credentials {
            Some(credentials) => self.call_back(application, credentials.clone(), script).await,
            None => self.place(&application.url, application.config, &script).await,
        };
        application.over.send_replace(true);
        placed
    }

    async fn call_back(
        mut self,
        application: &Application,
        credentials: Credentials,
        mut script: Script,
    ) -> Result<Placed, Failure> {
        let url = application.url.replacen("ws", "http", 1) + "/sinch";
        let provider = Provider::new(&url, Some(credentials), Trust::default())?;
        let parties = Parties { from: FROM.into(), to: TO.into(), custom: String::new() };
        let mut leg = Leg::new(Some(&provider), Guide::ALL, parties, self.clock)?;
        self.trace.note("signs what it posts with the secret that it shares with the application");
        self.trace.tick("ICE".into());
        let reply = leg.ice(self.trace).await?;
        let stream = Stream::of(&reply)?.ok_or_else(|| Failure::Demo("no stream was asked for".into()))?;
        self.trace.note(format_args!("dials {}, with the token in the reply", stream.address()));
        script.call_id = leg.call_id().to_owned();
        script.headers.clone_from(&stream.headers);
        let placed = self.place(&stream.endpoint, application.config, &script).await?;
        self.trace.tick("DICE".into());
        leg.hang_up(End::of_stream(&placed, stream.limit), self.trace).await?;
        Ok(placed)
    }

    async fn place(&mut self, url: &str, config: Config, script: &Script) -> Result<Placed, Failure> {
        let call =
            Trust::default().call(url, config).await.map_err(|error| Failure::connecting(url, error))?;
        place(call, script, self.clock, self.trace, self.tape, core::future::pending()).await
    }
}

/// A key and a secret that nobody else knows.
fn shared_secret() -> Result<Credentials, Failure> {
    let secret = STANDARD.encode(random::<32>()?);
    Credentials::new("demo", &secret).map_err(|error| Failure::Demo(error.to_string()))
}

fn listening(cause: std::io::Error) -> Failure {
    Failure::Listen { address: "127.0.0.1".into(), cause }
}
