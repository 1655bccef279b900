//! Sinch Voice v1 `connectStream`.
//!
//! | says | message | means |
//! |---|---|---|
//! | platform | `{"command":"connect","CallId":"…","ApplicationId":"…","Headers":{…}}` | a call |
//! | application | `{"command":"answer"}` `{"command":"busy"}` `{"command":"reject"}` | taken or refused |
//! | both | binary | audio, once answered |
//! | application | `{"command":"clear"}` | drop what is not yet played |
//! | application | `{"command":"heartbeat"}` | still here, though silent |
//! | either | close | hung up |
//!
//! Source: developers.sinch.com, Voice v1 `connectStream` page; what it leaves open is taken from the Voice 2.0
//! "Voice Stream" pages and from servers that ran against the beta. Keys and command words are read without regard
//! to case, because five spellings of `connect` have been seen.

use core::time::Duration;

use super::{Encoded, Profile, Stamp};
use crate::audio::Audio;
use crate::codec::json::{Reader, Value};
use crate::codec::writer::Writer;
use crate::command::Command;
use crate::error::{AudioError, Bound, ReceiveError, SendError};
use crate::event::{Event, Start};
use crate::format::AudioFormat;
use crate::headers::Headers;
use crate::limits::MAX_HEADERS;
use crate::message::Message;
use crate::text::Text;

pub(super) const PROFILE: Profile = Profile {
    name: "sinch",
    answered: true,
    // Voice 2.0 StreamControl page.
    idle_limit: Some(Duration::from_secs(60)),
    // The v1 page names no default; the rate is what the SVAML asked for.
    format: None,
    // Voice 2.0 audio page: 5 MB. Whether that means 5,242,880 it does not say; the smaller drops sooner.
    buffer: Some(5_000_000),
};

pub(super) fn decode_event(message: Message<'_>) -> Result<Event<'_>, ReceiveError> {
    match message {
        Message::Binary(bytes) => Ok(Event::Audio(Audio::raw(bytes))),
        Message::Text(text) => match Envelope::read(text)? {
            Some(envelope) if envelope.says("connect") => Ok(Event::Start(envelope.start())),
            _ => Ok(Event::Other(message)),
        },
        Message::Close(close) => Ok(Event::Hangup(close)),
    }
}

pub(super) fn decode_command(message: Message<'_>) -> Result<Command<'_>, ReceiveError> {
    let text = match message {
        Message::Text(text) => text,
        Message::Binary(bytes) => return Ok(Command::Audio(Audio::raw(bytes))),
        Message::Close(close) => return Ok(Command::Hangup(close)),
    };
    let Some(envelope) = Envelope::read(text)? else { return Ok(Command::Other(message)) };
    Ok(if envelope.says("answer") {
        Command::Answer
    } else if envelope.says("busy") {
        Command::Busy
    } else if envelope.says("reject") {
        Command::Reject
    } else if envelope.says("clear") {
        Command::Clear
    } else if envelope.says("heartbeat") {
        Command::Heartbeat
    } else {
        Command::Other(message)
    })
}

pub(super) fn encode_event<'s>(
    event: &Event<'s>,
    _stamp: &Stamp<'_>,
    buf: &mut [u8],
) -> Result<Encoded<'s>, SendError> {
    match *event {
        Event::Hello | Event::Stop => Ok(Encoded::Nothing),
        Event::Start(start) => connect(start, buf),
        Event::Audio(audio) => binary(audio, buf),
        Event::Mark(_) | Event::Dropped(_) => Err(SendError::Unsupported),
        Event::Hangup(close) => Ok(Encoded::Borrowed(Message::Close(close))),
        Event::Other(message) => Ok(Encoded::Borrowed(message)),
    }
}

