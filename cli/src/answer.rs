//! `voxwire answer`: an application with a built-in agent, for many calls at once.

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::select;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use voxwire::{AudioFormat, Config, Dialect};
use voxwire_tokio::CallConfig;

use crate::agent::Agent;
use crate::call::{rate, seconds};
use crate::exit::Failure;
use crate::reception::{Admission, Reception, Tokens};
use crate::report::Output;
use crate::socket::IdentityArgs;
use crate::stops::Stops;
use crate::wav::Recording;

mod callbacks;
mod entrance;
mod limits;
mod lines;
mod server;

use callbacks::CallbackArgs;
use entrance::Entrance;
use limits::LimitArgs;
use lines::{Draining, Listening};
use server::{Calls, Server, Stopping};

/// How long hanging up may take once the server stops.
const HANG_UP_WITHIN: Duration = Duration::from_secs(1);

/// The format that callbacks ask for if nothing else decides.
const STREAM: AudioFormat = AudioFormat::pcm16(16_000).unwrap();

/// Answers calls with a built-in agent, many at once.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Which provider calls: sinch or wavix. Default: told from each call's first words.
    #[arg(long)]
    dialect: Option<Dialect>,
    /// The sample rate of calls that do not name theirs, which callbacks ask for. Their default: that of what the agent
    /// plays, or the next above it that providers have; 16000 if it plays nothing.
    #[arg(long, value_name = "HZ", value_parser = rate)]
    rate: Option<AudioFormat>,
    /// What to do with calls: echo, play FILE.wav, record DIR, busy or reject. A WAV file of any kind is brought to the
    /// rate of each call.
    #[arg(long, value_names = ["AGENT", "FILE.wav|DIR"], num_args = 1..=2, default_value = "echo")]
    agent: Vec<String>,
    /// Takes only calls whose URL ends in this; others are declined with 404. Default with callbacks: each call has its
    /// own.
    #[arg(long, value_name = "T", env = "VOXWIRE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// How many seconds calls may go on after an interrupt, before they are hung up.
    #[arg(long, value_name = "S", default_value = "3", value_parser = seconds)]
    drain: Duration,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    callbacks: CallbackArgs,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    if args.token.as_ref().is_some_and(|token| token.is_empty() || !token.bytes().all(stands_in_a_path)) {
        return Err(Failure::Usage(
            "--token is one segment of a path: letters, digits and -._~!$&'()*+,;=:@, at least one".into(),
        ));
    }
    let agent = agent(&args)?;
    let mut stops = Stops::new()?;
    let mut entrance = Entrance::open(&args.listen).await.map_err(|cause| listen_failure(&args, cause))?;
    let address = entrance.address().map_err(|cause| listen_failure(&args, cause))?;
    let format = args.format(&agent);
    let (server, listening) = open(&args, agent, format, address, output)?;
    let recording = server.agent.recording().zip(format);
    let said = recording.map(|(recording, format)| recording.at(format)).transpose()?;
    server.output.line("listening", &listening);
    if let Some(conversion) = said.and_then(|said| said.conversion) {
        server.output.line("converted", &conversion);
    }

    let (close, closing) = watch::channel(false);
    let (drain, drained) = watch::channel(false);
    let stopping = Stopping { closing, drained };
    let mut shedding = JoinSet::new();
    if let Some(bound) = args.limits.shed_late() {
        let server = server.clone();
        shedding.spawn(async move { server.reception.shed(bound).await });
    }
    let mut connections = JoinSet::new();
    loop {
        select! {
            (socket, peer) = entrance.next() => {
                if let Some(place) = server.reception.enter(peer.ip()) {
                    connections.spawn(server.clone().serve(socket, peer, place, stopping.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
            () = stops.next() => break,
        }
    }
    drop(entrance);
    drop(shedding);
    close.send_replace(true);
    let calls = server.reception.calls();
    if calls > 0 {
        server.output.line("draining", &Draining { calls });
    }
    let draining = async {
        let all_over = async { while connections.join_next().await.is_some() {} };
        if timeout(args.drain, all_over).await.is_err() {
            drain.send_replace(true);
            // Half as long again for what hanging up does besides waiting.
            let rest = async { while connections.join_next().await.is_some() {} };
            let _ = timeout(HANG_UP_WITHIN * 3, rest).await;
        }
    };
    select! {
        () = draining => {}
        _ = stops.interrupted() => {}
    }
    server.output.finish()?;
    server.calls.were_recorded()
}

impl Args {
    /// The format of calls that do not name theirs, as far as it is known: that which callbacks ask for.
    fn format(&self, agent: &Agent) -> Option<AudioFormat> {
        let asked_for = || agent.recording().map_or(STREAM, Recording::format);
        self.rate.or_else(|| self.callbacks.taken().then(asked_for))
    }
}

/// The server as the arguments want it, and what is told of it.
fn open(
    args: &Args,
    agent: Agent,
    format: Option<AudioFormat>,
    address: SocketAddr,
    output: Output,
) -> Result<(Arc<Server>, Listening), Failure> {
    let identity = args.identity.identity()?;
    let tls = identity.is_some();
    let mut admission = args.token.clone().map_or(Admission::Open, Admission::Token);
    let mut callbacks = None;
    if args.callbacks.taken() {
        if args.dialect == Some(Dialect::Wavix) {
            return Err(Failure::Usage("callbacks are Sinch's: they do not go with --dialect wavix".into()));
        }
        let credentials = args.callbacks.credentials()?;
        if args.token.is_none() {
            admission = Admission::PerCall(match &credentials {
                Some(credentials) => Tokens::of(credentials),
                None => Tokens::random()?,
            });
        }
        let asked_for = format.unwrap_or(STREAM);
        callbacks = Some(args.callbacks.callbacks(address, tls, asked_for, credentials)?);
    }
    let listening = Listening {
        url: format!("{}://{address}{}", if tls { "wss" } else { "ws" }, admission.placeholder()),
        callbacks: callbacks.as_ref().map(|callbacks| callbacks.url()),
        verified: callbacks.as_ref().is_some_and(|callbacks| callbacks.are_verified()),
    };
    let config = args.dialect.map_or(Config::detect(), Config::new).end_within(HANG_UP_WITHIN);
    let config = config.silence_limit(Some(args.limits.idle_timeout()));
    let config = format.map_or(config, |format| config.format(format));
    let config = CallConfig::new(config).drain_within(HANG_UP_WITHIN).ping_every(args.limits.ping_every());
    let output = Arc::new(output);
    let limits = args.limits.limits(&agent);
    let reception = Reception::new(config, admission, callbacks, identity, limits, output.clone())?;
    let server = Server { dialect: args.dialect, agent, reception, output, calls: Calls::default() };
    Ok((Arc::new(server), listening))
}

fn agent(args: &Args) -> Result<Agent, Failure> {
    let words: Vec<_> = args.agent.iter().map(String::as_str).collect();
    match words[..] {
        ["echo"] => Ok(Agent::Echo),
        ["busy"] => Ok(Agent::Busy),
        ["reject"] => Ok(Agent::Reject),
        ["play", file] => Ok(Agent::Play(Recording::read(file)?)),
        ["record", folder] => match fs::create_dir_all(folder) {
            Ok(()) => Ok(Agent::Record(PathBuf::from(folder))),
            Err(cause) => Err(Failure::Write { name: folder.to_owned(), cause }),
        },
        _ => Err(Failure::Usage("--agent is one of: echo, play FILE.wav, record DIR, busy, reject".into())),
    }
}

/// Whether a byte stands for itself in a segment of a path (RFC 3986, section 3.3). Whoever dials would escape others.
const fn stands_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'('..=b',' | b';' | b'=' | b':' | b'@'
        )
}

fn listen_failure(args: &Args, cause: std::io::Error) -> Failure {
    Failure::Listen { address: args.listen.clone(), cause }
}
