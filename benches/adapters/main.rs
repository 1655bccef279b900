//! What a call costs a server: its own CPU time for each message that it echoes, and the memory of a call that is
//! silent, next to what the socket library costs without us.
//!
//! Every server is a process of its own, so that it alone is measured: wall-clock time tells mostly what else the machine
//! does. The load is the same for all, and every byte that comes back is compared.

use std::env;
use std::io;
use std::process::ExitCode;

use load::Load;
use process::{Process, prepare};
use servers::Server;

mod load;
mod process;
mod servers;

/// Each begins with new processes. The first is not counted.
const ROUNDS: usize = 1 + 13;

/// Messages that are measured in one round.
const MESSAGES: usize = 50_000;

/// What a process holds open besides its calls.
const OTHER_FILES: usize = 64;

/// The counts of calls, and how many messages of each are on their way at once. One is a call as it is: each message
/// is read by itself. With more, a read may find several.
const HEATS: [Heat; 4] = [
    Heat { calls: 1, ahead: 1 },
    Heat { calls: 100, ahead: 1 },
    Heat { calls: 1_000, ahead: 1 },
    Heat { calls: 1_000, ahead: 4 },
];

#[derive(Clone, Copy)]
struct Heat {
    calls: usize,
    ahead: usize,
}

/// What one server did in one round.
struct Sample {
    /// Nanoseconds of CPU time for each message.
    cpu: f64,
    /// Bytes that are resident for each call while it is silent.
    memory: f64,
}

fn main() -> ExitCode {
    let args: Vec<_> = env::args().skip(1).collect();
    if let [server, name, ..] = args.as_slice()
        && server == "--server"
    {
        let server = Server::ALL.into_iter().find(|server| server.name() == name);
        server.expect("the name of a server").serve();
    }
    // Cargo says so where it is to be measured; else all that runs is looked at, as the other benches do.
    let ran = if args.iter().any(|arg| arg == "--bench") {
        race(args.iter().find(|arg| !arg.starts_with('-')).map_or("", String::as_str))
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
    for server in Server::ALL {
        for ahead in [1, 4] {
            let process = Process::start(server)?;
            Load::open(process.address(), Heat { calls: 4, ahead })?.echo(20)?;
        }
        println!("adapters/{}: ok", server.name());
    }
    Ok(())
}

/// All heats whose name contains `filter`.
fn race(filter: &str) -> io::Result<()> {
    if cfg!(not(target_os = "linux")) {
        println!("adapters: skipped, the CPU time and memory of another process are read from Linux's /proc");
        return Ok(());
    }
    let heats: Vec<_> = HEATS.into_iter().filter(|heat| heat.name().contains(filter)).collect();
    let Some(calls) = heats.iter().map(|heat| heat.calls).max() else { return Ok(()) };
    prepare((calls + OTHER_FILES) as u64)?;
    println!(
        "{:<46} {:>12} {:>9} {:>14} {:>12} {:>12}",
        "adapters, CPU time of a message", "median", "fastest", "/ same buffers", "/ defaults", "silent call"
    );
    for heat in heats {
        heat.run()?;
    }
    println!();
    Ok(())
}

impl Heat {
    fn name(self) -> String {
        let Self { calls, ahead } = self;
        let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
        format!("{calls}, {ahead} ahead")
    }

    /// Races the servers and prints what they took.
    fn run(self) -> io::Result<()> {
        let mut samples = [const { Vec::new() }; Server::ALL.len()];
        for round in 0..ROUNDS {
            // Who comes first is another one in every round, so that a machine that changes is unfair to nobody.
            for turn in 0..Server::ALL.len() {
                let lane = (round + turn) % Server::ALL.len();
                let sample = self.sample(Server::ALL[lane])?;
                if round > 0 {
                    samples[lane].push(sample);
                }
            }
        }
        for (server, lane) in Server::ALL.into_iter().zip(&samples) {
            let ratio = |rival: &[Sample]| median(lane.iter().zip(rival).map(|(own, its)| own.cpu / its.cpu));
            let [_, same_buffers, defaults] = &samples;
            let memory = match self.calls {
                // Of one call it would be what the process needs for its first.
                1 => "-".to_owned(),
                _ => format!("{:.1} KiB", median(lane.iter().map(|sample| sample.memory)) / 1024.0),
            };
            println!(
                "{:<22} {:<23} {:>9.2} µs {:>6.2} µs {:>14.2} {:>12.2} {memory:>12}",
                self.name(),
                server.name(),
                median(lane.iter().map(|sample| sample.cpu)) / 1e3,
                lane.iter().map(|sample| sample.cpu).fold(f64::INFINITY, f64::min) / 1e3,
                ratio(same_buffers),
                ratio(defaults),
            );
        }
        Ok(())
    }

    fn sample(self, server: Server) -> io::Result<Sample> {
        let process = Process::start(server)?;
        let before = process.resident()?;
        let mut load = Load::open(process.address(), self)?;
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

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
