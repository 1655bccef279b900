//! A call beside an attack: it speaks numbered samples, and must get each of them back, in order.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant as Clock;

use crate::frame::{BINARY, PING, PONG};
use crate::peer::{Came, PATIENCE, Part, Peer};
use crate::victim::Victim;

/// How often it speaks.
const EVERY: Duration = Duration::from_millis(10);

/// Samples of a frame.
const SAMPLES: u32 = 80;

/// A call that goes on until it is told to end.
pub(crate) struct Innocent {
    is_over: Arc<AtomicBool>,
    call: JoinHandle<io::Result<Heard>>,
}

/// What it got back: all that it said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub(crate) frames: u32,
    /// The longest that a frame took to come back.
    pub(crate) gap: Duration,
}

impl Innocent {
    pub(crate) fn begin(victim: &Victim, part: Part) -> io::Result<Self> {
        let peer = Peer::reach_patient(victim, part)?;
        let is_over = Arc::<AtomicBool>::default();
        let told = is_over.clone();
        let call = thread::spawn(move || Self::talk(peer, || told.load(Ordering::SeqCst)));
        Ok(Self { is_over, call })
    }

    /// Ends it, once all has come back.
    pub(crate) fn end(self) -> io::Result<Heard> {
        self.is_over.store(true, Ordering::SeqCst);
        self.call.join().unwrap()
    }

    /// A whole call of so many frames.
    pub(crate) fn call(victim: &Victim, part: Part, frames: usize) -> io::Result<Heard> {
        let mut left = frames;
        Self::talk(Peer::reach_patient(victim, part)?, || {
            left = left.saturating_sub(1);
            left == 0
        })
    }

    /// Asks before each frame whether there are to be no more.
    fn talk(mut peer: Peer, mut is_over: impl FnMut() -> bool) -> io::Result<Heard> {
        let mut heard = Heard { frames: 0, gap: Duration::ZERO };
        let mut echo = Echo::default();
        // When those frames were said that have not come back.
        let mut said = std::collections::VecDeque::new();
        let mut next = Clock::now();
        let mut until = None;
        loop {
            if until.is_none() && Clock::now() >= next {
                if is_over() {
                    until = Some(Clock::now() + PATIENCE);
                } else {
                    peer.say(BINARY, frame(heard.frames))?;
                    heard.frames += 1;
                    said.push_back(Clock::now());
                    next = next.max(Clock::now() - EVERY) + EVERY;
                }
            }
            if until.is_some() && said.is_empty() {
                peer.hang_up()?;
                return Ok(heard);
            }
            match peer.next(until.unwrap_or(next)) {
                Came::Frame(BINARY, payload) => {
                    for _ in 0..echo.hear(&payload)? {
                        let waited = said.pop_front().map_or(Duration::ZERO, |said: Clock| said.elapsed());
                        heard.gap = heard.gap.max(waited);
                    }
                }
                Came::Frame(PING, payload) => peer.say(PONG, payload)?,
                Came::Frame(..) => {}
                Came::Nothing if until.is_none() => {}
                Came::Nothing => {
                    let lost = said.len();
                    return Err(io::Error::other(format!(
                        "{lost} of {} frames did not come back",
                        heard.frames
                    )));
                }
                Came::End { .. } => {
                    let lost = said.len();
                    return Err(io::Error::other(format!("it was ended with {lost} frames on their way")));
                }
            }
        }
    }
}

/// A frame: samples that are numbered through the call.
fn frame(number: u32) -> Vec<u8> {
    (number * SAMPLES..(number + 1) * SAMPLES).flat_map(|sample| (sample as u16).to_le_bytes()).collect()
}

/// What comes back. A victim may cut it otherwise.
#[derive(Default)]
struct Echo {
    bytes: usize,
}

impl Echo {
    /// Takes some, and tells how many frames are whole with it.
    fn hear(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.bytes / frame_len();
        for byte in bytes {
            let sample = (self.bytes / 2) as u16;
            if *byte != sample.to_le_bytes()[self.bytes % 2] {
                return Err(io::Error::other(format!("sample {sample} came back wrong")));
            }
            self.bytes += 1;
        }
        Ok(self.bytes / frame_len() - before)
    }
}

const fn frame_len() -> usize {
    2 * SAMPLES as usize
}
