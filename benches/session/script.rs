//! What happens in the call.

use core::time::Duration;

use voxwire::{Close, Instant, Message};

/// Frames of 20 ms that the platform says: a second.
pub(crate) const FRAMES: usize = 50;

/// The frame after which the application throws away what it has said.
pub(crate) const INTERRUPTED: usize = 25;

/// The frames after which it asks to be told when they have been played.
pub(crate) const MARKED: usize = 10;

/// How long both are silent; [`Config::heartbeat_after`](voxwire::Config::heartbeat_after) by default.
pub(crate) const SILENCE: Duration = Duration::from_secs(25);

/// The call's id.
pub(crate) const CALL: &str = "5a2b7e1c-8f0d-4c7a-9a51-2f0c1b7d9e33";

/// The stream's id, on Wavix.
pub(crate) const STREAM: &str = "str-456";

/// The wall clock of the platform when the socket opens, in seconds since 1970.
pub(crate) const EPOCH: u64 = 1_705_314_600;

/// One end of a call: does what its part asks for, and says what that takes.
pub(crate) trait End {
    /// Takes one step of its part.
    fn take(&mut self, now: Instant, step: &Step, say: &mut impl FnMut(Message<'_>));

    /// How many frames it has heard, and the last of them.
    fn heard(&self) -> (usize, &[u8]);
}

/// A step of an end's part.
#[derive(Clone)]
pub(crate) enum Step {
    /// The platform announces the call.
    Announce,
    /// The platform says a frame.
    Speak(Vec<u8>),
    /// A message has come.
    Hear(Owned),
    /// Time has passed.
    Wake,
    /// The application hangs up.
    HangUp,
}

impl Step {
    /// Bytes of what comes or is to be said.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Speak(frame) => frame.len(),
            Self::Hear(message) => message.borrow().len(),
            Self::Announce | Self::Wake | Self::HangUp => 0,
        }
    }
}

/// A message that is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owned {
    Text(String),
    Binary(Vec<u8>),
    Close(Option<u16>),
}

impl Owned {
    pub(crate) fn borrow(&self) -> Message<'_> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
            Self::Close(code) => Message::Close(Close { code: *code, reason: "" }),
        }
    }
}

impl From<Message<'_>> for Owned {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.to_owned()),
            Message::Binary(bytes) => Self::Binary(bytes.to_vec()),
            Message::Close(close) => Self::Close(close.code),
        }
    }
}

/// The part of one end, with the time of each step.
pub(crate) type Part = Vec<(Instant, Step)>;

/// Has the two ends hold the call, and writes down the part of each.
pub(crate) fn duet(application: impl End, platform: impl End, frame: &[u8]) -> (Part, Part) {
    let mut stage =
        Stage { application, platform, parts: (Vec::new(), Vec::new()), now: Instant::from_millis(20) };
    stage.platform_takes(Step::Announce);
    for _ in 0..FRAMES {
        stage.now = stage.now + Duration::from_millis(20);
        stage.platform_takes(Step::Speak(frame.to_vec()));
    }
    stage.now = stage.now + SILENCE;
    stage.application_takes(Step::Wake);
    stage.application_takes(Step::HangUp);
    stage.parts
}

struct Stage<A, P> {
    application: A,
    platform: P,
    parts: (Part, Part),
    now: Instant,
}

impl<A: End, P: End> Stage<A, P> {
    /// A step of the platform's, and all that the two say because of it.
    fn platform_takes(&mut self, step: Step) {
        let mut said = Vec::new();
        self.platform.take(self.now, &step, &mut |message| said.push(Owned::from(message)));
        self.parts.1.push((self.now, step));
        for message in said {
            self.application_takes(Step::Hear(message));
        }
    }

    /// The same for the application.
    fn application_takes(&mut self, step: Step) {
        let mut said = Vec::new();
        self.application.take(self.now, &step, &mut |message| said.push(Owned::from(message)));
        self.parts.0.push((self.now, step));
        for message in said {
            self.platform_takes(Step::Hear(message));
        }
    }
}
