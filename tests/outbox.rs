//! The outgoing queue against a model that is plainly right.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use support::duet::Duet;
use support::samples::VOICE;
use support::{cases, phases};
use voxwire::{
    Application, Audio, Bound, Close, Command, Dialect, Event, Instant, Mark, Message, Outbox, OutboxError,
    Payload, SendError, Session,
};

const NAME: &str = "0123456789012345678901234567890123456789012345678901234567890123456789";
const HEADER: &[u8] = &[0xee; OVERHEAD];
const NOW: Instant = Instant::ZERO;
const RESERVE: usize = Outbox::<Vec<u8>>::RESERVE;
const OVERHEAD: usize = Outbox::<Vec<u8>>::OVERHEAD;

/// A queue, and the same as a list.
struct Queue {
    session: Session<Application>,
    outbox: Outbox<Vec<u8>>,
    /// Bytes of memory besides the reserve.
    room: usize,
    /// What should be queued, each with its bytes of audio.
    model: VecDeque<(Owned, usize)>,
    /// Whether some of the first is on the socket.
    started: bool,
}

/// A message with memory of its own.
#[derive(Clone, Debug, PartialEq)]
enum Owned {
    Text(String),
    Binary(Vec<u8>),
    Close(Option<u16>, String),
}

impl Queue {
    fn new(dialect: Dialect, room: usize) -> Self {
        Self {
            session: live(dialect),
            outbox: Outbox::new(vec![0; RESERVE + room]),
            room,
            model: VecDeque::new(),
            started: false,
        }
    }

    /// Says it, and notes what should be queued then.
    fn say(&mut self, command: Command<'_>) -> Result<(), OutboxError> {
        let mut before = self.session.clone();
        if let Err(error) = self.outbox.send(&mut self.session, NOW, command) {
            assert_eq!(self.session, before, "{error} changed the session");
            return Err(error);
        }
        let mut buf = [0; 1024];
        let said = before.send(NOW, command, &mut buf).expect("what is queued can be said");
        let audio = if let Command::Audio(audio) = command { audio.len() } else { 0 };
        let said = said.map(|said| (Owned::from(said), audio));
        // A clear right behind a clear says nothing new.
        if command != Command::Clear || self.model.back() != said.as_ref() {
            self.model.extend(said);
        }
        Ok(())
    }

    /// Says what may be refused, and judges the refusal.
    fn try_to_say(&mut self, command: Command<'_>) {
        match self.say(command) {
            Ok(()) => {}
            Err(OutboxError::Full) => assert!(!self.model.is_empty(), "an empty queue is not full"),
            Err(OutboxError::Send(SendError::Limit { bound: Bound::Queue })) => {
                let needed = self.session.measure(NOW, command).expect("it can be said");
                assert!(needed + OVERHEAD > self.room, "it could have fitted");
            }
            Err(error) => {
                assert!(matches!(command, Command::Mark(_)), "{command:?}: {error}");
                assert_eq!(error, OutboxError::Send(SendError::Unsupported));
            }
        }
    }

    fn start(&mut self) {
        let frame = self.outbox.start(HEADER).to_vec();
        assert_eq!(frame, self.frame());
        self.started = !self.model.is_empty();
    }

    /// What a socket is given of the first message.
    fn frame(&self) -> Vec<u8> {
        self.model.front().map_or_else(Vec::new, |(front, _)| [HEADER, front.payload()].concat())
    }

    fn pop(&mut self) {
        self.started = false;
        let front = self.model.pop_front().map(|(front, _)| front);
        assert_eq!(self.outbox.front().map(Owned::from), front);
        self.outbox.pop();
    }

    fn barge_in(&mut self) {
        let on_the_socket = if self.started { self.model.pop_front() } else { None };
        assert_eq!(self.outbox.clear(), self.audio_bytes());
        self.model.retain(|(_, audio)| *audio == 0);
        if let Some(front) = on_the_socket {
            self.model.push_front(front);
        }
        self.say(Command::Clear).expect("even a full queue takes a clear");
    }

