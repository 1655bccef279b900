//! `voxwire explain`: captured messages, in words.

use core::fmt::{self, Display};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use voxwire::{Audio, Command, Dialect, Event, Message, ReceiveError};

use crate::exit::{Count, Failure};
use crate::report::Output;
use crate::words::{Side, Words, dialect_name};

/// The longest line that is read, in bytes: the longest message that voxwire takes.
const MAX_LINE: u64 = 256 * 1024;

/// What some editors begin a file with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Tells what captured messages mean, one per line, and whether they are well-formed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the messages are; - is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<(), Failure> {
    let name = args.file.display().to_string();
    let failure = |cause| Failure::Read { name: name.clone(), cause };
    let mut source: Box<dyn BufRead> = match name.as_str() {
        "-" => Box::new(io::stdin().lock()),
        _ => Box::new(BufReader::new(File::open(&args.file).map_err(failure)?)),
    };
    let mut tally = Tally::default();
    let mut line = Vec::new();
    for number in 1.. {
        if !next_line(&mut source, &mut line).map_err(failure)? {
            break;
        }
        let text = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(text) if number == 1 => text.trim_ascii(),
            _ => line.trim_ascii(),
        };
        if text.is_empty() {
            continue;
        }
        let verdict = explain(output, number, text);
        tally.messages += 1;
        tally.malformed += u64::from(verdict == Kind::Malformed);
        tally.unknown += u64::from(verdict == Kind::Unknown);
    }
    output.line("tally", &tally);
    output.finish()?;
    if tally.malformed > 0 { Err(Failure::Malformed(Count(tally.malformed))) } else { Ok(()) }
}

/// The next line, as far as one byte beyond the bound; `false` at the end.
fn next_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    source.take(MAX_LINE + 1).read_until(b'\n', line)?;
    if line.len() as u64 > MAX_LINE && line.last() != Some(&b'\n') {
        source.skip_until(b'\n')?;
    }
    Ok(!line.is_empty())
}

/// Prints what a message means.
fn explain(output: &Output, number: u64, line: &[u8]) -> Kind {
    let verdict = |dialect, side, error| Verdict { number, dialect, side, meaning: None, error };
    let nothing = None::<Event<'_>>;
    if line.len() as u64 > MAX_LINE {
        let error = format!("message length exceeded at byte {MAX_LINE}");
        return verdict(None, None, Some(error)).print(output, nothing);
    }
    let text = match str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let error = format!("not UTF-8 at byte {}", error.valid_up_to());
            return verdict(None, None, Some(error)).print(output, nothing);
        }
    };
    let (side, text) = said_by(text);
    let message = Message::Text(text);
    for &dialect in Dialect::ALL {
        // Who is known not to have said it said nothing that has a meaning.
        let event = match side {
            Some(Side::Application) => Ok(Event::Other(message)),
            _ => dialect.decode_event(message),
        };
        let command = match side {
            Some(Side::Platform) => Ok(Command::Other(message)),
            _ => dialect.decode_command(message),
        };
        match (event, command) {
            (Ok(Event::Other(_)), Ok(Command::Other(_))) => {}
            (Ok(event), Ok(Command::Other(_))) => return said(output, number, dialect, event),
            (Ok(Event::Other(_)), Ok(command)) => return said(output, number, dialect, command),
            (Ok(event), Ok(_)) if is_stamped(text) => return said(output, number, dialect, event),
            (Ok(_), Ok(command)) => return said(output, number, dialect, command),
            (Err(error), _) | (_, Err(error)) => {
                // What is no JSON is of no dialect.
                let dialect = serde_json::from_str::<IgnoredAny>(text).is_ok().then_some(dialect);
                return verdict(dialect, side, Some(describe(error))).print(output, nothing);
            }
        }
    }
    verdict(None, side, None).print(output, nothing)
}

/// Transcripts mark what the platform says with `<`, and what the application says with `>`.
fn said_by(line: &str) -> (Option<Side>, &str) {
    for (mark, side) in [("< ", Side::Platform), ("> ", Side::Application)] {
        if let Some(text) = line.strip_prefix(mark).filter(|text| text.starts_with('{')) {
            return (Some(side), text);
        }
    }
    (None, line)
}

