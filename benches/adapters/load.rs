//! The load: a platform with many calls and one thread, which has written its messages beforehand.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use common::noise;

use crate::Heat;

/// 20 ms at 16 kHz.
const AUDIO: usize = 640;

/// How many bursts there are to choose from: enough that a neighbour's or yesterday's audio is noticed.
const BURSTS: usize = 7;

const REQUEST: &[u8] =
    b"GET /calls HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
const CONNECT: &[u8] = br#"{"command":"connect","CallId":"5a2b7e1c-8f0d-4c7a-9a51-2f0c1b7d9e33"}"#;
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
    /// The same as they come back.
    expected: Vec<u8>,
}

impl Load {
    /// Opens calls to a server, announces them and waits for the answers.
    pub(crate) fn open(server: SocketAddr, Heat { calls, ahead }: Heat) -> io::Result<Self> {
        let calls = (0..calls).map(|_| open(server)).collect::<Result<_, _>>()?;
        let bursts: Vec<_> = noise(BURSTS * ahead * AUDIO).chunks(ahead * AUDIO).map(Burst::new).collect();
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
    fn new(audio: &[u8]) -> Self {
        let mut burst = Self { said: Vec::new(), expected: Vec::new() };
        for audio in audio.chunks(AUDIO) {
            burst.said.extend(masked(0x2, audio));
            burst.expected.extend(header(0x2, audio.len(), false));
            burst.expected.extend(audio);
        }
        burst
    }
}

fn open(server: SocketAddr) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(server)?;
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
    socket.write_all(&masked(0x1, CONNECT))?;
    let mut answer = [0; 2 + crate::servers::ANSWER.len()];
    socket.read_exact(&mut answer)?;
    assert_eq!(answer.split_at(2).1, crate::servers::ANSWER.as_bytes());
    Ok(socket)
}

/// A message as a client writes it (RFC 6455, section 5.2).
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(opcode, payload.len(), true);
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

fn header(opcode: u8, length: usize, masked: bool) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    match u8::try_from(length) {
        Ok(short @ ..126) => vec![0x80 | opcode, mask | short],
        _ => {
            let [high, low] = u16::try_from(length).expect("no long messages here").to_be_bytes();
            vec![0x80 | opcode, mask | 126, high, low]
        }
    }
}
