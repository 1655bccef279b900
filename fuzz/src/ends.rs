//! The two ends of a call alike, so that every promise is checked at both.

use std::fmt::Debug;

use voxwire::{
    Application, Audio, AudioFormat, Close, Command, Config, Dialect, Dropped, Event, Headers, Instant, Mark,
    Message, Platform, Role, Session, Start,
};

use crate::script;

/// One end of a call.
pub(crate) trait End: Role + Clone + Debug + PartialEq {
    type Peer: End<Peer = Self>;

    fn session(config: Config, now: Instant) -> Session<Self>;

    /// A session that has come as far as `stage`, or as far as its dialect lets it.
    fn reach(stage: Stage, config: Config, dialect: Dialect, now: Instant) -> Session<Self>;

    /// What was heard.
    fn word(heard: Self::Hears<'_>) -> Word<'_>;

    /// What is to be said, unless this end has no such word.
    fn says(word: Word<'_>) -> Option<Self::Says<'_>>;

    /// What was heard, as a log has it.
    fn log(heard: Self::Hears<'_>) -> String;
}

/// An event or a command: what both ends together can say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Word<'m> {
    Hello,
    Start(Start<'m>),
    Answer,
    Busy,
    Reject,
    Audio(Audio<'m>),
    Mark(Mark<'m>),
    Clear,
    Heartbeat,
    Stop,
    Hangup(Close<'m>),
    Dropped(Dropped),
    Other(Message<'m>),
}

/// How far a call is brought before the script begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    Idle,
    Offered,
    Live,
    /// The last word but the close has been said.
    Ending,
    /// Our close is on its way.
    Leaving,
    Closed,
}

impl Stage {
    pub(crate) fn from_letter(letter: u8) -> Self {
        match letter {
            b'i' => Self::Idle,
            b'o' => Self::Offered,
            b'e' => Self::Ending,
            b'x' => Self::Leaving,
            b'c' => Self::Closed,
            _ => Self::Live,
        }
    }
}

impl<'s> Word<'s> {
    /// A word out of a script: a letter, and what it needs. What is no letter is audio.
    ///
    /// | letters | word |
    /// |---|---|
    /// | `H` `a` `b` `r` `c` `h` `s` | hello, answer, busy, reject, clear, heartbeat, stop |
    /// | `S` | start: `call\|stream\|application\|1`, the last for a stream that only listens; all may be missing |
    /// | `A` `6` `m` `x` `d` | audio, audio as base64, mark, hang-up, audio that was dropped |
    /// | `o` | a message as it stands ([`script::message`]) |
    pub(crate) fn read(line: &'s [u8], format: Option<AudioFormat>, headers: Headers<'s>) -> Self {
        let (letter, rest) = line.split_first().unwrap_or((&b'A', &[]));
        let text = str::from_utf8(rest).unwrap_or_default();
        match letter {
            b'H' => Self::Hello,
            b'a' => Self::Answer,
            b'b' => Self::Busy,
            b'r' => Self::Reject,
            b'c' => Self::Clear,
            b'h' => Self::Heartbeat,
            b's' => Self::Stop,
            b'6' => Self::Audio(Audio::base64(text.into())),
            b'm' => Self::Mark(Mark::new(text)),
            b'x' => Self::Hangup(script::close(rest)),
            b'd' => Self::Dropped(Dropped { bytes: rest.len() }),
            b'o' => Self::Other(script::message(rest)),
            b'S' => {
                let mut fields = text.split('|');
                let mut field = || fields.next().filter(|field| !field.is_empty()).map(Into::into);
                let mut start = Start::default().with_headers(headers);
                (start.heard, start.said) = (format, format);
                start.call_id = field();
                start.stream_id = field();
                start.application_id = field();
                start.oneway = field().is_some();
                Self::Start(start)
            }
            _ => Self::Audio(Audio::raw(rest)),
        }
    }
}

/// Whether calls of this dialect must be answered.
pub(crate) fn is_answered(dialect: Dialect) -> bool {
    dialect == Dialect::Sinch
}

impl End for Application {
    type Peer = Platform;

    fn session(config: Config, now: Instant) -> Session<Self> {
        Session::application(config, now)
    }

    fn reach(stage: Stage, config: Config, dialect: Dialect, now: Instant) -> Session<Self> {
        let mut guide = Guide { session: Self::session(config, now), now };
        match (stage, dialect) {
            (Stage::Idle, _) | (Stage::Offered, Dialect::Wavix) => return guide.session,
            (_, Dialect::Wavix) => guide.hear(r#"{"event":"start","call_id":"c1","stream_id":"s1"}"#),
            _ => guide.hear(r#"{"command":"connect","CallId":"c1"}"#),
        }
        match (stage, dialect) {
            (Stage::Offered, _) => {}
            (Stage::Ending, Dialect::Wavix) => guide.hear(r#"{"event":"stop"}"#),
            (Stage::Ending, _) => guide.say(Command::Busy),
            _ => guide.say(Command::Answer),
        }
        guide.end(stage)
    }

    fn word(event: Self::Hears<'_>) -> Word<'_> {
        match event {
            Event::Hello => Word::Hello,
            Event::Start(start) => Word::Start(start),
            Event::Audio(audio) => Word::Audio(audio),
            Event::Mark(mark) => Word::Mark(mark),
            Event::Stop => Word::Stop,
            Event::Hangup(close) => Word::Hangup(close),
            Event::Dropped(dropped) => Word::Dropped(dropped),
            Event::Other(message) => Word::Other(message),
            _ => panic!("the fuzzer has not been told of {event:?}"),
        }
    }

    fn says(word: Word<'_>) -> Option<Command<'_>> {
        Some(match word {
            Word::Answer => Command::Answer,
            Word::Busy => Command::Busy,
            Word::Reject => Command::Reject,
            Word::Audio(audio) => Command::Audio(audio),
            Word::Mark(mark) => Command::Mark(mark),
            Word::Clear => Command::Clear,
            Word::Heartbeat => Command::Heartbeat,
            Word::Hangup(close) => Command::Hangup(close),
            Word::Dropped(dropped) => Command::Dropped(dropped),
            Word::Other(message) => Command::Other(message),
            Word::Hello | Word::Start(_) | Word::Stop => return None,
        })
    }

    fn log(event: Event<'_>) -> String {
        format!("{event:?} {}", serde_json::to_string(&event).expect("an event can be logged"))
    }
}

impl End for Platform {
    type Peer = Application;

    fn session(config: Config, now: Instant) -> Session<Self> {
        Session::platform(config, now)
    }

    fn reach(stage: Stage, config: Config, dialect: Dialect, now: Instant) -> Session<Self> {
        let mut guide = Guide { session: Self::session(config, now), now };
        // A platform that was told no dialect cannot speak; it stays where it is.
        if stage == Stage::Idle || config.dialect().is_none() {
            return guide.session;
        }
        let start = Start::new("c1");
        guide.say(Event::Start(if is_answered(dialect) { start } else { start.with_stream_id("s1") }));
        if is_answered(dialect) && stage != Stage::Offered {
            guide.hear(r#"{"command":"answer"}"#);
        }
        if stage == Stage::Ending {
            guide.say(Event::Stop);
        }
        guide.end(stage)
    }

    fn word(command: Self::Hears<'_>) -> Word<'_> {
        match command {
            Command::Answer => Word::Answer,
            Command::Busy => Word::Busy,
            Command::Reject => Word::Reject,
            Command::Audio(audio) => Word::Audio(audio),
            Command::Mark(mark) => Word::Mark(mark),
            Command::Clear => Word::Clear,
            Command::Heartbeat => Word::Heartbeat,
            Command::Hangup(close) => Word::Hangup(close),
            Command::Dropped(dropped) => Word::Dropped(dropped),
            Command::Other(message) => Word::Other(message),
            _ => panic!("the fuzzer has not been told of {command:?}"),
        }
    }

    fn says(word: Word<'_>) -> Option<Event<'_>> {
        Some(match word {
            Word::Hello => Event::Hello,
            Word::Start(start) => Event::Start(start),
            Word::Audio(audio) => Event::Audio(audio),
            Word::Mark(mark) => Event::Mark(mark),
            Word::Stop => Event::Stop,
            Word::Hangup(close) => Event::Hangup(close),
            Word::Dropped(dropped) => Event::Dropped(dropped),
            Word::Other(message) => Event::Other(message),
            Word::Answer | Word::Busy | Word::Reject | Word::Clear | Word::Heartbeat => return None,
        })
    }

    fn log(command: Command<'_>) -> String {
        format!("{command:?} {}", serde_json::to_string(&command).expect("a command can be logged"))
    }
}

/// Brings a session to a stage, word by word, each of which must be taken.
struct Guide<E: End> {
    session: Session<E>,
    now: Instant,
}

impl<E: End> Guide<E> {
    fn hear(&mut self, text: &str) {
        self.session.handle_message(self.now, Message::Text(text)).expect("a word that fits the phase");
    }

    fn say(&mut self, says: E::Says<'_>) {
        self.session.send(self.now, says, &mut [0; 256]).expect("a wish that fits the phase");
    }

    fn end(mut self, stage: Stage) -> Session<E> {
        match stage {
            Stage::Leaving => self.say(E::says(Word::Hangup(Close::NORMAL)).expect("either end hangs up")),
            Stage::Closed => {
                let close = Message::Close(Close::BARE);
                self.session.handle_message(self.now, close).expect("a close is always taken");
            }
            _ => {}
        }
        self.session
    }
}
