//! What a call of a load says, and what of it comes back.

use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};

use voxwire::{Audio, AudioFormat, Event, Platform};
use voxwire_tokio::Speaking;

use super::echo::{Came, Echoes};
use super::stage::Stage;
use crate::platform::say;
use crate::socket::Socket;

/// Says the frames of a call.
pub(super) struct Speaker {
    number: u32,
    speaking: Speaking<Platform, Socket>,
    echoes: Echoes<Said>,
    done: bool,
}

/// When a frame was said, and whether it counts.
struct Said {
    at: Duration,
    counts: bool,
}

impl Speaker {
    pub(super) fn new(number: u32, speaking: Speaking<Platform, Socket>, format: AudioFormat) -> Self {
        Self { number, speaking, echoes: Echoes::new(number, format), done: false }
    }

    /// Says a frame, which was `due` then if there is a schedule, unless no more are to be said. One that the line does not
    /// take at once is lost, as it is on a telephone line.
    pub(super) fn speak(&mut self, stage: &Stage, due: Option<Duration>) -> bool {
        if self.done {
            return false;
        }
        let at = stage.now();
        let counts = stage.window().is_some_and(|window| window.contains(due.unwrap_or(at)));
        if say(&mut self.speaking, Event::Audio(Audio::raw(self.echoes.frame()))) {
            self.echoes.said(Said { at, counts });
        }
        if counts {
            let late = due.map(|due| at.saturating_sub(due));
            stage.meter.count(self.number, |tally| tally.said(late));
        }
        true
    }

    /// Says what is no frame, if the line takes it at once.
    pub(super) fn say(&mut self, event: Event<'_>) {
        say(&mut self.speaking, event);
    }

    /// Hears a piece of audio, and counts the frames that it completes.
    pub(super) fn hear(&mut self, pcm: &[u8], heard: Duration, stage: &Stage) {
        let number = self.number;
        self.echoes.hear(pcm, |came| {
            let Some(window) = stage.window() else { return };
            match came {
                Came::Back(said) if said.counts => {
                    stage.meter.count(number, |tally| tally.came_back(said.at, heard, window));
                }
                Came::Back(_) => {}
                Came::Stray if heard < window.begin => {}
                Came::Stray => stage.meter.count(number, |tally| tally.strays += 1),
            }
        });
    }

    /// How many frames are waited for.
    pub(super) fn waiting(&self) -> usize {
        self.echoes.waiting()
    }

    /// Says no more frames.
    pub(super) fn finish(&mut self) {
        self.done = true;
    }

    /// Where the dialect has a word for the end of the stream, it comes before the close. Tells whether that could be said.
    pub(super) async fn hang_up(&mut self) -> bool {
        self.say(Event::Stop);
        self.speaking.hang_up(1000, "").await.is_ok()
    }
}

/// Held for a frame, never for longer.
pub(super) fn locked(speaker: &Mutex<Speaker>) -> MutexGuard<'_, Speaker> {
    speaker.lock().unwrap_or_else(PoisonError::into_inner)
}
