//! Who attacks: one end of a call that knows bytes only, and need not keep any rule.

use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant as Clock;

use socket2::SockRef;
use voxwire_tokio::tungstenite::handshake::derive_accept_key;

use crate::frame::{CLOSE, TEXT, frame, parse};
use crate::victim::{Deadline, Victim};
use crate::victims::{ALERT, HASTY, RINGING};

/// How long anything may take that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// How long a write may wait before it is looked whether to go on.
const STEP: Duration = Duration::from_millis(50);

/// Which end the attacker plays; the victim plays the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Calls the victim.
    Platform,
    /// Is called by the victim.
    Application,
}

/// How far a call has come when it is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// There is a connection.
    Connected,
    /// It is a WebSocket.
    Opened,
    /// A call is announced, and rings.
    Ringing,
    /// It is answered.
    Answered,
}

/// A frame, or what comes instead.
#[derive(Debug)]
pub(crate) enum Came {
    Frame(u8, Vec<u8>),
    /// The stream has ended, by a reset or in order.
    End {
        reset: bool,
    },
    /// Nothing in time.
    Nothing,
}

pub(crate) struct Peer {
    pub(crate) socket: TcpStream,
    pub(crate) part: Part,
    /// How long it goes on if nobody ends it: longer than the victim should let it.
    pub(crate) stamina: Duration,
    /// What has come and is not a whole frame.
    unread: Vec<u8>,
}

impl Peer {
    /// Comes to a stage with the victim, which is not patient with it there.
    pub(crate) fn reach(victim: &Victim, part: Part, stage: Stage) -> io::Result<Self> {
        match stage {
            Stage::Connected => Self::reach_on("/", victim, part, stage, "c1"),
            Stage::Opened => Self::reach_on(HASTY, victim, part, stage, "c1"),
            Stage::Ringing => Self::reach_on(HASTY, victim, part, stage, RINGING),
            Stage::Answered => Self::reach_named(victim, part, "c1"),
        }
    }

    /// Comes to a call of this id, if it is the attacker's to name.
    pub(crate) fn reach_named(victim: &Victim, part: Part, id: &str) -> io::Result<Self> {
        Self::reach_on(ALERT, victim, part, Stage::Answered, id)
    }

    /// Comes to a call with whoever has patience.
    pub(crate) fn reach_patient(victim: &Victim, part: Part) -> io::Result<Self> {
        Self::reach_on("/", victim, part, Stage::Answered, "c1")
    }

