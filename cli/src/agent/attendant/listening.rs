//! How an agent listens, and lets itself be interrupted.

use core::time::Duration;

use voxwire::audio::Stopped;
use voxwire::{Audio, Command};

use super::Attendant;
use crate::agent::{Agent, Cleared};
use crate::exit::Failure;
use crate::report::{Between, Trouble};
use crate::tape::{self, Memory};
use crate::wav::Recorder;

impl Attendant<'_> {
    pub(super) async fn listen(&mut self, audio: Audio<'_>) {
        let now = self.clock.now();
        self.attended.heard.count(now, audio.len());
        match Memory::lent().pcm(audio) {
            Ok(pcm) => {
                self.attended.heard.measure(pcm);
                self.keep(pcm);
                match *self.agent {
                    Agent::Echo => self.echo(audio, pcm).await,
                    Agent::Greet { hang_up_after, .. } => {
                        self.converse(now, audio, pcm, hang_up_after).await;
                    }
                    Agent::Play(_) | Agent::Record(_) | Agent::Busy | Agent::Reject => {}
                }
            }
            Err(error) => {
                self.trace.trouble(Trouble::Unreadable, "cannot read the caller's audio", error);
            }
        }
    }

    fn keep(&mut self, pcm: &[u8]) {
        let taped = self.tape.as_mut().map_or(Ok(()), |tape| tape.heard(pcm));
        let recorded = self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.push(pcm));
        if let Err(failure) = taped.and(recorded.map_err(Failure::from)) {
            // What reached the disk can be played.
            let _ = self.recorder.take().map(Recorder::finish);
            self.give_up(failure, "the recording cannot be written");
        }
    }

    /// Lets the caller interrupt, gives him his voice back, and hangs up when he has no more to say.
    async fn converse(
        &mut self,
        now: Duration,
        audio: Audio<'_>,
        pcm: &[u8],
        hang_up_after: Option<Duration>,
    ) {
        self.greets = self.greets && (self.mark_is_out || !self.rest.is_empty() || now < self.played_at);
        if tape::is_silence(pcm) {
            self.quiet += self.lasts(pcm.len());
        } else {
            self.spoken_to = true;
            self.quiet = Duration::ZERO;
            if self.greets {
                self.interrupt(now);
            }
        }
        let done = self.spoken_to && !self.greets && hang_up_after.is_some_and(|after| self.quiet >= after);
        if done && self.parting.is_none() {
            self.part_when_heard(now);
        }
        if self.spoken_to && !self.greets && self.parting.is_none() {
            self.echo(audio, pcm).await;
        }
    }

    /// Barge-in: what was said and not yet heard shall never be heard.
    fn interrupt(&mut self, now: Duration) {
        self.trace.note("hears the caller, and lets itself be interrupted");
        let since = self.clock.now();
        match self.speaking.clear() {
            Ok(voxwire_tokio::Cleared { bytes, .. }) => {
                self.said(since, Command::Clear);
                let stopped = self.far_end.as_mut().map(|far_end| far_end.clear(since, bytes));
                if let (Some(Stopped { heard, .. }), Some(format)) = (stopped, self.format) {
                    self.trace.note(format_args!("knows that {} of it were heard", Between(heard, format)));
                }
                self.attended.cleared.push(Cleared { bytes, stopped });
                self.attended.interrupted_at = Some(now);
                self.attended.cleared_at = Some(since);
                self.greets = false;
                self.rest = &[];
                self.played_at = now;
                self.trace.note("gives the caller's voice back from now on");
            }
            Err(error) => self.trace.trouble(Trouble::Unsaid, "cannot clear", error),
        }
    }

    async fn echo(&mut self, audio: Audio<'_>, pcm: &[u8]) {
        if !self.left && self.say(Command::Audio(audio)).await {
            self.keep_said(pcm);
        }
    }
}
