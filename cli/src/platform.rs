//! The simulated platform: a caller who speaks in real frames and hears in real time.

use core::future::{Future, ready};
use core::time::Duration;

use serde::Serialize;
use tokio::select;
use tokio::time::timeout;
use voxwire::{AudioFormat, Close, Config, Dialect, Event, Headers, Platform, Start};
use voxwire_tokio::{Call, Inbox, Speaking};

use crate::clock::{Clock, wall_clock};
use crate::ear::{Counters, Spurt};
use crate::exit::Failure;
use crate::report::{Ended, Flow, Heard, Trace};
use crate::socket::{Socket, Trust};
use crate::tape::Tape;
use crate::words::{BUSY, REJECTED};

mod simulator;

use simulator::Simulator;

/// How long the application may take to reply to the upgrade.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// What the platform does in a call.
pub(crate) struct Script {
    pub(crate) dialect: Dialect,
    pub(crate) format: AudioFormat,
    pub(crate) call_id: String,
    pub(crate) headers: Vec<(String, String)>,
    /// What the caller says from the answer on.
    pub(crate) voice: Vec<u8>,
    /// Whether the caller's line then carries silence until the application hangs up.
    pub(crate) holds: bool,
    /// How long caller and application must have been silent before the platform hangs up.
    pub(crate) linger: Duration,
    /// When the platform hangs up whatever happens.
    pub(crate) limit: Option<Duration>,
}

/// What became of a call.
pub(crate) struct Placed {
    pub(crate) said: Flow,
    /// What came, heard by the caller or not.
    pub(crate) came: Heard,
    /// Frames of the caller's that the application was too slow to take.
    pub(crate) lost_frames: u64,
    pub(crate) ear: Counters,
    pub(crate) spurts: Vec<Spurt>,
    pub(crate) unheard: Vec<Unheard>,
    pub(crate) marks: u64,
    /// From the announcement to the answer.
    pub(crate) answered_after: Option<Duration>,
    /// From the answer to the first audio.
    pub(crate) spoken_to_after: Option<Duration>,
    pub(crate) duration: Duration,
    pub(crate) ended: Ended,
}

/// Audio that came and was never played to the caller.
pub(crate) struct Unheard {
    /// When it was thrown away.
    pub(crate) when: Duration,
    /// Where it begins, in bytes of all the audio that came.
    pub(crate) at: u64,
    pub(crate) bytes: u64,
    /// The audio itself, unless the ear has forgotten it.
    pub(crate) pcm: Vec<u8>,
    pub(crate) because: Because,
}

/// What kept audio from being heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Because {
    Cleared,
    Overflow,
    HungUp,
}

/// A name for a call that no other has which is placed from this machine: of this kind, at this time, by this process.
pub(crate) fn call_id(kind: &str) -> String {
    let now = wall_clock();
    let millis = now.seconds() * 1_000 + u64::from(now.nanos() / 1_000_000);
    format!("{kind}-{millis}-{}", std::process::id())
}

/// Calls an application, which has its time to reply to the upgrade.
///
/// # Errors
/// When it cannot be reached, or declines.
pub(crate) async fn dial(
    url: &str,
    trust: &Trust,
    dialect: Dialect,
    format: AudioFormat,
) -> Result<Call<Platform, Socket>, Failure> {
    let config = Config::new(dialect).format(format).epoch(wall_clock().seconds());
    match timeout(CONNECT_WITHIN, trust.call(url, config)).await {
        Ok(call) => call.map_err(|error| Failure::connecting(url, error)),
        Err(_) => Err(Failure::silent(url)),
    }
}

/// What announces a call, in this order.
pub(crate) fn announcement<'c>(
    dialect: Dialect,
    format: AudioFormat,
    call_id: &'c str,
    headers: Headers<'c>,
) -> [Event<'c>; 2] {
    let mut start = Start::new(call_id).with_format(format).with_headers(headers);
    if dialect == Dialect::Wavix {
        start = start.with_stream_id(call_id);
    }
    [Event::Hello, Event::Start(start)]
}

/// Says something if the line takes it now. Never waits: who waits does not hear.
pub(crate) async fn say(speaking: &mut Speaking<Platform, Socket>, event: Event<'_>) -> bool {
    select! {
        biased;
        said = speaking.send(event) => said.is_ok(),
        () = ready(()) => false,
    }
}

/// What an application means by hanging up before it has said anything: Wavix has no words for busy and reject, so it
/// says so in its reason.
pub(crate) fn refusal(dialect: Dialect, close: Close<'_>) -> Option<Failure> {
    match close.reason {
        BUSY if dialect == Dialect::Wavix => Some(Failure::Busy),
        REJECTED if dialect == Dialect::Wavix => Some(Failure::Rejected),
        _ => None,
    }
}

/// Plays a whole call. `leave` ends it early, as if the caller had hung up.
///
/// # Errors
/// When the call did not come about, was lost, or could not be kept.
pub(crate) async fn place(
    call: Call<Platform, Socket>,
    script: &Script,
    clock: Clock,
    trace: &mut Trace,
    tape: &mut dyn Tape,
    leave: impl Future<Output = ()>,
) -> Result<Placed, Failure> {
    let (mut hearing, speaking) = call.split();
    let mut simulator = Simulator::new(speaking, script, clock, trace, tape);
    simulator.announce().await?;
    let mut inbox = Inbox::new();
    let mut leave = core::pin::pin!(leave);
    let mut left = false;
    while !hearing.is_closed() {
        simulator.catch_up().await;
        select! {
            heard = hearing.next(&mut inbox) => simulator.hear(heard).await,
            () = clock.sleep_until(simulator.wakes_at()) => {}
            () = &mut leave, if !left => {
                left = true;
                simulator.hang_up("the caller hung up").await;
            }
        }
    }
    simulator.finish()
}
