//! One agent on one call.

use core::mem;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::block_in_place;
use voxwire::{Application, AudioFormat, Close, Command, Deadline, Dialect, Event, Mark, Start};
use voxwire_tokio::{CallError, Speaking};

use super::{Agent, Attended};
use crate::clock::Clock;
use crate::exit::Failure;
use crate::report::{Ended, Flow, Heard, Trace, Trouble};
use crate::socket::Socket;
use crate::tape::Tape;
use crate::wav::{Recorder, Recording, WavError};
use crate::words::{BUSY, REJECTED, Side, Words};

mod far_end;
mod listening;
mod speaking;

use far_end::FarEnd;
use speaking::Parting;

/// The mark behind a recording.
const END: &str = "end-of-greeting";

/// Counts recordings, so that no two calls share a file.
static RECORDINGS: AtomicU64 = AtomicU64::new(1);

pub(super) struct Attendant<'c> {
    speaking: Speaking<Application, Socket>,
    agent: &'c Agent,
    clock: Clock,
    trace: &'c mut Trace,
    tape: Option<&'c mut dyn Tape>,
    recorder: Option<Recorder>,
    drain: watch::Receiver<bool>,
    dialect: Option<Dialect>,
    format: Option<AudioFormat>,
    /// Where what is said is heard, once the format is known, of an agent that can be interrupted. Apart, for it is large.
    far_end: Option<Box<FarEnd>>,
    /// What is still to be said of the agent's recording.
    rest: &'c [u8],
    /// Whether the recording is being said or played.
    greets: bool,
    /// Whether the mark behind it has not come back yet.
    mark_is_out: bool,
    /// When everything said so far can have been played at the earliest.
    played_at: Duration,
    /// Whether the caller has said anything, and for how long he has been silent since.
    spoken_to: bool,
    quiet: Duration,
    parting: Option<Parting>,
    left: bool,
    attended: Attended,
}

impl<'c> Attendant<'c> {
    pub(super) fn new(
        speaking: Speaking<Application, Socket>,
        agent: &'c Agent,
        clock: Clock,
        trace: &'c mut Trace,
        tape: Option<&'c mut dyn Tape>,
        drain: watch::Receiver<bool>,
    ) -> Self {
        Self {
            speaking,
            agent,
            clock,
            trace,
            tape,
            recorder: None,
            drain,
            dialect: None,
            format: None,
            far_end: None,
            rest: &[],
            greets: false,
            mark_is_out: false,
            played_at: Duration::ZERO,
            spoken_to: false,
            quiet: Duration::ZERO,
            parting: None,
            left: false,
            attended: Attended {
                announced: false,
                heard: Heard::new(None),
                unknown: 0,
                said: Flow::new(None),
                cleared: Vec::new(),
                interrupted_at: None,
                cleared_at: None,
                failure: None,
                ended: Ended::lost("it never began"),
            },
        }
    }

    pub(super) async fn hear(&mut self, dialect: Option<Dialect>, heard: Result<Event<'_>, CallError>) {
        self.dialect = dialect;
        match heard {
            Ok(Event::Hangup(close)) => self.hung_up(close),
            Ok(event) => {
                match dialect {
                    Some(dialect) => self.trace.heard(dialect, event),
                    None => self.trace.note(format_args!("the platform {}", event.meaning())),
                }
                match event {
                    Event::Start(start) => self.take(start).await,
                    Event::Audio(audio) => self.listen(audio).await,
                    Event::Mark(mark) => self.mark_came_back(mark),
                    Event::Other(_) => self.attended.unknown += 1,
                    _ => {}
                }
            }
            Err(CallError::Receive(error)) => {
                self.trace.trouble(Trouble::Unreadable, "cannot read what the platform says", error);
            }
            Err(CallError::Expired(Deadline::Start)) => self.part(1002, "no call was announced"),
            Err(CallError::Expired(Deadline::Silence)) => self.part(1001, "no sign of life"),
            Err(CallError::Socket(error)) if !self.left => self.attended.ended = Ended::lost(error),
            Err(error) => self.trace.note(error),
        }
    }

