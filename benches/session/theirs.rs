//! Both ends by hand, as one writes them who reads the provider's page: a tagged enum for `serde` each way, `base64` for the
//! audio, `time` for the clock on the wall.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::rivals::{Owned, OwnedMark};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use voxwire::{AudioFormat, Close, Dialect, Instant, Message};

use crate::script::{CALL, EPOCH, End, INTERRUPTED, MARKED, SILENCE, STREAM, Step};

/// Echoes what it hears.
pub(crate) struct Application {
    dialect: Dialect,
    stream_id: String,
    said_at: Instant,
    frames: usize,
    heard: Vec<u8>,
}

/// Announces a call, and says what its part holds.
pub(crate) struct Platform {
    dialect: Dialect,
    rate: u32,
    sequence: u64,
    chunk: u64,
    announced: Instant,
    frames: usize,
    heard: Vec<u8>,
}

/// What a Sinch platform says in a text.
#[derive(Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
enum SinchEvent {
    Connect {
        #[serde(rename = "CallId")]
        call_id: String,
        #[serde(rename = "sampleRate")]
        sample_rate: u32,
    },
}

/// What a Sinch application says in a text.
#[derive(Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
enum SinchCommand {
    Answer,
    Clear,
    Heartbeat,
}

/// What a Wavix platform says.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum WavixEvent<'e> {
    Connected {
        event_time: &'e str,
    },
    Start {
        #[serde(flatten)]
        stamp: Stamp<'e>,
        stream_type: &'e str,
        channel: &'e str,
    },
    Media {
        #[serde(flatten)]
        stamp: Stamp<'e>,
        media: Media<'e>,
    },
    Mark {
        #[serde(flatten)]
        stamp: Stamp<'e>,
        mark: Name<'e>,
    },
}

/// What every event but the first begins with.
#[derive(Serialize)]
struct Stamp<'e> {
    event_time: &'e str,
    call_id: &'e str,
    stream_id: &'e str,
    sequence_number: u64,
}

#[derive(Serialize)]
struct Media<'e> {
    payload: String,
    track: &'e str,
    timestamp: u64,
    chunk: u64,
}

#[derive(Serialize)]
struct Name<'e> {
    name: &'e str,
}

/// What a Wavix application says, as it says it.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum WavixSays<'c> {
    Media { stream_id: &'c str, media: Payload },
    Mark { stream_id: &'c str, mark: Name<'c> },
    Clear { stream_id: &'c str },
}

/// What a Wavix application says, as it is heard.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum WavixCommand {
    Media { media: Payload },
    Mark { mark: OwnedMark },
    Clear,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    payload: String,
}

impl Application {
    pub(crate) fn new(dialect: Dialect, format: AudioFormat) -> Self {
        Self {
            dialect,
            stream_id: String::new(),
            said_at: Instant::ZERO,
            frames: 0,
            heard: vec![0; format.frame_bytes()],
        }
    }

    fn hear_sinch(&mut self, now: Instant, message: Message<'_>, say: &mut impl FnMut(Message<'_>)) {
        match message {
            Message::Text(text) => {
                let SinchEvent::Connect { .. } = serde_json::from_str(text).expect("an event");
                say_json(&SinchCommand::Answer, say);
            }
            Message::Binary(pcm) => {
                self.heard.copy_from_slice(pcm);
                self.frames += 1;
                say(Message::Binary(&self.heard));
                if self.frames == INTERRUPTED {
                    say_json(&SinchCommand::Clear, say);
                }
            }
            Message::Close(_) => return,
        }
        self.said_at = now;
    }

    fn hear_wavix(&mut self, message: Message<'_>, say: &mut impl FnMut(Message<'_>)) {
        let Message::Text(text) = message else { return };
        match serde_json::from_str(text).expect("an event") {
            Owned::Start { stream_id, .. } => self.stream_id = stream_id,
            Owned::Media { media } => {
                self.heard = STANDARD.decode(media.payload()).expect("audio");
                self.frames += 1;
                let stream_id = self.stream_id.as_str();
                let media = Payload { payload: STANDARD.encode(&self.heard) };
                say_json(&WavixSays::Media { stream_id, media }, say);
                if self.frames.is_multiple_of(MARKED) {
                    say_json(&WavixSays::Mark { stream_id, mark: Name { name: "spoken" } }, say);
                }
                if self.frames == INTERRUPTED {
                    say_json(&WavixSays::Clear { stream_id }, say);
                }
            }
            Owned::Connected | Owned::Mark { .. } | Owned::Stop => {}
        }
    }
}

