//! What the platform does about what the application says.

use core::time::Duration;

use voxwire::{Audio, Close, Command, Deadline};
use voxwire_tokio::CallError;

use super::Simulator;
use crate::exit::Failure;
use crate::platform::{Because, Unheard, refusal};
use crate::report::{Ended, Trouble};
use crate::tape::Memory;
use crate::words::Side;

impl Simulator<'_> {
    pub(in crate::platform) async fn hear(&mut self, heard: Result<Command<'_>, CallError>) {
        let now = self.clock.now();
        match heard {
            Ok(Command::Hangup(close)) => {
                self.listen(now).await;
                self.hung_up(now, close);
            }
            Ok(command) => {
                self.trace.heard(self.script.dialect, command);
                self.obey(now, command).await;
            }
            Err(CallError::Receive(error)) => {
                self.trace.trouble(Trouble::Unreadable, "cannot read what the application says", error);
            }
            Err(CallError::Expired(Deadline::Answer)) => {
                self.fail(Failure::Unanswered("the application did not answer in time".into())).await;
            }
            Err(CallError::Expired(Deadline::Silence)) => self.hang_up("the application fell silent").await,
            Err(CallError::Socket(error)) if !self.leaving => self.placed.ended = Ended::lost(error),
            Err(error) => self.trace.note(error),
        }
    }

    async fn obey(&mut self, now: Duration, command: Command<'_>) {
        match command {
            Command::Answer => self.go_live(),
            Command::Busy => self.fail(Failure::Busy).await,
            Command::Reject => self.fail(Failure::Rejected).await,
            Command::Audio(audio) => self.take_in(now, audio),
            Command::Mark(mark) => {
                self.placed.marks += 1;
                self.ear.mark(now, mark.name.to_string());
            }
            Command::Clear => {
                let cleared = self.ear.clear(now);
                self.quiet_since = now;
                let played = self.script.format.duration_of(cleared.bytes);
                self.trace.note(format_args!("falls silent: {:.2} s stay unheard", played.as_secs_f64()));
                self.placed.unheard.push(Unheard {
                    when: now,
                    at: cleared.at,
                    bytes: cleared.bytes,
                    pcm: cleared.audio,
                    because: Because::Cleared,
                });
            }
            // What the application says while the platform hangs up.
            Command::Dropped(dropped) if self.live.is_some() => {
                let at = self.ear.counters().pushed + self.late();
                self.unheard(now, at, dropped.bytes as u64, Because::HungUp);
            }
            _ => {}
        }
    }

    fn take_in(&mut self, now: Duration, audio: Audio<'_>) {
        let mut memory = Memory::lent();
        let pcm = match memory.pcm(audio) {
            Ok(pcm) => pcm,
            Err(error) => {
                self.trace.trouble(Trouble::Unreadable, "cannot read the application's audio", error);
                return;
            }
        };
        self.placed.came.count(now, pcm.len());
        self.placed.came.measure(pcm);
        if self.placed.spoken_to_after.is_none() {
            self.placed.spoken_to_after = self.live.map(|live| now.saturating_sub(live));
        }
        let forgotten = self.ear.push(now, pcm);
        self.quiet_since = self.quiet_since.max(now);
        if let Some(forgotten) = forgotten {
            self.unheard(now, forgotten.at, forgotten.bytes, Because::Overflow);
        }
    }

    /// Bytes that came too late to be taken in.
    fn late(&self) -> u64 {
        let late = self.placed.unheard.iter().filter(|unheard| unheard.because == Because::HungUp);
        late.map(|unheard| unheard.bytes).sum()
    }

    fn unheard(&mut self, when: Duration, at: u64, bytes: u64, because: Because) {
        if let Some(last) = self.placed.unheard.last_mut()
            && last.because == because
            && last.at + last.bytes == at
        {
            last.bytes += bytes;
            return;
        }
        self.placed.unheard.push(Unheard { when, at, bytes, pcm: Vec::new(), because });
    }

    /// The application's close, or its reply to ours. Whatever the ear still holds is never played.
    fn hung_up(&mut self, now: Duration, close: Close<'_>) {
        if !self.leaving {
            self.leaving = true;
            self.trace.heard(self.script.dialect, Command::Hangup(close));
            if self.placed.came.flow.frames == 0 && self.placed.marks == 0 {
                self.failure = self.failure.take().or(refusal(self.script.dialect, close));
            }
            self.placed.ended = match close {
                Close::LOST => Ended::lost("the connection ended without a close"),
                Close { code, reason } => {
                    Ended { by: Some(Side::Application), code, reason: reason.to_owned() }
                }
            };
        }
        let rest = self.ear.clear(now);
        if rest.bytes > 0 {
            self.placed.unheard.push(Unheard {
                when: now,
                at: rest.at,
                bytes: rest.bytes,
                pcm: rest.audio,
                because: Because::HungUp,
            });
        }
    }
}