    fn audio_bytes(&self) -> usize {
        self.model.iter().map(|(_, audio)| audio).sum()
    }

    fn check(&self) {
        let front = self.model.front().map(|(front, _)| front.clone());
        assert_eq!(self.outbox.front().map(Owned::from), front);
        assert_eq!(self.outbox.front_payload(), self.outbox.front().map(Payload::from));
        assert_eq!(self.outbox.audio_bytes(), self.audio_bytes());
        assert_eq!(self.outbox.is_empty(), self.model.is_empty());
        if self.started {
            let mut outbox = self.outbox.clone();
            assert_eq!(outbox.started(), self.frame());
        }
    }
}

impl Owned {
    fn payload(&self) -> &[u8] {
        match self {
            Self::Text(text) | Self::Close(_, text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

impl From<Message<'_>> for Owned {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
            Message::Close(close) => Self::Close(close.code, close.reason.into()),
        }
    }
}

fn live(dialect: Dialect) -> Session<Application> {
    Duet::new(dialect).live(phases::call(dialect)).application
}

/// What may happen to a queue.
#[derive(Clone, Debug)]
enum Step {
    Audio(usize),
    Mark(usize),
    Words(usize),
    Start,
    Pop,
    BargeIn,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_usize..400).prop_map(Step::Audio),
        2 => (0..NAME.len()).prop_map(Step::Mark),
        1 => (0_usize..300).prop_map(Step::Words),
        2 => Just(Step::Start),
        4 => Just(Step::Pop),
        1 => Just(Step::BargeIn),
    ]
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn nothing_is_lost_doubled_or_reordered_and_a_full_queue_takes_clear_and_hang_up(
        dialect in select(Dialect::ALL),
        room in 1_usize..1_500,
        steps in vec(step(), 0..120),
        with_reason in any::<bool>(),
    ) {
        let mut queue = Queue::new(dialect, room);
        for step in steps {
            match step {
                Step::Audio(length) => queue.try_to_say(Command::Audio(Audio::raw(&VOICE[..length]))),
                Step::Mark(length) => queue.try_to_say(Command::Mark(Mark::new(&NAME[..length]))),
                Step::Words(length) => queue.try_to_say(Command::Other(Message::Binary(&VOICE[..length]))),
                Step::Start => queue.start(),
                Step::Pop => queue.pop(),
                Step::BargeIn => queue.barge_in(),
            }
            queue.check();
        }
        let close = if with_reason { Close::new(4000, NAME) } else { Close::BARE };
        prop_assert_eq!(queue.say(Command::Hangup(close)), Ok(()), "even a full queue takes a hang-up");
        while !queue.model.is_empty() {
            queue.pop();
        }
        prop_assert!(queue.outbox.is_empty());
    }
}

#[test]
fn a_full_queue_takes_audio_again_once_the_socket_has_taken_some() {
    let mut queue = Queue::new(Dialect::Sinch, 7 * 1024);
    let voice = Command::Audio(Audio::raw(&VOICE[..320]));
    while queue.say(voice).is_ok() {}
    let queued = queue.model.len();
    assert_eq!(queued, 7 * 1024 / (320 + OVERHEAD));
    assert_eq!(queue.say(voice), Err(OutboxError::Full));
    while queue.say(voice).is_err() {
        queue.pop();
    }
    // The reserve is in one piece, so it moves only when there is room for another.
    let popped = queued + 1 - queue.model.len();
    assert!(popped * (320 + OVERHEAD) <= RESERVE + 2 * (320 + OVERHEAD), "{popped} of {queued}");
}

#[test]
fn what_could_never_fit_is_refused_for_good() {
    let mut queue = Queue::new(Dialect::Sinch, 320 + OVERHEAD);
    assert_eq!(queue.say(Command::Audio(Audio::raw(&VOICE[..320]))), Ok(()));
    let refused = queue.say(Command::Audio(Audio::raw(&VOICE[..321])));
    assert_eq!(refused, Err(OutboxError::Send(SendError::Limit { bound: Bound::Queue })));
}