fn said<W: Words + HoldsAudio>(output: &Output, number: u64, dialect: Dialect, message: W) -> Kind {
    let bad_audio = message.audio().and_then(|audio| audio.validate().err());
    let error = bad_audio.map(|error| format!("the audio is {error} of the payload"));
    let (side, meaning) = (Some(W::SIDE), Some(message.meaning()));
    Verdict { number, dialect: Some(dialect), side, meaning, error }.print(output, Some(message))
}

/// A platform on Wavix puts on each message what an application cannot know.
fn is_stamped(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Stamp {
        call_id: Option<IgnoredAny>,
        event_time: Option<IgnoredAny>,
        sequence_number: Option<IgnoredAny>,
    }
    serde_json::from_str::<Stamp>(text).is_ok_and(|stamp| {
        stamp.call_id.is_some() || stamp.event_time.is_some() || stamp.sequence_number.is_some()
    })
}

fn describe(error: ReceiveError) -> String {
    match error {
        ReceiveError::Malformed { what, at } => format!("{what} at byte {at}"),
        error => error.to_string(),
    }
}

trait HoldsAudio {
    fn audio(&self) -> Option<Audio<'_>>;
}

impl HoldsAudio for Event<'_> {
    fn audio(&self) -> Option<Audio<'_>> {
        if let Self::Audio(audio) = self { Some(*audio) } else { None }
    }
}

impl HoldsAudio for Command<'_> {
    fn audio(&self) -> Option<Audio<'_>> {
        if let Self::Audio(audio) = self { Some(*audio) } else { None }
    }
}

/// How a line is counted.
#[derive(PartialEq, Eq)]
enum Kind {
    Known,
    /// Well-formed, and of neither dialect.
    Unknown,
    Malformed,
}

/// What is to be said about all lines.
#[derive(Default, Serialize)]
struct Tally {
    messages: u64,
    unknown: u64,
    malformed: u64,
}

impl Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, unknown, malformed } = self;
        let s = if *messages == 1 { "" } else { "s" };
        write!(
            f,
            "\n{messages} message{s}: {} known, {unknown} without a meaning",
            messages - unknown - malformed
        )?;
        write!(f, ", {malformed} malformed")
    }
}

/// What is to be said about a line.
struct Verdict {
    number: u64,
    dialect: Option<Dialect>,
    side: Option<Side>,
    meaning: Option<String>,
    /// Why it is malformed, if it is.
    error: Option<String>,
}

impl Verdict {
    fn print<W: Words>(self, output: &Output, message: Option<W>) -> Kind {
        output.people(&self);
        let message = message
            .map(|message| if output.shows_header_values() { message.with_header_values() } else { message });
        output.json(
            "message",
            &Explained {
                line: self.number,
                dialect: self.dialect,
                said_by: self.side,
                well_formed: self.error.is_none(),
                known: message.is_some(),
                meaning: self.meaning.as_deref(),
                error: self.error.as_deref(),
                message,
            },
        );
        match (self.error, self.meaning) {
            (Some(_), _) => Kind::Malformed,
            (None, Some(_)) => Kind::Known,
            (None, None) => Kind::Unknown,
        }
    }
}

#[derive(Serialize)]
struct Explained<'v, W> {
    line: u64,
    dialect: Option<Dialect>,
    said_by: Option<Side>,
    well_formed: bool,
    known: bool,
    meaning: Option<&'v str>,
    error: Option<&'v str>,
    message: Option<W>,
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}  ", self.number)?;
        if let Some(dialect) = self.dialect {
            write!(f, "{}", dialect_name(dialect))?;
            match self.side {
                Some(Side::Platform) => write!(f, ", platform → application")?,
                Some(Side::Application) => write!(f, ", application → platform")?,
                None => {}
            }
            f.write_str(": ")?;
        }
        match (&self.meaning, &self.error) {
            (Some(meaning), None) => f.write_str(meaning),
            (Some(meaning), Some(error)) => write!(f, "{meaning}. MALFORMED: {error}"),
            (None, Some(error)) => write!(f, "MALFORMED: {error}"),
            (None, None) => f.write_str("means nothing in either dialect"),
        }
    }
}
