//! `voxwire call`: places a call as the provider would.

use core::time::Duration;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::timeout;
use voxwire::{AudioFormat, Config, Dialect};
use voxwire_tokio::connect;

use crate::clock::Clock;
use crate::exit::{Failure, RATES};
use crate::platform::{self, Script};
use crate::report::{Output, Story, Trace};
use crate::stops::Stops;
use crate::tape::Tape;
use crate::wav::{Recorder, Wav, WavError};
use crate::words::Side;

mod summary;
mod url;

use summary::Summary;

/// How long the application may take to reply to the upgrade.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// What a caller says who was given nothing to say.
pub(crate) const CALLER: &[u8] = include_bytes!("../assets/caller.wav");

/// Places a call as the provider would: says a recording, hears in real time, hangs up.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the application listens: ws://host:port/path.
    url: String,
    /// Which provider to be: sinch or wavix.
    #[arg(long)]
    dialect: Dialect,
    /// What the caller says: a WAV file, mono, 16 bits. Default: a short question, at 24 kHz.
    #[arg(long, value_name = "FILE.wav")]
    say: Option<PathBuf>,
    /// Where to write what the caller hears.
    #[arg(long, value_name = "FILE.wav")]
    record: Option<PathBuf>,
    /// A call header. Sinch only; may be repeated.
    #[arg(long = "header", value_name = "K=V")]
    headers: Vec<String>,
    /// The sample rate of the call. Default: that of what the caller says.
    #[arg(long, value_name = "HZ", value_parser = rate)]
    rate: Option<AudioFormat>,
    /// Lets the call's time pass ten times faster.
    #[arg(long)]
    fast: bool,
    /// Hangs up after this many seconds of the call's time, whatever happens.
    #[arg(long, value_name = "S", value_parser = some_seconds)]
    duration: Option<Duration>,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    url::check(&args.url)?;
    if args.dialect == Dialect::Wavix && !args.headers.is_empty() {
        return Err(Failure::Usage(
            "--header does not go with --dialect wavix: Wavix has no call headers".into(),
        ));
    }
    let headers = args.headers.iter().map(|text| header(text)).collect::<Result<_, _>>()?;
    let (format, voice) = voice(&args)?;
    if let Some(path) = &args.record {
        writable(path)?;
    }

    let config = Config::new(args.dialect).format(format).epoch(unix_time().as_secs());
    let clock = Clock::start(args.fast);
    let call = match timeout(CONNECT_WITHIN, connect(&args.url, config)).await {
        Ok(call) => call.map_err(|error| Failure::connecting(&args.url, error))?,
        Err(_) => return Err(Failure::silent(&args.url)),
    };

    let output = Arc::new(output.around(progress(format.duration_of(voice.len() as u64))));
    let call_id = format!("call-{}-{}", unix_time().as_millis(), std::process::id());
    let mut trace = Trace::new(&output, call_id.clone(), Side::Platform, clock, Story::Both);
    if voice.is_empty() && args.say.is_none() {
        trace.note("the caller says nothing: his own words have another sample rate; --say gives him others");
    }
    let mut tape =
        CallTape { record: args.record, recorder: None, bar: output.bar().clone(), format, said: 0 };
    let script = Script {
        dialect: args.dialect,
        format,
        call_id,
        headers,
        voice,
        holds: false,
        // An application thinks no faster when time passes faster, so it is left more of it.
        linger: Duration::from_secs(if args.fast { 5 } else { 1 }),
        limit: args.duration,
    };
    let mut stops = Stops::new()?;
    let interrupted = async {
        stops.next().await;
        tokio::spawn(stops.interrupted());
    };
    let placed = platform::place(call, &script, clock, &mut trace, &mut tape, interrupted).await;
    output.bar().finish_and_clear();
    // Who was called and heard nothing has a recording of nothing, and not that of another call.
    let begun = if placed.is_ok() { tape.begin() } else { Ok(()) };
    let recorded = begun.and(tape.recorder.map_or(Ok(()), |recorder| recorder.finish().map(drop)));
    let placed = placed?;
    recorded?;
    output.line("summary", &Summary::of(placed, format));
    output.finish()
}

/// The call's format and what the caller says: nothing, if he was given nothing and his own words do not fit.
fn voice(args: &Args) -> Result<(AudioFormat, Vec<u8>), Failure> {
    let (name, wav) = match (&args.say, args.rate) {
        (Some(path), _) => (path.display().to_string(), Wav::read(path)?),
        (None, rate) => {
            let built_in = Wav::parse(CALLER)?;
            if let Some(rate) = rate
                && rate.rate() != built_in.rate
            {
                return Ok((rate, Vec::new()));
            }
            ("the built-in recording".to_owned(), built_in)
        }
    };
    wav.fits(&name, args.rate)?;
    let format = AudioFormat::pcm16(wav.rate).ok_or(Failure::NoSuchRate { name, found: wav.rate })?;
    Ok((format, wav.pcm))
}

/// Whether a recording can be written there, as far as can be told without leaving a trace.
fn writable(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let found = match File::options().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            folder.map_or(Ok(()), |folder| folder.metadata().map(drop))
        }
        opened => opened.map(drop),
    };
    found.map_err(|cause| Failure::Write { name: path.display().to_string(), cause })
}

/// Shown on standard error, and only if that is a terminal.
fn progress(length: Duration) -> ProgressBar {
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent:>3} %");
    let bar = ProgressBar::new(millis).with_message("speaking");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Records what the caller hears, and shows how far he has spoken.
struct CallTape {
    /// Where to record, until that is begun.
    record: Option<PathBuf>,
    recorder: Option<Recorder>,
    bar: ProgressBar,
    format: AudioFormat,
    said: u64,
}

impl CallTape {
    /// Begins the recording, over any that was there: not before there is something to record.
    fn begin(&mut self) -> Result<(), WavError> {
        if let Some(path) = self.record.take() {
            self.recorder = Some(Recorder::create(path, self.format.rate())?);
        }
        Ok(())
    }
}

impl Tape for CallTape {
    fn heard(&mut self, pcm: &[u8]) -> Result<(), Failure> {
        if !pcm.is_empty() {
            self.begin()?;
        }
        Ok(self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.push(pcm))?)
    }

    fn said(&mut self, pcm: &[u8]) {
        self.said += pcm.len() as u64;
        let millis = self.format.duration_of(self.said).as_millis();
        self.bar.set_position(u64::try_from(millis).unwrap_or(u64::MAX));
    }
}

/// Reads `--rate`.
pub(crate) fn rate(text: &str) -> Result<AudioFormat, String> {
    text.parse().ok().and_then(AudioFormat::pcm16).ok_or(format!("a rate is one of {RATES}"))
}

/// The longest time that can be asked for.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a number of seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| *seconds <= A_DAY)
        .ok_or_else(|| "a number of seconds, like 2.5, up to a day".to_owned())
}

/// Reads a number of seconds, of which there are some.
fn some_seconds(text: &str) -> Result<Duration, String> {
    match seconds(text)? {
        Duration::ZERO => Err("a call lasts longer than that".into()),
        seconds => Ok(seconds),
    }
}

/// Reads a header. The value may be a secret, so no error repeats it: clap's own would.
fn header(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Failure::Usage("a --header is written NAME=VALUE".into())),
    }
}
