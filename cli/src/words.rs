//! What messages mean, in words for people.

use serde::Serialize;
use voxwire::callback::CallbackEvent;
use voxwire::{Close, Command, Dialect, Event, Message, Start};

/// A side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The provider's end.
    Platform,
    /// Our user's end.
    Application,
}

impl Side {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Application => "application",
        }
    }
}

/// The reasons for which an application hangs up where the dialect has no words for busy and reject.
pub(crate) const BUSY: &str = "busy";
pub(crate) const REJECTED: &str = "rejected";

/// How a message is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// The dialect needs no words for it, so it never travels.
    Wordless,
    /// Audio: too frequent to be told one by one.
    Audio,
    /// A control message, by its name on the wire.
    Word(String),
}

/// What both vocabularies can do for their readers.
pub(crate) trait Words: Copy + Serialize {
    /// The side that says it.
    const SIDE: Side;

    /// What the message does, as a phrase whose subject is the side that says it.
    fn meaning(&self) -> String;

    /// The message's name in a dialect.
    fn label(&self, dialect: Dialect) -> Label;

    /// The same message, which shows the values of its headers when it is written as JSON.
    #[must_use]
    fn with_header_values(self) -> Self;
}

impl Words for Event<'_> {
    const SIDE: Side = Side::Platform;

    fn meaning(&self) -> String {
        match self {
            Self::Hello => "is there; the call has not begun".into(),
            Self::Start(start) => announcement(start),
            Self::Audio(audio) => format!("says {} bytes of audio, the caller's voice", audio.len()),
            Self::Mark(mark) => format!("gives back mark {:?}: played, or flushed by a clear", mark.name),
            Self::Stop => "ends the stream".into(),
            Self::Hangup(close) => hang_up(close),
            Self::Dropped(dropped) => format!("says {} bytes of audio when none may be said", dropped.bytes),
            other => unknown(other_message(other)),
        }
    }

    fn label(&self, dialect: Dialect) -> Label {
        let sinch = dialect == Dialect::Sinch;
        Label::Word(match self {
            Self::Hello | Self::Stop if sinch => return Label::Wordless,
            Self::Audio(_) | Self::Dropped(_) => return Label::Audio,
            Self::Hello => "connected".into(),
            Self::Start(_) if sinch => "connect".into(),
            Self::Start(_) => "start".into(),
            Self::Mark(mark) => format!("mark {}", mark.name),
            Self::Stop => "stop".into(),
            Self::Hangup(_) => "close".into(),
            _ => "unknown message".into(),
        })
    }

    fn with_header_values(self) -> Self {
        match self {
            Self::Start(start) => Self::Start(start.with_headers(start.headers.with_values())),
            other => other,
        }
    }
}

impl Words for Command<'_> {
    const SIDE: Side = Side::Application;

    fn meaning(&self) -> String {
        match self {
            Self::Answer => "answers".into(),
            Self::Busy => "is busy".into(),
            Self::Reject => "rejects the call".into(),
            Self::Audio(audio) => format!("says {} bytes of audio", audio.len()),
            Self::Mark(mark) => {
                format!("asks for mark {:?} back when everything before it has been played", mark.name)
            }
            Self::Clear => "clears: what the caller has not heard yet is not to be played".into(),
            Self::Heartbeat => "keeps the silent call open".into(),
            Self::Hangup(close) => hang_up(close),
            Self::Dropped(dropped) => format!("says {} bytes of audio when none may be said", dropped.bytes),
            other => unknown(match other {
                Self::Other(message) => Some(*message),
                _ => None,
            }),
        }
    }

    fn label(&self, dialect: Dialect) -> Label {
        Label::Word(match self {
            Self::Answer | Self::Heartbeat if dialect == Dialect::Wavix => return Label::Wordless,
            Self::Audio(_) | Self::Dropped(_) => return Label::Audio,
            Self::Answer => "answer".into(),
            Self::Busy => "busy".into(),
            Self::Reject => "reject".into(),
            Self::Mark(mark) => format!("mark {}", mark.name),
            Self::Clear => "clear".into(),
            Self::Heartbeat => "heartbeat".into(),
            Self::Hangup(_) => "close".into(),
            _ => "unknown message".into(),
        })
    }

    fn with_header_values(self) -> Self {
        self
    }
}

/// A dialect as it is called in running text.
pub(crate) fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sinch => "Sinch",
        Dialect::Wavix => "Wavix",
        other => other.name(),
    }
}

/// A callback as it is called in running text.
pub(crate) fn event_name(event: CallbackEvent) -> String {
    match event {
        CallbackEvent::Notify => "notify".into(),
        event => event.as_str().to_uppercase(),
    }
}

fn announcement(start: &Start<'_>) -> String {
    let mut words = match start.call_id {
        Some(id) => format!("announces call {id:?}"),
        None => "announces a call".to_owned(),
    };
    if let Some(format) = start.heard {
        words += &format!(" at {} Hz", format.rate());
    }
    if let Some(id) = start.application_id {
        words += &format!(" to application {id:?}");
    }
    let names: Vec<_> = start.headers.iter().map(|header| format!("{:?}", header.name)).collect();
    if !names.is_empty() {
        words += &format!(", with the headers {}", names.join(", "));
    }
    if start.oneway {
        words += ", only to be listened to";
    }
    words
}

/// The other side's words are escaped: they end on a terminal.
fn hang_up(close: &Close<'_>) -> String {
    match (close.code, close.reason) {
        (None, _) => "hangs up".into(),
        (Some(1006), _) => "is gone without a word".into(),
        (Some(code), "") => format!("hangs up ({code})"),
        (Some(code), reason) => format!("hangs up ({code}: {reason:?})"),
    }
}

fn other_message<'m>(event: &Event<'m>) -> Option<Message<'m>> {
    match event {
        Event::Other(message) => Some(*message),
        _ => None,
    }
}

fn unknown(message: Option<Message<'_>>) -> String {
    match message {
        Some(Message::Binary(bytes)) => format!("says {} bytes that mean nothing here", bytes.len()),
        _ => "says something that means nothing here".into(),
    }
}

#[cfg(test)]
mod tests {
    use voxwire::Headers;

    use super::*;

    #[test]
    fn an_announcement_names_headers_and_hides_their_values() {
        let start = Start::new("c1\u{1b}").with_headers(Headers::from(&[("Token", "s3cret")]));
        assert_eq!(Event::Start(start).meaning(), r#"announces call "c1\u{1b}", with the headers "Token""#);
    }

    #[test]
    fn what_a_dialect_needs_no_words_for_has_no_label() {
        assert_eq!(Command::Answer.label(Dialect::Wavix), Label::Wordless);
        assert_eq!(Command::Answer.label(Dialect::Sinch), Label::Word("answer".into()));
        assert_eq!(Event::Stop.label(Dialect::Sinch), Label::Wordless);
    }
}
