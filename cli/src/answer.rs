//! `voxwire answer`: an application with a built-in agent, for many calls at once.

use core::hint::black_box;
use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use voxwire::{AudioFormat, Config, Dialect};
use voxwire_tokio::{CallConfig, Upgrade};

use crate::agent::{Agent, Attended, attend, stopping};
use crate::call::{rate, seconds};
use crate::clock::Clock;
use crate::exit::Failure;
use crate::report::{Millis, Output, Story, Trace, Trouble, complain};
use crate::stops::Stops;
use crate::wav::Wav;
use crate::words::Side;

mod lines;

use lines::{Began, Draining, Listening, Over, TurnedAway};

/// How long a connection may take to ask for an upgrade.
const UPGRADE_WITHIN: Duration = Duration::from_secs(10);

/// How long hanging up may take once the server stops.
const HANG_UP_WITHIN: Duration = Duration::from_secs(1);

/// How long the server waits before it accepts again when the system has no descriptors left.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Answers calls with a built-in agent, many at once.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Which provider calls: sinch or wavix. Default: told from each call's first words.
    #[arg(long)]
    dialect: Option<Dialect>,
    /// The sample rate of calls that do not name theirs.
    #[arg(long, value_name = "HZ", value_parser = rate)]
    rate: Option<AudioFormat>,
    /// What to do with calls: echo, play FILE.wav, record DIR, busy or reject.
    #[arg(long, value_names = ["AGENT", "FILE.wav|DIR"], num_args = 1..=2, default_value = "echo")]
    agent: Vec<String>,
    /// Takes only calls whose URL ends in this; others are declined with 404.
    #[arg(long, value_name = "T", env = "VOXWIRE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// How many seconds calls may go on after an interrupt, before they are hung up.
    #[arg(long, value_name = "S", default_value = "3", value_parser = seconds)]
    drain: Duration,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    if args.token.as_ref().is_some_and(|token| token.is_empty() || token.contains('/')) {
        return Err(Failure::Usage(
            "--token is one segment of a path: not empty, and without a slash".into(),
        ));
    }
    let agent = agent(&args)?;
    let mut stops = Stops::new()?;
    let listener = TcpListener::bind(&args.listen).await.map_err(|cause| listen_failure(&args, cause))?;
    let address = listener.local_addr().map_err(|cause| listen_failure(&args, cause))?;

    let config = args.dialect.map_or(Config::detect(), Config::new).end_within(HANG_UP_WITHIN);
    let config = args.rate.map_or(config, |format| config.format(format));
    let server = Arc::new(Server {
        dialect: args.dialect,
        config: CallConfig::new(config).drain_within(HANG_UP_WITHIN),
        agent,
        token: args.token,
        output: Arc::new(output),
    });
    let path = if server.token.is_some() { "/TOKEN" } else { "" };
    server.output.line("listening", &Listening { url: format!("ws://{address}{path}") });

    let (drain, drained) = watch::channel(false);
    let mut calls = JoinSet::new();
    let mut number = 0;
    loop {
        select! {
            (socket, peer) = accept(&listener) => {
                number += 1;
                let visit = Visit { server: server.clone(), number, peer, drained: drained.clone() };
                calls.spawn(visit.serve(socket));
            }
            Some(_) = calls.join_next() => {}
            () = stops.next() => break,
        }
    }
    drop(listener);
    if !calls.is_empty() {
        server.output.line("draining", &Draining { calls: calls.len() });
    }
    let draining = async {
        let all_over = async { while calls.join_next().await.is_some() {} };
        if timeout(args.drain, all_over).await.is_err() {
            drain.send_replace(true);
            // Half as long again for what hanging up does besides waiting.
            let rest = async { while calls.join_next().await.is_some() {} };
            let _ = timeout(HANG_UP_WITHIN * 3, rest).await;
        }
    };
    select! {
        () = draining => {}
        _ = stops.interrupted() => {}
    }
    server.output.finish()
}

