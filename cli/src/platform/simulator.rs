//! The platform at work: when it says what, and when it hangs up.

use core::time::Duration;

use voxwire::{Audio, AudioFormat, Close, Dialect, Event, Headers, Mark, Platform, SendError};
use voxwire_tokio::{CallError, Speaking};

use super::{Placed, Script, announcement, say};
use crate::clock::Clock;
use crate::ear::{Counters, Ear};
use crate::exit::Failure;
use crate::report::{Ended, Flow, Heard, Trace};
use crate::socket::Socket;
use crate::tape::{self, Tape};
use crate::words::Side;

mod hearing;

/// What a platform holds unplayed, in bytes: beyond it Sinch drops the oldest (Voice 2.0 audio page). Wavix names no
/// bound; the same is assumed.
const EAR: usize = 5_000_000;

pub(super) struct Simulator<'c> {
    speaking: Speaking<Platform, Socket>,
    script: &'c Script,
    clock: Clock,
    trace: &'c mut Trace,
    tape: &'c mut dyn Tape,
    ear: Ear,
    /// The mark that the line did not take yet.
    mark: Option<String>,
    announced: Duration,
    /// When the caller began to speak.
    live: Option<Duration>,
    /// Frames that were due so far.
    frames: u32,
    /// Whether the caller has said anything but silence.
    spoke: bool,
    /// When the caller last heard something.
    quiet_since: Duration,
    leaving: bool,
    failure: Option<Failure>,
    placed: Placed,
}

impl<'c> Simulator<'c> {
    pub(super) fn new(
        speaking: Speaking<Platform, Socket>,
        script: &'c Script,
        clock: Clock,
        trace: &'c mut Trace,
        tape: &'c mut dyn Tape,
    ) -> Self {
        Self {
            speaking,
            script,
            clock,
            trace,
            tape,
            ear: Ear::new(u64::from(script.format.byte_rate()), EAR),
            mark: None,
            announced: clock.now(),
            live: None,
            frames: 0,
            spoke: false,
            quiet_since: Duration::ZERO,
            leaving: false,
            failure: None,
            placed: Placed {
                said: Flow::new(Some(script.format)),
                came: Heard::new(Some(script.format)),
                lost_frames: 0,
                ear: Counters::default(),
                spurts: Vec::new(),
                unheard: Vec::new(),
                marks: 0,
                answered_after: None,
                spoken_to_after: None,
                duration: Duration::ZERO,
                ended: Ended::lost("it never began"),
            },
        }
    }
}

