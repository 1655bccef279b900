//! Every state of a session that can be reached, and in each of them everything that can happen, against the protocol
//! written down as [tables].
//!
//! Breadth first, from a session just begun, on a clock that steps by seconds: deadlines are a few seconds long, so the
//! search comes to an end by itself. It is exhaustive where that fits the tables' words; what is in the words is the
//! business of other tests.

mod reference;
mod tables;
mod words;

use core::time::Duration;
use std::collections::{HashSet, VecDeque};

use reference::Reference;
use tables::Table;
use voxwire::{
    Application, Config, Deadline, Dialect, Due, Instant, Message, Platform, Role, SendError, Session,
};
use words::{Word, Words};

#[test]
fn an_application_on_sinch() {
    explore::<Application>(Dialect::Sinch, &tables::APPLICATION_ON_SINCH, Session::application);
}

#[test]
fn an_application_on_wavix() {
    explore::<Application>(Dialect::Wavix, &tables::APPLICATION_ON_WAVIX, Session::application);
}

#[test]
fn a_platform_on_sinch() {
    explore::<Platform>(Dialect::Sinch, &tables::PLATFORM_ON_SINCH, Session::platform);
}

#[test]
fn a_platform_on_wavix() {
    explore::<Platform>(Dialect::Wavix, &tables::PLATFORM_ON_WAVIX, Session::platform);
}

/// A session and what it must be.
struct State<R: Role> {
    session: Session<R>,
    reference: Reference,
    now: Instant,
    /// What has happened so far, for whoever must find out why it went wrong.
    history: String,
}

fn explore<R: Word>(dialect: Dialect, table: &Table, begin: fn(Config, Instant) -> Session<R>)
where
    Session<R>: Clone + PartialEq,
{
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let config = Config::new(dialect)
        .start_within(seconds(reference::START))
        .answer_within(seconds(reference::ANSWER))
        .end_within(Duration::from_secs(reference::END))
        .heartbeat_after(Duration::from_secs(reference::HEARTBEAT))
        .silence_limit(seconds(reference::SILENCE))
        .max_text(words::MAX_TEXT);
    let now = Instant::ZERO;
    let words = Words::<R>::on(dialect);
    let reference = Reference::new::<R>(dialect, table);
    reference.speaks(&words);

    let mut seen = HashSet::from([reference.key(now)]);
    let mut next =
        VecDeque::from([State { session: begin(config, now), reference, now, history: String::new() }]);
    let mut visited = HashSet::new();
    while let Some(state) = next.pop_front() {
        assert!(seen.len() < 100_000, "there is no end to it: {}", state.history);
        for happening in happenings(&words) {
            let after = happen(&state, happening, &mut visited);
            if seen.insert(after.reference.key(after.now)) {
                next.push_back(after);
            }
        }
    }
    let missed: Vec<_> = Reference::cells(table).difference(&visited).cloned().collect();
    assert!(missed.is_empty(), "no way leads to {missed:?}");
    println!("{dialect}: {} states, {} cells", seen.len(), visited.len());
}

/// What can happen to a session.
enum Happening<'w, R: Role> {
    Hears(&'static str, Message<'w>),
    Says(&'static str, R::Says<'static>),
    /// Something arrives that is no message.
    Stirs,
    /// It is looked at what is due.
    Wakes,
    /// A second passes.
    Waits,
}

fn happenings<'w, R: Word>(words: &'w Words<R>) -> impl Iterator<Item = Happening<'w, R>> {
    let hears = words.heard.iter().map(|(name, sample)| Happening::Hears(name, sample.message()));
    let says = words.said.iter().map(|(name, says)| Happening::Says(name, *says));
    hears.chain(says).chain([Happening::Stirs, Happening::Wakes, Happening::Waits])
}

/// Has it happen to the session and to the reference, and compares.
fn happen<R: Word>(
    before: &State<R>,
    happening: Happening<'_, R>,
    visited: &mut HashSet<(String, String)>,
) -> State<R>
where
    Session<R>: Clone + PartialEq,
{
    let State { mut session, mut reference, mut now, mut history } = State {
        session: before.session.clone(),
        reference: before.reference.clone(),
        now: before.now,
        history: before.history.clone(),
    };
    let mut buf = [0; 1_024];
    let phase = reference.phase();
    let (what, came, refused, expected) = match happening {
        Happening::Hears(name, message) => {
            let heard = session.handle_message(now, message);
            let told = heard.as_ref().map_or_else(|error| words::refusal(*error), R::name);
            (name, told, heard.is_err(), reference.hears(name, now))
        }
        Happening::Says(name, says) => {
            let said = session.send(now, says, &mut buf);
            let told = match &said {
                Ok(Some(_)) => "words",
                Ok(None) => "none",
                Err(SendError::WrongPhase) => "wrong",
                Err(SendError::Closed) => "closed",
                Err(SendError::Unsupported) => "unsupported",
                Err(SendError::Oneway) => "oneway",
                Err(SendError::InvalidClose) => "invalid",
                Err(_) => "?",
            };
            (name, told, said.is_err(), reference.says(name, now))
        }
        Happening::Stirs => {
            session.handle_activity(now);
            reference.stirs(now);
            ("stirs", "", false, "")
        }
        Happening::Wakes => {
            let due = session.handle_timeout(now, &mut buf).expect("it fits");
            let told = match due {
                Due::Nothing => "nothing",
                Due::Send(Message::Close(_)) => "close",
                Due::Send(_) => "heartbeat",
                Due::Expired(Deadline::Start) => "start",
                Due::Expired(Deadline::Answer) => "answer",
                Due::Expired(Deadline::Silence) => "silence",
                Due::Expired(Deadline::Ending) => "ending",
                Due::Expired(_) => "?",
            };
            ("due", told, false, reference.wakes(now))
        }
        Happening::Waits => {
            now = now + Duration::from_secs(1);
            ("waits", "", false, "")
        }
    };
    history = format!("{history} {what}");
    let context = || format!("in phase {phase}, after{history}");
    assert_eq!(came, expected, "{}", context());
    assert!(!refused || session == before.session, "what is refused changes nothing: {}", context());
    assert_eq!(session.poll_timeout(), reference.next(), "when to look again: {}", context());
    assert_eq!(session.is_live(), reference.is_live(), "{}", context());
    assert_eq!(session.is_closed(), reference.phase() == "closed", "{}", context());
    visited.insert((what.to_owned(), phase.to_owned()));
    State { session, reference, now, history }
}
