//! The server: who comes is received, and a call is attended to.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio::sync::watch;
use voxwire::{AudioFormat, Dialect, Start};

use super::lines::{Began, OtherCall, Over};
use crate::agent::{Agent, Attended, attend};
use crate::clock::Clock;
use crate::exit::{Failure, UNWRITTEN};
use crate::reception::{Arrival, Place, Reception};
use crate::report::{Millis, Output, Story, Trace, Trouble, complain};
use crate::socket::Socket;
use crate::words::Side;

/// What all connections share.
pub(super) struct Server {
    pub(super) dialect: Option<Dialect>,
    pub(super) agent: Agent,
    pub(super) reception: Reception,
    pub(super) output: Arc<Output>,
    pub(super) calls: Calls,
}

/// What has become of the calls so far.
#[derive(Default)]
pub(super) struct Calls {
    /// How many there have been: the next one's number.
    begun: AtomicU64,
    /// Those whose recordings could not be written, and why the first of them could not.
    unrecorded: Mutex<(u64, String)>,
}

/// When the server stops.
#[derive(Clone)]
pub(super) struct Stopping {
    /// Requests are taken no more.
    pub(super) closing: watch::Receiver<bool>,
    /// Calls are hung up.
    pub(super) drained: watch::Receiver<bool>,
}

impl Calls {
    /// # Errors
    /// [`Failure::Unrecorded`] if a call was.
    pub(super) fn were_recorded(&self) -> Result<(), Failure> {
        let unrecorded = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*unrecorded {
            (0, _) => Ok(()),
            (calls, first) => Err(Failure::Unrecorded { calls: *calls, first: first.clone() }),
        }
    }

    /// A call could not be recorded to its end.
    fn count_unrecorded(&self, failure: &Failure) {
        let mut unrecorded = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        if unrecorded.0 == 0 {
            unrecorded.1 = failure.to_string();
        }
        unrecorded.0 += 1;
    }
}

impl Server {
    /// Serves one connection to its end.
    pub(super) async fn serve(
        self: Arc<Self>,
        socket: TcpStream,
        peer: SocketAddr,
        place: Place,
        stopping: Stopping,
    ) {
        // Audio is sent in small frames, each at once.
        let _ = socket.set_nodelay(true);
        // Apart, and gone when the call begins: it takes more memory than all the rest of a call.
        let arrival = Box::pin(self.reception.take(socket, peer, &place, stopping.closing));
        let Some(arrival) = arrival.await else { return };
        let number = self.calls.begun.fetch_add(1, Ordering::Relaxed) + 1;
        self.attend(arrival, number, peer, stopping.drained).await;
    }

    async fn attend(
        &self,
        arrival: Arrival<Socket>,
        number: u64,
        peer: SocketAddr,
        drained: watch::Receiver<bool>,
    ) {
        let output = &self.output;
        let Arrival { call, call_id: expected, seat: _seat } = arrival;
        let clock = Clock::start(false);
        let mut trace = Trace::new(output, number.to_string(), Side::Application, clock, Story::Untold);
        let begun = |dialect, start: &Start<'_>| {
            let rate = start.heard.map(AudioFormat::rate);
            output.line("began", &Began { call: number, peer, dialect, rate });
            if let Some(expected) =
                expected.as_deref().filter(|expected| start.call_id != Some((*expected).into()))
            {
                output.line("other_call", &OtherCall { call: number, expected, announced: start.call_id });
            }
        };
        let attended = attend(call, &self.agent, clock, &mut trace, None, drained, begun).await;
        let Attended { announced, heard, unknown, said, failure, ended, .. } = attended;
        if let Some(failure) = &failure {
            complain(format_args!("call {number}: {failure}"));
            if failure.code() == UNWRITTEN {
                self.calls.count_unrecorded(failure);
            }
        }
        let over = Over {
            call: number,
            peer,
            duration_ms: Millis(clock.now()),
            heard,
            said,
            unreadable: trace.times(Trouble::Unreadable),
            unsaid: trace.times(Trouble::Unsaid),
            unknown,
            failure: failure.map(|failure| failure.to_string()),
            ended,
            misunderstood: (!announced && unknown > 0).then_some(self.dialect),
        };
        output.line("ended", &over);
    }
}
