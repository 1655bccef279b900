//! The voxwire command: phone calls over WebSocket, from both ends.
//!
//! | command | what it is | file |
//! |---|---|---|
//! | `demo` | two whole calls in one process, checked byte by byte | `demo.rs` |
//! | `answer` | an application: a server with a built-in agent | `answer.rs`, `reception.rs`, `agent.rs` |
//! | `call` | a platform: places a call as the provider would | `call.rs`, `platform.rs`, `ear.rs` |
//! | `call --callback` | the same, with Sinch's callbacks | `call/callback.rs`, `provider.rs` |
//! | `load` | a platform with many calls at once, which measures | `load.rs`, `platform.rs` |
//! | `explain` | captured messages, in words | `explain.rs`, `words.rs` |
//! | `svaml` | replies to callbacks, written and checked | `svaml.rs` |
//! | `sign`, `verify` | signatures of callbacks | `signing.rs` |

mod agent;
mod answer;
mod call;
mod clock;
mod credentials;
mod demo;
mod descriptors;
mod ear;
mod exit;
mod explain;
mod input;
mod load;
mod platform;
mod provider;
mod random;
mod reception;
mod report;
mod signing;
mod socket;
mod stops;
mod svaml;
mod tape;
mod timeline;
mod url;
mod wav;
mod words;

use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use crate::exit::Failure;
use crate::report::{Output, complain};

/// Phone calls over WebSocket: answers them, places them as the provider would, explains both.
#[derive(Parser)]
#[command(name = "voxwire", version, after_help = exit::CODES)]
struct Cli {
    #[command(subcommand)]
    task: Task,
    /// Prints one JSON object a line instead of words.
    #[arg(long, global = true)]
    json: bool,
    /// Shows the values of call headers in JSON, which may be secrets, and not only their names.
    #[arg(long, global = true, requires = "json")]
    show_headers: bool,
}

#[derive(Subcommand)]
enum Task {
    Demo(demo::Args),
    Answer(answer::Args),
    Call(call::Args),
    Load(load::Args),
    Explain(explain::Args),
    Svaml(svaml::Args),
    Sign(signing::SignArgs),
    Verify(signing::VerifyArgs),
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| without_strays(error).exit());
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn run(Cli { task, json, show_headers }: Cli) -> Result<(), Failure> {
    let output = Output::new(json, show_headers);
    match task {
        Task::Explain(args) => explain::run(&args, &output),
        Task::Svaml(args) => svaml::run(args, &output),
        Task::Sign(args) => signing::sign(&args, &output),
        Task::Verify(args) => signing::verify(&args, &output),
        Task::Demo(args) => one_thread()?.block_on(demo::run(args, output)),
        Task::Answer(args) => runtime()?.block_on(answer::run(args, output)),
        Task::Call(args) => runtime()?.block_on(call::run(args, output)),
        Task::Load(args) => for_load()?.block_on(load::run(args, output)),
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(Failure::event_queue)
}

/// A load that has one core gains nothing from a second thread, which would only wait for the first.
fn for_load() -> Result<Runtime, Failure> {
    let has_one = available_parallelism().is_ok_and(|cores| cores.get() == 1);
    if has_one { one_thread() } else { runtime() }
}

/// Both ends of the demo take turns on one thread, so that what one says never waits for another thread to get a CPU.
fn one_thread() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(Failure::event_queue)
}

/// The same complaint, which does not repeat a value that stands where none is expected: it may be a secret.
fn without_strays(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(stray)) = error.get(ContextKind::InvalidArg)
        && error.kind() == ErrorKind::UnknownArgument
        && !stray.starts_with('-')
    {
        error.insert(ContextKind::InvalidArg, ContextValue::String("…".into()));
    }
    error
}
