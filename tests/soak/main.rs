//! Calls by the hundred on every adapter, with clears, stalls and disconnects at random: in the end every byte is
//! accounted for, no task, thread or descriptor is left behind, and memory has not grown after the first minute. How late
//! frames were is told.
//!
//! ```sh
//! cargo test --release -p voxwire-tests --test soak -- --calls 300 --seconds 120 [--adapter NAME] [--seed N]
//! ```
//!
//! What happens in a call follows from seed and number; when, from the machine. Each adapter has a process of its own.

use core::time::Duration;
use std::env;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Instant as Clock;

use adapter::{Adapter, AsyncStd, Blocking, Smol, Tokio};
use call::Talk;
use line::Exchange;
use script::Script;
use support::process::{Change, Process};
use tally::Tally;
use vigil::{Memory, Vigil};

mod adapter;
mod call;
mod frame;
mod hearing;
mod ledger;
mod line;
mod script;
mod settlement;
mod speaking;
mod tally;
mod vigil;

/// The longest that a call lasts.
const LONGEST: Duration = Duration::from_secs(10);

/// How long the calls may take to end when the time is over, before it is said that they hang.
const PATIENCE: Duration = Duration::from_secs(90);

/// How many faults are told.
const TOLD: usize = 10;

/// What is asked for.
#[derive(Clone, Debug)]
struct Order {
    calls: usize,
    seconds: u64,
    seed: u64,
    adapter: Option<String>,
}

/// What is wrong with the words.
enum Wrong {
    Value(String),
    /// They are for the usual test harness, which runs the workspace's other tests.
    Foreign(String),
}

fn main() -> ExitCode {
    let order = match Order::read(env::args().skip(1)) {
        Ok(order) => order,
        Err(Wrong::Foreign(word)) => {
            println!("soak: passed over, as {word} is for other tests");
            return ExitCode::SUCCESS;
        }
        Err(Wrong::Value(wrong)) => {
            eprintln!("soak: {wrong}");
            return ExitCode::from(2);
        }
    };
    let soaked = match order.adapter.as_deref() {
        None => each(&order),
        Some(Tokio::NAME) => soak::<Tokio>(&order),
        Some(Smol::NAME) => soak::<Smol>(&order),
        Some(AsyncStd::NAME) => soak::<AsyncStd>(&order),
        Some(Blocking::NAME) => soak::<Blocking>(&order),
        Some(other) => {
            eprintln!("soak: {other} is not tokio, smol, async-std or blocking");
            return ExitCode::from(2);
        }
    };
    if soaked { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Order {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Wrong> {
        let mut order = Self { calls: 50, seconds: 2, seed: 1, adapter: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Wrong::Value(format!("{word} needs a value")));
            let number =
                |value: String| value.parse().map_err(|_| Wrong::Value(format!("{value} is no number")));
            match word.as_str() {
                "--calls" => order.calls = number(value()?)? as usize,
                "--seconds" => order.seconds = number(value()?)?,
                "--seed" => order.seed = number(value()?)?,
                "--adapter" => order.adapter = Some(value()?),
                _ => return Err(Wrong::Foreign(word)),
            }
        }
        Ok(order)
    }
}

/// Runs every adapter in a process of its own, one after another.
fn each(order: &Order) -> bool {
    let mut all = true;
    for adapter in [Tokio::NAME, Smol::NAME, AsyncStd::NAME, Blocking::NAME] {
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--adapter", adapter, "--seed", &order.seed.to_string()]);
        child.args(["--calls", &order.calls.to_string(), "--seconds", &order.seconds.to_string()]);
        child.env("SMOL_THREADS", "2").env("ASYNC_STD_THREAD_COUNT", "2");
        all &= child.status().unwrap().success();
    }
    all
}

/// Runs one adapter and tells whether all is accounted for.
fn soak<A: Adapter>(order: &Order) -> bool {
    // Runtimes begin threads of their own with the first call, and keep them.
    let first = Order { calls: 4, seconds: 0, ..order.clone() };
    run::<A>(&first, Arc::default());

    let before = Process::now();
    let tally = Arc::<Tally>::default();
    let memory = run::<A>(order, tally.clone());
    let after = Process::settled(Process::now, before, Clock::now() + Duration::from_secs(5));

    println!("{}: {tally}; tasks left {}, {}", A::NAME, tally.tasks(), Change(before, after));
    println!("{}: {}; {memory}", A::NAME, tally.lateness);
    let faults = tally.faults();
    for fault in faults.iter().take(TOLD) {
        println!("{}: {fault}", A::NAME);
    }
    if faults.len() > TOLD {
        println!("{}: and {} faults more", A::NAME, faults.len() - TOLD);
    }
    faults.is_empty() && tally.tasks() == 0 && after.is_like(before) && memory.is_flat()
}

/// Keeps so many calls going for so long. Gives the memory they took.
fn run<A: Adapter>(order: &Order, tally: Arc<Tally>) -> Memory {
    let vigil = Vigil::begin(Duration::from_secs(order.seconds) + PATIENCE, tally.clone());
    let exchange = Arc::new(Exchange::new().unwrap());
    let over = Clock::now() + Duration::from_secs(order.seconds);
    let longest = LONGEST.min(Duration::from_secs(order.seconds) / 2);
    let seed = order.seed;
    let lines = order.calls;
    A::block_on(async move {
        let line = || {
            let (exchange, calls) = (exchange.clone(), tally.clone());
            tally.task::<A, _>(async move {
                loop {
                    let script = Script::new(seed, calls.number(), longest);
                    let talk = Arc::new(Talk::new(script, over, calls.clone()));
                    calls.begin(&talk);
                    let (sockets, kernel) = exchange.connect(&script).unwrap();
                    call::play::<A>(&talk, sockets).await;
                    calls.end(&script, |sum| settlement::settle(&talk, kernel, sum));
                    if Clock::now() >= over {
                        return;
                    }
                }
            })
        };
        let lines: Vec<_> = (0..lines).map(|_| line()).collect();
        for line in lines {
            line.await;
        }
    });
    vigil.end()
}
