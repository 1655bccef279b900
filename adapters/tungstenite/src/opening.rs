//! A socket that is about to become a call.

use core::time::Duration;
use std::io::{self, ErrorKind};
use std::time::Instant as Clock;

use voxwire_line::tungstenite::error::ProtocolError;
use voxwire_line::{CallError, MAX_HEAD};

use crate::Socket;
use crate::watch::Watch;

/// Reads and writes within a limit that counts for all of it: a peer cannot draw it out by sending byte after byte.
pub(crate) struct Opening<S> {
    socket: S,
    watch: Watch,
    limit: Duration,
    /// `None` if the limit is longer than time.
    until: Option<Clock>,
}

impl<S: Socket> Opening<S> {
    pub(crate) fn new(socket: S, limit: Duration) -> Result<Self, CallError> {
        let watch = Watch::new(socket.tcp()).map_err(CallError::opening)?;
        Ok(Self { socket, watch, limit, until: Clock::now().checked_add(limit) })
    }

    /// Grants the limit once more.
    pub(crate) fn renew(&mut self) {
        self.until = Clock::now().checked_add(self.limit);
    }

    /// Reads until there is a head to parse, and gives what came after it.
    pub(crate) fn read_head<H>(
        &mut self,
        parse: impl Fn(&[u8]) -> Result<Option<(H, usize)>, CallError>,
    ) -> Result<(H, Vec<u8>), CallError> {
        let mut bytes = Vec::with_capacity(1024);
        loop {
            if let Some((head, length)) = parse(&bytes)? {
                return Ok((head, bytes.split_off(length)));
            }
            let mut chunk = [0; 1024];
            let room = MAX_HEAD.saturating_sub(bytes.len()).min(chunk.len());
            let length = self.attempt(|socket| socket.read(&mut chunk[..room]))?;
            if length == 0 {
                return Err(CallError::Handshake(ProtocolError::HandshakeIncomplete.into()));
            }
            bytes.extend_from_slice(&chunk[..length]);
        }
    }

    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> Result<(), CallError> {
        while !bytes.is_empty() {
            match self.attempt(|socket| socket.write(bytes))? {
                0 => return Err(CallError::opening(ErrorKind::WriteZero.into())),
                length => bytes = &bytes[length..],
            }
        }
        self.attempt(S::flush)
    }

    pub(crate) fn shut_down(&mut self) {
        let _ = self.socket.shut_down();
    }

    pub(crate) fn into_parts(self) -> (S, Watch) {
        (self.socket, self.watch)
    }

    /// What can be done at once is done, however late it is: who was held up himself has what came meanwhile.
    fn attempt<T>(&mut self, mut attempt: impl FnMut(&mut S) -> io::Result<T>) -> Result<T, CallError> {
        loop {
            match attempt(&mut self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                done => return done.map_err(CallError::opening),
            }
            let left = self.until.map(|until| until.saturating_duration_since(Clock::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(CallError::opening(ErrorKind::TimedOut.into()));
            }
            self.watch.wait(left);
        }
    }
}
