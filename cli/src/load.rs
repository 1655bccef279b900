//! `voxwire load`: a platform with many calls at once, against a server that gives every voice back.
//!
//! | | |
//! |---|---|
//! | one call, and its frames | `load/caller.rs`, `load/echo.rs` |
//! | all calls of a load, what they share, and what they count | `load/crowd.rs`, `load/stage.rs`, `load/meter.rs` |
//! | how many calls a server holds | `load/limit.rs`, `load/search.rs` |
//! | what is told | `load/summary.rs`, `load/report.rs`, `load/plot.rs` |

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use indicatif::ProgressDrawTarget;
use tokio::sync::watch;
use voxwire::{AudioFormat, Dialect};

use crate::call::{rate, some_seconds, writable};
use crate::clock::LEAST_BOUND;
use crate::descriptors;
use crate::exit::Failure;
use crate::platform::call_id;
use crate::report::{Output, progress};
use crate::socket::TrustArgs;
use crate::stops::Stops;
use crate::url::{self, Scheme};

mod caller;
mod crowd;
mod echo;
mod limit;
mod meter;
mod plot;
mod report;
mod search;
mod stage;
mod summary;

use caller::Order;
use crowd::{Size, gather};
use report::Report;
use summary::Summary;

/// How long a load is measured, and how long each of a search.
const LASTS: Duration = Duration::from_secs(10);
const PROBE_LASTS: Duration = Duration::from_secs(3);

/// Descriptors that are not for calls.
const SPARE: usize = 32;

/// Places many calls at once against a server that echoes, and measures how long each frame is away.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the server listens: ws://host:port/path, or wss://.
    url: String,
    /// How many calls to hold at once. With --find-limit, how many to begin with; default 1.
    #[arg(long, value_name = "N", required_unless_present = "find_limit", value_parser = some_calls)]
    calls: Option<u32>,
    /// How many seconds to measure, from when all calls are up. Default 10; with --find-limit each time, default 3.
    #[arg(long, value_name = "S", value_parser = some_seconds)]
    seconds: Option<Duration>,
    /// Which provider to be: sinch or wavix.
    #[arg(long, default_value = "sinch")]
    dialect: Dialect,
    /// The sample rate of the calls.
    #[arg(long, value_name = "HZ", default_value = "16000", value_parser = rate)]
    rate: AudioFormat,
    /// Says a frame as soon as the last has come back, and not every 20 ms: measures throughput.
    #[arg(long, conflicts_with = "find_limit")]
    fast: bool,
    /// How many calls begin per second.
    #[arg(long, value_name = "CALLS_PER_SECOND", default_value = "50", value_parser = ramp)]
    ramp: f64,
    /// Where to write a report, with pictures: one file that needs no other.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Finds how many calls the server holds, with no frame lost and a latency within --p99. A load that is not good is
    /// tried once more before it counts.
    #[arg(long)]
    find_limit: bool,
    /// How many milliseconds 99 of 100 frames may be away at most; at least 5.
    #[arg(long, value_name = "MS", default_value = "20", value_parser = bound, requires = "find_limit")]
    p99: Duration,
    #[command(flatten)]
    trust: TrustArgs,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    url::check(&args.url, Scheme::Ws)?;
    if let Some(path) = &args.report {
        writable(path)?;
    }
    let most = most_calls();
    let calls = args.calls.unwrap_or(1);
    if calls > most {
        let why = "each takes a descriptor, and the system allows no more (ulimit -n)";
        return Err(Failure::Usage(format!("--calls is at most {most} here: {why}")));
    }
    let size = Size {
        first: 0,
        calls,
        lasts: args.seconds.unwrap_or(if args.find_limit { PROBE_LASTS } else { LASTS }),
        ramp: args.ramp,
        all_or_none: args.find_limit,
    };
    let order = Arc::new(Order {
        url: args.url,
        trust: args.trust.trust()?,
        dialect: args.dialect,
        format: args.rate,
        fast: args.fast,
        name: call_id("load"),
    });
    let bar = progress("calling");
    // Shown on standard error, and only if that is a terminal.
    bar.set_draw_target(ProgressDrawTarget::stderr());
    let output = output.around(bar.clone());
    let mut left = interrupts(Stops::new()?);
    let report = args.report.as_deref();

    if args.find_limit {
        let found = limit::find(&order, size, most, args.p99, (&bar, &output), &mut left).await;
        output.line("limit", &found.limit);
        if let (Some(path), Some((crowd, summary))) = (report, &found.shown) {
            let limit = Some((&found.limit, found.probes.as_slice()));
            Report { crowd, summary, limit, url: &order.url }.write(path)?;
        }
        output.finish()?;
        return found.judge();
    }
    let crowd = gather(&order, size, &bar, &mut left).await;
    let summary = Summary::of(&crowd, order.dialect, order.format, None);
    output.line("load", &summary);
    if let Some(path) = report {
        Report { crowd: &crowd, summary: &summary, limit: None, url: &order.url }.write(path)?;
    }
    output.finish()?;
    summary.judge(crowd.first)
}

/// Becomes true at the first request to stop; the second ends the program.
fn interrupts(mut stops: Stops) -> watch::Receiver<bool> {
    let (leave, left) = watch::channel(false);
    tokio::spawn(async move {
        stops.next().await;
        leave.send_replace(true);
        stops.interrupted().await
    });
    left
}

/// As many calls as there can be descriptors for.
fn most_calls() -> u32 {
    let descriptors = descriptors::raised().unwrap_or(usize::MAX);
    u32::try_from(descriptors.saturating_sub(SPARE)).unwrap_or(u32::MAX)
}

fn some_calls(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|&calls| calls > 0).ok_or("a number of at least 1".into())
}

fn ramp(text: &str) -> Result<f64, String> {
    let fits = |ramp: &f64| (0.1..=100_000.0).contains(ramp);
    text.parse().ok().filter(fits).ok_or("a number of calls per second, from 0.1 to 100000".into())
}

/// Reads a number of milliseconds, with or without the unit.
fn bound(text: &str) -> Result<Duration, String> {
    let (least, most) = (LEAST_BOUND.as_millis(), 60_000);
    let millis = text.strip_suffix("ms").unwrap_or(text).trim().parse::<f64>().ok();
    let fits = |millis: &f64| (least as f64..=f64::from(most)).contains(millis);
    let why = || format!("a number of milliseconds from {least} to {most}; timers show no less");
    Ok(Duration::from_secs_f64(millis.filter(fits).ok_or_else(why)? / 1e3))
}
