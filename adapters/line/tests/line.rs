//! What a line tells its adapter, and what it leaves to it.

use core::cell::Cell;
use core::task::Poll;
use core::time::Duration;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};
use voxwire::{
    Application, Audio, Close, Command, Config, Deadline, Dialect, Event, Instant, Platform, SendError, Start,
};
use voxwire_line::{CallConfig, CallError, Cleared, Duties, Inbox, Line, Turn};

const NOW: Instant = Instant::ZERO;
const IDLE: Duties =
    Duties { wake_hearing: false, wake_speaking: false, hear_again: false, shut_down: false };

/// A stream that takes only so many bytes, and ends when it is told to.
#[derive(Default)]
struct Stream {
    heard: VecDeque<u8>,
    said: Vec<u8>,
    room: usize,
    ended: bool,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.heard.is_empty() && !self.ended {
            true => Err(ErrorKind::WouldBlock.into()),
            false => self.heard.read(buf),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.room.min(buf.len()) {
            0 => Err(ErrorKind::WouldBlock.into()),
            taken => {
                self.room -= taken;
                self.said.write(&buf[..taken])
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a bare WebSocket of the other side would send.
fn frames(side: Role, messages: impl IntoIterator<Item = Message>) -> Vec<u8> {
    let mut socket = WebSocket::from_raw_socket(Stream { room: usize::MAX, ..Stream::default() }, side, None);
    for message in messages {
        socket.send(message).unwrap();
    }
    socket.into_inner().said
}

/// What a bare WebSocket of the other side would read.
fn read(said: Vec<u8>, side: Role) -> Vec<Message> {
    let stream = Stream { heard: said.into(), ..Stream::default() };
    let mut socket = WebSocket::from_raw_socket(stream, side, None);
    core::iter::from_fn(|| socket.read().ok()).collect()
}

fn connect() -> Message {
    Message::text(r#"{"command":"connect","CallId":"c1"}"#)
}

/// An application that has answered over a stream, which takes nothing more from now on.
fn answered(config: CallConfig) -> (Line<Application>, Stream) {
    let mut line = Line::application(config, &frames(Role::Client, [connect()]), NOW);
    let mut io = Stream { room: usize::MAX, ..Stream::default() };
    let mut inbox = Inbox::new();
    assert!(line.poll_receive(|| NOW, &mut io, &mut inbox).is_ready());
    assert!(matches!(line.hear(NOW, &inbox), Ok(Event::Start(_))));
    assert!(line.poll_send(NOW, &mut io, Command::Answer, &mut Turn::new()).is_ready());
    assert_eq!(read(core::mem::take(&mut io.said), Role::Client).len(), 1);
    let _ = line.duties();
    io.room = 0;
    (line, io)
}

fn sinch() -> CallConfig {
    CallConfig::new(Config::new(Dialect::Sinch)).queue(4096)
}

fn audio() -> Command<'static> {
    Command::Audio(Audio::raw(&[7; 640]))
}

/// Says audio until the queue is full, and gives how often that was, and the turn that waits.
fn fill(line: &mut Line<Application>, io: &mut Stream) -> (usize, Turn) {
    let mut said = 0;
    loop {
        let mut turn = Turn::new();
        match line.poll_send(NOW, io, audio(), &mut turn) {
            Poll::Ready(sent) => sent.unwrap(),
            Poll::Pending => return (said, turn),
        }
        said += 1;
    }
}

#[test]
fn who_waits_to_speak_is_woken_when_the_hearing_half_makes_room() {
    let (mut line, mut io) = answered(sinch());
    let (said, mut turn) = fill(&mut line, &mut io);
    assert_eq!(line.duties(), IDLE, "the half that was called needs no waking");
    assert!(line.poll_receive(|| NOW, &mut io, &mut Inbox::new()).is_pending());
    assert_eq!(line.duties(), IDLE, "nothing has moved");

    io.room = usize::MAX;
    assert!(line.poll_receive(|| NOW, &mut io, &mut Inbox::new()).is_pending());
    assert_eq!(line.duties(), Duties { wake_speaking: true, ..IDLE });
    assert!(matches!(line.poll_send(NOW, &mut io, audio(), &mut turn), Poll::Ready(Ok(()))));
    assert_eq!(line.duties(), IDLE);
    assert_eq!(read(io.said, Role::Client), vec![Message::binary(vec![7; 640]); said + 1]);
}

#[test]
fn the_speaking_half_makes_room_for_itself() {
    let (mut line, mut io) = answered(sinch());
    let (said, mut turn) = fill(&mut line, &mut io);
    io.room = usize::MAX;
    assert!(matches!(line.poll_send(NOW, &mut io, audio(), &mut turn), Poll::Ready(Ok(()))));
    assert!(line.poll_flush(|| NOW, &mut io).is_ready());
    assert_eq!(read(io.said, Role::Client).len(), said + 1);
}

#[test]
fn a_turn_ends_with_the_clear_that_came_in_it() {
    let (mut line, mut io) = answered(sinch());
    let (said, mut turn) = fill(&mut line, &mut io);
    // One message is with the WebSocket already.
    assert_eq!(line.clear(NOW, &mut io).unwrap(), Cleared { bytes: (said - 1) * 640, stopped: None });
    assert_eq!(line.duties(), Duties { wake_speaking: true, ..IDLE });
    let cleared = line.poll_send(NOW, &mut io, audio(), &mut turn);
    assert!(matches!(cleared, Poll::Ready(Err(CallError::Cleared))));
    assert!(matches!(line.poll_send(NOW, &mut io, audio(), &mut Turn::new()), Poll::Ready(Ok(()))));
    io.room = usize::MAX;
    assert!(line.poll_flush(|| NOW, &mut io).is_ready());
    let heard = read(io.said, Role::Client);
    let (voice, clear) = (Message::binary(vec![7; 640]), Message::text(r#"{"command":"clear"}"#));
    assert_eq!(heard, [voice.clone(), clear, voice]);
}

#[test]
fn hanging_up_wakes_a_hearing_half_that_meant_to_sleep_longer() {
    let (mut line, mut io) = answered(sinch());
    assert!(line.poll_receive(|| NOW, &mut io, &mut Inbox::new()).is_pending());
    let until = line.sleep_until();
    line.hang_up(NOW, &mut io, Close::NORMAL).unwrap();
    assert_eq!(line.duties(), Duties { wake_hearing: true, ..IDLE });
    assert!(line.sleep_until() < until);
}

#[test]
fn the_socket_is_shut_down_once_the_reply_to_a_close_is_written() {
    for room in [usize::MAX, 0] {
        let (mut line, mut io) = answered(sinch());
        io.room = room;
        io.heard = frames(Role::Client, [Message::Close(None)]).into();
        let mut inbox = Inbox::new();
        assert!(line.poll_receive(|| NOW, &mut io, &mut inbox).is_ready());
        assert!(matches!(line.hear(NOW, &inbox), Ok(Event::Hangup(Close::BARE))));
        assert_eq!(line.duties(), Duties { wake_speaking: true, shut_down: room > 0, ..IDLE });
        assert!(line.session().is_closed());
        let sent = line.poll_send(NOW, &mut io, audio(), &mut Turn::new());
        assert!(matches!(sent, Poll::Ready(Err(CallError::Send(SendError::Closed)))));
        assert!(line.poll_flush(|| NOW, &mut io).is_ready());
        assert_eq!(read(io.said, Role::Client).len(), usize::from(room > 0));
    }
}

#[test]
fn a_stream_that_ends_is_a_call_that_was_lost() {
    let (mut line, mut io) = answered(sinch());
    io.ended = true;
    let mut inbox = Inbox::new();
    for _ in 0..2 {
        assert!(line.poll_receive(|| NOW, &mut io, &mut inbox).is_ready());
        assert!(matches!(line.hear(NOW, &inbox), Ok(Event::Hangup(Close::LOST))));
    }
}

#[test]
fn a_peer_that_breaks_the_rules_is_told_so() {
    let (mut line, mut io) = answered(sinch());
    io.room = usize::MAX;
    // A client must mask its frames.
    io.heard = frames(Role::Server, [Message::binary(vec![1])]).into();
    let received = line.poll_receive(|| NOW, &mut io, &mut Inbox::new());
    assert!(matches!(received, Poll::Ready(Err(CallError::Socket(_)))));
    assert!(line.session().is_closed());
    assert_eq!(line.duties(), Duties { wake_speaking: true, ..IDLE });
    assert!(
        matches!(&*read(io.said, Role::Client), [Message::Close(Some(close))] if u16::from(close.code) == 1002)
    );
}

#[test]
fn time_is_what_the_adapter_says_it_is() {
    let mut line: Line<Platform> = Line::platform(sinch(), &[], NOW);
    let mut io = Stream { room: usize::MAX, ..Stream::default() };
    let start = Event::Start(Start::new("c1"));
    assert!(line.poll_send(NOW, &mut io, start, &mut Turn::new()).is_ready());
    let (mut now, mut pings, mut inbox) = (NOW, 0, Inbox::new());
    let expired = loop {
        assert!(line.poll_receive(|| now, &mut io, &mut inbox).is_pending());
        let said = read(core::mem::take(&mut io.said), Role::Server);
        pings += said.iter().filter(|message| message.is_ping()).count();
        assert!(line.sleep_until() >= now, "time spins");
        now = line.sleep_until();
        if let Err(expired) = line.wake(now, &mut io) {
            break expired;
        }
        assert!(line.sleep_until() > now, "time spins");
    };
    assert!(matches!(expired, CallError::Expired(Deadline::Answer)));
    assert_eq!((now.since(NOW), pings), (Duration::from_secs(30), 1));
}

/// A stream on which the same comes again and again: as good as without end, so often.
struct Endless<'b> {
    bytes: &'b [u8],
    reads: u32,
    said: Stream,
}

impl Read for Endless<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reads = self.reads.checked_sub(1).ok_or(ErrorKind::WouldBlock)?;
        self.bytes.repeat(buf.len() / self.bytes.len()).as_slice().read(buf)
    }
}

impl Write for Endless<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.said.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The same bytes without end, masked with nothing, after some others.
fn endless<'b>(line: &mut Line<Application>, first: &[u8], bytes: &'b [u8]) -> Endless<'b> {
    let mut begins = Stream { heard: first.to_vec().into(), room: usize::MAX, ..Stream::default() };
    assert!(line.poll_receive(|| NOW, &mut begins, &mut Inbox::new()).is_pending());
    Endless { bytes, reads: 1_000, said: begins }
}

const PING: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];
const FRAGMENT: [u8; 6] = [0x00, 0x80, 0, 0, 0, 0];

