//! The caller at the platform's end: what he says, and where is kept what he hears.

use core::pin::pin;
use core::time::Duration;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::select;
use voxwire::{AudioFormat, Dialect};

use crate::clock::Clock;
use crate::exit::Failure;
use crate::platform::{self, Placed, Script};
use crate::report::{Output, Trace, progress};
use crate::socket::Trust;
use crate::tape::Tape;
use crate::wav::{Recorder, Recording, WavError};

/// What a caller says who was given nothing to say.
pub(crate) const CALLER: &[u8] = include_bytes!("../../assets/caller.wav");

/// A caller, before the call.
pub(super) struct Caller {
    words: Recording,
    record: Option<PathBuf>,
    fast: bool,
    bar: ProgressBar,
}

/// Where a call goes.
pub(super) struct Destination {
    pub(super) url: String,
    pub(super) dialect: Dialect,
    pub(super) call_id: String,
    pub(super) headers: Vec<(String, String)>,
    /// When the platform hangs up, counted from the announcement.
    pub(super) limit: Option<Duration>,
}

/// What the caller says in a call, and at which rate.
pub(super) struct Voice {
    pub(super) format: AudioFormat,
    pcm: Vec<u8>,
}

impl Caller {
    /// A caller who says the recording `say`, or else the built-in one, and records what he hears in `record`.
    ///
    /// # Errors
    /// When the one cannot be read or the other cannot be written.
    pub(super) fn new(say: Option<&Path>, record: Option<&Path>, fast: bool) -> Result<Self, Failure> {
        let words = match say {
            Some(path) => Recording::read(path)?,
            None => Recording::parse(CALLER)?,
        };
        record.map_or(Ok(()), writable)?;
        Ok(Self { words, record: record.map(Path::to_owned), fast, bar: progress("speaking") })
    }

    /// Shows how far he has spoken.
    pub(super) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// What he says in a call of this format, or of the one that loses nothing of his words. Tells what is done for it.
    ///
    /// # Errors
    /// When it cannot be brought to that rate.
    pub(super) fn voice(&self, format: Option<AudioFormat>, output: &Output) -> Result<Voice, Failure> {
        let format = format.unwrap_or_else(|| self.words.format());
        let said = self.words.at(format)?;
        if let Some(conversion) = &said.conversion {
            output.line("converted", conversion);
        }
        Ok(Voice { format, pcm: said.pcm.to_vec() })
    }

    /// Holds a call to its end. `leave` ends it early.
    ///
    /// # Errors
    /// When the call did not come about, was lost, or could not be kept.
    pub(super) async fn call(
        self,
        to: Destination,
        trust: &Trust,
        voice: Voice,
        clock: Clock,
        trace: &mut Trace,
        leave: impl Future<Output = ()>,
    ) -> Result<Placed, Failure> {
        let Voice { format, pcm } = voice;
        let mut leave = pin!(leave);
        let call = select! {
            call = platform::dial(&to.url, trust, to.dialect, format) => call?,
            () = &mut leave => {
                let why = "the caller hung up before the application was reached";
                return Err(Failure::Unanswered(why.into()));
            }
        };
        let length = format.duration_of(pcm.len() as u64).as_millis();
        // Shown on standard error, and only if that is a terminal.
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.set_length(u64::try_from(length).unwrap_or(u64::MAX));
        let mut tape =
            CallTape { record: self.record, recorder: None, bar: self.bar.clone(), format, said: 0 };
        let script = Script {
            dialect: to.dialect,
            format,
            call_id: to.call_id,
            headers: to.headers,
            voice: pcm,
            holds: false,
            // An application thinks no faster when time passes faster, so it is left more of it.
            linger: Duration::from_secs(if self.fast { 5 } else { 1 }),
            limit: to.limit,
        };
        let placed = platform::place(call, &script, clock, trace, &mut tape, leave).await;
        self.bar.finish_and_clear();
        // Who was called and heard nothing has a recording of nothing, and not that of another call.
        let begun = if placed.is_ok() { tape.begin() } else { Ok(()) };
        let recorded = begun.and(tape.recorder.map_or(Ok(()), |recorder| recorder.finish().map(drop)));
        let placed = placed?;
        recorded?;
        Ok(placed)
    }
}

/// Whether a file can be written there, as far as can be told without leaving a trace.
pub(crate) fn writable(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let found = match File::options().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            folder.map_or(Ok(()), |folder| folder.metadata().map(drop))
        }
        opened => opened.map(drop),
    };
    found.map_err(|cause| Failure::Write { name: path.display().to_string(), cause })
}

/// Records what the caller hears, and shows how far he has spoken.
struct CallTape {
    /// Where to record, until that is begun.
    record: Option<PathBuf>,
    recorder: Option<Recorder>,
    bar: ProgressBar,
    format: AudioFormat,
    said: u64,
}

impl CallTape {
    /// Begins the recording, over any that was there: not before there is something to record.
    fn begin(&mut self) -> Result<(), WavError> {
        if let Some(path) = self.record.take() {
            self.recorder = Some(Recorder::create(path, self.format.rate())?);
        }
        Ok(())
    }
}

impl Tape for CallTape {
    fn heard(&mut self, pcm: &[u8]) -> Result<(), Failure> {
        if !pcm.is_empty() {
            self.begin()?;
        }
        Ok(self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.push(pcm))?)
    }

    fn said(&mut self, pcm: &[u8]) {
        self.said += pcm.len() as u64;
        let millis = self.format.duration_of(self.said).as_millis();
        self.bar.set_position(u64::try_from(millis).unwrap_or(u64::MAX));
    }
}
