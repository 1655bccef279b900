//! A call of the demo, from beginning to end.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use serde::Serialize;
use voxwire::{AudioFormat, Dialect};

use super::barge_in::BargeIn;
use super::ends::{Application, Platform};
use crate::agent::{Agent, Attended, JITTER, WAY};
use crate::call::CALLER;
use crate::clock::Clock;
use crate::exit::Failure;
use crate::platform::{Because, Placed, Script, Unheard};
use crate::report::{Between, Output, Story, Trace};
use crate::tape::Tape;
use crate::timeline::{CallPicture, Lane, Segment, Stop, Tick};
use crate::wav::Recording;
use crate::words::{Side, dialect_name};

const GREETING: &[u8] = include_bytes!("../../assets/greeting.wav");

/// How long the caller listens before he interrupts.
const LISTENS: Duration = Duration::from_millis(1_200);

/// How long the line carries silence after he has spoken, where the platform hangs up.
const TRAILS: Duration = Duration::from_millis(300);

/// How long both must have been silent before either hangs up.
const LINGERS: Duration = Duration::from_millis(500);

/// When a demo that goes wrong ends nevertheless.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a call is held, at most, until the machine is fast enough.
const ATTEMPTS: u32 = 3;

/// A call that is over, as both ends saw it.
pub(super) struct Held {
    pub(super) dialect: Dialect,
    pub(super) format: AudioFormat,
    pub(super) placed: Placed,
    pub(super) attended: Attended,
    pub(super) platform: Reel,
    pub(super) application: Reel,
    clock: Clock,
    ticks: Vec<Tick>,
    duration: Duration,
}

/// All that one end said and heard.
#[derive(Default)]
pub(super) struct Reel {
    pub(super) said: Vec<u8>,
    pub(super) heard: Vec<u8>,
}

impl Held {
    /// Holds one call from beginning to end; again, if the machine was so busy that the greeting was not interrupted, or
    /// that the application was wrong about what was heard of it. Whatever else goes wrong is judged as it is.
    pub(super) async fn fairly(dialect: Dialect, fast: bool, output: &Arc<Output>) -> Result<Self, Failure> {
        for _ in 1..ATTEMPTS {
            let held = hold(dialect, fast, output).await?;
            if held.is_well() || !held.was_slow() {
                return Ok(held);
            }
            output.line("again", &Again { call: dialect });
        }
        hold(dialect, fast, output).await
    }

    /// Whether the greeting was interrupted, and the application knew what was heard of it.
    fn is_well(&self) -> bool {
        let interrupted = self.cleared().is_some_and(|cleared| cleared.bytes > 0);
        interrupted && self.barge_in().is_some_and(|barge_in| barge_in.check(self.format).is_ok())
    }

    /// Whether the machine kept messages waiting for longer than is assumed. Both ends have one clock here, which no
    /// application has.
    fn was_slow(&self) -> bool {
        let gap = self.attended.heard.flow.longest_gap().0;
        gap > AudioFormat::FRAME + self.clock.reckon(JITTER) || self.was_late().unwrap_or_default()
    }

    /// Whether one of the two messages was late that tell what was heard: the first of the greeting, if the rest came
    /// before that was played, and the clear.
    fn was_late(&self) -> Option<bool> {
        let audio = self.placed.came.flow.first?.saturating_sub(self.attended.said.first?);
        let cleared = self.cleared()?;
        let clear = cleared.when.saturating_sub(self.attended.cleared_at?);
        let paused = self.placed.spurts.first()?.heard.end < cleared.at;
        let late = audio.abs_diff(clear) > self.clock.reckon(JITTER);
        Some(paused || late || audio.min(clear) > self.clock.reckon(WAY))
    }

    /// What the first clear took from the caller.
    fn cleared(&self) -> Option<&Unheard> {
        self.placed.unheard.iter().find(|unheard| unheard.because == Because::Cleared)
    }
}

/// A call that is held once more.
#[derive(Serialize)]
struct Again {
    call: Dialect,
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\nThe machine was too busy to tell what the application knows. Once more.")
    }
}