#[test]
fn a_word_that_does_not_fit_where_cleared_audio_lay_is_next_all_the_same() {
    let mut queue = Queue::new(Dialect::Sinch, 3_000 - RESERVE);
    let words = |length: usize| Command::Other(Message::Binary(&VOICE[..length - OVERHEAD]));
    // Audio comes to lie in the last 25 bytes; a clear of 28 bytes, no longer fitting behind it, at the beginning.
    queue.say(words(1_500)).unwrap();
    queue.say(words(400)).unwrap();
    queue.pop();
    queue.say(words(1_075)).unwrap();
    queue.say(Command::Audio(Audio::raw(&VOICE[..10]))).unwrap();
    queue.pop();
    queue.pop();
    queue.say(Command::Clear).unwrap();
    queue.check();

    queue.barge_in();
    queue.check();
    queue.pop();
    assert!(queue.outbox.is_empty());
}

#[test]
fn a_heartbeat_that_is_owed_waits_where_nothing_else_says_as_much() {
    let heartbeat = Message::Text(r#"{"command":"heartbeat"}"#);
    let voice = Message::Binary(&VOICE[..320]);
    let mut session = Duet::new(Dialect::Sinch).live(phases::call(Dialect::Sinch)).application;
    let mut outbox = Outbox::new([0; 1_024 + RESERVE]);
    // One is as good as two, and audio as good as one.
    outbox.push(heartbeat);
    outbox.push(heartbeat);
    assert_eq!(outbox.front(), Some(heartbeat));
    outbox.pop();
    assert!(outbox.is_empty());
    outbox.send(&mut session, NOW, Command::Audio(Audio::raw(&VOICE[..320]))).unwrap();
    outbox.push(heartbeat);
    // A close is said whatever waits.
    outbox.push(Message::Close(Close::NORMAL));
    for message in [voice, Message::Close(Close::NORMAL)] {
        assert_eq!(outbox.front(), Some(message));
        outbox.pop();
    }
    assert!(outbox.is_empty());
    // Words are no sign of life.
    outbox.send(&mut session, NOW, Command::Clear).unwrap();
    outbox.push(heartbeat);
    outbox.pop();
    assert_eq!(outbox.front(), Some(heartbeat));
}

#[test]
fn a_text_that_is_masked_where_it_lies_stays_the_one_at_the_front() {
    let mut outbox = Outbox::new([0; 1_024 + RESERVE]);
    outbox.push(Message::Text(r#"{"command":"heartbeat"}"#));
    let masked: Vec<u8> = r#"{"command":"heartbeat"}"#.bytes().map(|byte| byte ^ 0xff).collect();
    outbox.start(HEADER)[HEADER.len()..].copy_from_slice(&masked);
    assert_eq!(outbox.front_payload(), Some(Payload::Text(&masked)));
    assert_eq!(outbox.front(), Some(Message::Text("")));
    outbox.pop();
    assert!(outbox.is_empty());
}

#[test]
fn a_platform_stops_and_hangs_up_whatever_audio_waits() {
    let mut session = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).platform;
    let mut outbox = Outbox::new([0; 4_096 + RESERVE]);
    let voice = Event::Audio(Audio::raw(&VOICE[..3]));
    let full = (0..100).find_map(|_| outbox.send(&mut session, NOW, voice).err());
    assert_eq!(full, Some(OutboxError::Full));
    assert_eq!(outbox.send(&mut session, NOW, Event::Stop), Ok(()));
    assert_eq!(outbox.send(&mut session, NOW, Event::Hangup(Close::NORMAL)), Ok(()));
}

#[test]
fn what_a_platform_says_twice_is_said_twice() {
    let mut session = Duet::new(Dialect::Wavix).live(phases::call(Dialect::Wavix)).platform;
    let mut outbox = Outbox::new([0; 4_096 + RESERVE]);
    for _ in 0..2 {
        outbox.send(&mut session, NOW, Event::Mark(Mark::new("m"))).unwrap();
    }
    for _ in 0..2 {
        assert!(matches!(outbox.front(), Some(Message::Text(text)) if text.contains("mark")));
        outbox.pop();
    }
    assert!(outbox.is_empty());
}
