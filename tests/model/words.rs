//! All that can be heard and said, by the names that the tables have for it.

use voxwire::{
    Application, Audio, Bound, Close, Command, Dialect, Dropped, Event, Mark, Message, Platform,
    ReceiveError, Role, Start,
};

/// The longest text without audio, in bytes.
pub(crate) const MAX_TEXT: u32 = 200;

/// What is heard and said, each by its name.
pub(crate) struct Words<R: Role> {
    pub(crate) heard: Vec<(&'static str, Sample)>,
    pub(crate) said: Vec<(&'static str, R::Says<'static>)>,
}

/// A message of somebody's.
pub(crate) enum Sample {
    Text(String),
    Binary(&'static [u8]),
    Close(Close<'static>),
}

impl Sample {
    pub(crate) fn message(&self) -> Message<'_> {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
            Self::Close(close) => Message::Close(*close),
        }
    }
}

/// An end of a call whose words have names.
pub(crate) trait Word: Role {
    /// The name of what was heard.
    fn name(heard: &Self::Hears<'_>) -> &'static str;
    /// The texts that this end may hear in a dialect.
    fn texts(dialect: Dialect) -> &'static [(&'static str, &'static str)];
    /// What this end may say.
    fn said() -> Vec<(&'static str, Self::Says<'static>)>;
}

impl<R: Word> Words<R> {
    pub(crate) fn on(dialect: Dialect) -> Self {
        let text = |(name, text): &(&'static str, &str)| (*name, Sample::Text((*text).to_owned()));
        let mut heard: Vec<_> = R::texts(dialect).iter().map(text).collect();
        heard.extend([
            ("unknown", Sample::Text(r#"{"command":"sing","event":"sing"}"#.to_owned())),
            ("no-json", Sample::Text("hello".to_owned())),
            ("malformed", Sample::Text(r#"{"command":"answer","#.to_owned())),
            ("too-long", Sample::Text(format!(r#"{{"command":"{}"}}"#, "x".repeat(MAX_TEXT as usize)))),
            ("close", Sample::Close(Close::new(1001, "so long"))),
            ("lost", Sample::Close(Close::LOST)),
        ]);
        heard.extend(match dialect {
            Dialect::Sinch => vec![("audio", Sample::Binary(&[1; 320])), ("nothing", Sample::Binary(&[]))],
            _ => vec![("binary", Sample::Binary(&[1; 320]))],
        });
        let mut said = R::said();
        said.extend(
            [("hang-up", Close::NORMAL), ("bad-code", Close::LOST)].map(|(name, close)| (name, close.into())),
        );
        Self { heard, said }
    }
}

impl Word for Application {
    fn name(heard: &Event<'_>) -> &'static str {
        match heard {
            Event::Hello => "hello",
            Event::Start(_) => "start",
            Event::Audio(_) => "audio",
            Event::Mark(_) => "mark",
            Event::Stop => "stop",
            Event::Hangup(_) => "hangup",
            Event::Dropped(_) => "dropped",
            Event::Other(_) => "other",
            _ => "?",
        }
    }

    fn texts(dialect: Dialect) -> &'static [(&'static str, &'static str)] {
        match dialect {
            Dialect::Sinch => &[("connect", r#"{"command":"connect","CallId":"c1"}"#)],
            _ => &[
                ("connected", r#"{"event":"connected"}"#),
                ("start", r#"{"event":"start","stream_id":"s1","stream_type":"twoway"}"#),
                ("oneway", r#"{"event":"start","stream_id":"s1","stream_type":"oneway"}"#),
                ("media", r#"{"event":"media","media":{"payload":"AAEC"}}"#),
                ("mark", r#"{"event":"mark","mark":{"name":"m"}}"#),
                ("stop", r#"{"event":"stop"}"#),
                (
                    "long-id",
                    concat!(
                        r#"{"event":"start","stream_id":"0123456789012345678901234567890123456789"#,
                        r#"0123456789012345678901234567890123456789"}"#
                    ),
                ),
            ],
        }
    }

    fn said() -> Vec<(&'static str, Command<'static>)> {
        vec![
            ("answer", Command::Answer),
            ("busy", Command::Busy),
            ("reject", Command::Reject),
            ("audio", Command::Audio(Audio::raw(&[1; 320]))),
            ("nothing", Command::Audio(Audio::raw(&[]))),
            ("mark", Command::Mark(Mark::new("m"))),
            ("clear", Command::Clear),
            ("heartbeat", Command::Heartbeat),
            ("other", Command::Other(Message::Text("{}"))),
            ("dropped", Command::Dropped(Dropped { bytes: 1 })),
            ("as-other", Command::Other(Message::Close(Close::NORMAL))),
        ]
    }
}

impl Word for Platform {
    fn name(heard: &Command<'_>) -> &'static str {
        match heard {
            Command::Answer => "answer",
            Command::Busy => "busy",
            Command::Reject => "reject",
            Command::Audio(_) => "audio",
            Command::Mark(_) => "mark",
            Command::Clear => "clear",
            Command::Heartbeat => "heartbeat",
            Command::Hangup(_) => "hangup",
            Command::Dropped(_) => "dropped",
            Command::Other(_) => "other",
            _ => "?",
        }
    }

    fn texts(dialect: Dialect) -> &'static [(&'static str, &'static str)] {
        match dialect {
            Dialect::Sinch => &[
                ("answer", r#"{"command":"answer"}"#),
                ("busy", r#"{"command":"busy"}"#),
                ("reject", r#"{"command":"reject"}"#),
                ("clear", r#"{"command":"clear"}"#),
                ("heartbeat", r#"{"command":"heartbeat"}"#),
            ],
            _ => &[
                ("media", r#"{"event":"media","media":{"payload":"AAEC"}}"#),
                ("mark", r#"{"event":"mark","mark":{"name":"m"}}"#),
                ("clear", r#"{"event":"clear"}"#),
            ],
        }
    }

    fn said() -> Vec<(&'static str, Event<'static>)> {
        vec![
            ("hello", Event::Hello),
            ("start", Event::Start(Start::new("c1"))),
            ("oneway", Event::Start(Start::new("c1").oneway())),
            ("audio", Event::Audio(Audio::raw(&[1; 320]))),
            ("nothing", Event::Audio(Audio::raw(&[]))),
            ("mark", Event::Mark(Mark::new("m"))),
            ("stop", Event::Stop),
            ("other", Event::Other(Message::Text("{}"))),
            ("dropped", Event::Dropped(Dropped { bytes: 1 })),
            ("as-other", Event::Other(Message::Close(Close::NORMAL))),
        ]
    }
}

/// The tables' name for an error.
pub(crate) fn refusal(error: ReceiveError) -> &'static str {
    match error {
        ReceiveError::Unexpected { .. } => "unexpected",
        ReceiveError::Malformed { .. } => "malformed",
        ReceiveError::Limit { bound: Bound::Text | Bound::Identifier, .. } => "limit",
        _ => "?",
    }
}