impl Simulator<'_> {
    pub(super) async fn announce(&mut self) -> Result<(), Failure> {
        let script = self.script;
        let headers: Vec<_> =
            script.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let headers = Headers::from(headers.as_slice());
        self.announced = self.clock.now();
        for event in announcement(script.dialect, script.format, &script.call_id, headers) {
            match self.speaking.send(event).await {
                Ok(()) => self.trace.said(script.dialect, event),
                // How it ended is heard.
                Err(CallError::Send(SendError::Closed)) => return Ok(()),
                Err(error) => return Err(Failure::Usage(format!("the call cannot be announced: {error}"))),
            }
        }
        if script.dialect == Dialect::Wavix {
            self.go_live();
        }
        Ok(())
    }

    fn go_live(&mut self) {
        let now = self.clock.now();
        self.placed.answered_after = Some(now.saturating_sub(self.announced));
        self.live = Some(now);
        self.quiet_since = now;
    }

    /// Does what has become due: the caller hears, marks go back, the caller speaks, and at last hangs up.
    pub(super) async fn catch_up(&mut self) {
        let now = self.clock.now();
        self.listen(now).await;
        while let Some(name) = self.mark.take().or_else(|| self.ear.poll_mark(now)) {
            if !self.say(Event::Mark(Mark::new(&name))).await {
                self.mark = Some(name);
                break;
            }
        }
        while self.next_frame_at().is_some_and(|at| at <= now) {
            self.speak().await;
        }
        if self.hangs_up_at().is_some_and(|at| at <= now) {
            self.hang_up("").await;
        }
    }

    /// When there is something to do again.
    pub(super) fn wakes_at(&self) -> Option<Duration> {
        // A mark that the line did not take is tried again whenever anything else happens.
        let mark_at = if self.mark.is_none() { self.ear.next_mark_at() } else { None };
        [self.next_frame_at(), mark_at, self.ear.runs_dry_at(), self.hangs_up_at()]
            .into_iter()
            .flatten()
            .min()
    }

    /// When the caller's next frame is due: reckoned from the first, so that no delay adds up.
    fn next_frame_at(&self) -> Option<Duration> {
        let through = !self.script.holds && self.spoken() >= self.script.voice.len();
        if self.leaving || through {
            return None;
        }
        Some(self.live? + AudioFormat::FRAME * self.frames)
    }

    fn hangs_up_at(&self) -> Option<Duration> {
        if self.leaving {
            return None;
        }
        let silent = self.ear.runs_dry_at().is_none() && self.mark.is_none();
        let through = self.live.is_some() && self.next_frame_at().is_none() && silent;
        let end = through.then_some(self.quiet_since + self.script.linger);
        end.into_iter().chain(self.script.limit.map(|limit| self.announced + limit)).min()
    }

    /// Bytes of the voice whose time has come.
    fn spoken(&self) -> usize {
        self.script.format.frame_bytes().saturating_mul(self.frames as usize)
    }

    /// A frame that the application does not take at once is lost, as it is on a telephone line.
    async fn speak(&mut self) {
        let silence = vec![0; self.script.format.frame_bytes()];
        let rest = self.script.voice.get(self.spoken()..).unwrap_or_default();
        let frame = match rest.get(..silence.len()) {
            Some(frame) => frame,
            None if rest.is_empty() => &silence,
            None => rest,
        };
        self.frames += 1;
        if self.say(Event::Audio(Audio::raw(frame))).await {
            self.placed.said.count(self.clock.now(), frame.len());
            self.tape.said(frame);
            if !self.spoke && !tape::is_silence(frame) {
                self.spoke = true;
                self.trace.note("the caller begins to speak");
            }
        } else {
            self.placed.lost_frames += 1;
        }
        self.quiet_since = self.quiet_since.max(self.clock.now());
    }

    /// Says something if the line takes it now. Never waits: who waits does not hear.
    async fn say(&mut self, event: Event<'_>) -> bool {
        let said = say(&mut self.speaking, event).await;
        if said {
            self.trace.said(self.script.dialect, event);
        }
        said
    }

    /// The caller hears what was due by now.
    async fn listen(&mut self, now: Duration) {
        let dry = self.ear.runs_dry_at();
        self.ear.advance(now);
        if let Some(dry) = dry {
            self.quiet_since = self.quiet_since.max(dry.min(now));
        }
        let heard = self.ear.take_heard();
        if let Err(failure) = self.tape.heard(&heard)
            && self.failure.is_none()
        {
            self.failure = Some(failure);
            self.hang_up("").await;
        }
    }

    /// The call has not come about.
    async fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
        self.hang_up("").await;
    }

    /// Where the dialect has a word for the end of the stream, it comes before the close.
    pub(super) async fn hang_up(&mut self, reason: &str) {
        if self.leaving {
            return;
        }
        self.leaving = true;
        if self.live.is_none() && self.failure.is_none() {
            self.failure = Some(Failure::Unanswered("the application had not answered yet".into()));
        }
        self.say(Event::Stop).await;
        if self.speaking.hang_up(1000, reason).await.is_ok() {
            self.trace.said(self.script.dialect, Event::Hangup(Close::new(1000, reason)));
            self.placed.ended =
                Ended { by: Some(Side::Platform), code: Some(1000), reason: reason.to_owned() };
        }
    }

    pub(super) fn finish(mut self) -> Result<Placed, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let ended = &self.placed.ended;
        if ended.by.is_none() {
            return Err(Failure::Lost(ended.reason.clone()));
        }
        if self.live.is_none() {
            return Err(Failure::Unanswered(format!("{ended} without an answer")));
        }
        if ended.by == Some(Side::Application) && !matches!(ended.code, None | Some(1000 | 1001)) {
            return Err(Failure::Lost(ended.to_string()));
        }
        self.placed.ear = self.ear.counters();
        self.placed.spurts = self.ear.take_spurts();
        self.placed.duration = self.clock.now().saturating_sub(self.announced);
        Ok(self.placed)
    }
}
