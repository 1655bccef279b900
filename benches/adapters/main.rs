//! What a call costs a server: its own CPU time for each message that it echoes, and the memory of a call that is
//! silent, next to what the socket library costs without us.
//!
//! Every server is a process of its own, so that it alone is measured: wall-clock time tells mostly what else the machine
//! does. The load is the same for all, and every byte that comes back is compared.

use core::fmt;
use std::env;
use std::io;
use std::process::ExitCode;

use voxwire::Dialect;

use load::Load;
use process::{Process, prepare};
use results::{Results, Sample};
use servers::Server;

mod bounds;
mod load;
mod process;
mod results;
mod servers;
mod words;

/// How many rounds count, unless `--rounds=` says otherwise. Each begins with new processes.
const ROUNDS: usize = 13;

/// Messages that are measured in one round.
const MESSAGES: usize = 50_000;

/// What a process holds open besides its calls.
const OTHER_FILES: usize = 64;

/// One call is a call as it is: each message is read by itself. With more ahead, a read may find several.
const HEATS: [Heat; 8] = [
    Heat { dialect: Dialect::Sinch, calls: 1, ahead: 1 },
    Heat { dialect: Dialect::Sinch, calls: 100, ahead: 1 },
    Heat { dialect: Dialect::Sinch, calls: 1_000, ahead: 1 },
    Heat { dialect: Dialect::Sinch, calls: 1_000, ahead: 4 },
    Heat { dialect: Dialect::Sinch, calls: 5_000, ahead: 1 },
    Heat { dialect: Dialect::Wavix, calls: 1, ahead: 1 },
    Heat { dialect: Dialect::Wavix, calls: 100, ahead: 1 },
    Heat { dialect: Dialect::Wavix, calls: 1_000, ahead: 1 },
];

/// What the servers are raced with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Heat {
    dialect: Dialect,
    calls: usize,
    /// How many messages a call says before it waits for their echo.
    ahead: usize,
}

fn main() -> ExitCode {
    let args: Vec<_> = env::args().skip(1).collect();
    if let [serve, server, dialect] = args.as_slice()
        && serve == "--server"
    {
        let server = Server::ALL.into_iter().find(|known| known.name() == server).expect("a server");
        server.serve(dialect.parse().expect("a dialect"));
    }
    // Cargo says so where it is to be measured; else all that runs is looked at, as the other benches do.
    let ran = if args.iter().any(|arg| arg == "--bench") {
        let filter = args.iter().find(|arg| !arg.starts_with('-')).map_or("", String::as_str);
        let rounds = args.iter().find_map(|arg| arg.strip_prefix("--rounds="));
        race(filter, rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds")))
    } else {
        check()
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("adapters: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything once, and little of it.
fn check() -> io::Result<()> {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        for server in Server::ALL {
            for ahead in [1, 4] {
                let heat = Heat { dialect, calls: 4, ahead };
                let process = Process::start(server, dialect)?;
                Load::open(process.address(), server, heat)?.echo(20)?;
            }
            println!("adapters/{dialect}, {}: ok", server.name());
        }
    }
    Ok(())
}

/// All heats whose name contains `filter`, in so many rounds and one that does not count.
fn race(filter: &str, rounds: usize) -> io::Result<()> {
    if cfg!(not(target_os = "linux")) {
        println!("adapters: skipped, the CPU time and memory of another process are read from Linux's /proc");
        return Ok(());
    }
    let heats: Vec<_> = HEATS.into_iter().filter(|heat| heat.to_string().contains(filter)).collect();
    let Some(calls) = heats.iter().map(|heat| heat.calls).max() else { return Ok(()) };
    prepare((calls + OTHER_FILES) as u64)?;
    let mut results = Results::new(&heats);
    for round in 0..=rounds {
        eprintln!("adapters: round {round} of {rounds}");
        for heat in &heats {
            // Who comes first is another one in every round, so that a machine that changes is unfair to nobody.
            let servers = heat.servers();
            for turn in 0..servers.len() {
                let server = servers[(round + turn) % servers.len()];
                let sample = heat.sample(server)?;
                if round > 0 {
                    results.add(*heat, server, sample);
                }
            }
        }
    }
    results.print();
    let bounds = bounds::judge(&results);
    bounds::print(&bounds);
    results.write(&bounds)
}

impl Heat {
    /// Who races.
    const fn servers(self) -> &'static [Server] {
        match self {
            // One call leaves nothing else to do while it waits: there a timer shows.
            Self { dialect: Dialect::Wavix, calls: 1, .. } => {
                &[Server::Relay, Server::Recode, Server::SameBuffers, Server::Timed]
            }
            Self { dialect: Dialect::Wavix, .. } => &[Server::Relay, Server::Recode, Server::SameBuffers],
            Self { calls: 1, .. } => &[Server::Relay, Server::SameBuffers, Server::Timed, Server::Defaults],
            // The defaults would take most of a gigabyte.
            Self { calls: 5_000.., .. } => &[Server::Relay, Server::SameBuffers],
            _ => &[Server::Relay, Server::SameBuffers, Server::Defaults],
        }
    }

    fn sample(self, server: Server) -> io::Result<Sample> {
        let process = Process::start(server, self.dialect)?;
        let before = process.resident()?;
        let mut load = Load::open(process.address(), server, self)?;
        // All have been answered and heard once: nothing is under way, and what a call needs it has.
        load.echo(self.ahead)?;
        let memory = process.resident()?.saturating_sub(before) as f64 / self.calls as f64;
        let each = MESSAGES / self.calls;
        let before = process.cpu()?;
        load.echo(each)?;
        let cpu = (process.cpu()? - before).as_nanos() as f64 / (each * self.calls) as f64;
        Ok(Sample { cpu, memory })
    }
}

impl fmt::Display for Heat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dialect, calls, ahead } = self;
        let plural = if *calls == 1 { "" } else { "s" };
        write!(f, "{dialect}, {calls} call{plural}, {ahead} ahead")
    }
}