impl End for Application {
    fn take(&mut self, now: Instant, step: &Step, say: &mut impl FnMut(Message<'_>)) {
        match step {
            Step::Hear(message) if self.dialect == Dialect::Sinch => {
                self.hear_sinch(now, message.borrow(), say);
            }
            Step::Hear(message) => self.hear_wavix(message.borrow(), say),
            Step::Wake => {
                if self.dialect == Dialect::Sinch && now.since(self.said_at) >= SILENCE {
                    say_json(&SinchCommand::Heartbeat, say);
                    self.said_at = now;
                }
            }
            Step::HangUp => say(Message::Close(Close::NORMAL)),
            Step::Announce | Step::Speak(_) => {}
        }
    }

    fn heard(&self) -> (usize, &[u8]) {
        (self.frames, &self.heard)
    }
}

impl Platform {
    pub(crate) fn new(dialect: Dialect, format: AudioFormat) -> Self {
        Self {
            dialect,
            rate: format.rate(),
            sequence: 0,
            chunk: 0,
            announced: Instant::ZERO,
            frames: 0,
            heard: vec![0; format.frame_bytes()],
        }
    }

    fn announce(&mut self, now: Instant, say: &mut impl FnMut(Message<'_>)) {
        if self.dialect == Dialect::Sinch {
            let connect = SinchEvent::Connect { call_id: CALL.to_owned(), sample_rate: self.rate };
            return say_json(&connect, say);
        }
        self.announced = now;
        let event_time = &wall_clock(now);
        say_json(&WavixEvent::Connected { event_time }, say);
        let stamp = self.stamp(event_time);
        say_json(&WavixEvent::Start { stamp, stream_type: "twoway", channel: "inbound" }, say);
    }

    fn speak(&mut self, now: Instant, pcm: &[u8], say: &mut impl FnMut(Message<'_>)) {
        if self.dialect == Dialect::Sinch {
            return say(Message::Binary(pcm));
        }
        self.chunk += 1;
        let media = Media {
            payload: STANDARD.encode(pcm),
            track: "inbound",
            timestamp: now.since(self.announced).as_millis() as u64,
            chunk: self.chunk,
        };
        say_json(&WavixEvent::Media { stamp: self.stamp(&wall_clock(now)), media }, say);
    }

    fn hear(&mut self, now: Instant, message: Message<'_>, say: &mut impl FnMut(Message<'_>)) {
        match message {
            Message::Text(text) if self.dialect == Dialect::Sinch => {
                let _: SinchCommand = serde_json::from_str(text).expect("a command");
            }
            Message::Text(text) => match serde_json::from_str(text).expect("a command") {
                WavixCommand::Media { media } => {
                    self.heard = STANDARD.decode(media.payload).expect("audio");
                    self.frames += 1;
                }
                WavixCommand::Mark { mark } => {
                    let mark = Name { name: &mark.name };
                    say_json(&WavixEvent::Mark { stamp: self.stamp(&wall_clock(now)), mark }, say);
                }
                WavixCommand::Clear => {}
            },
            Message::Binary(pcm) => {
                self.heard.copy_from_slice(pcm);
                self.frames += 1;
            }
            Message::Close(_) => {}
        }
    }

    fn stamp<'e>(&mut self, event_time: &'e str) -> Stamp<'e> {
        self.sequence += 1;
        Stamp { event_time, call_id: CALL, stream_id: STREAM, sequence_number: self.sequence }
    }
}

impl End for Platform {
    fn take(&mut self, now: Instant, step: &Step, say: &mut impl FnMut(Message<'_>)) {
        match step {
            Step::Announce => self.announce(now, say),
            Step::Speak(frame) => self.speak(now, frame, say),
            Step::Hear(message) => self.hear(now, message.borrow(), say),
            Step::Wake | Step::HangUp => {}
        }
    }

    fn heard(&self) -> (usize, &[u8]) {
        (self.frames, &self.heard)
    }
}

fn say_json(says: &impl Serialize, say: &mut impl FnMut(Message<'_>)) {
    say(Message::Text(&serde_json::to_string(says).expect("JSON")));
}

/// What the clock on the wall shows.
fn wall_clock(now: Instant) -> String {
    let seconds = EPOCH + now.since(Instant::ZERO).as_secs();
    let time = OffsetDateTime::from_unix_timestamp(seconds as i64).expect("a time");
    time.format(&Rfc3339).expect("a time")
}
