//! `voxwire demo`: two whole calls in one process, over real sockets, and every byte accounted for.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use voxwire::Dialect;

use crate::clock::FAST;
use crate::exit::Failure;
use crate::report::{Heard, Millis, Output};
use crate::timeline::Timeline;
use crate::wav;
use crate::words::Side;

mod accounts;
mod barge_in;
mod ends;
mod held;

use accounts::{Account, Books};
use held::Held;

/// Holds a Sinch call and a Wavix call in one process, with an interruption, and checks every byte of audio, and what
/// the application knows to be heard.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to write what each side said and heard, the accounts and a picture.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Lets time pass ten times faster.
    #[arg(long)]
    fast: bool,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|cause| cannot_write(folder, cause))?;
    }
    let output = Arc::new(output);
    output.people(
        "A caller talks to an application through a simulated provider, over a real WebSocket, twice.",
    );
    if args.fast {
        output.people(format_args!(
            "Time passes {FAST} times faster, and what is measured counts as much longer."
        ));
    }
    let mut calls = Vec::new();
    for &dialect in Dialect::ALL {
        calls.push(Held::fairly(dialect, args.fast, &output).await?);
    }

    let books = calls.iter().map(Account::check).collect::<Result<Vec<_>, _>>()?;
    output.people(format_args!("\n{}", Row::HEAD));
    for row in calls.iter().flat_map(Row::of) {
        output.line("flow", &row);
    }
    output.people(
        "Gaps are between arrivals; the application's longest lies between its greeting, sent at once, and its next word.\n",
    );
    output.people(format_args!("{}", barge_in::Row::HEAD));
    for (call, account) in calls.iter().zip(&books) {
        for row in account.barge_in.rows(call.dialect, call.format) {
            output.people(row);
        }
    }
    output.people("");
    for account in &books {
        output.line("account", account);
    }
    if let Some(folder) = &args.out {
        write(folder, calls, Books { calls: books })?;
        output.people(format_args!(
            "\nThe recordings, accounts.json and timeline.svg are in {}.",
            folder.display()
        ));
    }
    output.finish()
}

/// A line of the table: one direction of a call, where it arrived.
#[derive(Serialize)]
struct Row {
    call: Dialect,
    said_by: Side,
    #[serde(flatten)]
    flow: Heard,
    barge_in_ms: Option<Millis>,
}

impl Row {
    const HEAD: &str = "call   direction                  frames    bytes  longest gap    barge-in";

    fn of(call: &Held) -> [Self; 2] {
        let row = |said_by, flow: &Heard, barge_in: Option<Duration>| Self {
            call: call.dialect,
            said_by,
            flow: flow.clone(),
            barge_in_ms: barge_in.map(Millis),
        };
        [
            row(Side::Platform, &call.attended.heard, None),
            row(Side::Application, &call.placed.came, call.latency()),
        ]
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.said_by {
            Side::Platform => "platform → application",
            Side::Application => "application → platform",
        };
        let flow = &self.flow.flow;
        let (frames, bytes, longest_gap) = (flow.frames, flow.bytes, flow.longest_gap());
        write!(f, "{:<7}{direction:<25}{frames:>8}{bytes:>9}{longest_gap:>13}", self.call)?;
        match self.barge_in_ms {
            Some(latency) => write!(f, "{latency:>12}"),
            None => Ok(()),
        }
    }
}

fn write(folder: &Path, calls: Vec<Held>, books: Books) -> Result<(), Failure> {
    for call in &calls {
        for (side, reel) in [(Side::Platform, &call.platform), (Side::Application, &call.application)] {
            for (what, pcm) in [("said", &reel.said), ("heard", &reel.heard)] {
                let name = format!("{}-{}-{what}.wav", call.dialect, side.name());
                wav::write(folder.join(name), call.format.rate(), pcm)?;
            }
        }
    }
    let path = folder.join("accounts.json");
    let accounts = serde_json::to_string_pretty(&books).unwrap_or_default() + "\n";
    fs::write(&path, accounts).map_err(|cause| cannot_write(&path, cause))?;

    let title = "A caller interrupts, once over Sinch and once over Wavix".to_owned();
    let calls = calls.into_iter().zip(&books.calls);
    let calls = calls.map(|(call, account)| call.picture(&account.barge_in)).collect();
    let timeline = Timeline { title, calls };
    let path = folder.join("timeline.svg");
    fs::write(&path, timeline.to_svg()).map_err(|cause| cannot_write(&path, cause))
}

fn cannot_write(path: &Path, cause: std::io::Error) -> Failure {
    Failure::Write { name: path.display().to_string(), cause }
}