/// What all calls share.
struct Server {
    dialect: Option<Dialect>,
    config: CallConfig,
    agent: Agent,
    token: Option<String>,
    output: Arc<Output>,
}

/// One connection.
struct Visit {
    server: Arc<Server>,
    number: u64,
    peer: SocketAddr,
    drained: watch::Receiver<bool>,
}

impl Visit {
    async fn serve(mut self, socket: TcpStream) {
        let output = self.server.output.clone();
        let Self { number, peer, .. } = self;
        let _ = socket.set_nodelay(true);
        let upgrade = select! {
            upgrade = timeout(UPGRADE_WITHIN, Upgrade::read(socket)) => upgrade,
            () = stopping(&mut self.drained) => return,
        };
        let turned_away = |why: String| output.line("turned_away", &TurnedAway { peer, why });
        let upgrade = match upgrade {
            Ok(Ok(upgrade)) => upgrade,
            Ok(Err(error)) => return turned_away(error.to_string()),
            Err(_) => return turned_away("it asked for nothing in time".into()),
        };
        if !self.server.admits(upgrade.path()) {
            let _ = upgrade.decline(404).await;
            return turned_away("its URL does not end in the token: declined with 404".into());
        }
        let call = match upgrade.accept(self.server.config, None).await {
            Ok(call) => call,
            Err(error) => return turned_away(error.to_string()),
        };

        let clock = Clock::start(false);
        let mut trace = Trace::new(&output, number.to_string(), Side::Application, clock, Story::Untold);
        let begun = |dialect, format: Option<AudioFormat>| {
            let rate = format.map(AudioFormat::rate);
            output.line("began", &Began { call: number, peer, dialect, rate });
        };
        let attended = attend(call, &self.server.agent, clock, &mut trace, None, self.drained, begun).await;
        let Attended { announced, heard, unknown, said, failure, ended, .. } = attended;
        if let Some(failure) = &failure {
            complain(format_args!("call {number}: {failure}"));
        }
        let failure = failure.map(|failure| failure.to_string());
        let duration_ms = Millis(clock.now());
        let over = Over {
            call: number,
            peer,
            duration_ms,
            heard,
            said,
            unreadable: trace.times(Trouble::Unreadable),
            unsaid: trace.times(Trouble::Unsaid),
            unknown,
            failure,
            ended,
            misunderstood: (!announced && unknown > 0).then_some(self.server.dialect),
        };
        output.line("ended", &over);
    }
}

impl Server {
    /// Whether the path ends in the token. How long it takes tells nothing about how much of it was right.
    fn admits(&self, path: &str) -> bool {
        let Some(token) = &self.token else { return true };
        let given = path.rsplit('/').next().unwrap_or_default();
        let differences = given.bytes().zip(token.bytes()).fold(0, |all, (a, b)| black_box(all | (a ^ b)));
        given.len() == token.len() && differences == 0
    }
}

/// The next connection, however long it takes: when the system is out of descriptors, until it has some again.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut complained = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                if !complained {
                    complain(format_args!("cannot take a call: {error}"));
                    complained = true;
                }
                sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

fn agent(args: &Args) -> Result<Agent, Failure> {
    let words: Vec<_> = args.agent.iter().map(String::as_str).collect();
    match words[..] {
        ["echo"] => Ok(Agent::Echo),
        ["busy"] => Ok(Agent::Busy),
        ["reject"] => Ok(Agent::Reject),
        ["play", file] => {
            let wav = Wav::read(file)?;
            wav.fits(file, args.rate)?;
            Ok(Agent::Play { name: file.to_owned(), wav })
        }
        ["record", folder] => match fs::create_dir_all(folder) {
            Ok(()) => Ok(Agent::Record(PathBuf::from(folder))),
            Err(cause) => Err(Failure::Write { name: folder.to_owned(), cause }),
        },
        _ => Err(Failure::Usage("--agent is one of: echo, play FILE.wav, record DIR, busy, reject".into())),
    }
}

fn listen_failure(args: &Args, cause: std::io::Error) -> Failure {
    Failure::Listen { address: args.listen.clone(), cause }
}
