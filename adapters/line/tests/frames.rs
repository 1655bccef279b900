//! Whatever way frames are cut into reads, what they hold is heard, once and in order, and every ping is answered.

use core::task::Poll;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::Role;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Message, WebSocket};
use voxwire::{Application, Audio, Close, Command, Config, Dialect, Event, Instant};
use voxwire_line::{CallConfig, CallError, Inbox, Line, Turn};

const NOW: Instant = Instant::ZERO;

/// What a platform puts on the wire.
#[derive(Clone, Debug)]
enum Said {
    /// A text, in so many fragments, with a ping before each but the first if there are any.
    Text {
        len: usize,
        fragments: usize,
        pings: bool,
    },
    /// Binary, which is audio that comes too early: it is counted.
    Binary {
        len: usize,
        fragments: usize,
    },
    Ping {
        len: usize,
    },
}

/// A stream that gives at most so many bytes at once, and takes so many in all before it waits once.
struct Stream {
    heard: VecDeque<u8>,
    most: usize,
    ended: bool,
    said: Vec<u8>,
    room: usize,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.heard.is_empty() && !self.ended {
            return Err(ErrorKind::WouldBlock.into());
        }
        let most = self.most.min(buf.len());
        self.heard.read(&mut buf[..most])
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let taken = self.room.min(buf.len());
        self.room = self.room.saturating_sub(taken);
        if taken == 0 {
            // There is room again the next time.
            self.room = 100;
            return Err(ErrorKind::WouldBlock.into());
        }
        self.said.write(&buf[..taken])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn said() -> impl Strategy<Value = Said> {
    // Longer texts that mean nothing are refused.
    let text = prop_oneof![0..300_usize, 900..1_100_usize, 4_000..9_000_usize];
    let binary = prop_oneof![text.clone(), Just(70_000)];
    prop_oneof![
        (text, 1..4_usize, any::<bool>()).prop_map(|(len, fragments, pings)| Said::Text {
            len,
            fragments,
            pings
        }),
        (binary, 1..4_usize).prop_map(|(len, fragments)| Said::Binary { len, fragments }),
        (0..126_usize).prop_map(|len| Said::Ping { len }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_has_come_is_heard_at_once(
        all in vec(said(), 0..20),
        early in 0..2_000_usize,
        chunks in vec(prop_oneof![1..10_usize, 600..700_usize, Just(4_096), Just(10_000)], 0..40),
        most in prop_oneof![1..20_usize, Just(4_096)],
        room in prop_oneof![Just(usize::MAX), 0..1_000_usize],
        closes in any::<bool>(),
    ) {
        let mut bytes = Vec::new();
        // What is to be heard, and the payloads of pings, each with where it ends.
        let (mut messages, mut pings) = (Vec::new(), Vec::new());
        for (n, said) in all.iter().enumerate() {
            let n = n as u8;
            match *said {
                Said::Text { len, fragments, pings: pinged } => {
                    let ping = pinged.then_some(n);
                    let ends = frames(&mut bytes, Data::Text, &vec![b'x'; len], fragments, ping);
                    pings.extend(ends.into_iter().map(|end| (end, vec![n; 3])));
                    messages.push((bytes.len(), len));
                }
                Said::Binary { len, fragments } => {
                    frames(&mut bytes, Data::Binary, &vec![7; len], fragments, None);
                    messages.push((bytes.len(), len));
                }
                Said::Ping { len } => {
                    frame(&mut bytes, Frame::ping(vec![n; len]));
                    pings.push((bytes.len(), vec![n; len]));
                }
            }
        }
        if closes {
            frame(&mut bytes, Frame::close(None));
        }

        let mut fed = early.min(bytes.len());
        let mut io = Stream { heard: VecDeque::new(), most, ended: false, said: Vec::new(), room };
        let mut line =
            Line::application(CallConfig::new(Config::new(Dialect::Sinch)), &bytes[..fed], NOW);
        let mut heard = Vec::new();
        let mut chunks = chunks.into_iter();
        loop {
            let end = hear(&mut line, &mut io, &mut heard);
            let come = messages.iter().filter(|(end, _)| *end <= fed).map(|(_, len)| *len).collect::<Vec<_>>();
            prop_assert_eq!(&heard, &come);
            let pings: Vec<_> = pings.iter().filter(|(end, _)| *end <= fed).map(|(_, ping)| ping).collect();
            answered(&io.said, &pings, room == usize::MAX)?;
            if fed == bytes.len() {
                if let Some(end) = end {
                    prop_assert_eq!(end, if closes { Close::BARE } else { Close::LOST });
                    break;
                }
                io.ended = true;
            }
            let chunk = chunks.next().unwrap_or(usize::MAX).min(bytes.len() - fed);
            io.heard.extend(&bytes[fed..fed + chunk]);
            fed += chunk;
        }
    }
}

/// Receives in as many turns as it takes.
fn receive(line: &mut Line<Application>, io: &mut Stream, inbox: &mut Inbox) -> Poll<Result<(), CallError>> {
    loop {
        let received = line.poll_receive(|| NOW, io, inbox);
        if received.is_ready() || !line.duties().hear_again {
            return received;
        }
    }
}

/// Hears all there is, as its lengths, and the end.
fn hear(line: &mut Line<Application>, io: &mut Stream, heard: &mut Vec<usize>) -> Option<Close<'static>> {
    let mut inbox = Inbox::new();
    while receive(line, io, &mut inbox).is_ready() {
        match line.hear(NOW, &inbox).unwrap() {
            Event::Other(voxwire::Message::Text(text)) => heard.push(text.len()),
            Event::Dropped(audio) => heard.push(audio.bytes),
            Event::Hangup(close) => return Some(Close { reason: "", ..close }),
            other => panic!("{other:?}"),
        }
    }
    None
}

/// Of pings that come together only the last need be answered (RFC 6455 section 5.5.2), and that only if it can be.
fn answered(said: &[u8], pings: &[&Vec<u8>], roomy: bool) -> Result<(), TestCaseError> {
    let pongs = pongs(said);
    let mut rest = pings.iter();
    for pong in &pongs {
        prop_assert!(rest.any(|ping| *ping == pong), "a pong without its ping");
    }
    prop_assert!(!roomy || pongs.last() == pings.last().copied(), "the last ping is not answered");
    Ok(())
}

/// A message in fragments, and where the pings between them end.
fn frames(bytes: &mut Vec<u8>, kind: Data, payload: &[u8], fragments: usize, ping: Option<u8>) -> Vec<usize> {
    let mut pings = Vec::new();
    let size = payload.len().div_ceil(fragments).max(1);
    let mut parts: Vec<_> = payload.chunks(size).collect();
    parts.resize(fragments, &[]);
    for (n, part) in parts.iter().enumerate() {
        if let (Some(ping), true) = (ping, n > 0) {
            frame(bytes, Frame::ping(vec![ping; 3]));
            pings.push(bytes.len());
        }
        let kind = if n == 0 { kind } else { Data::Continue };
        frame(bytes, Frame::message(part.to_vec(), OpCode::Data(kind), n + 1 == fragments));
    }
    pings
}

/// A frame as a client sends it.
fn frame(bytes: &mut Vec<u8>, frame: Frame) {
    let mut frame = frame;
    frame.header_mut().mask = Some([1, 2, 3, 4]);
    frame.format(bytes).unwrap();
}

fn pongs(said: &[u8]) -> Vec<Vec<u8>> {
    let stream = Stream {
        heard: said.iter().copied().collect(),
        most: usize::MAX,
        ended: true,
        said: Vec::new(),
        room: usize::MAX,
    };
    let mut socket = WebSocket::from_raw_socket(stream, Role::Client, None);
    let messages = core::iter::from_fn(|| socket.read().ok());
    messages.filter(Message::is_pong).map(|pong| pong.into_data().to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_arrives_in_order_and_pongs_between(
        steps in vec(prop_oneof![
            (0..300_usize).prop_map(Ok),
            (900..5_000_usize).prop_map(Ok),
            (1..126_usize).prop_map(Err),
        ], 0..30),
        room in prop_oneof![Just(usize::MAX), 0..2_000_usize],
    ) {
        let mut io = Stream { heard: VecDeque::new(), most: 4_096, ended: false, said: Vec::new(), room };
        let mut line =
            Line::application(CallConfig::new(Config::new(Dialect::Sinch)), &[], NOW);
        let mut bytes = Vec::new();
        frame(&mut bytes, Frame::message(r#"{"command":"connect"}"#, OpCode::Data(Data::Text), true));
        io.heard.extend(&bytes);
        let mut inbox = Inbox::new();
        prop_assert!(line.poll_receive(|| NOW, &mut io, &mut inbox).is_ready());
        prop_assert!(matches!(line.hear(NOW, &inbox), Ok(Event::Start(_))));
        prop_assert!(line.poll_send(NOW, &mut io, Command::Answer, &mut Turn::new()).is_ready());

        let (mut said, mut pings) = (Vec::new(), Vec::new());
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Ok(len) => {
                    let audio = vec![n as u8; len];
                    let sent =
                        line.poll_send(NOW, &mut io, Command::Audio(Audio::raw(&audio)), &mut Turn::new());
                    prop_assert!(matches!(sent, Poll::Ready(Ok(()))));
                    said.push(audio);
                }
                Err(len) => {
                    let ping = vec![n as u8; len];
                    bytes.clear();
                    frame(&mut bytes, Frame::ping(ping.clone()));
                    io.heard.extend(&bytes);
                    pings.push(ping);
                    prop_assert!(receive(&mut line, &mut io, &mut inbox).is_pending());
                }
            }
        }
        while line.poll_flush(|| NOW, &mut io).is_pending() {}

        let mut client = WebSocket::from_raw_socket(io::Cursor::new(&mut io.said), Role::Client, None);
        prop_assert_eq!(client.read().unwrap(), Message::text(r#"{"command":"answer"}"#));
        let (mut heard, mut pongs) = (Vec::new(), Vec::new());
        while let Ok(message) = client.read() {
            match message {
                Message::Binary(audio) => heard.push(audio.to_vec()),
                Message::Pong(pong) => pongs.push(pong.to_vec()),
                other => panic!("{other:?}"),
            }
        }
        prop_assert_eq!(heard, said);
        // Of pings that come together only the last need be answered (RFC 6455 section 5.5.2).
        let mut rest = pings.iter();
        prop_assert!(pongs.iter().all(|pong| rest.any(|ping| ping == pong)), "a pong without its ping");
        prop_assert_eq!(pongs.last(), pings.last());
    }
}
