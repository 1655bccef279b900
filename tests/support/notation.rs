//! How a transcript writes what is on the wire, and what it means.

use core::fmt::Display;

use voxwire::{Audio, Close, Command, Event, Message, ReceiveError, Start};

/// A message: text as it is, audio by its length, a close by code and reason.
pub fn message(message: Message<'_>) -> String {
    match message {
        Message::Text(text) => text.into(),
        Message::Binary(bytes) => format!("[{} bytes]", bytes.len()),
        Message::Close(close) => end("close", close),
    }
}

/// What the application was told.
pub fn event(heard: Result<Event<'_>, ReceiveError>) -> String {
    meaning(heard.map(|event| match event {
        Event::Start(start) => announcement(start),
        Event::Audio(audio) => voice(audio),
        Event::Mark(mark) => format!("Mark {}", mark.name),
        Event::Hangup(close) => end("Hangup", close),
        Event::Dropped(dropped) => format!("Dropped {} bytes", dropped.bytes),
        Event::Other(_) => "Other".into(),
        word => format!("{word:?}"),
    }))
}

/// What the platform was told.
pub fn command(heard: Result<Command<'_>, ReceiveError>) -> String {
    meaning(heard.map(|command| match command {
        Command::Audio(audio) => voice(audio),
        Command::Mark(mark) => format!("Mark {}", mark.name),
        Command::Hangup(close) => end("Hangup", close),
        Command::Dropped(dropped) => format!("Dropped {} bytes", dropped.bytes),
        Command::Other(_) => "Other".into(),
        word => format!("{word:?}"),
    }))
}

/// What went wrong.
pub fn fault(what: impl Display) -> String {
    format!("! {what}")
}

fn meaning(heard: Result<String, ReceiveError>) -> String {
    heard.map_or_else(fault, |word| format!("= {word}"))
}

fn announcement(start: Start<'_>) -> String {
    let mut line = String::from("Start");
    for (name, id) in
        [("call_id", start.call_id), ("stream_id", start.stream_id), ("application_id", start.application_id)]
    {
        if let Some(id) = id {
            line += &format!(" {name}={id}");
        }
    }
    for (name, format) in [("heard", start.heard), ("said", start.said)] {
        if let Some(format) = format {
            line += &format!(" {name}={}Hz", format.rate());
        }
    }
    if start.oneway {
        line += " oneway";
    }
    for header in start.headers {
        line += &format!(" {}:{}", header.name, header.value);
    }
    line
}

fn voice(audio: Audio<'_>) -> String {
    let mut line = format!("Audio {} bytes", audio.len());
    if let Some(track) = audio.track() {
        line += &format!(" track={}", track.name());
    }
    if let Some(timestamp) = audio.timestamp() {
        line += &format!(" timestamp={timestamp}");
    }
    if let Some(chunk) = audio.chunk() {
        line += &format!(" chunk={chunk}");
    }
    if let Err(error) = audio.validate() {
        line += &format!(", {error}");
    }
    line
}

fn end(word: &str, close: Close<'_>) -> String {
    let code = close.code.map(|code| code.to_string()).unwrap_or_default();
    format!("{word} {code} {}", close.reason).trim_end().into()
}
