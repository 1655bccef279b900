//! The simulated platform: a caller who speaks in real frames and hears in real time.

use core::future::Future;
use core::time::Duration;

use serde::Serialize;
use tokio::select;
use voxwire::{AudioFormat, Dialect, Platform};
use voxwire_tokio::{Call, Inbox};

use crate::clock::Clock;
use crate::ear::{Counters, Spurt};
use crate::exit::Failure;
use crate::report::{Ended, Flow, Heard, Trace};
use crate::socket::Socket;
use crate::tape::Tape;

mod simulator;

use simulator::Simulator;

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
