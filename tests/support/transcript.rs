//! Whole calls as text.
//!
//! One file drives both roles: the application hears what comes in and is made to say what goes out; the platform
//! is made to say what comes in and hears what goes out.
//!
//! ```text
//! # a comment
//! < {"command":"connect","CallId":"c1"}     the platform says this, on the wire
//! = Start call_id=c1                        and this is what it means
//! > {"command":"answer"}                    the application says this
//! = Answer
//! < [320 bytes]                             a binary message
//! = Audio 320 bytes
//! ~ 25s                                     time passes (also `ms`)
//! ~> {"command":"heartbeat"}                and so this is said, because it was due
//! = Heartbeat
//! > Mark greeting                           a wish, where the wire has no words to tell it by
//! ! the dialect has no words for it         a refusal
//! < close 1000 bye
//! = Hangup 1000 bye
//! --- another call
//! ```
//!
//! A line either acts (`<`, `>`, `~`) or tells what followed from the act before it (`=`, `!`, `~>`, `~<`, and the
//! words of a wish). What follows must be written down completely, and exactly.

use core::time::Duration;
use std::collections::VecDeque;

use voxwire::{Audio, Close, Command, Config, Dialect, Event, Mark, Message, SendError};

use crate::duet::Duet;
use crate::notation;
use crate::samples::VOICE;

/// Replays the calls of a transcript between an application told `application` and a platform of the dialect.
///
/// # Panics
/// Where what happens is not what is written, naming the line.
pub fn replay(transcript: &str, dialect: Dialect, application: Config) {
    let begin = || Replay {
        duet: Duet::of(application, Config::new(dialect).epoch(EPOCH)),
        follows: VecDeque::new(),
        number: 0,
    };
    let mut call = begin();
    let lines = transcript.lines().map(str::trim_end).enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        call.number = number + 1;
        if let Some(follows) = call.follows.pop_front() {
            assert_eq!(line, follows, "line {}", call.number);
        } else if line.starts_with("---") {
            call = begin();
        } else {
            call.act(line).unwrap_or_else(|| panic!("line {} cannot be read: {line}", call.number));
        }
    }
    assert!(call.follows.is_empty(), "not written down: {:?}", call.follows);
}

/// The messages of a transcript that are written as they are on the wire.
pub fn messages(transcript: &str) -> impl Iterator<Item = Message<'_>> {
    transcript.lines().filter_map(|line| match line.trim_end().split_once(' ')? {
        ("<", rest) if event(rest).is_none() => wire(rest),
        (">", rest) if command(rest).is_none() => wire(rest),
        _ => None,
    })
}

/// 2024-01-15T10:30:00Z, when all calls of all transcripts begin.
const EPOCH: u64 = 1_705_314_600;

struct Replay {
    duet: Duet,
    /// Lines that must come next.
    follows: VecDeque<String>,
    /// The line that is read.
    number: usize,
}

impl Replay {
    fn act(&mut self, line: &str) -> Option<()> {
        let (sign, rest) = line.split_once(' ')?;
        match sign {
            "~" => self.follows.extend(self.duet.drive(duration(rest)?)),
            "<" => match (event(rest), wire(rest)) {
                (Some(event), _) => self.platform_wishes(event),
                (None, words) => self.platform_says(words?),
            },
            ">" => match (command(rest), wire(rest)) {
                (Some(command), _) => self.application_wishes(command),
                (None, words) => self.application_says(words?),
            },
            _ => return None,
        }
        Some(())
    }

    /// The application hears `words`, in whatever spelling they are; and the platform, told to say what they mean,
    /// means the same.
    fn platform_says(&mut self, words: Message<'_>) {
        let mut twin = self.duet.application.clone();
        let now = self.duet.now;
        let heard = self.duet.application.handle_message(now, words);
        self.follows.push_back(notation::event(heard));

        let wish = match heard {
            // What no platform of ours would say by itself, it can still be made to.
            Ok(Event::Dropped(_)) | Err(_) => Event::Other(words),
            Ok(Event::Audio(audio)) if !self.is_whole(audio) => Event::Other(words),
            Ok(Event::Hangup(_)) if !matches!(words, Message::Close(_)) => Event::Other(words),
            Ok(event) => event,
        };
        let mut buf = vec![0; 2 * words.len() + 512];
        let number = self.number;
        match self.duet.platform.send(now, wish, &mut buf) {
            Ok(said) => {
                let said = said.expect("what came in words goes out in words");
                assert_eq!(twin.handle_message(now, said), heard, "line {number} is said as {said:?}");
                assert_eq!(twin, self.duet.application, "line {number} is said as {said:?}");
            }
            // What was on its way when the call ended, no platform would begin to say.
            Err(refused) => {
                let late = matches!(heard, Ok(Event::Hangup(Close::BARE) | Event::Dropped(_)));
                assert!(
                    late && refused == SendError::Closed,
                    "the platform cannot say line {number}: {refused}"
                );
            }
        }
        if let Message::Close(_) = words {
            self.duet.platform.handle_message(now, words).expect("a close is always heard");
        }
    }

