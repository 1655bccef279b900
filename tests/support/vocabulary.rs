//! Words of either side: all there are, and random ones for proptest.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use voxwire::{
    Audio, AudioFormat, Close, Command, Dialect, Dropped, Event, Headers, Mark, Message, Start, Text, Track,
};

use crate::phases;
use crate::samples::VOICE;

/// A call, owned.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the members are those of `Start`")]
pub struct Call {
    pub call_id: Option<String>,
    pub stream_id: Option<String>,
    pub application_id: Option<String>,
    pub headers: Vec<(String, String)>,
    pub format: Option<AudioFormat>,
    pub oneway: bool,
}

impl Call {
    /// The headers, as [`start`](Self::start) borrows them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value)).collect()
    }

    /// The announcement.
    pub fn start<'c>(&'c self, pairs: &'c [(&'c str, &'c str)]) -> Start<'c> {
        let mut start = Start::default();
        start.call_id = self.call_id.as_deref().map(Text::new);
        start.stream_id = self.stream_id.as_deref().map(Text::new);
        start.application_id = self.application_id.as_deref().map(Text::new);
        start.headers = Headers::from(pairs);
        start.heard = self.format;
        start.said = self.format;
        start.oneway = self.oneway;
        start
    }
}

/// A piece of audio, owned, with what Wavix tells of it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the members are those of `Audio`")]
pub struct Voice {
    pub pcm: &'static [u8],
    pub track: Option<String>,
    pub timestamp: Option<u64>,
    pub chunk: Option<u64>,
}

impl Voice {
    /// The audio.
    pub fn audio(&self) -> Audio<'_> {
        let mut audio = Audio::raw(self.pcm);
        if let Some(track) = &self.track {
            audio = audio.with_track(Track::from(Text::new(track)));
        }
        if let Some(timestamp) = self.timestamp {
            audio = audio.with_timestamp(timestamp);
        }
        if let Some(chunk) = self.chunk {
            audio = audio.with_chunk(chunk);
        }
        audio
    }
}

/// A hang-up that may travel, owned.
#[derive(Clone, Debug)]
pub struct End {
    code: Option<u16>,
    reason: String,
}

impl End {
    /// The close.
    pub fn close(&self) -> Close<'_> {
        Close { code: self.code, reason: &self.reason }
    }
}

/// Text with all that must be escaped in JSON, and all that need not.
pub fn text(max_chars: usize) -> impl Strategy<Value = String> {
    let awkward: Vec<char> = "\"\\/\0\u{1}\u{8}\u{c}\n\r\t\u{1f}\u{7f}\u{2028}é😀{}[]:,".chars().collect();
    let character = prop_oneof![select(awkward), proptest::char::range('a', 'z'), any::<char>()];
    vec(character, 0..=max_chars).prop_map(String::from_iter)
}

/// An id that a session can remember, whatever it is made of.
fn id() -> impl Strategy<Value = Option<String>> {
    option::of(text(16))
}

/// Any call that Sinch can announce.
pub fn sinch_call() -> impl Strategy<Value = Call> {
    let headers = vec((text(12), text(40)), 0..=16);
    (id(), id(), headers, option::of(format())).prop_map(|(call_id, application_id, headers, format)| Call {
        call_id,
        stream_id: None,
        application_id,
        headers,
        format,
        oneway: false,
    })
}

/// Any call that Wavix can announce.
pub fn wavix_call() -> impl Strategy<Value = Call> {
    (id(), id(), any::<bool>()).prop_map(|(call_id, stream_id, oneway)| Call {
        call_id,
        stream_id,
        application_id: None,
        headers: Vec::new(),
        format: None,
        oneway,
    })
}

/// Any format there is.
pub fn format() -> impl Strategy<Value = AudioFormat> {
    select(AudioFormat::RATES.map(|rate| AudioFormat::pcm16(rate).expect("a documented rate")).to_vec())
}

/// Audio of 0 to 5,000 bytes, odd lengths as well.
pub fn voice() -> impl Strategy<Value = Voice> {
    let pcm = (0..3_000_usize, 0..=5_000_usize).prop_map(|(start, length)| &VOICE[start..start + length]);
    let track = prop_oneof![Just("inbound".into()), Just("outbound".into()), text(8)];
    (pcm, option::of(track), any::<Option<u64>>(), any::<Option<u64>>())
        .prop_map(|(pcm, track, timestamp, chunk)| Voice { pcm, track, timestamp, chunk })
}

/// The name of a mark.
pub fn mark() -> impl Strategy<Value = String> {
    text(100)
}

/// Any code that may travel, with any reason that fits; or neither.
pub fn end() -> impl Strategy<Value = End> {
    let code = prop_oneof![1000_u16..=1003, 1007_u16..=1014, 3000_u16..=4999];
    prop_oneof![
        Just(End { code: None, reason: String::new() }),
        (code, text(Close::MAX_REASON / 4)).prop_map(|(code, reason)| End { code: Some(code), reason }),
    ]
}

/// Text that is no JSON object, and so no word of any provider.
pub fn words() -> impl Strategy<Value = String> {
    text(100).prop_map(|text| format!("({text})"))
}

/// Everything an application may wish for, right or wrong.
pub static WISHES: [Command<'static>; 12] = [
    Command::Answer,
    Command::Busy,
    Command::Reject,
    Command::Audio(Audio::raw(&[1; 64])),
    Command::Mark(Mark::new("m")),
    Command::Clear,
    Command::Heartbeat,
    Command::Hangup(Close::NORMAL),
    Command::Hangup(Close::LOST),
    Command::Dropped(Dropped { bytes: 1 }),
    Command::Other(Message::Text("{}")),
    Command::Other(Message::Close(Close::BARE)),
];

/// Everything a platform may wish for, right or wrong.
pub fn events(dialect: Dialect) -> [Event<'static>; 10] {
    [
        Event::Hello,
        Event::Start(phases::call(dialect)),
        Event::Audio(Audio::raw(&[1; 64])),
        Event::Mark(Mark::new("m")),
        Event::Stop,
        Event::Hangup(Close::NORMAL),
        Event::Hangup(Close::LOST),
        Event::Dropped(Dropped { bytes: 1 }),
        Event::Other(Message::Text("{}")),
        Event::Other(Message::Close(Close::BARE)),
    ]
}
