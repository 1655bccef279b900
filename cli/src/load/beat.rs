//! The beat: what says the frames of all calls, each when it is due.
//!
//! One timer serves many calls, and what is due at once is said in one go. With a timer for each call, every frame would
//! cost a task being woken to say it and once more to hear it, which is as much as the server has to do.

use core::convert::Infallible;
use core::pin::pin;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::sleep_until;
use voxwire::AudioFormat;

use super::speaker::{Speaker, locked};
use super::stage::{Stage, first_frame};
use crate::agent::stopping;

/// How many frames are said before others have their turn: those who hear.
const IN_ONE_GO: usize = 32;

/// For each thread one, among which the calls are spread. They end with the last of these.
#[derive(Clone)]
pub(super) struct Beat(Arc<[mpsc::UnboundedSender<Turn>]>);

/// Whose frame is due, and when.
struct Turn {
    due: Duration,
    // Given back before it is told that it is.
    speaker: Arc<Mutex<Speaker>>,
    _through: oneshot::Sender<Infallible>,
}

impl Beat {
    /// Begins the beat of a load.
    pub(super) fn begin(stage: &Arc<Stage>) -> Self {
        let threads = available_parallelism().map_or(1, |threads| threads.get());
        let each = |_| {
            let (joining, joined) = mpsc::unbounded_channel();
            tokio::spawn(keep(stage.clone(), joined));
            joining
        };
        Self((0..threads).map(each).collect())
    }

    /// Has the frames of a call said from now on. It ends when no more are to be said: when the window or the load is over,
    /// or the speaker is done. By then the speaker is the caller's alone.
    pub(super) fn join(
        &self,
        number: u32,
        now: Duration,
        speaker: Arc<Mutex<Speaker>>,
    ) -> oneshot::Receiver<Infallible> {
        let (through, is_through) = oneshot::channel();
        let turn = Turn { due: first_frame(number, now), speaker, _through: through };
        if let Some(joining) = self.0.get(number as usize % self.0.len()) {
            // Where nobody takes it, the load is over.
            drop(joining.send(turn));
        }
        is_through
    }
}

/// Says frames until the load is over.
async fn keep(stage: Arc<Stage>, mut joined: mpsc::UnboundedReceiver<Turn>) {
    let mut closing = stage.closing();
    let mut turns = Turns::default();
    let mut alarm = pin!(sleep_until(stage.instant(Duration::ZERO)));
    loop {
        let due = turns.due();
        if let Some(due) = due.map(|due| stage.instant(due)).filter(|due| *due != alarm.deadline()) {
            alarm.as_mut().reset(due);
        }
        select! {
            biased;
            () = stopping(&mut closing) => return,
            turn = joined.recv() => match turn {
                Some(turn) => turns.add(turn),
                None => return,
            },
            () = &mut alarm, if due.is_some() => {
                if turns.take(&stage) {
                    yield_now().await;
                }
            }
        }
    }
}

/// The earliest first.
#[derive(Default)]
struct Turns(VecDeque<Turn>);

impl Turns {
    fn due(&self) -> Option<Duration> {
        self.0.front().map(|turn| turn.due)
    }

    fn add(&mut self, turn: Turn) {
        let place = self.0.partition_point(|other| other.due <= turn.due);
        self.0.insert(place, turn);
    }

    /// Says what is due. Tells whether that was so much that others should have their turn before the rest.
    fn take(&mut self, stage: &Stage) -> bool {
        for _ in 0..IN_ONE_GO {
            let now = stage.now();
            let Some(mut turn) = self.0.pop_front_if(|turn| turn.due <= now) else { return false };
            let is_over = stage.window().is_some_and(|window| window.end <= turn.due);
            if !is_over && locked(&turn.speaker).speak(stage, Some(turn.due)) {
                turn.due += AudioFormat::FRAME;
                self.add(turn);
            }
        }
        true
    }
}
