//! The load: a platform with many calls and one thread, which has written its messages beforehand.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use voxwire::Dialect;

use crate::Heat;
use crate::servers::Server;
use crate::words::{self, Audio, Payload};

/// How many bursts there are to choose from: enough that a neighbour's or yesterday's audio is noticed.
const BURSTS: usize = 7;

const REQUEST: &[u8] =
    b"GET /calls HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Calls that have been answered.
pub(crate) struct Load {
    calls: Vec<TcpStream>,
    bursts: Vec<Burst>,
    ahead: usize,
    heard: Vec<u8>,
}

/// Messages that are said at once.
struct Burst {
    said: Vec<u8>,
    /// What comes back.
    expected: Vec<u8>,
}

impl Load {
    /// Opens calls to a server, announces them and waits for the answers.
    pub(crate) fn open(address: SocketAddr, server: Server, heat: Heat) -> io::Result<Self> {
        let Heat { dialect, calls, ahead } = heat;
        let calls = (0..calls).map(|_| open(address, dialect)).collect::<Result<_, _>>()?;
        let audio = words::audio(dialect, BURSTS * ahead);
        let bursts: Vec<_> = audio.chunks(ahead).map(|audio| Burst::new(audio, server)).collect();
        let heard = vec![0; bursts[0].expected.len()];
        Ok(Self { calls, bursts, ahead, heard })
    }

    /// Says so many messages in each call. What comes back is answered with what is said next, until all has come back.
    pub(crate) fn echo(&mut self, messages: usize) -> io::Result<()> {
        let Self { calls, bursts, ahead, heard } = self;
        let rounds = messages / *ahead;
        for round in 0..=rounds {
            for (number, call) in calls.iter_mut().enumerate() {
                let burst = |round| &bursts[(number + round) % BURSTS];
                if round > 0 {
                    call.read_exact(heard)?;
                    assert!(*heard == burst(round - 1).expected, "something else came back");
                }
                if round < rounds {
                    call.write_all(&burst(round).said)?;
                }
            }
        }
        Ok(())
    }
}

impl Burst {
    fn new(audio: &[Audio], server: Server) -> Self {
        Self {
            said: audio.iter().flat_map(|audio| frame(&audio.said(), Some(MASK))).collect(),
            expected: audio.iter().flat_map(|audio| frame(&audio.echoed(server), None)).collect(),
        }
    }
}

fn open(address: SocketAddr, dialect: Dialect) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    // A server that has lost a message should not be waited for.
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    socket.write_all(REQUEST)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // The server has nothing to say before it is spoken to, so this is all that comes.
        let mut some = [0; 512];
        let length = socket.read(&mut some)?;
        assert!(length > 0, "the server is gone");
        head.extend_from_slice(&some[..length]);
    }
    let head = String::from_utf8_lossy(&head);
    assert!(head.starts_with("HTTP/1.1 101 ") && head.contains(ACCEPT), "{head}");
    socket.write_all(&frame(&words::announcement(dialect), Some(MASK)))?;
    if let Some(answer) = words::answer(dialect) {
        let expected = frame(&Payload::Text(answer.to_owned()), None);
        let mut heard = vec![0; expected.len()];
        socket.read_exact(&mut heard)?;
        assert!(heard == expected, "another answer");
    }
    Ok(socket)
}

/// A message as a client writes it, masked, or a server (RFC 6455, section 5.2).
fn frame(payload: &Payload, mask: Option<[u8; 4]>) -> Vec<u8> {
    let (opcode, payload) = match payload {
        Payload::Text(text) => (0x1, text.as_bytes()),
        Payload::Binary(bytes) => (0x2, bytes.as_slice()),
    };
    let masked = if mask.is_some() { 0x80 } else { 0 };
    let mut frame = match u8::try_from(payload.len()) {
        Ok(short @ ..126) => vec![0x80 | opcode, masked | short],
        _ => {
            let [high, low] = u16::try_from(payload.len()).expect("no long messages here").to_be_bytes();
            vec![0x80 | opcode, masked | 126, high, low]
        }
    };
    frame.extend(mask.into_iter().flatten());
    let mask = mask.unwrap_or_default();
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}
