//! Wavix call streaming.
//!
//! | says | message | means |
//! |---|---|---|
//! | platform | `{"event":"connected",…}` | the socket is open |
//! | platform | `{"event":"start","call_id":"…","stream_id":"…","stream_type":"twoway",…}` | a call, no answer needed |
//! | both | `{"event":"media",…,"media":{"payload":"…"}}` | audio as base64 |
//! | both | `{"event":"mark",…,"mark":{"name":"…"}}` | tell me when this is played; it was played or flushed |
//! | application | `{"event":"clear","stream_id":"…"}` | drop what is not yet played; all marks come back |
//! | platform | `{"event":"stop",…}` | the stream ends; the close follows |
//!
//! Source: docs.wavix.com, "Call streaming" reference and "Stream calls with WebSocket" guide; the codec from Wavix's
//! published pipecat serializer. Keys and event words are read without regard to case, numbers as numbers or as
//! strings, because the two pages differ.

use super::{Encoded, Profile, Stamp};
use crate::audio::{Audio, Track};
#[cfg(not(target_os = "none"))]
use crate::codec::json::Usual;
use crate::codec::json::{Reader, Value};
use crate::codec::writer::Writer;
use crate::command::Command;
use crate::copy::copy;
use crate::error::{Bound, ReceiveError, SendError};
use crate::event::{Event, Mark, Start};
use crate::format::AudioFormat;
use crate::limits::MAX_IDENTIFIER;
use crate::message::Message;
use crate::text::{Text, encode_utf8};

pub(super) const PROFILE: Profile = Profile {
    name: "wavix",
    answered: false,
    // No page names a limit or a keep-alive.
    idle_limit: None,
    // Wavix's published client; no message announces it.
    format: AudioFormat::pcm16(24_000),
    // No page names the depth of its queue, nor what happens beyond it.
    buffer: None,
};

