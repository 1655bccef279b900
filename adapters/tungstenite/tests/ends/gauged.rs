//! A socket that tells when it refuses, so that tests wait for that and not for time.

use core::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};

use voxwire_tungstenite::Socket;

thread_local! {
    static SAID: Cell<usize> = const { Cell::new(0) };
}

/// Notes that this thread has said one more thing.
pub(crate) fn said_one() {
    SAID.set(SAID.get() + 1);
}

/// A socket over another, and its [`Gauge`].
#[derive(Debug)]
pub(crate) struct Gauged<S> {
    socket: S,
    gauge: Arc<Gauge>,
}

/// What a socket has refused, and how much it takes.
#[derive(Debug)]
pub(crate) struct Gauge {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Bytes that are still taken.
    room: usize,
    /// Bytes taken.
    written: usize,
    /// How often there was nothing to read.
    refused_reads: usize,
    /// How much the threads whose writes were refused had said by then.
    refused_writes: Vec<usize>,
}

impl<S> Gauged<S> {
    pub(crate) fn new(socket: S) -> (Self, Arc<Gauge>) {
        let state = State { room: usize::MAX, written: 0, refused_reads: 0, refused_writes: Vec::new() };
        let gauge = Arc::new(Gauge { state: Mutex::new(state), changed: Condvar::new() });
        (Self { socket, gauge: gauge.clone() }, gauge)
    }
}

impl Gauge {
    /// Takes so many bytes from now on. Nobody is told that there is more room: have something arrive.
    pub(crate) fn set_room(&self, room: usize) {
        self.state.lock().unwrap().room = room;
    }

    pub(crate) fn written(&self) -> usize {
        self.state.lock().unwrap().written
    }

    /// How often there was nothing to read so far.
    pub(crate) fn refused_reads(&self) -> usize {
        self.state.lock().unwrap().refused_reads
    }

    /// Waits until a write or flush is refused.
    pub(crate) fn full(&self) {
        self.until(|state| !state.refused_writes.is_empty());
    }

    /// Waits until a write is refused to a thread that has [said](said_one) so much. If the queue holds no more than
    /// that, the next `send` of that thread waits for room: the refusal comes under the call's lock, and who gets the lock
    /// next finds it waiting.
    pub(crate) fn full_after(&self, said: usize) {
        self.until(|state| state.refused_writes.contains(&said));
    }

    /// Waits until there was nothing to read more often than so: who wanted to read waits.
    pub(crate) fn read_dry(&self, times: usize) {
        self.until(|state| state.refused_reads > times);
    }

    fn refuse(&self, state: &mut State) {
        state.refused_writes.push(SAID.get());
        self.changed.notify_all();
    }

    fn until(&self, happened: impl Fn(&State) -> bool) {
        drop(self.changed.wait_while(self.state.lock().unwrap(), |state| !happened(state)).unwrap());
    }
}

impl<S: Socket> Socket for Gauged<S> {
    fn tcp(&self) -> &TcpStream {
        self.socket.tcp()
    }

    fn shut_down(&mut self) -> io::Result<()> {
        self.socket.shut_down()
    }
}

impl<S: Read> Read for Gauged<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(buf);
        if read.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            self.gauge.state.lock().unwrap().refused_reads += 1;
            self.gauge.changed.notify_all();
        }
        read
    }
}

impl<S: Write> Write for Gauged<S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let mut state = self.gauge.state.lock().unwrap();
        let written = match state.room {
            0 => Err(ErrorKind::WouldBlock.into()),
            room => self.socket.write(&buf[..buf.len().min(room)]),
        };
        match &written {
            Ok(written) => {
                state.room -= written;
                state.written += written;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.gauge.refuse(&mut state);
            }
            Err(_) => {}
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.socket.flush();
        if flushed.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
            self.gauge.refuse(&mut self.gauge.state.lock().unwrap());
        }
        flushed
    }
}