pub(super) fn encode_command<'s>(
    command: &Command<'s>,
    _stream_id: Option<&Text<'_>>,
    buf: &mut [u8],
) -> Result<Encoded<'s>, SendError> {
    Ok(Encoded::Borrowed(match *command {
        Command::Answer => Message::Text(r#"{"command":"answer"}"#),
        Command::Busy => Message::Text(r#"{"command":"busy"}"#),
        Command::Reject => Message::Text(r#"{"command":"reject"}"#),
        Command::Clear => Message::Text(r#"{"command":"clear"}"#),
        Command::Heartbeat => Message::Text(r#"{"command":"heartbeat"}"#),
        Command::Audio(audio) => return binary(audio, buf),
        Command::Mark(_) | Command::Dropped(_) => return Err(SendError::Unsupported),
        Command::Hangup(close) => Message::Close(close),
        Command::Other(message) => message,
    }))
}

/// What the texts of both sides may hold.
struct Envelope<'m> {
    command: Value<'m>,
    call_id: Value<'m>,
    application_key: Value<'m>,
    application_id: Value<'m>,
    codec: Value<'m>,
    sample_rate: Value<'m>,
    call_headers: Option<Headers<'m>>,
    headers: Option<Headers<'m>>,
}

impl<'m> Envelope<'m> {
    /// `None` for a text that is no JSON object.
    // Of a call most messages are audio: what reads texts stays out of their way.
    #[cold]
    fn read(text: &'m str) -> Result<Option<Self>, ReceiveError> {
        const NAMES: [&str; 6] =
            ["command", "callId", "applicationKey", "applicationId", "codec", "sampleRate"];
        let mut json = Reader::new(text);
        if json.peek() != Some(b'{') {
            return Ok(None);
        }
        let (mut values, mut call_headers, mut headers) = ([Value::Null; 6], None, None);
        json.open_object();
        while let Some(key) = json.key() {
            if key.eq_ignore_ascii_case("callHeaders") {
                call_headers = Headers::read(&mut json);
            } else if key.eq_ignore_ascii_case("headers") {
                headers = Headers::read(&mut json);
            } else {
                json.member(key, &NAMES, &mut values);
            }
        }
        json.finish()?;
        let [command, call_id, application_key, application_id, codec, sample_rate] = values;
        Ok(Some(Self {
            command,
            call_id,
            application_key,
            application_id,
            codec,
            sample_rate,
            call_headers,
            headers,
        }))
    }

    fn says(&self, word: &str) -> bool {
        self.command.text().is_some_and(|command| command.eq_ignore_ascii_case(word))
    }

    /// A rate or codec that is not documented counts as absent: then what was configured holds, since the rate is what
    /// the application's own SVAML asked for.
    fn start(self) -> Start<'m> {
        let is_pcm = self.codec.text().is_none_or(|codec| codec.eq_ignore_ascii_case("PCM"));
        let rate = self.sample_rate.number().filter(|_| is_pcm).and_then(|rate| u32::try_from(rate).ok());
        let format = rate.and_then(AudioFormat::pcm16);
        let call_headers = self.call_headers.filter(|headers| !headers.is_empty());
        Start {
            call_id: self.call_id.text(),
            stream_id: None,
            application_id: self.application_key.text().or(self.application_id.text()),
            headers: call_headers.or(self.headers).unwrap_or_default(),
            heard: format,
            said: format,
            oneway: false,
        }
    }
}

/// The documented v1 spelling, with the Voice 2.0 `sampleRate` where the rate is known.
fn connect<'s>(start: Start<'_>, buf: &mut [u8]) -> Result<Encoded<'s>, SendError> {
    if start.stream_id.is_some() || start.oneway || start.heard != start.said {
        return Err(SendError::Unsupported);
    }
    let mut json = Writer::new(buf);
    json.raw(r#"{"command":"connect""#);
    if let Some(call_id) = start.call_id {
        json.raw(r#","CallId":"#).string(call_id);
    }
    if let Some(application_id) = start.application_id {
        json.raw(r#","ApplicationId":"#).string(application_id);
    }
    if let Some(format) = start.heard {
        json.raw(r#","sampleRate":"#).number(u64::from(format.rate()));
    }
    let mut before = r#","Headers":{"#;
    for (count, header) in start.headers.iter().enumerate() {
        if count >= MAX_HEADERS {
            return Err(SendError::Limit { bound: Bound::Headers });
        }
        json.raw(before).string(header.name).raw(":").string(header.value);
        before = ",";
    }
    if before == "," {
        json.raw("}");
    }
    json.raw("}");
    json.finish().map(Encoded::Text).map_err(|needed| SendError::BufferTooSmall { needed })
}

fn binary<'s>(audio: Audio<'s>, buf: &mut [u8]) -> Result<Encoded<'s>, SendError> {
    if let Some(raw) = audio.as_raw() {
        return Ok(Encoded::Borrowed(Message::Binary(raw)));
    }
    match audio.copy_to(buf) {
        Ok(bytes) => Ok(Encoded::Binary(bytes.len())),
        Err(AudioError::BufferTooSmall { needed }) => Err(SendError::BufferTooSmall { needed }),
        Err(error) => Err(SendError::BadAudio(error)),
    }
}
