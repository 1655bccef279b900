//! `voxwire demo`: two whole calls in one process, over real sockets, and every byte accounted for.

use core::fmt;
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use voxwire::{AudioFormat, Dialect};

use crate::agent::{Agent, Attended};
use crate::call::CALLER;
use crate::clock::{Clock, FAST};
use crate::exit::Failure;
use crate::platform::{Placed, Script};
use crate::report::{Heard, Millis, Output, Story, Trace};
use crate::tape::Tape;
use crate::timeline::{CallPicture, Lane, Segment, Tick, Timeline};
use crate::wav::{self, Recording};
use crate::words::{Side, dialect_name};

mod accounts;
mod ends;

use accounts::{Account, Books};
use ends::{Application, Platform};

const GREETING: &[u8] = include_bytes!("../assets/greeting.wav");

/// How long the caller listens before he interrupts.
const LISTENS: Duration = Duration::from_millis(1_200);

/// How long the line carries silence after he has spoken, where the platform hangs up.
const TRAILS: Duration = Duration::from_millis(300);

/// How long both must have been silent before either hangs up.
const LINGERS: Duration = Duration::from_millis(500);

/// When a demo that goes wrong ends nevertheless.
const LIMIT: Duration = Duration::from_secs(60);

/// Holds a Sinch call and a Wavix call in one process, with an interruption, and checks every byte of audio.
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
        calls.push(hold(dialect, args.fast, &output).await?);
    }

    let books = calls.iter().map(Account::check).collect::<Result<Vec<_>, _>>()?;
    output.people(format_args!("\n{}", Row::HEAD));
    for row in calls.iter().flat_map(Held::rows) {
        output.line("flow", &row);
    }
    output.people(
        "Gaps are between arrivals; the application's longest lies between its greeting, sent at once, and its next word.\n",
    );
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

/// A call that is over, as both ends saw it.
struct Held {
    dialect: Dialect,
    format: AudioFormat,
    placed: Placed,
    attended: Attended,
    platform: Reel,
    application: Reel,
    ticks: Vec<Tick>,
    duration: Duration,
}

/// Holds one call from beginning to end.
async fn hold(dialect: Dialect, fast: bool, output: &Arc<Output>) -> Result<Held, Failure> {
    let (caller, greeting) = (Recording::parse(CALLER)?, Recording::parse(GREETING)?);
    let format = caller.format();
    let silence = |length| vec![0; format.bytes_in(length).unwrap_or_default()];
    // Each side hangs up once: the application where the platform waits for it.
    let application_hangs_up = dialect == Dialect::Sinch;
    let script = Script {
        dialect,
        format,
        call_id: format!("demo-{dialect}"),
        headers: Vec::new(),
        voice: [&silence(LISTENS), caller.at(format)?.pcm, &silence(TRAILS)].concat(),
        holds: application_hangs_up,
        linger: LINGERS,
        limit: Some(LIMIT),
    };
    let agent = Agent::Greet { greeting, hang_up_after: application_hangs_up.then_some(LINGERS) };

    let clock = Clock::start(fast);
    let application = Application::open(dialect, format, output).await?;
    output.people(format_args!(
        "\n{} at {} Hz, over {}",
        picture_name(dialect),
        format.rate(),
        application.url()
    ));

    let trace = |side| Trace::new(output, dialect.to_string(), side, clock, Story::Said);
    let (mut platform_trace, mut application_trace) = (trace(Side::Platform), trace(Side::Application));
    let (mut platform, mut application_tape) = (Reel::default(), Reel::default());
    let calling =
        Platform { clock, trace: &mut platform_trace, tape: &mut platform }.call(&application, script);
    let answering = application.attend(&agent, clock, &mut application_trace, &mut application_tape);
    let (attended, placed) = tokio::try_join!(answering, calling)?;
    let ticks = platform_trace.into_ticks().into_iter().chain(application_trace.into_ticks()).collect();
    Ok(Held {
        dialect,
        format,
        placed,
        attended,
        platform,
        application: application_tape,
        ticks,
        duration: clock.now(),
    })
}

impl Held {
    /// From the audio that interrupted to the silence it brought.
    fn barge_in(&self) -> Option<Duration> {
        let cleared = self.placed.unheard.first()?.when;
        Some(cleared.saturating_sub(self.attended.interrupted_at?))
    }

    fn rows(&self) -> [Row; 2] {
        let row = |said_by, flow: &Heard, barge_in: Option<Duration>| Row {
            call: self.dialect,
            said_by,
            flow: flow.clone(),
            barge_in_ms: barge_in.map(Millis),
        };
        [
            row(Side::Platform, &self.attended.heard, None),
            row(Side::Application, &self.placed.came, self.barge_in()),
        ]
    }

    fn picture(self) -> CallPicture {
        let rate = self.format.rate();
        let start = self.attended.heard.flow.first.unwrap_or_default();
        let caller = vec![Segment { start, pcm: self.application.heard }];
        let mut heard = self.platform.heard.as_slice();
        let mut segments = Vec::new();
        for spurt in self.placed.spurts {
            let bytes = usize::try_from(spurt.heard.end - spurt.heard.start).unwrap_or(usize::MAX);
            let (pcm, rest) = heard.split_at(bytes.min(heard.len()));
            segments.push(Segment { start: spurt.start, pcm: pcm.to_vec() });
            heard = rest;
        }
        let unheard = self.placed.unheard.into_iter().filter(|unheard| !unheard.pcm.is_empty());
        let unheard = unheard.map(|unheard| Segment { start: unheard.when, pcm: unheard.pcm }).collect();
        CallPicture {
            name: format!("{}, {} kHz", picture_name(self.dialect), rate / 1_000),
            duration: self.duration,
            lanes: [
                Lane {
                    label: "caller, heard by the application".into(),
                    rate,
                    segments: caller,
                    unheard: vec![],
                },
                Lane { label: "application, heard by the caller".into(), rate, segments, unheard },
            ],
            ticks: self.ticks,
        }
    }
}

fn picture_name(dialect: Dialect) -> String {
    let product = if dialect == Dialect::Sinch { "connectStream" } else { "call streaming" };
    format!("{} {product}", dialect_name(dialect))
}

/// All that one end said and heard.
#[derive(Default)]
struct Reel {
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Tape for Reel {
    fn heard(&mut self, pcm: &[u8]) -> Result<(), Failure> {
        self.heard.extend_from_slice(pcm);
        Ok(())
    }

    fn said(&mut self, pcm: &[u8]) {
        self.said.extend_from_slice(pcm);
    }
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
    let timeline = Timeline { title, calls: calls.into_iter().map(Held::picture).collect() };
    let path = folder.join("timeline.svg");
    fs::write(&path, timeline.to_svg()).map_err(|cause| cannot_write(&path, cause))
}

fn cannot_write(path: &Path, cause: std::io::Error) -> Failure {
    Failure::Write { name: path.display().to_string(), cause }
}