    /// Answers the call, or does not.
    async fn take(&mut self, start: Start<'_>) {
        self.attended.announced = true;
        self.format = start.heard;
        self.attended.heard = Heard::new(start.heard);
        let prepared = match self.agent {
            Agent::Busy => return self.refuse(Command::Busy, BUSY).await,
            Agent::Reject => return self.refuse(Command::Reject, REJECTED).await,
            Agent::Record(folder) => match begin_recording(folder, self.format) {
                Ok(recorder) => {
                    self.recorder = Some(recorder);
                    Ok(&[][..])
                }
                Err(failure) => return self.give_up(failure, "the call cannot be recorded"),
            },
            // A long one takes seconds.
            Agent::Play(recording) => block_in_place(|| self.prepare(recording)),
            Agent::Greet { greeting, .. } => self.prepare(greeting),
            Agent::Echo => Ok(&[][..]),
        };
        let greeting = match prepared {
            Ok(pcm) => pcm,
            Err(error) => return self.give_up(error.into(), "the recording does not fit the call"),
        };
        if let Agent::Greet { .. } = self.agent {
            self.far_end = self.format.map(|format| Box::new(FarEnd::new(format, self.dialect, self.clock)));
        }
        if self.say(Command::Answer).await && self.agent.recording().is_some() {
            self.trace.note(format_args!(
                "says its greeting, {:.2} s long",
                self.lasts(greeting.len()).as_secs_f64()
            ));
            self.rest = greeting;
            self.greets = true;
            self.played_at = self.clock.now();
        }
    }

    /// What is said of the recording in a call of this rate; where that is unknown, it is that of the recording.
    fn prepare(&mut self, recording: &'c Recording) -> Result<&'c [u8], WavError> {
        let format = *self.format.get_or_insert(recording.format());
        let said = recording.at(format)?;
        if let Some(conversion) = &said.conversion {
            self.trace.line("converted", conversion);
        }
        Ok(said.pcm)
    }

    /// Where a dialect has no words for it, hanging up says it.
    async fn refuse(&mut self, command: Command<'_>, reason: &'static str) {
        if !self.say(command).await {
            self.part(1000, reason);
        }
    }

    fn mark_came_back(&mut self, mark: Mark<'_>) {
        if let Some(far_end) = &mut self.far_end {
            far_end.came_back(self.clock.now(), mark);
        }
        if mark.name != END || !mem::take(&mut self.mark_is_out) {
            return;
        }
        let flushed = !self.attended.cleared.is_empty();
        self.trace.note(format_args!(
            "knows that its greeting was {}",
            if flushed { "cut short: the mark came back after a clear" } else { "heard to the end" }
        ));
        if let Agent::Play { .. } = self.agent {
            self.part(1000, "");
        }
    }

    /// The platform's close, or its reply to ours.
    fn hung_up(&mut self, close: Close<'_>) {
        if self.left {
            return;
        }
        if let Some(dialect) = self.dialect {
            self.trace.heard(dialect, Event::Hangup(close));
        }
        self.attended.ended = match close {
            Close::LOST => Ended::lost("the connection ended without a close"),
            Close { code, reason } => Ended { by: Some(Side::Platform), code, reason: reason.to_owned() },
        };
    }

    pub(super) fn finish(mut self) -> Attended {
        if let Some(recorder) = self.recorder
            && let Err(error) = recorder.finish()
        {
            self.attended.failure.get_or_insert(error.into());
        }
        self.attended
    }
}

/// A file named after the time and a number, never after anything the platform says.
fn begin_recording(folder: &Path, format: Option<AudioFormat>) -> Result<Recorder, Failure> {
    let Some(format) = format else {
        return Err(Failure::Usage("the sample rate of the call is unknown: name it with --rate".into()));
    };
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let number = RECORDINGS.fetch_add(1, Ordering::Relaxed);
    Ok(Recorder::create(folder.join(format!("call-{millis}-{number}.wav")), format.rate())?)
}
