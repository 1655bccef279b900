//! `voxwire call`: places a call as the provider would.

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use voxwire::{AudioFormat, Dialect};

use crate::clock::Clock;
use crate::exit::{Failure, RATES};
use crate::platform::call_id;
use crate::report::{Output, Story, Trace};
use crate::socket::TrustArgs;
use crate::stops::Stops;
use crate::url::{self, Scheme};
use crate::words::Side;

mod callback;
mod caller;
mod summary;

pub(crate) use caller::{CALLER, writable};

use caller::{Caller, Destination};
use summary::Summary;

/// Places a call as the provider would: says a recording, hears in real time, hangs up.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the application listens: ws://host:port/path, or wss://.
    #[arg(required_unless_present = "platform", conflicts_with = "platform")]
    url: Option<String>,
    /// Which provider to be: sinch or wavix.
    #[arg(long, required_unless_present = "platform", conflicts_with = "platform")]
    dialect: Option<Dialect>,
    /// What the caller says: a WAV file of any kind, which is brought to the rate of the call. Default: a short question.
    #[arg(long, value_name = "FILE.wav")]
    say: Option<PathBuf>,
    /// Where to write what the caller hears.
    #[arg(long, value_name = "FILE.wav")]
    record: Option<PathBuf>,
    /// A call header. Sinch only; may be repeated.
    #[arg(long = "header", value_name = "K=V", conflicts_with = "platform")]
    headers: Vec<String>,
    /// The sample rate of the call. Default: that of what the caller says, or the next above it that providers have.
    #[arg(long, value_name = "HZ", value_parser = rate, conflicts_with = "platform")]
    rate: Option<AudioFormat>,
    /// Lets the call's time pass ten times faster.
    #[arg(long)]
    fast: bool,
    /// Hangs up after this many seconds of the call's time, whatever happens.
    #[arg(long, value_name = "S", value_parser = some_seconds)]
    duration: Option<Duration>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    platform: callback::CallbackArgs,
}

pub(crate) async fn run(args: Args, output: Output) -> Result<(), Failure> {
    let caller = Caller::new(args.say.as_deref(), args.record.as_deref(), args.fast);
    let (Some(url), Some(dialect)) = (args.url, args.dialect) else {
        let trust = args.trust.trust()?;
        return callback::run(args.platform, caller?, trust, args.fast, args.duration, output).await;
    };
    url::check(&url, Scheme::Ws)?;
    if dialect == Dialect::Wavix && !args.headers.is_empty() {
        return Err(Failure::Usage(
            "--header does not go with --dialect wavix: Wavix has no call headers".into(),
        ));
    }
    let headers = args.headers.iter().map(|text| header(text)).collect::<Result<_, _>>()?;
    let trust = args.trust.trust()?;
    let caller = caller?;
    let voice = caller.voice(args.rate, &output)?;
    let format = voice.format;

    let output = Arc::new(output.around(caller.bar()));
    let call_id = call_id("call");
    let clock = Clock::start(args.fast);
    let mut trace = Trace::new(&output, call_id.clone(), Side::Platform, clock, Story::Both);
    let to = Destination { url, dialect, call_id, headers, limit: args.duration };
    let mut stops = Stops::new()?;
    let interrupted = async {
        stops.next().await;
        tokio::spawn(stops.interrupted());
    };
    let placed = caller.call(to, &trust, voice, clock, &mut trace, interrupted).await?;
    output.line("summary", &Summary::of(&placed, format));
    output.finish()
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
pub(crate) fn some_seconds(text: &str) -> Result<Duration, String> {
    match seconds(text)? {
        Duration::ZERO => Err("a call lasts longer than that".into()),
        seconds => Ok(seconds),
    }
}

/// Reads a header. The value may be a secret, so no error repeats it: clap's own would.
pub(crate) fn header(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Failure::Usage("a --header is written NAME=VALUE".into())),
    }
}
