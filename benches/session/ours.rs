//! Both ends on sessions of `voxwire`.

use voxwire::{
    Audio, AudioFormat, Close, Command, Config, Dialect, Due, Event, Instant, Mark, Message, Role, SendError,
    Session, Start,
};

use crate::script::{CALL, EPOCH, End, INTERRUPTED, MARKED, STREAM, Step};

/// Echoes what it hears.
pub(crate) struct Application {
    session: Session<voxwire::Application>,
    heard: Heard,
    buf: Vec<u8>,
}

/// Announces a call, and says what its part holds.
pub(crate) struct Platform {
    session: Session<voxwire::Platform>,
    format: AudioFormat,
    heard: Heard,
    buf: Vec<u8>,
}

/// Audio that has been read out.
struct Heard {
    frames: usize,
    last: Vec<u8>,
}

impl Application {
    pub(crate) fn new(dialect: Dialect, format: AudioFormat) -> Self {
        let session = Session::application(Config::new(dialect).format(format), Instant::ZERO);
        Self { session, heard: Heard::new(format), buf: room(format) }
    }
}

impl End for Application {
    fn take(&mut self, now: Instant, step: &Step, say: &mut impl FnMut(Message<'_>)) {
        let Self { session, heard, buf } = self;
        match step {
            Step::Hear(message) => match session.handle_message(now, message.borrow()) {
                Ok(Event::Start(_)) => send(session, now, Command::Answer, buf, say),
                Ok(Event::Audio(audio)) => {
                    heard.read(audio);
                    send(session, now, Command::Audio(Audio::raw(&heard.last)), buf, say);
                    if heard.frames.is_multiple_of(MARKED) {
                        send(session, now, Command::Mark(Mark::new("spoken")), buf, say);
                    }
                    if heard.frames == INTERRUPTED {
                        send(session, now, Command::Clear, buf, say);
                    }
                }
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            },
            Step::Wake => {
                if let Ok(Due::Send(message)) = session.handle_timeout(now, buf) {
                    say(message);
                }
            }
            Step::HangUp => send(session, now, Command::Hangup(Close::NORMAL), buf, say),
            Step::Announce | Step::Speak(_) => {}
        }
    }

    fn heard(&self) -> (usize, &[u8]) {
        (self.heard.frames, &self.heard.last)
    }
}

impl Platform {
    pub(crate) fn new(dialect: Dialect, format: AudioFormat) -> Self {
        let config = Config::new(dialect).format(format).epoch(EPOCH);
        Self {
            session: Session::platform(config, Instant::ZERO),
            format,
            heard: Heard::new(format),
            buf: room(format),
        }
    }
}

impl End for Platform {
    fn take(&mut self, now: Instant, step: &Step, say: &mut impl FnMut(Message<'_>)) {
        let Self { session, format, heard, buf } = self;
        match step {
            Step::Announce => {
                send(session, now, Event::Hello, buf, say);
                let mut start = Start::new(CALL).with_format(*format);
                if session.dialect() == Some(Dialect::Wavix) {
                    start = start.with_stream_id(STREAM);
                }
                send(session, now, Event::Start(start), buf, say);
            }
            Step::Speak(frame) => send(session, now, Event::Audio(Audio::raw(frame)), buf, say),
            Step::Hear(message) => match session.handle_message(now, message.borrow()) {
                Ok(Command::Audio(audio)) => heard.read(audio),
                // What was said was played at once.
                Ok(Command::Mark(mark)) => send(session, now, Event::Mark(mark), buf, say),
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            },
            Step::Wake | Step::HangUp => {}
        }
    }

    fn heard(&self) -> (usize, &[u8]) {
        (self.heard.frames, &self.heard.last)
    }
}

impl Heard {
    fn new(format: AudioFormat) -> Self {
        Self { frames: 0, last: vec![0; format.frame_bytes()] }
    }

    fn read(&mut self, audio: Audio<'_>) {
        audio.copy_to(&mut self.last).expect("audio of a frame");
        self.frames += 1;
    }
}

/// Says what the dialect has words for.
fn send<'s, R: Role>(
    session: &mut Session<R>,
    now: Instant,
    says: R::Says<'s>,
    buf: &mut [u8],
    say: &mut impl FnMut(Message<'_>),
) {
    match session.send(now, says, buf) {
        Ok(Some(message)) => say(message),
        Ok(None) | Err(SendError::Unsupported) => {}
        Err(error) => panic!("{error}"),
    }
}

/// Room for the longest message.
fn room(format: AudioFormat) -> Vec<u8> {
    vec![0; 2 * format.frame_bytes() + 512]
}
