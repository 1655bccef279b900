//! How an agent speaks, and takes its leave.

use core::future::ready;
use core::mem;
use core::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::sleep;
use voxwire::{Audio, Close, Command, Mark, SendError};
use voxwire_tokio::CallError;

use super::{Attendant, END};
use crate::agent::{Agent, stopping};
use crate::exit::Failure;
use crate::report::{Ended, Trouble};
use crate::words::Side;

/// How far an agent says ahead of what can have been played, so that no platform need forget the oldest of it.
const AHEAD: Duration = Duration::from_secs(20);

/// How long after its last word must have been played an agent hangs up: the network takes time too.
const MARGIN: Duration = Duration::from_millis(200);

/// How much longer it waits for a mark.
const MARK_WITHIN: Duration = Duration::from_secs(10);

/// How long a platform may refuse to take what is said.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// When and how to hang up.
pub(super) struct Parting {
    at: Duration,
    code: u16,
    reason: &'static str,
}

impl<'c> Attendant<'c> {
    /// The next frame of the recording, and when it may be said.
    pub(in crate::agent) fn next_frame(&self) -> Option<(&'c [u8], Duration)> {
        let frame = self.rest.get(..self.format?.frame_bytes()).unwrap_or(self.rest);
        (!frame.is_empty() && !self.left).then(|| (frame, self.played_at.saturating_sub(AHEAD)))
    }

    /// Says a frame of the recording when its time has come, and tells when it began to. Cancel-safe: it is said when this
    /// returns, or not at all.
    pub(in crate::agent) async fn say_frame(
        &mut self,
        frame: Option<(&[u8], Duration)>,
    ) -> Result<Duration, CallError> {
        self.clock.sleep_until(frame.map(|(_, at)| at)).await;
        let since = self.clock.now();
        if let Some((frame, _)) = frame {
            self.speaking.send(Command::Audio(Audio::raw(frame))).await?;
        }
        Ok(since)
    }

    /// Goes on to the next frame, or to the mark behind the last.
    pub(in crate::agent) async fn frame_said(
        &mut self,
        frame: Option<(&[u8], Duration)>,
        said: Result<Duration, CallError>,
    ) {
        let Some((frame, _)) = frame else { return };
        match said {
            Ok(since) => {
                self.said(since, Command::Audio(Audio::raw(frame)));
                self.keep_said(frame);
                self.rest = self.rest.get(frame.len()..).unwrap_or_default();
            }
            // How it ended is heard.
            Err(CallError::Send(SendError::Closed)) => self.rest = &[],
            Err(error) => {
                self.trace.trouble(Trouble::Unsaid, "cannot go on", error);
                self.rest = &[];
            }
        }
        // Nobody waits until a long recording is said: not other calls, and in the demo not the platform.
        yield_now().await;
        if self.rest.is_empty() {
            self.mark_is_out = self.say(Command::Mark(Mark::new(END))).await;
            if let Agent::Play { .. } = self.agent {
                let wait = if self.mark_is_out { MARK_WITHIN } else { MARGIN };
                self.parting = Some(Parting { at: self.played_at + wait, code: 1000, reason: "" });
            }
        }
    }

    /// Says something; `false` if it could not be said.
    pub(super) async fn say(&mut self, command: Command<'_>) -> bool {
        let since = self.clock.now();
        let said = select! {
            biased;
            said = self.speaking.send(command) => said,
            too_late = too_late(&self.drain) => {
                if too_late {
                    self.part(1008, "the platform takes no audio");
                }
                return false;
            }
        };
        match said {
            Ok(()) => {
                self.said(since, command);
                return true;
            }
            Err(CallError::Send(SendError::Closed | SendError::Unsupported | SendError::Oneway)) => {}
            Err(error) => self.trace.trouble(Trouble::Unsaid, "cannot say it", error),
        }
        false
    }

    /// Something was said, not before `since`.
    pub(super) fn said(&mut self, since: Duration, command: Command<'_>) {
        if let Some(dialect) = self.dialect {
            self.trace.said(dialect, command);
        }
        if let Command::Audio(audio) = command {
            self.attended.said.count(since, audio.len());
            self.played_at = self.played_at.max(since) + self.lasts(audio.len());
        }
        match (&mut self.far_end, command) {
            (Some(far_end), Command::Audio(audio)) => far_end.audio(since, audio.len()),
            (Some(far_end), Command::Mark(mark)) => far_end.mark(since, mark),
            _ => {}
        }
    }

    /// Lets the far end know if everything said is on the socket by now.
    pub(in crate::agent) async fn settle(&mut self) {
        let Some(far_end) = self.far_end.as_mut().filter(|far_end| far_end.waits()) else { return };
        select! {
            biased;
            () = self.speaking.flush() => far_end.flushed(),
            () = ready(()) => {}
        }
    }

    pub(super) fn keep_said(&mut self, pcm: &[u8]) {
        if let Some(tape) = &mut self.tape {
            tape.said(pcm);
        }
    }

    /// How long some bytes of the call's audio last, if its format is known.
    pub(super) fn lasts(&self, bytes: usize) -> Duration {
        self.format.map_or(Duration::ZERO, |format| format.duration_of(bytes as u64))
    }

    /// Hangs up because the agent cannot do its work.
    pub(super) fn give_up(&mut self, failure: Failure, reason: &'static str) {
        self.attended.failure.get_or_insert(failure);
        self.part(1011, reason);
    }

    /// Hangs up as soon as possible.
    pub(super) fn part(&mut self, code: u16, reason: &'static str) {
        self.parting = Some(Parting { at: Duration::ZERO, code, reason });
    }

    /// Hangs up when everything said so far must have been heard.
    pub(super) fn part_when_heard(&mut self, now: Duration) {
        let at = self.played_at.max(now) + MARGIN;
        self.parting = Some(Parting { at, code: 1000, reason: "goodbye" });
    }

    /// When to hang up, once that is known.
    pub(in crate::agent) fn parts_at(&self) -> Option<Duration> {
        self.parting.as_ref().filter(|_| !self.left).map(|parting| parting.at)
    }

    /// Hangs up if it is time to. What the caller says until he knows is still heard.
    pub(in crate::agent) async fn leave_if_due(&mut self) {
        let clock = self.clock;
        let due = self.parting.take_if(|parting| parting.at <= clock.now());
        let Some(Parting { code, reason, .. }) = due else { return };
        if mem::replace(&mut self.left, true) {
            return;
        }
        let since = self.clock.now();
        if self.speaking.hang_up(code, reason).await.is_ok() {
            self.said(since, Command::Hangup(Close::new(code, reason)));
            self.attended.ended =
                Ended { by: Some(Side::Application), code: Some(code), reason: reason.to_owned() };
        }
    }

    /// Hangs up because the server stops.
    pub(in crate::agent) fn drain(&mut self) {
        self.part(1001, "the server is going away");
    }

    pub(in crate::agent) const fn has_left(&self) -> bool {
        self.left
    }
}

/// Waits for as long as a platform may refuse to take what is said; `false` if the server stops before, which the loop
/// sees too. Nothing is prepared before it is polled, for most is taken at once.
async fn too_late(drain: &watch::Receiver<bool>) -> bool {
    let mut drain = drain.clone();
    select! {
        biased;
        () = stopping(&mut drain) => false,
        () = sleep(TAKEN_WITHIN) => true,
    }
}
