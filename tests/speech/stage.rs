//! Two lines, a network that takes its time, and a platform that really plays, on a clock that only moves when told.

use core::mem;
use core::task::Poll;
use core::time::Duration;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use support::speaker::Speaker;
use voxwire::{
    Application, AudioFormat, Close, Command, Config, Dialect, Event, Instant, Mark, Platform, Role, Start,
};
use voxwire_line::{CallConfig, CallError, Inbox, Line, Turn, Voice};

pub(crate) const FORMAT: AudioFormat = AudioFormat::pcm16(16_000).unwrap();

/// One direction of a stream.
struct Pipe {
    bytes: VecDeque<u8>,
    /// How many more it takes.
    room: usize,
}

struct End<'p> {
    heard: &'p mut Pipe,
    said: &'p mut Pipe,
}

impl Read for End<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.heard.bytes.is_empty() {
            Err(ErrorKind::WouldBlock.into())
        } else {
            self.heard.bytes.read(buf)
        }
    }
}

impl Write for End<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.said.room.min(buf.len()) {
            0 => Err(ErrorKind::WouldBlock.into()),
            taken => {
                self.said.room -= taken;
                self.said.bytes.write(&buf[..taken])
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the platform has been told, in its own memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Audio(Vec<u8>),
    Mark(String),
    Clear,
}

pub(crate) struct Stage {
    pub(crate) now: Instant,
    pub(crate) application: Line<Application>,
    platform: Line<Platform>,
    down: Pipe,
    up: Pipe,
    /// All that the platform has received, and when it was put on the socket.
    pub(crate) said: Vec<(Instant, Said)>,
    /// How long the way takes.
    delay: Duration,
    /// What is on it, and when it arrives.
    under_way: VecDeque<(Instant, Said)>,
    speaker: Speaker<String>,
    /// The first byte of a sample.
    has_half: bool,
    /// Where each clear that arrived has stopped speech, and what had been heard by then.
    pub(crate) stops: Vec<(u64, u64)>,
}

impl Stage {
    /// A call that has been answered.
    pub(crate) fn new(dialect: Dialect, config: impl FnOnce(CallConfig) -> CallConfig) -> Self {
        let mut stage = Self::offered(dialect, config);
        assert!(matches!(stage.send(Command::Answer), Poll::Ready(Ok(()))));
        stage.carry();
        stage
    }

    /// One that has been announced.
    pub(crate) fn offered(dialect: Dialect, config: impl FnOnce(CallConfig) -> CallConfig) -> Self {
        let now = Instant::from_millis(7);
        let session = Config::new(dialect).format(FORMAT);
        let pipe = || Pipe { bytes: VecDeque::new(), room: usize::MAX };
        let mut stage = Self {
            now,
            application: Line::application(config(session.into()), &[], now),
            platform: Line::platform(session, &[], now),
            down: pipe(),
            up: pipe(),
            said: Vec::new(),
            delay: Duration::ZERO,
            under_way: VecDeque::new(),
            speaker: Speaker::new(FORMAT.rate(), u64::MAX),
            has_half: false,
            stops: Vec::new(),
        };
        let start = if dialect == Dialect::Wavix {
            Start::new("c1").with_stream_id("s1")
        } else {
            Start::new("c1").with_format(FORMAT)
        };
        stage.platform_says(Event::Start(start));
        stage
    }

