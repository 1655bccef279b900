//! The platform's end: what it may hear and say, and when.

#![expect(unnameable_types, reason = "the hidden half of a sealed trait")]

use crate::command::Command;
use crate::config::Config;
use crate::dialect::{Dialect, Encoded, Stamp};
use crate::error::{ReceiveError, SendError};
use crate::event::{Dropped, Event};
use crate::message::{Close, Message};
use crate::phase::{Facts, Phase};

use super::{Identifier, Noted, Now, Platform, Role, Verdict, announced};

impl Role for Platform {
    type Hears<'m> = Command<'m>;
    type Says<'s> = Event<'s>;
    type Memory = PlatformMemory;

    const WAITS: bool = false;

    fn decode<'m>(
        dialect: &mut Option<Dialect>,
        message: Message<'m>,
    ) -> Result<Self::Hears<'m>, ReceiveError> {
        match dialect {
            Some(known) => known.decode_command(message),
            None => Ok(Command::Other(message)),
        }
    }

    fn judge(facts: Facts, command: &mut Self::Hears<'_>) -> Result<Verdict, ReceiveError> {
        let unexpected = |word| Err(ReceiveError::Unexpected { word });
        let mut verdict = Verdict { phase: None, speech: false, noted: Noted::Nothing };
        // What crosses our last words was said in good faith.
        let crosses = matches!(facts.phase, Phase::Stopped | Phase::Leaving { .. });
        match (facts.phase, &mut *command) {
            (Phase::Offered, Command::Answer) => verdict.phase = Some(Phase::Live),
            (Phase::Offered, Command::Busy | Command::Reject) => verdict.phase = Some(Phase::Refused),
            (_, Command::Answer | Command::Busy | Command::Reject) if crosses => {}
            (_, Command::Answer | Command::Busy | Command::Reject) => return unexpected("answer to a call"),
            (_, Command::Audio(audio)) if !facts.is_live() || facts.oneway => {
                let bytes = audio.len();
                *command = Command::Dropped(Dropped { bytes });
                verdict.noted = Noted::Dropped { bytes };
            }
            (_, Command::Audio(audio)) => verdict.speech = !audio.is_empty(),
            (_, Command::Mark(_)) if !facts.is_live() && !crosses => return unexpected("mark"),
            (_, Command::Clear) if !facts.is_live() && !crosses => return unexpected("clear"),
            (_, Command::Heartbeat) if !facts.is_live() && !crosses => return unexpected("heartbeat"),
            (_, Command::Heartbeat) => verdict.speech = true,
            (_, Command::Hangup(_)) => verdict.phase = Some(Phase::Closed),
            (_, Command::Other(_)) => verdict.noted = Noted::Other,
            (_, Command::Mark(_) | Command::Clear | Command::Dropped(_)) => {}
        }
        Ok(verdict)
    }

    fn permit(facts: Facts, event: &Self::Says<'_>) -> Result<Option<Phase>, SendError> {
        let Some(dialect) = facts.dialect else { return Err(SendError::Unsupported) };
        match (facts.phase, event) {
            (_, Event::Dropped(_)) => Err(SendError::Unsupported),
            (Phase::Refused | Phase::Stopped | Phase::Leaving { .. } | Phase::Closed, _) => {
                Err(SendError::Closed)
            }
            (Phase::Idle, Event::Start(_)) => Ok(Some(announced(dialect))),
            (Phase::Idle, Event::Hello) => Ok(None),
            (Phase::Offered | Phase::Live, Event::Stop) => Ok(Some(Phase::Stopped)),
            (Phase::Live, Event::Audio(_) | Event::Mark(_)) => Ok(None),
            // A simulator may say what no provider would, to see how it is taken.
            (_, Event::Other(_)) => Ok(None),
            _ => Err(SendError::WrongPhase),
        }
    }

    fn encode<'s>(
        dialect: Dialect,
        memory: &PlatformMemory,
        now: Now,
        event: &Self::Says<'s>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError> {
        let stamp = Stamp {
            call_id: memory.call_id.as_ref().map(Identifier::text),
            stream_id: memory.stream_id.as_ref().map(Identifier::text),
            sequence: memory.sequence.saturating_add(1),
            chunk: memory.chunk.saturating_add(1),
            millis: now.millis().saturating_sub(memory.announced),
            unix_seconds: now.unix_seconds(),
        };
        dialect.encode_event(event, &stamp, buf)
    }

    fn remember_heard(
        _memory: &mut PlatformMemory,
        _facts: &mut Facts,
        _config: &Config,
        _command: &mut Self::Hears<'_>,
    ) {
    }

    fn remember_said(memory: &mut PlatformMemory, facts: &mut Facts, now: Now, event: &Self::Says<'_>) {
        match event {
            Event::Start(start) => {
                facts.oneway = start.oneway;
                memory.call_id = start.call_id.and_then(Identifier::new);
                memory.stream_id = start.stream_id.and_then(Identifier::new);
                memory.announced = now.millis();
            }
            Event::Audio(_) => memory.chunk = memory.chunk.saturating_add(1),
            Event::Mark(_) | Event::Stop => {}
            _ => return,
        }
        memory.sequence = memory.sequence.saturating_add(1);
    }

    fn as_hangup<'s>(event: &Self::Says<'s>) -> Option<Close<'s>> {
        match event {
            Event::Hangup(close) | Event::Other(Message::Close(close)) => Some(*close),
            _ => None,
        }
    }

    fn heartbeat<'s>() -> Option<Self::Says<'s>> {
        None
    }

    fn as_event<'h, 'm>(_command: &'h Self::Hears<'m>) -> Option<&'h Event<'m>> {
        None
    }

    fn heard_audio(command: &Self::Hears<'_>) -> Option<usize> {
        match command {
            Command::Audio(audio) => Some(audio.len()),
            Command::Dropped(dropped) => Some(dropped.bytes),
            _ => None,
        }
    }

    fn said_audio(event: &Self::Says<'_>) -> Option<usize> {
        match event {
            Event::Audio(audio) => Some(audio.len()),
            _ => None,
        }
    }

    fn is_urgent(event: Self::Says<'_>) -> bool {
        matches!(event, Event::Stop | Event::Hangup(_))
    }

    fn is_clear(_event: Self::Says<'_>) -> bool {
        false
    }
}

/// What a platform must remember to speak.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlatformMemory {
    call_id: Option<Identifier>,
    stream_id: Option<Identifier>,
    /// Messages said since the call was announced, that one included.
    sequence: u64,
    /// Pieces of audio said.
    chunk: u64,
    /// When the call was announced, in milliseconds since the session began.
    announced: u64,
}
