//! Whatever way frames are cut into reads, what they hold is heard, once and in order, and every ping is answered.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::Role;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Message, WebSocket};
use voxwire::{Close, Config, Dialect, Event, Instant};
use voxwire_line::{CallConfig, Inbox, Line};

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

/// A stream that gives so many bytes at a time, waits in between, and takes so many at a time.
struct Stream {
    heard: VecDeque<u8>,
    chunks: VecDeque<usize>,
    waits: bool,
    said: Vec<u8>,
    room: usize,
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.waits = !self.waits;
        if self.waits {
            return Err(ErrorKind::WouldBlock.into());
        }
        let chunk = self.chunks.pop_front().unwrap_or(usize::MAX).min(buf.len());
        self.heard.read(&mut buf[..chunk])
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
    fn nothing_is_lost_between_reads(
        all in vec(said(), 0..20),
        chunks in vec(prop_oneof![1..10_usize, 600..700_usize, Just(4_096), Just(10_000)], 0..400),
        early in 0..2_000_usize,
        closes in any::<bool>(),
        room in prop_oneof![Just(usize::MAX), 0..1_000_usize],
    ) {
        let mut bytes = Vec::new();
        let (mut texts, mut audio, mut pings) = (Vec::new(), 0, Vec::new());
        for (n, said) in all.iter().enumerate() {
            match *said {
                Said::Text { len, fragments, pings: pinged } => {
                    let text = "x".repeat(len);
                    let ping = pinged.then_some(n as u8);
                    pings.extend(ping.iter().flat_map(|n| vec![vec![*n; 3]; fragments - 1]));
                    frames(&mut bytes, Data::Text, text.as_bytes(), fragments, ping);
                    texts.push(text);
                }
                Said::Binary { len, fragments } => {
                    audio += len;
                    frames(&mut bytes, Data::Binary, &vec![7; len], fragments, None);
                }
                Said::Ping { len } => {
                    frame(&mut bytes, Frame::ping(vec![n as u8; len]));
                    pings.push(vec![n as u8; len]);
                }
            }
        }
        if closes {
            frame(&mut bytes, Frame::close(None));
        }
        let late = bytes.split_off(early.min(bytes.len()));
        let mut io = Stream { heard: late.into(), chunks: chunks.into(), waits: false, said: Vec::new(), room };
        let mut line = Line::application(CallConfig::new(Config::new(Dialect::Sinch)), &bytes, NOW);

        let mut inbox = Inbox::new();
        let (mut heard, mut dropped) = (Vec::new(), 0);
        let end = loop {
            let done = io.heard.is_empty();
            if line.poll_receive(|| NOW, &mut io, &mut inbox).is_pending() {
                // Reads alternate with waits, so this wait may lie before the last bytes.
                prop_assert!(!done || io.waits, "it waits for what has come");
                continue;
            }
            match line.hear(NOW, &inbox) {
                Ok(Event::Other(voxwire::Message::Text(text))) => heard.push(text.to_owned()),
                Ok(Event::Dropped(audio)) => dropped += audio.bytes,
                Ok(Event::Hangup(close)) => break close,
                other => prop_assert!(false, "{other:?}"),
            }
        };
        prop_assert_eq!(heard, texts);
        prop_assert_eq!(dropped, audio);
        prop_assert_eq!(end, if closes { Close::BARE } else { Close::LOST });

        // Of pings that wait together, only the last need be answered (RFC 6455 section 5.5.2).
        let mut pongs = pongs(io.said).into_iter();
        let last = pings.last().cloned();
        let mut answered = Vec::new();
        for ping in pings {
            if pongs.as_slice().first() == Some(&ping) {
                answered.extend(pongs.next());
            }
        }
        prop_assert_eq!(pongs.len(), 0, "a pong without its ping");
        // Where the stream takes little, it may end before the last is written.
        prop_assert!(answered.last() == last.as_ref() || room < usize::MAX);
    }
}

fn frames(bytes: &mut Vec<u8>, kind: Data, payload: &[u8], fragments: usize, ping: Option<u8>) {
    let size = payload.len().div_ceil(fragments).max(1);
    let mut parts: Vec<_> = payload.chunks(size).collect();
    parts.resize(fragments, &[]);
    for (n, part) in parts.iter().enumerate() {
        if let (Some(ping), true) = (ping, n > 0) {
            frame(bytes, Frame::ping(vec![ping; 3]));
        }
        let kind = if n == 0 { kind } else { Data::Continue };
        frame(bytes, Frame::message(part.to_vec(), OpCode::Data(kind), n + 1 == fragments));
    }
}

/// A frame as a client sends it.
fn frame(bytes: &mut Vec<u8>, frame: Frame) {
    let mut frame = frame;
    frame.header_mut().mask = Some([1, 2, 3, 4]);
    frame.format(bytes).unwrap();
}

fn pongs(said: Vec<u8>) -> Vec<Vec<u8>> {
    let stream = Stream {
        heard: said.into(),
        chunks: VecDeque::new(),
        waits: true,
        said: Vec::new(),
        room: usize::MAX,
    };
    let mut socket = WebSocket::from_raw_socket(stream, Role::Client, None);
    let mut pongs = Vec::new();
    loop {
        match socket.read() {
            Ok(Message::Pong(pong)) => pongs.push(pong.to_vec()),
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(_) => {}
            Err(_) => return pongs,
        }
    }
}