    /// Whether it is base64, and has all that our platform puts on audio of this dialect.
    fn is_whole(&self, audio: Audio<'_>) -> bool {
        let told = audio.track().is_some() && audio.timestamp().is_some() && audio.chunk().is_some();
        audio.validate().is_ok() && (told || self.duet.platform.dialect() != Some(Dialect::Wavix))
    }

    /// The application is made to say what the platform hears in `words`, and says it in these very words.
    fn application_says(&mut self, words: Message<'_>) {
        let heard = self.duet.platform.clone().handle_message(self.duet.now, words);
        let wish = heard.unwrap_or_else(|error| panic!("line {} is no wish: {error}", self.number));
        let mut buf = vec![0; words.len()];
        let said = self.duet.application.send(self.duet.now, wish, &mut buf);
        assert_eq!(said, Ok(Some(words)), "line {}", self.number);
        let heard = self.duet.platform_hears(words);
        self.follows.push_back(notation::command(Ok(heard)));
    }

    fn application_wishes(&mut self, wish: Command<'_>) {
        let mut buf = [0; 4096];
        let said = self.duet.application.send(self.duet.now, wish, &mut buf);
        let Some(words) = self.said(">", said) else { return };
        let heard = self.duet.platform_hears(words);
        self.follows.push_back(notation::command(Ok(heard)));
    }

    fn platform_wishes(&mut self, wish: Event<'_>) {
        let mut buf = [0; 4096];
        let said = self.duet.platform.send(self.duet.now, wish, &mut buf);
        let Some(words) = self.said("<", said) else { return };
        let heard = self.duet.application_hears(words);
        self.follows.push_back(notation::event(Ok(heard)));
    }

    fn said<'b>(&mut self, sign: &str, said: Result<Option<Message<'b>>, SendError>) -> Option<Message<'b>> {
        self.follows.push_back(match said {
            Ok(Some(words)) => format!("{sign} {}", notation::message(words)),
            Ok(None) => "= (no words needed)".into(),
            Err(error) => notation::fault(error),
        });
        said.ok().flatten()
    }
}

/// A message as it is on the wire.
fn wire(text: &str) -> Option<Message<'_>> {
    if let Some(length) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(" bytes]")) {
        return VOICE.get(..length.parse().ok()?).map(Message::Binary);
    }
    let mut words = text.splitn(3, ' ');
    if words.next() == Some("close") {
        return end(words.next(), words.next()).map(Message::Close);
    }
    Some(Message::Text(text))
}

/// A wish of the application, by its name.
fn command(text: &str) -> Option<Command<'_>> {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match name {
        "Answer" => Command::Answer,
        "Busy" => Command::Busy,
        "Reject" => Command::Reject,
        "Clear" => Command::Clear,
        "Heartbeat" => Command::Heartbeat,
        "Audio" => Command::Audio(voice(rest)?),
        "Mark" => Command::Mark(Mark::new(rest)),
        "Hangup" => Command::Hangup(hangup(rest)?),
        _ => return None,
    })
}

/// A wish of the platform, by its name.
fn event(text: &str) -> Option<Event<'_>> {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match name {
        "Hello" => Event::Hello,
        "Audio" => Event::Audio(voice(rest)?),
        "Mark" => Event::Mark(Mark::new(rest)),
        "Stop" => Event::Stop,
        "Hangup" => Event::Hangup(hangup(rest)?),
        _ => return None,
    })
}

fn voice(length: &str) -> Option<Audio<'static>> {
    VOICE.get(..length.strip_suffix(" bytes")?.parse().ok()?).map(Audio::raw)
}

fn hangup(text: &str) -> Option<Close<'_>> {
    let (code, reason) = text.split_once(' ').unwrap_or((text, ""));
    end(Some(code).filter(|code| !code.is_empty()), Some(reason))
}

fn end<'t>(code: Option<&str>, reason: Option<&'t str>) -> Option<Close<'t>> {
    let Some(code) = code else { return Some(Close::BARE) };
    Some(Close::new(code.parse().ok()?, reason.unwrap_or_default()))
}

fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(millis) => millis.parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s')?.parse().ok().map(Duration::from_secs),
    }
}