#[test]
fn what_comes_without_end_hides_no_deadline() {
    for (first, rest) in [(&[][..], PING), (&[0x01, 0x80, 0, 0, 0, 0], FRAGMENT)] {
        let mut line = Line::application(sinch(), &[], NOW);
        let mut io = endless(&mut line, first, &rest);
        let seconds = Cell::new(0);
        // A second passes each time somebody looks at the clock.
        let now = || NOW + Duration::from_secs(seconds.replace(seconds.get() + 1));
        let received = (0..20).find_map(|_| match line.poll_receive(now, &mut io, &mut Inbox::new()) {
            Poll::Ready(received) => Some(received),
            Poll::Pending => None,
        });
        assert!(matches!(received, Some(Err(CallError::Expired(Deadline::Start)))), "{received:?}");
    }
}

#[test]
fn what_comes_without_end_leaves_others_their_turn() {
    for (first, rest) in [(&[][..], PING), (&[0x01, 0x80, 0, 0, 0, 0], FRAGMENT)] {
        let mut line = Line::application(sinch(), &[], NOW);
        let mut io = endless(&mut line, first, &rest);
        for _ in 0..3 {
            assert!(line.poll_receive(|| NOW, &mut io, &mut Inbox::new()).is_pending());
            assert!(line.duties().hear_again);
        }
    }
}

