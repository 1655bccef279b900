//! The application's end of a call: the agents that `answer` and `demo` put on the line.

use core::pin::pin;
use core::time::Duration;
use std::path::PathBuf;

use tokio::select;
use tokio::sync::watch;
use voxwire::audio::{Playback, Stopped};
use voxwire::{Application, Dialect, Event, Start};
use voxwire_tokio::{Call, Inbox};

use crate::clock::Clock;
use crate::exit::Failure;
use crate::report::{Ended, Flow, Heard, Trace};
use crate::socket::Socket;
use crate::tape::Tape;
use crate::wav::Recording;

mod attendant;

use attendant::Attendant;

/// How long the way to the caller takes at most, and how much longer one message may take than another: as the kit
/// assumes where nothing is known, on the clock on the wall.
pub(crate) const WAY: Duration = Playback::DELAY[1];
pub(crate) const JITTER: Duration = Playback::JITTER;

/// What an application does with a call.
pub(crate) enum Agent {
    /// Gives the caller's voice back.
    Echo,
    /// Says a recording, and hangs up when it has been played.
    Play(Recording),
    /// Records the caller, one file per call in this directory.
    Record(PathBuf),
    /// Is busy.
    Busy,
    /// Rejects the call.
    Reject,
    /// Says a greeting until the caller speaks, and gives the caller's voice back from then on.
    Greet {
        greeting: Recording,
        /// Hangs up when the caller has spoken and then been silent for this long.
        hang_up_after: Option<Duration>,
    },
}

impl Agent {
    /// What it says, if it says anything of its own.
    pub(crate) fn recording(&self) -> Option<&Recording> {
        match self {
            Self::Play(recording) | Self::Greet { greeting: recording, .. } => Some(recording),
            Self::Echo | Self::Record(_) | Self::Busy | Self::Reject => None,
        }
    }
}

/// What a clear has done.
pub(crate) struct Cleared {
    /// Bytes that it took back before they were on the socket.
    pub(crate) bytes: usize,
    /// Where it stopped what was on the way, if that can be known.
    pub(crate) stopped: Option<Stopped>,
}

/// What became of a call.
pub(crate) struct Attended {
    /// Whether the platform has announced a call.
    pub(crate) announced: bool,
    pub(crate) heard: Heard,
    /// Messages that mean nothing in the dialect.
    pub(crate) unknown: u64,
    pub(crate) said: Flow,
    /// What each clear has done.
    pub(crate) cleared: Vec<Cleared>,
    /// When the audio came that interrupted the greeting, and when it was cleared.
    pub(crate) interrupted_at: Option<Duration>,
    pub(crate) cleared_at: Option<Duration>,
    /// Why the agent could not do its work, if so.
    pub(crate) failure: Option<Failure>,
    pub(crate) ended: Ended,
}

/// Attends to a call until it ends. When `drain` turns true the agent hangs up.
///
/// `begun` is told when the call has been announced.
pub(crate) async fn attend<'c>(
    call: Call<Application, Socket>,
    agent: &'c Agent,
    clock: Clock,
    trace: &'c mut Trace,
    tape: Option<&'c mut dyn Tape>,
    drain: watch::Receiver<bool>,
    begun: impl FnOnce(Dialect, &Start<'_>),
) -> Attended {
    let (mut hearing, speaking) = call.split();
    // Waited for once, and not anew for every message.
    let mut draining = drain.clone();
    let mut drained = pin!(stopping(&mut draining));
    let mut attendant = Attendant::new(speaking, agent, clock, trace, tape, drain);
    let mut begun = Some(begun);
    let mut inbox = Inbox::new();
    while !hearing.is_closed() {
        attendant.leave_if_due().await;
        attendant.settle().await;
        let (frame, parts_at, left) = (attendant.next_frame(), attendant.parts_at(), attendant.has_left());
        select! {
            heard = hearing.next(&mut inbox) => {
                let dialect = hearing.dialect();
                if let (Ok(Event::Start(start)), Some(dialect)) = (&heard, dialect)
                    && let Some(begun) = begun.take()
                {
                    begun(dialect, start);
                }
                attendant.hear(dialect, heard).await;
            }
            said = attendant.say_frame(frame) => attendant.frame_said(frame, said).await,
            () = clock.sleep_until(parts_at) => {}
            () = &mut drained, if !left => attendant.drain(),
        }
    }
    attendant.finish()
}

/// Waits until the server stops.
pub(crate) async fn stopping(drain: &mut watch::Receiver<bool>) {
    let stops = drain.wait_for(|drain| *drain).await.is_ok();
    if !stops {
        core::future::pending().await
    }
}
