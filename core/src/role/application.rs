//! The application's end: what it may hear and say, and when.

#![expect(unnameable_types, reason = "the hidden half of a sealed trait")]

use crate::command::Command;
use crate::config::Config;
use crate::dialect::{Dialect, Encoded};
use crate::error::{ReceiveError, SendError};
use crate::event::{Dropped, Event};
use crate::message::{Close, Message};
use crate::phase::{Facts, Phase};

use super::{Application, Identifier, Noted, Now, Role, Verdict, announced};

impl Role for Application {
    type Hears<'m> = Event<'m>;
    type Says<'s> = Command<'s>;
    type Memory = ApplicationMemory;

    const WAITS: bool = true;

    fn decode<'m>(
        dialect: &mut Option<Dialect>,
        message: Message<'m>,
    ) -> Result<Self::Hears<'m>, ReceiveError> {
        match dialect {
            Some(known) => known.decode_event(message),
            None => Dialect::detect(dialect, message),
        }
    }

    #[inline]
    fn judge(facts: Facts, event: &mut Self::Hears<'_>) -> Result<Verdict, ReceiveError> {
        let unexpected = |word| Err(ReceiveError::Unexpected { word });
        let mut verdict = Verdict { phase: None, speech: true, noted: Noted::Nothing };
        match event {
            // They cross our close, which is all that can still be said.
            Event::Stop if matches!(facts.phase, Phase::Leaving { .. }) => {}
            Event::Hello | Event::Start(_) | Event::Mark(_)
                if facts.phase == (Phase::Leaving { live: false }) => {}
            Event::Hello if facts.phase != Phase::Idle => return unexpected("greeting"),
            Event::Start(_) => match (facts.phase, facts.dialect) {
                (Phase::Idle, Some(dialect)) => verdict.phase = Some(announced(dialect)),
                _ => return unexpected("announcement of a call"),
            },
            Event::Audio(audio) if !facts.is_live() => {
                let bytes = audio.len();
                *event = Event::Dropped(Dropped { bytes });
                verdict.noted = Noted::Dropped { bytes };
            }
            Event::Mark(_) if !facts.is_live() => return unexpected("mark"),
            Event::Stop => verdict.phase = Some(Phase::Stopped),
            Event::Hangup(_) => verdict.phase = Some(Phase::Closed),
            Event::Other(_) => verdict.noted = Noted::Other,
            Event::Hello | Event::Audio(_) | Event::Mark(_) | Event::Dropped(_) => {}
        }
        Ok(verdict)
    }

    fn permit(facts: Facts, command: &Self::Says<'_>) -> Result<Option<Phase>, SendError> {
        let answered = facts.dialect.is_some_and(|dialect| dialect.profile().answered);
        match (facts.phase, command) {
            (_, Command::Dropped(_)) => Err(SendError::Unsupported),
            (Phase::Refused | Phase::Stopped | Phase::Leaving { .. } | Phase::Closed, _) => {
                Err(SendError::Closed)
            }
            (Phase::Offered, Command::Answer) => Ok(Some(Phase::Live)),
            (Phase::Offered, Command::Busy | Command::Reject) => Ok(Some(Phase::Refused)),
            (Phase::Idle | Phase::Offered, _) => Err(SendError::WrongPhase),
            (Phase::Live, Command::Answer | Command::Busy | Command::Reject) if answered => {
                Err(SendError::WrongPhase)
            }
            (Phase::Live, Command::Audio(_) | Command::Mark(_) | Command::Clear) if facts.oneway => {
                Err(SendError::Oneway)
            }
            (Phase::Live, _) => Ok(None),
        }
    }

    #[inline]
    fn encode<'s>(
        dialect: Dialect,
        memory: &ApplicationMemory,
        _now: Now,
        command: &Self::Says<'s>,
        buf: &mut [u8],
    ) -> Result<Encoded<'s>, SendError> {
        dialect.encode_command(command, memory.stream_id.as_ref().map(Identifier::text).as_ref(), buf)
    }

    fn remember_heard(
        memory: &mut ApplicationMemory,
        facts: &mut Facts,
        config: &Config,
        event: &mut Self::Hears<'_>,
    ) {
        if let Event::Start(start) = event {
            // It holds where the wire names none.
            let format = config.format.or(facts.dialect.and_then(|dialect| dialect.profile().format));
            memory.stream_id = start.stream_id.and_then(Identifier::new);
            facts.oneway = start.oneway;
            start.heard = start.heard.or(format);
            start.said = start.said.or(format);
        }
    }

    fn remember_said(
        _memory: &mut ApplicationMemory,
        _facts: &mut Facts,
        _now: Now,
        _command: &Self::Says<'_>,
    ) {
    }

    fn as_hangup<'s>(command: &Self::Says<'s>) -> Option<Close<'s>> {
        match command {
            Command::Hangup(close) | Command::Other(Message::Close(close)) => Some(*close),
            _ => None,
        }
    }

    fn heartbeat<'s>() -> Option<Self::Says<'s>> {
        Some(Command::Heartbeat)
    }

    fn as_event<'h, 'm>(event: &'h Self::Hears<'m>) -> Option<&'h Event<'m>> {
        Some(event)
    }

    fn heard_audio(event: &Self::Hears<'_>) -> Option<usize> {
        match event {
            Event::Audio(audio) => Some(audio.len()),
            Event::Dropped(dropped) => Some(dropped.bytes),
            _ => None,
        }
    }

    #[inline]
    fn said_audio(command: &Self::Says<'_>) -> Option<usize> {
        match command {
            Command::Audio(audio) => Some(audio.len()),
            _ => None,
        }
    }

    fn is_urgent(command: Self::Says<'_>) -> bool {
        matches!(command, Command::Clear | Command::Hangup(_))
    }

    fn is_clear(command: Self::Says<'_>) -> bool {
        command == Command::Clear
    }
}

/// What an application must remember to speak.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApplicationMemory {
    stream_id: Option<Identifier>,
}