#[test]
fn pings_that_cannot_be_answered_do_not_silence_the_call() {
    let config = CallConfig::new(Config::new(Dialect::Sinch).max_message(4096)).queue(4096);
    let (mut line, mut io) = answered(config);
    // More pongs than the WebSocket keeps.
    let pings = core::iter::repeat_n(Message::Ping(vec![7; 125].into()), 60);
    io.heard = frames(Role::Client, pings).into();
    assert!(line.poll_receive(|| NOW, &mut io, &mut Inbox::new()).is_pending());
    assert!(matches!(line.poll_send(NOW, &mut io, audio(), &mut Turn::new()), Poll::Ready(Ok(()))));
    io.room = usize::MAX;
    assert!(line.poll_flush(|| NOW, &mut io).is_ready());
    let said = read(io.said, Role::Client);
    assert!(said.contains(&Message::binary(vec![7; 640])));
    assert!(said.contains(&Message::Pong(vec![7; 125].into())));
}

#[test]
fn what_follows_a_long_message_in_fragments_is_heard_at_once() {
    let mut line = Line::platform(sinch(), &[], NOW);
    let mut io = Stream { room: usize::MAX, ..Stream::default() };
    let start = Event::Start(Start::new("c1"));
    assert!(line.poll_send(NOW, &mut io, start, &mut Turn::new()).is_ready());
    // Two headers of four bytes are shorter than the one of ten that the whole would have.
    let mut bytes = frames(Role::Server, [Message::text(r#"{"command":"answer"}"#)]);
    for opcode in [2, 0x80] {
        bytes.extend([opcode, 126, 0x80, 0]);
        bytes.extend([0; 0x8000]);
    }
    bytes.extend([0x88, 0]);
    io.heard = bytes.into();
    let mut inbox = Inbox::new();
    let mut heard = || {
        // A long message takes more than one turn, but nothing else is waited for.
        while line.poll_receive(|| NOW, &mut io, &mut inbox).is_pending() {
            assert!(line.duties().hear_again);
        }
        line.hear(NOW, &inbox).map(|command| matches!(command, Command::Hangup(Close::BARE)))
    };
    assert_eq!([heard(), heard(), heard()], [Ok(false), Ok(false), Ok(true)]);
}