    /// The same with a way that takes so long.
    pub(crate) fn far(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Speaks all of `pcm`, however long it takes.
    pub(crate) fn speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Result<(), CallError> {
        loop {
            if let Poll::Ready(spoken) = self.poll_speak(voice, pcm) {
                return spoken;
            }
            let until = voice.sleep_until().expect("the stream takes all");
            assert!(until > self.now, "time spins");
            self.pass(until.since(self.now));
        }
    }

    /// Says the end of an utterance, however long it takes.
    pub(crate) fn finish(&mut self, voice: &mut Voice) -> Result<(), CallError> {
        loop {
            if let Poll::Ready(finished) = self.poll_finish(voice) {
                return finished;
            }
            let until = voice.sleep_until().expect("the stream takes all");
            self.pass(until.since(self.now));
        }
    }

    pub(crate) fn poll_speak(&mut self, voice: &mut Voice, pcm: &mut &[u8]) -> Poll<Result<(), CallError>> {
        let now = self.now;
        self.act(|line, io| line.poll_speak(|| now, io, voice, pcm))
    }

    pub(crate) fn poll_finish(&mut self, voice: &mut Voice) -> Poll<Result<(), CallError>> {
        let now = self.now;
        self.act(|line, io| line.poll_finish(|| now, io, voice))
    }

    pub(crate) fn send(&mut self, command: Command<'_>) -> Poll<Result<(), CallError>> {
        let now = self.now;
        self.act(|line, io| line.poll_send(now, io, command, &mut Turn::new()))
    }

    pub(crate) fn clear(&mut self) -> voxwire_line::Cleared {
        let now = self.now;
        self.act(|line, io| line.clear(now, io)).unwrap()
    }

    /// Does something with the application's line, and takes off the stream what it puts there.
    fn act<T>(&mut self, act: impl FnOnce(&mut Line<Application>, &mut End<'_>) -> T) -> T {
        let done = act(&mut self.application, &mut End { heard: &mut self.up, said: &mut self.down });
        self.carry();
        done
    }

    /// How many bytes the stream to the platform takes from now on.
    pub(crate) fn room(&mut self, room: usize) {
        self.down.room = room;
    }

    /// Lets time pass, in which the platform plays, and gives its marks back.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let until = self.now + duration;
        loop {
            let arrives = self.under_way.front().map(|(at, _)| *at);
            let mark = self.speaker.next_mark_at().map(|at| Instant::from_micros(at).max(self.now));
            let next = [arrives, mark].into_iter().flatten().min().filter(|next| *next <= until);
            self.now = next.unwrap_or(until);
            let micros = self.now.as_micros();
            self.speaker.play(micros);
            while let Some((_, said)) = self.under_way.pop_front_if(|(at, _)| *at <= self.now) {
                self.arrive(said);
            }
            while let Some(name) = self.speaker.poll_mark() {
                self.platform_says(Event::Mark(Mark::new(&name)));
            }
            if next.is_none() {
                return;
            }
        }
    }

    fn arrive(&mut self, said: Said) {
        let now = self.now.as_micros();
        match said {
            Said::Audio(bytes) => {
                let bytes = bytes.len() + usize::from(self.has_half);
                self.has_half = bytes % 2 == 1;
                self.speaker.push(now, bytes as u64 / 2);
            }
            Said::Mark(name) => self.speaker.mark(now, name),
            Said::Clear => {
                self.has_half = false;
                let at = self.speaker.clear(now);
                self.stops.push((at, self.speaker.heard()));
            }
        }
    }

    /// Samples that the far end has heard, and those that are on the way or queued there.
    pub(crate) fn heard(&self) -> (u64, u64) {
        let under_way = self.under_way.iter().map(|(_, said)| match said {
            Said::Audio(bytes) => bytes.len(),
            _ => 0,
        });
        (self.speaker.heard(), self.speaker.queued() + under_way.sum::<usize>() as u64 / 2)
    }

    pub(crate) fn hang_up(&mut self) {
        let mut io = End { heard: &mut self.down, said: &mut self.up };
        self.platform.hang_up(self.now, &mut io, Close::NORMAL).unwrap();
        self.hear();
    }

    fn platform_says(&mut self, event: Event<'_>) {
        let mut io = End { heard: &mut self.down, said: &mut self.up };
        assert!(matches!(
            self.platform.poll_send(self.now, &mut io, event, &mut Turn::new()),
            Poll::Ready(Ok(()))
        ));
        self.hear();
    }

    /// The application hears all that there is.
    fn hear(&mut self) {
        let (now, mut inbox) = (self.now, Inbox::new());
        let mut io = End { heard: &mut self.up, said: &mut self.down };
        while !self.application.session().is_closed()
            && receives(&mut self.application, now, &mut io, &mut inbox)
        {
            self.application.hear(now, &inbox).unwrap();
        }
    }

    /// The platform takes what is on the stream.
    fn carry(&mut self) {
        let (now, mut inbox) = (self.now, Inbox::new());
        let mut io = End { heard: &mut self.down, said: &mut self.up };
        while !self.platform.session().is_closed() && receives(&mut self.platform, now, &mut io, &mut inbox) {
            let said = match self.platform.hear(now, &inbox).unwrap() {
                Command::Audio(audio) => {
                    let mut bytes = vec![0; audio.len()];
                    audio.copy_to(&mut bytes).unwrap();
                    Said::Audio(bytes)
                }
                Command::Mark(mark) => Said::Mark(mark.name.chars().collect()),
                Command::Clear => Said::Clear,
                Command::Answer | Command::Hangup(_) => continue,
                other => panic!("{other:?}"),
            };
            self.under_way.push_back((now + self.delay, said.clone()));
            self.said.push((now, said));
        }
    }

    /// The frames that have come since this was asked last, and when.
    pub(crate) fn take_frames(&mut self) -> Vec<(Instant, Vec<u8>)> {
        let said = mem::take(&mut self.said).into_iter();
        said.filter_map(|(at, said)| if let Said::Audio(frame) = said { Some((at, frame)) } else { None })
            .collect()
    }
}

/// Whether anything is to be heard. A turn may be over before, but the next is not.
fn receives<R: Role>(line: &mut Line<R>, now: Instant, io: &mut End<'_>, inbox: &mut Inbox) -> bool {
    (0..2).any(|_| line.poll_receive(|| now, io, inbox).is_ready())
}