pub(super) fn decode_event(message: Message<'_>) -> Result<Event<'_>, ReceiveError> {
    let text = match message {
        Message::Text(text) => text,
        Message::Binary(_) => return Ok(Event::Other(message)),
        Message::Close(close) => return Ok(Event::Hangup(close)),
    };
    #[cfg(not(target_os = "none"))]
    if let Some(audio) = usual_audio(text) {
        return Ok(Event::Audio(audio));
    }
    let Some(envelope) = Envelope::read(text)? else { return Ok(Event::Other(message)) };
    Ok(if envelope.says("media") {
        Event::Audio(envelope.audio(text)?)
    } else if envelope.says("mark") {
        Event::Mark(envelope.mark(text)?)
    } else if envelope.says("connected") {
        Event::Hello
    } else if envelope.says("start") {
        Event::Start(envelope.start(text)?)
    } else if envelope.says("stop") {
        Event::Stop
    } else {
        Event::Other(message)
    })
}

pub(super) fn decode_command(message: Message<'_>) -> Result<Command<'_>, ReceiveError> {
    let text = match message {
        Message::Text(text) => text,
        Message::Binary(_) => return Ok(Command::Other(message)),
        Message::Close(close) => return Ok(Command::Hangup(close)),
    };
    #[cfg(not(target_os = "none"))]
    if let Some(audio) = usual_audio(text) {
        return Ok(Command::Audio(audio));
    }
    let Some(envelope) = Envelope::read(text)? else { return Ok(Command::Other(message)) };
    Ok(if envelope.says("media") {
        Command::Audio(envelope.audio(text)?)
    } else if envelope.says("mark") {
        Command::Mark(envelope.mark(text)?)
    } else if envelope.says("clear") {
        Command::Clear
    } else {
        Command::Other(message)
    })
}

pub(super) fn encode_event<'s>(
    event: &Event<'s>,
    stamp: &Stamp<'_>,
    buf: &mut [u8],
) -> Result<Encoded<'s>, SendError> {
    let mut json = Writer::new(buf);
    match *event {
        Event::Hello => {
            json.raw(r#"{"event":"connected","event_time":""#).utc(stamp.unix_seconds).raw(r#""}"#);
        }
        Event::Start(start) => {
            if !start.headers.is_empty() || start.application_id.is_some() || start.heard != start.said {
                return Err(SendError::Unsupported);
            }
            if [start.call_id, start.stream_id].into_iter().flatten().any(|id| id.len() > MAX_IDENTIFIER) {
                return Err(SendError::Limit { bound: Bound::Identifier });
            }
            opening(&mut json, "start", start.call_id, start.stream_id, stamp);
            let stream_type = if start.oneway { "oneway" } else { "twoway" };
            json.raw(r#","stream_type":""#).raw(stream_type).raw(r#"","channel":"inbound"}"#);
        }
        Event::Audio(audio) => {
            opening(&mut json, "media", stamp.call_id, stamp.stream_id, stamp);
            json.raw(r#","media":{"payload":""#);
            payload(&mut json, &audio)?;
            json.raw(r#"","track":"#).string(audio.track().unwrap_or(Track::Inbound).name());
            json.raw(r#","timestamp":"#).number(audio.timestamp().unwrap_or(stamp.millis));
            json.raw(r#","chunk":"#).number(audio.chunk().unwrap_or(stamp.chunk)).raw("}}");
        }
        Event::Mark(mark) => {
            opening(&mut json, "mark", stamp.call_id, stamp.stream_id, stamp);
            json.raw(r#","mark":{"name":"#).string(mark.name).raw("}}");
        }
        Event::Stop => {
            opening(&mut json, "stop", stamp.call_id, stamp.stream_id, stamp);
            json.raw("}");
        }
        Event::Hangup(close) => return Ok(Encoded::Borrowed(Message::Close(close))),
        Event::Dropped(_) => return Err(SendError::Unsupported),
        Event::Other(message) => return Ok(Encoded::Borrowed(message)),
    }
    json.finish().map(Encoded::Text).map_err(|needed| SendError::BufferTooSmall { needed })
}

pub(super) fn encode_command<'s>(
    command: &Command<'s>,
    stream_id: Option<&Text<'_>>,
    buf: &mut [u8],
) -> Result<Encoded<'s>, SendError> {
    let mut json = Writer::new(buf);
    let mut open = |event| {
        json.raw(event);
        if let Some(stream_id) = stream_id {
            json.raw(r#","stream_id":""#).escaped(stream_id).raw(r#"""#);
        }
    };
    match command {
        Command::Answer | Command::Heartbeat => return Ok(Encoded::Nothing),
        Command::Audio(audio) => {
            // Fifty of these come a second: `open` would write the same in more pieces.
            match stream_id {
                Some(id) => {
                    json.raw(r#"{"event":"media","stream_id":""#).escaped(id).raw(r#"","media":{"payload":""#)
                }
                None => json.raw(r#"{"event":"media","media":{"payload":""#),
            };
            payload(&mut json, audio)?;
            json.raw(r#""}}"#);
        }
        Command::Mark(mark) => {
            open(r#"{"event":"mark""#);
            json.raw(r#","mark":{"name":"#).string(mark.name).raw("}}");
        }
        Command::Clear => {
            open(r#"{"event":"clear""#);
            json.raw("}");
        }
        Command::Hangup(close) => return Ok(Encoded::Borrowed(Message::Close(*close))),
        Command::Busy | Command::Reject | Command::Dropped(_) => return Err(SendError::Unsupported),
        Command::Other(message) => return Ok(Encoded::Borrowed(*message)),
    }
    json.finish().map(Encoded::Text).map_err(|needed| SendError::BufferTooSmall { needed })
}

/// The audio of a text that is spelled as the reference spells it, of which fifty come a second.
///
/// Where there are no vectors to look for the end of the audio, the rest is not worth the flash.
#[cfg(not(target_os = "none"))]
fn usual_audio(text: &str) -> Option<Audio<'_>> {
    let mut usual = Usual::begins(text, r#"{"event":"media""#)?;
    usual.pass_string(r#","event_time":""#);
    usual.pass_string(r#","call_id":""#);
    usual.pass_string(r#","stream_id":""#);
    usual.number(r#","sequence_number":"#);
    let payload = usual.long_string(r#","media":{"payload":""#)?;
    let track = usual.string(r#","track":""#);
    let timestamp = usual.number(r#","timestamp":"#);
    let chunk = usual.number(r#","chunk":"#);
    usual.ends("}}").then(|| audio(payload, track, timestamp, chunk))
}

fn audio<'m>(
    payload: Text<'m>,
    track: Option<Text<'m>>,
    timestamp: Option<u64>,
    chunk: Option<u64>,
) -> Audio<'m> {
    let mut audio = Audio::base64(payload);
    if let Some(track) = track {
        audio = audio.with_track(Track::from(track));
    }
    if let Some(timestamp) = timestamp {
        audio = audio.with_timestamp(timestamp);
    }
    if let Some(chunk) = chunk {
        audio = audio.with_chunk(chunk);
    }
    audio
}

/// What the texts of both sides may hold.
struct Envelope<'m> {
    event: Value<'m>,
    call_id: Value<'m>,
    stream_id: Value<'m>,
    stream_type: Value<'m>,
    /// Payload, track, timestamp and chunk.
    media: [Value<'m>; 4],
    mark: Value<'m>,
}

impl<'m> Envelope<'m> {
    /// `None` for a text that is no JSON object.
    fn read(text: &'m str) -> Result<Option<Self>, ReceiveError> {
        let mut json = Reader::new(text);
        if json.peek() != Some(b'{') {
            return Ok(None);
        }
        let (mut values, mut media, mut mark) = ([Value::Null; 4], [Value::Null; 4], [Value::Null]);
        json.open_object();
        while let Some(key) = json.key() {
            let is = |name| key.eq_ignore_ascii_case(name);
            let inside = json.peek() == Some(b'{');
            if is("media") && inside {
                json.members(&["payload", "track", "timestamp", "chunk"], &mut media);
            } else if is("mark") && inside {
                json.members(&["name"], &mut mark);
            } else {
                json.member(key, &["event", "call_id", "stream_id", "stream_type"], &mut values);
            }
        }
        json.finish()?;
        let ([event, call_id, stream_id, stream_type], [mark]) = (values, mark);
        Ok(Some(Self { event, call_id, stream_id, stream_type, media, mark }))
    }

    fn says(&self, word: &str) -> bool {
        self.event.text().is_some_and(|event| event.eq_ignore_ascii_case(word))
    }

    fn audio(&self, text: &str) -> Result<Audio<'m>, ReceiveError> {
        let [payload, track, timestamp, chunk] = self.media;
        let Some(payload) = payload.text() else {
            return Err(ReceiveError::Malformed { what: "media without a payload", at: text.len() });
        };
        Ok(audio(payload, track.text(), timestamp.number(), chunk.number()))
    }

    fn mark(&self, text: &str) -> Result<Mark<'m>, ReceiveError> {
        match self.mark.text() {
            Some(name) => Ok(Mark { name }),
            None => Err(ReceiveError::Malformed { what: "mark without a name", at: text.len() }),
        }
    }

    fn start(&self, text: &str) -> Result<Start<'m>, ReceiveError> {
        let (call_id, stream_id) = (self.call_id.text(), self.stream_id.text());
        if stream_id.is_some_and(|id| id.len() > MAX_IDENTIFIER) {
            return Err(ReceiveError::Limit { bound: Bound::Identifier, at: text.len() });
        }
        let oneway = self.stream_type.text().is_some_and(|kind| kind.eq_ignore_ascii_case("oneway"));
        Ok(Start { call_id, stream_id, oneway, ..Start::default() })
    }
}

/// What every platform message but `connected` begins with.
fn opening(
    json: &mut Writer<'_>,
    event: &str,
    call_id: Option<Text<'_>>,
    stream_id: Option<Text<'_>>,
    stamp: &Stamp<'_>,
) {
    json.raw(r#"{"event":""#).raw(event).raw(r#"","event_time":""#).utc(stamp.unix_seconds).raw(r#"""#);
    if let Some(call_id) = call_id {
        json.raw(r#","call_id":"#).string(call_id);
    }
    if let Some(stream_id) = stream_id {
        json.raw(r#","stream_id":"#).string(stream_id);
    }
    json.raw(r#","sequence_number":"#).number(stamp.sequence);
}

/// Base64 from another message is passed on as it is, once proven: it has nothing to escape.
// Each way to say audio has it in place, which spares a result that goes through memory.
#[inline(always)]
fn payload(json: &mut Writer<'_>, audio: &Audio<'_>) -> Result<(), SendError> {
    let Some(text) = audio.as_base64() else {
        json.base64(audio.as_raw().unwrap_or_default());
        return Ok(());
    };
    let Some(plain) = text.as_str() else {
        audio.validate().map_err(SendError::BadAudio)?;
        text.chars().fold(json, |json, c| json.raw(encode_utf8(c, &mut [0; 4])));
        return Ok(());
    };
    // To decode it is to prove it, and where the text is to lie there is room for that.
    if let Some(room) = json.reserve(plain.len()) {
        audio.copy_to(room).map_err(SendError::BadAudio)?;
        copy(plain.as_bytes(), room);
    }
    Ok(())
}
