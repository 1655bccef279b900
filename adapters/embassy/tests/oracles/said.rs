//! What a `Call` writes, read by the oracles: they hear what was said, however little the socket takes at a time.

use core::cell::RefCell;
use core::convert::Infallible;
use std::collections::VecDeque;

use embassy_futures::block_on;
use embedded_io_async::{ErrorType, Read, Write};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use voxwire::{Application, Close, Command, Config, Dialect, Event, Instant, Message, Platform};
use voxwire_embassy::websocket::Side;
use voxwire_embassy::{Call, Clock, Inbox};

use crate::frame::{FIN, Frame, PING, TEXT};
use crate::ours::Heard;
use crate::streams::{Random, cases};
use crate::theirs::{Oracle, Tungstenite, WsFramer};

/// What opens a call at an application.
const START: &str = r#"{"event":"start","stream_id":"s","stream_type":"twoway","call_id":"c"}"#;

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn an_application_is_heard(words in words(), takes in vec(1..2_000_usize, 1..6)) {
        let socket = Socket::new(takes);
        let (mut memory, mut queue) = ([0; 1024], vec![0; QUEUE]);
        let mut inbox = Inbox::new(&mut memory);
        socket.peer_says(Side::Server, TEXT, START.as_bytes());
        let mut call =
            Call::<Application, _, _, _>::application(&socket, &socket, &inbox, &mut queue, config(), Still);
        block_on(async {
            assert!(matches!(call.next(&mut inbox).await.unwrap(), Event::Start(_)));
            for word in &words {
                match word.message() {
                    Some(Message::Close(close)) => call.send(close).await.unwrap(),
                    Some(message) => call.send(Command::Other(message)).await.unwrap(),
                    None => {
                        word.ping(&socket, Side::Server);
                        assert!(matches!(call.next(&mut inbox).await.unwrap(), Event::Other(_)));
                    }
                }
                call.flush().await;
            }
        });
        assert_heard(Side::Client, &socket, &words);
    }

    #[test]
    fn a_platform_is_heard(words in words(), takes in vec(1..2_000_usize, 1..6), seed in any::<u64>()) {
        let socket = Socket::new(takes);
        let (mut memory, mut queue) = ([0; 1024], vec![0; QUEUE]);
        let mut inbox = Inbox::new(&mut memory);
        let mut random = Random(seed);
        let mut masks = || (random.next() as u32).to_ne_bytes();
        let mut call = Call::<Platform, _, _, _>::platform(
            &socket, &socket, &inbox, &mut queue, &mut masks, config(), Still,
        );
        block_on(async {
            for word in &words {
                match word.message() {
                    Some(Message::Close(close)) => call.send(close).await.unwrap(),
                    Some(message) => call.send(Event::Other(message)).await.unwrap(),
                    None => {
                        word.ping(&socket, Side::Client);
                        assert!(matches!(call.next(&mut inbox).await.unwrap(), Command::Other(_)));
                    }
                }
                call.flush().await;
            }
        });
        assert_heard(Side::Server, &socket, &words);
    }
}

const QUEUE: usize = 200_000;

fn config() -> Config {
    Config::new(Dialect::Wavix).max_text(u32::MAX).max_message(u32::MAX)
}

/// What the oracles hear is what was said. They refuse what is masked the wrong way.
fn assert_heard(side: Side, socket: &Socket, words: &[Word]) {
    let written = socket.written.borrow();
    let expected: Vec<_> = words.iter().map(Word::heard).collect();
    let mut heard = Vec::new();
    Tungstenite::new(side).push(&written, &mut heard).unwrap();
    assert_eq!(heard, expected, "tungstenite");
    heard.clear();
    let mut memory = vec![0; written.len() + Inbox::MIN];
    WsFramer::new(&mut memory).push(&written, &mut heard).unwrap();
    assert_eq!(heard, expected, "ws-framer");
}

/// Something said: a message, or the pong to a ping.
#[derive(Clone, Debug)]
enum Word {
    Text(String),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    Close(u16, String),
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let len =
        prop_oneof![8 => 0..4_usize, 8 => 120..132_usize, 8 => 0..1_000_usize, 1 => 65_530..65_540_usize];
    let text = (len.clone(), any::<u64>()).prop_map(|(len, seed)| Word::Text(Random(seed).text(len)));
    let binary = (len, any::<u64>()).prop_map(|(len, seed)| Word::Binary(Random(seed).bytes(len)));
    let pong = (0..=125_usize, any::<u64>()).prop_map(|(len, seed)| Word::Pong(Random(seed).bytes(len)));
    let code = prop_oneof![Just(1000_u16), 1007..=1013_u16, 3000..5000_u16];
    let close = (code, 0..=123_usize, any::<u64>())
        .prop_map(|(code, len, seed)| Word::Close(code, Random(seed).text(len)));
    let word = prop_oneof![2 => text, 2 => binary, 1 => pong];
    (vec(word, 0..12), proptest::option::of(close)).prop_map(|(mut words, close)| {
        words.extend(close);
        words
    })
}

impl Word {
    fn message(&self) -> Option<Message<'_>> {
        Some(match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(bytes) => Message::Binary(bytes),
            Self::Close(code, reason) => Message::Close(Close::new(*code, reason)),
            Self::Pong(_) => return None,
        })
    }

    /// What makes the call say it: a ping, and behind it something that it tells.
    fn ping(&self, socket: &Socket, side: Side) {
        if let Self::Pong(payload) = self {
            socket.peer_says(side, PING, payload);
            socket.peer_says(side, TEXT, b"{}");
        }
    }

    fn heard(&self) -> Heard {
        match self.clone() {
            Self::Text(text) => Heard::Text(text),
            Self::Binary(bytes) => Heard::Binary(bytes),
            Self::Pong(payload) => Heard::Pong(payload),
            Self::Close(code, reason) => Heard::Close(Some(code), reason),
        }
    }
}

/// A socket that takes so many bytes at a time, in turn.
struct Socket {
    takes: Vec<usize>,
    writes: RefCell<usize>,
    written: RefCell<Vec<u8>>,
    unread: RefCell<VecDeque<u8>>,
}

impl Socket {
    fn new(takes: Vec<usize>) -> Self {
        Self { takes, writes: RefCell::default(), written: RefCell::default(), unread: RefCell::default() }
    }

    /// Puts a frame there that `side` can read.
    fn peer_says(&self, side: Side, opcode: u8, payload: &[u8]) {
        let mask = (side == Side::Server).then_some([0xA, 0xB, 0xC, 0xD]);
        let mut wire = Vec::new();
        Frame { first: FIN | opcode, mask, ..Frame::new(opcode, payload) }.write(&mut wire);
        self.unread.borrow_mut().extend(wire);
    }
}

impl ErrorType for &Socket {
    type Error = Infallible;
}

impl Read for &Socket {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        let mut unread = self.unread.borrow_mut();
        let len = unread.len().min(buf.len());
        assert!(len > 0, "nothing more is said");
        buf.iter_mut().zip(unread.drain(..len)).for_each(|(place, byte)| *place = byte);
        Ok(len)
    }
}

impl Write for &Socket {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Infallible> {
        let turn = self.writes.replace_with(|turn| *turn + 1);
        let len = self.takes[turn % self.takes.len()].min(buf.len());
        self.written.borrow_mut().extend(&buf[..len]);
        Ok(len)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant) -> impl Future<Output = ()> {
        core::future::pending()
    }
}