/// Holds one call from beginning to end.
async fn hold(dialect: Dialect, fast: bool, output: &Arc<Output>) -> Result<Held, Failure> {
    let (caller, greeting) = (Recording::parse(CALLER)?, Recording::parse(GREETING)?);
    let format = caller.format();
    let silence = |length| vec![0; format.bytes_in(length).unwrap_or_default()];
    // Each side hangs up once: the application where the platform waits for it.
    let application_hangs_up = dialect == Dialect::Sinch;
    let script = Script {
        dialect,
        format,
        call_id: format!("demo-{dialect}"),
        headers: Vec::new(),
        voice: [&silence(LISTENS), caller.at(format)?.pcm, &silence(TRAILS)].concat(),
        holds: application_hangs_up,
        linger: LINGERS,
        limit: Some(LIMIT),
    };
    let agent = Agent::Greet { greeting, hang_up_after: application_hangs_up.then_some(LINGERS) };

    let clock = Clock::start(fast);
    let application = Application::open(dialect, format, output).await?;
    output.people(format_args!(
        "\n{} at {} Hz, over {}",
        picture_name(dialect),
        format.rate(),
        application.url()
    ));

    let trace = |side| Trace::new(output, dialect.to_string(), side, clock, Story::Said);
    let (mut platform_trace, mut application_trace) = (trace(Side::Platform), trace(Side::Application));
    let (mut platform, mut reel) = (Reel::default(), Reel::default());
    let calling =
        Platform { clock, trace: &mut platform_trace, tape: &mut platform }.call(&application, script);
    let answering = application.attend(&agent, clock, &mut application_trace, &mut reel);
    let (attended, placed) = tokio::try_join!(answering, calling)?;
    let ticks = platform_trace.into_ticks().into_iter().chain(application_trace.into_ticks()).collect();
    Ok(Held {
        dialect,
        format,
        placed,
        attended,
        platform,
        application: reel,
        ticks,
        duration: clock.now(),
        clock,
    })
}

impl Held {
    /// The interruption, if the application knows of one and the platform has fallen silent.
    pub(super) fn barge_in(&self) -> Option<BargeIn> {
        let known = self.attended.cleared.first()?.stopped?;
        BargeIn::of(&self.placed.unheard, known)
    }

    /// From the audio that interrupted to the silence it brought.
    pub(super) fn latency(&self) -> Option<Duration> {
        Some(self.cleared()?.when.saturating_sub(self.attended.interrupted_at?))
    }

    /// Where the greeting stopped, as the application knows it, on the time scale of what the platform played.
    fn stop(&self, barge_in: &BargeIn) -> Option<Stop> {
        let BargeIn { known, played } = barge_in;
        let lasts = |samples: u64| self.format.duration_of(samples * AudioFormat::SAMPLE_BYTES as u64);
        let at = self.cleared()?.when;
        let began = at.saturating_sub(lasts(played.at));
        Some(Stop {
            at,
            between: began + lasts(known.at.lower)..began + lasts(known.at.upper),
            label: format!("{} heard, it knows", Between(known.heard, self.format)),
        })
    }

    pub(super) fn picture(self, barge_in: &BargeIn) -> CallPicture {
        let stops = self.stop(barge_in).into_iter().collect();
        let rate = self.format.rate();
        let start = self.attended.heard.flow.first.unwrap_or_default();
        let caller = vec![Segment { start, pcm: self.application.heard }];
        let mut heard = self.platform.heard.as_slice();
        let mut segments = Vec::new();
        for spurt in self.placed.spurts {
            let bytes = usize::try_from(spurt.heard.end - spurt.heard.start).unwrap_or(usize::MAX);
            let (pcm, rest) = heard.split_at(bytes.min(heard.len()));
            segments.push(Segment { start: spurt.start, pcm: pcm.to_vec() });
            heard = rest;
        }
        let unheard = self.placed.unheard.into_iter().filter(|unheard| !unheard.pcm.is_empty());
        let unheard = unheard.map(|unheard| Segment { start: unheard.when, pcm: unheard.pcm }).collect();
        CallPicture {
            name: format!("{}, {} kHz", picture_name(self.dialect), rate / 1_000),
            duration: self.duration,
            lanes: [
                Lane {
                    label: "caller, heard by the application".into(),
                    rate,
                    segments: caller,
                    unheard: vec![],
                    stops: vec![],
                },
                Lane { label: "application, heard by the caller".into(), rate, segments, unheard, stops },
            ],
            ticks: self.ticks,
        }
    }
}

fn picture_name(dialect: Dialect) -> String {
    let product = if dialect == Dialect::Sinch { "connectStream" } else { "call streaming" };
    format!("{} {product}", dialect_name(dialect))
}

impl Tape for Reel {
    fn heard(&mut self, pcm: &[u8]) -> Result<(), Failure> {
        self.heard.extend_from_slice(pcm);
        Ok(())
    }

    fn said(&mut self, pcm: &[u8]) {
        self.said.extend_from_slice(pcm);
    }
}