    fn reach_on(path: &str, victim: &Victim, part: Part, stage: Stage, id: &str) -> io::Result<Self> {
        let socket = match part {
            Part::Platform => TcpStream::connect(victim.address())?,
            Part::Application => {
                let listener = TcpListener::bind("127.0.0.1:0")?;
                victim.call(&format!("ws://{}{path}", listener.local_addr()?));
                accept(&listener)?
            }
        };
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(STEP))?;
        let stamina = victim.kind().deadline(Deadline::Silence) + PATIENCE;
        let mut peer = Self { socket, part, stamina, unread: Vec::new() };
        if stage >= Stage::Opened {
            peer.open(path)?;
        }
        if stage >= Stage::Ringing {
            match part {
                Part::Platform => peer.say(TEXT, format!(r#"{{"command":"connect","CallId":"{id}"}}"#))?,
                Part::Application => peer.expect(TEXT)?,
            }
        }
        if stage >= Stage::Answered {
            match part {
                Part::Platform => peer.expect(TEXT)?,
                Part::Application => peer.say(TEXT, r#"{"command":"answer"}"#)?,
            }
        }
        Ok(peer)
    }

    fn open(&mut self, path: &str) -> io::Result<()> {
        match self.part {
            Part::Platform => {
                self.write(format!("GET {path}{REQUEST}\r\n").as_bytes())?;
                let head = self.read_head()?;
                if head.starts_with("HTTP/1.1 101") { Ok(()) } else { Err(io::Error::other(head)) }
            }
            Part::Application => {
                let head = self.read_head()?;
                let key = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim().to_owned())
                });
                let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
                self.write(format!("{RESPONSE}Sec-WebSocket-Accept: {accept}\r\n\r\n").as_bytes())
            }
        }
    }

    /// The beginning of a request, or of a response to one, which a blank line would end.
    pub(crate) fn head(&self) -> String {
        match self.part {
            Part::Platform => format!("GET /{REQUEST}"),
            Part::Application => RESPONSE.into(),
        }
    }

    pub(crate) fn read_head(&mut self) -> io::Result<String> {
        let until = Clock::now() + PATIENCE;
        loop {
            if let Some(end) = self.unread.windows(4).position(|end| end == b"\r\n\r\n") {
                let rest = self.unread.split_off(end + 4);
                let head = core::mem::replace(&mut self.unread, rest);
                return Ok(String::from_utf8_lossy(&head).into_owned());
            }
            if let Some(end) = self.read_some(until) {
                return Err(io::Error::other(format!("no head came, but {end:?}")));
            }
        }
    }

    /// A frame as this part has to write it: a platform masks.
    pub(crate) fn frame(&self, first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
        frame(first, payload.as_ref(), self.part == Part::Platform)
    }

    pub(crate) fn say(&mut self, first: u8, payload: impl AsRef<[u8]>) -> io::Result<()> {
        let frame = self.frame(first, payload);
        self.write(&frame)
    }

    /// Writes all of it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.pour(bytes, bytes.len(), PATIENCE)? == bytes.len() { Ok(()) } else { Err(tired()) }
    }

    /// Writes the same again and again, so many bytes at most and so long at most, however little the victim takes. Gives
    /// how many it took.
    pub(crate) fn pour(&mut self, bytes: &[u8], most: usize, longest: Duration) -> io::Result<usize> {
        let until = Clock::now() + longest;
        let mut written = 0;
        while written < most && Clock::now() < until {
            let rest = &bytes[written % bytes.len()..];
            match self.socket.write(&rest[..rest.len().min(most - written)]) {
                Ok(length) => written += length,
                Err(error) if is_wait(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(written)
    }

    /// Writes the same again and again until it is ended, or has said too much, or is tired.
    pub(crate) fn pour_on(&mut self, bytes: &[u8], most: usize) -> io::Result<()> {
        let until = Clock::now() + self.stamina;
        self.pour(bytes, most, self.stamina)?;
        if Clock::now() < until { Ok(()) } else { Err(tired()) }
    }

    /// The next frame.
    pub(crate) fn next(&mut self, until: Clock) -> Came {
        loop {
            // A refusal is no frame.
            if !self.unread.starts_with(b"HTTP/")
                && let Some((first, payload, length)) = parse(&self.unread)
            {
                self.unread.drain(..length);
                return Came::Frame(first, payload);
            }
            if let Some(end) = self.read_some(until) {
                return end;
            }
        }
    }

    /// Waits for a frame of a kind, in patience.
    pub(crate) fn expect(&mut self, wanted: u8) -> io::Result<()> {
        let until = Clock::now() + PATIENCE;
        loop {
            match self.next(until) {
                Came::Frame(first, _) if first == wanted => return Ok(()),
                Came::Frame(..) => {}
                end => return Err(io::Error::other(format!("instead of a frame {wanted:#x} came {end:?}"))),
            }
        }
    }

    /// Reads once; tells if nothing came.
    fn read_some(&mut self, until: Clock) -> Option<Came> {
        let left = until.saturating_duration_since(Clock::now());
        if left.is_zero() {
            return Some(Came::Nothing);
        }
        let mut chunk = [0; 16 * 1024];
        let limited = self.socket.set_read_timeout(Some(left));
        match limited.and_then(|()| self.socket.read(&mut chunk)) {
            Ok(0) => Some(Came::End { reset: false }),
            Ok(length) => {
                self.unread.extend_from_slice(&chunk[..length]);
                None
            }
            // Who stops the process and lets it go on, as a sandbox may, has interrupted it long before its time is over.
            Err(error) if error.kind() == ErrorKind::Interrupted => None,
            Err(error) if is_wait(&error) => Some(Came::Nothing),
            Err(_) => Some(Came::End { reset: true }),
        }
    }

    /// What came of an opening that was not one: the status of a response.
    pub(crate) fn status(&self) -> Option<String> {
        let status = self.unread.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        Some(String::from_utf8_lossy(status).into_owned())
    }

    /// Takes what has come, so that the victim can go on speaking. The beginning of what is not whole, and a close, stay.
    pub(crate) fn pass_over(&mut self) {
        let mut chunk = [0; 16 * 1024];
        let _ = self.socket.set_nonblocking(true);
        while let Ok(length @ 1..) = self.socket.read(&mut chunk) {
            self.unread.extend_from_slice(&chunk[..length]);
        }
        let _ = self.socket.set_nonblocking(false);
        while let Some((first, _, length)) = parse(&self.unread)
            && first != CLOSE
        {
            self.unread.drain(..length);
        }
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) {
        let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
    }

    /// Hangs up and waits for the end.
    pub(crate) fn hang_up(mut self) -> io::Result<()> {
        self.say(CLOSE, 1000_u16.to_be_bytes())?;
        let until = Clock::now() + PATIENCE;
        loop {
            match self.next(until) {
                Came::Frame(..) => {}
                Came::End { .. } => return Ok(()),
                Came::Nothing => {
                    return Err(io::Error::other("the victim does not end a call that was hung up"));
                }
            }
        }
    }
}

const REQUEST: &str = " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

/// Who went on for as long as he could, and nobody ended it.
pub(crate) fn tired() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "the victim does not end it")
}

fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Takes the call that the victim was told to make, which one that is gone never makes.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let until = Clock::now() + PATIENCE;
    loop {
        match listener.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock && Clock::now() < until => {
                thread::sleep(Duration::from_millis(1));
            }
            accepted => {
                let (socket, _) = accepted?;
                socket.set_nonblocking(false)?;
                return Ok(socket);
            }
        }
    }
}
