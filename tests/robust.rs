//! Nothing that comes in makes a session panic, and nothing but a close or a stop ends it: every prefix and 100,000
//! random mutations of every sample, heard by both roles: the prefixes in every phase of a call, the mutations in
//! each phase in turn.

use std::thread;

use support::chance::Chance;
use support::notation;
use support::phases::{InPhase, NOW, applications, platforms};
use support::samples;
use voxwire::{Application, Close, Command, Dialect, Event, Message, Platform, ReceiveError, Session};

const MUTATIONS: usize = 100_000;

/// Both roles in every phase of a dialect.
struct Audience {
    dialect: Dialect,
    applications: Vec<InPhase<Session<Application>>>,
    platforms: Vec<InPhase<Session<Platform>>>,
}

impl Audience {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, applications: applications(dialect), platforms: platforms(dialect) }
    }

    fn everyone_hears(&self, bytes: &[u8]) {
        self.applications.iter().for_each(|application| self.application_hears(application, message(bytes)));
        self.platforms.iter().for_each(|platform| self.platform_hears(platform, message(bytes)));
    }

    /// One session of each role hears `bytes`; another `turn`, another phase.
    fn one_of_each_hears(&self, bytes: &[u8], turn: usize) {
        self.application_hears(&self.applications[turn % self.applications.len()], message(bytes));
        self.platform_hears(&self.platforms[turn % self.platforms.len()], message(bytes));
    }

    fn application_hears(
        &self,
        InPhase { phase, session }: &InPhase<Session<Application>>,
        message: Message<'_>,
    ) {
        let mut hearer = session.clone();
        match hearer.handle_message(NOW, message) {
            Err(error) => refused(error, message, &hearer == session, phase),
            Ok(event) => {
                if let Event::Audio(audio) = event {
                    judged_when_read(audio);
                }
                let over = matches!(event, Event::Hangup(_));
                assert_eq!(
                    hearer.is_closed(),
                    over,
                    "{phase} and {} gave {event:?}",
                    notation::message(message)
                );
                self.application_goes_on(hearer, phase);
            }
        }
    }

    fn platform_hears(&self, InPhase { phase, session }: &InPhase<Session<Platform>>, message: Message<'_>) {
        let mut hearer = session.clone();
        match hearer.handle_message(NOW, message) {
            Err(error) => refused(error, message, &hearer == session, phase),
            Ok(command) => {
                if let Command::Audio(audio) = command {
                    judged_when_read(audio);
                }
                let over = matches!(command, Command::Hangup(_));
                assert_eq!(
                    hearer.is_closed(),
                    over,
                    "{phase} and {} gave {command:?}",
                    notation::message(message)
                );
                self.platform_goes_on(hearer, phase);
            }
        }
    }

    /// What a peer says next is heard, unless the call is over; and it can be hung up.
    fn application_goes_on(&self, mut session: Session<Application>, phase: &str) {
        let heard = session.handle_message(NOW, self.audio());
        assert!(
            matches!(heard, Ok(Event::Audio(_) | Event::Dropped(_) | Event::Hangup(_))),
            "{phase}: {heard:?}"
        );
        let heard = session.handle_message(NOW, Message::Close(Close::NORMAL));
        assert_eq!(heard, Ok(Event::Hangup(Close::NORMAL)), "{phase}");
    }

    fn platform_goes_on(&self, mut session: Session<Platform>, phase: &str) {
        let heard = session.handle_message(NOW, self.audio());
        assert!(
            matches!(heard, Ok(Command::Audio(_) | Command::Dropped(_) | Command::Hangup(_))),
            "{phase}: {heard:?}"
        );
        let heard = session.handle_message(NOW, Message::Close(Close::NORMAL));
        assert_eq!(heard, Ok(Command::Hangup(Close::NORMAL)), "{phase}");
    }

    fn audio(&self) -> Message<'static> {
        match self.dialect {
            Dialect::Wavix => Message::Text(r#"{"event":"media","media":{"payload":"AAEC"}}"#),
            _ => Message::Binary(&[0, 1, 2]),
        }
    }
}

/// Text if it is UTF-8, as a WebSocket must have it.
fn message(bytes: &[u8]) -> Message<'_> {
    str::from_utf8(bytes).map_or(Message::Binary(bytes), Message::Text)
}

/// A refusal tells where, within the message, and leaves the session as it was.
fn refused(error: ReceiveError, message: Message<'_>, unchanged: bool, phase: &str) {
    assert!(unchanged, "{phase} was changed by {}", notation::message(message));
    match error {
        ReceiveError::Malformed { what, at } => {
            assert!(!what.is_empty() && at <= message.len(), "{error} in {}", notation::message(message));
        }
        ReceiveError::Limit { at, .. } => assert!(at <= message.len(), "{error} in {message:?}"),
        ReceiveError::Unexpected { word } => assert!(!word.is_empty()),
        _ => panic!("{error} is not expected of {}", notation::message(message)),
    }
}

/// Proving and decoding agree on whether it is audio at all.
fn judged_when_read(audio: voxwire::Audio<'_>) {
    let mut pcm = [0; 1024];
    let read = audio.copy_to(&mut pcm).map(<[u8]>::len);
    assert_eq!(read.err(), audio.validate().err(), "{audio:?}");
    assert!(read.is_err() || read == Ok(audio.len()));
}

#[test]
fn every_prefix_of_every_sample_is_survived() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let audience = Audience::new(dialect);
        for sample in [samples::all(Dialect::Sinch), samples::all(Dialect::Wavix)].concat() {
            let bytes = sample.bytes();
            (0..=bytes.len()).for_each(|length| audience.everyone_hears(&bytes[..length]));
        }
    }
}

#[test]
fn a_hundred_thousand_mutations_of_every_sample_are_survived() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let samples = samples::all(dialect);
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for worker in 0..workers {
                let samples = &samples;
                scope.spawn(move || {
                    let audience = Audience::new(dialect);
                    for (number, sample) in samples.iter().enumerate().skip(worker).step_by(workers) {
                        let mut chance = Chance::new(number as u64);
                        let mut mutant = Vec::new();
                        for turn in 0..MUTATIONS {
                            chance.mutate(sample, samples, &mut mutant);
                            audience.one_of_each_hears(&mutant, turn);
                        }
                    }
                });
            }
        });
    }
}
