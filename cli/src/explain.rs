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
    let mut malformed = 0;
    let mut line = Vec::new();
    for number in 1.. {
        if !next_line(&mut source, &mut line).map_err(failure)? {
            break;
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        malformed += u64::from(explain(output, number, text));
    }
    output.finish()?;
    if malformed > 0 { Err(Failure::Malformed(Count(malformed))) } else { Ok(()) }
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

/// Prints what a message means, and tells whether it is malformed.
fn explain(output: &Output, number: u64, line: &[u8]) -> bool {
    let verdict = |dialect, error| Verdict { number, dialect, side: None, meaning: None, error };
    if line.len() as u64 > MAX_LINE {
        let error = format!("message length exceeded at byte {MAX_LINE}");
        return verdict(None, Some(error)).print(output, None::<Event<'_>>);
    }
    let text = match str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let error = format!("not UTF-8 at byte {}", error.valid_up_to());
            return verdict(None, Some(error)).print(output, None::<Event<'_>>);
        }
    };
    let message = Message::Text(text);
    for &dialect in Dialect::ALL {
        let (event, command) = (dialect.decode_event(message), dialect.decode_command(message));
        match (event, command) {
            (Ok(Event::Other(_)), Ok(Command::Other(_))) => {}
            (Ok(event), Ok(Command::Other(_))) => return said(output, number, dialect, event),
            (Ok(Event::Other(_)), Ok(command)) => return said(output, number, dialect, command),
            (Ok(event), Ok(_)) if is_stamped(text) => return said(output, number, dialect, event),
            (Ok(_), Ok(command)) => return said(output, number, dialect, command),
            (Err(error), _) | (_, Err(error)) => {
                // What is no JSON is of no dialect.
                let dialect = serde_json::from_str::<IgnoredAny>(text).is_ok().then_some(dialect);
                return verdict(dialect, Some(describe(error))).print(output, None::<Event<'_>>);
            }
        }
    }
    let error = (!text.starts_with('{')).then(|| "no JSON object at byte 0".to_owned());
    verdict(None, error).print(output, None::<Event<'_>>)
}

fn said<W: Words + HoldsAudio>(output: &Output, number: u64, dialect: Dialect, message: W) -> bool {
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
    fn print<W: Words>(self, output: &Output, message: Option<W>) -> bool {
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
        self.error.is_some()
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
            (None, None) => f.write_str("no message that either dialect knows"),
        }
    }
}
