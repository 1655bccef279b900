//! What lies between the two ends of a call: a relay of bytes that can be held, and cut.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use socket2::{Domain, SockAddr, SockRef, Socket, Type};

/// What is asked of the system for each buffer of a socket, in bytes, so that a line is soon full.
const BUFFER: usize = 32 * 1024;

/// Which way bytes go.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    ToApplication,
    ToPlatform,
}

/// A relay, which a platform calls in place of its application. It knows bytes only, encrypted or not.
///
/// Each way has an allowance: how many bytes it may still carry. What it may not carry it does not take, so that whoever
/// says it has to wait at last; nothing is closed, and nothing is lost. It is without limit at first.
pub(crate) struct Wire {
    line: Arc<Line>,
    application: TcpListener,
    address: SocketAddr,
}

struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// To the application, and to the platform.
    ways: [Flow; 2],
    sockets: Vec<Arc<TcpStream>>,
    /// How often it was cut.
    cuts: u32,
    is_over: bool,
}

struct Flow {
    allowance: u64,
    /// Whether something has been taken and not yet been given.
    is_carrying: bool,
}

impl Wire {
    /// A wire to a listener of its own.
    pub(crate) fn new() -> Self {
        let flow = || Flow { allowance: u64::MAX, is_carrying: false };
        let state = State { ways: [flow(), flow()], sockets: Vec::new(), cuts: 0, is_over: false };
        let line = Arc::new(Line { state: Mutex::new(state), changed: Condvar::new() });
        let (application, platform) = (listen(), listen());
        let address = platform.local_addr().unwrap();
        let to = application.local_addr().unwrap();
        let relay = line.clone();
        thread::spawn(move || relay.accept(&platform, to));
        Self { line, application, address }
    }

    /// Where the platform is to call.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the application is called.
    pub(crate) const fn application(&self) -> &TcpListener {
        &self.application
    }

    /// How many bytes can be on their way to a platform while the wire is held, at most: twice what was asked for in
    /// both sockets, as Linux counts, and one segment.
    pub(crate) const fn capacity() -> usize {
        2 * 2 * BUFFER + 64 * 1024
    }

    /// Carries nothing more.
    pub(crate) fn hold(&self, way: Way) {
        self.line.lock().flow(way).allowance = 0;
    }

    /// Carries so many more bytes.
    pub(crate) fn allow(&self, way: Way, bytes: u64) {
        let mut state = self.line.lock();
        let flow = state.flow(way);
        flow.allowance = flow.allowance.saturating_add(bytes);
        self.line.changed.notify_all();
    }

    /// Carries everything again.
    pub(crate) fn release(&self, way: Way) {
        self.allow(way, u64::MAX);
    }

    /// Waits until it has carried all that it may.
    pub(crate) fn exhausted(&self, way: Way) {
        let mut state = self.line.lock();
        while state.flow(way).allowance > 0 || state.flow(way).is_carrying {
            state = self.line.changed.wait(state).unwrap();
        }
    }

    /// Ends what it has carried so far with a reset on both sides.
    pub(crate) fn cut(&self) {
        self.line.cut();
    }
}

/// Ends what is carried.
impl Drop for Wire {
    fn drop(&mut self) {
        self.line.lock().is_over = true;
        self.line.cut();
        let _ = TcpStream::connect(self.address);
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn accept(self: Arc<Self>, platforms: &TcpListener, application: SocketAddr) {
        loop {
            let platform = Arc::new(platforms.accept().unwrap().0);
            let mut state = self.lock();
            if state.is_over {
                break;
            }
            let application = Arc::new(connect(application));
            for socket in [&platform, &application] {
                socket.set_nodelay(true).unwrap();
                socket.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
                state.sockets.push(socket.clone());
            }
            let cuts = state.cuts;
            drop(state);
            let (line, from, to) = (self.clone(), platform.clone(), application.clone());
            thread::spawn(move || line.carry(Way::ToApplication, cuts, &from, &to));
            let line = self.clone();
            thread::spawn(move || line.carry(Way::ToPlatform, cuts, &application, &platform));
        }
    }

    /// Carries what comes, until an end is gone or the wire is cut.
    fn carry(&self, way: Way, cuts: u32, from: &TcpStream, to: &TcpStream) {
        let mut buf = [0; 16 * 1024];
        loop {
            // What it may not carry it must not take; so it looks first.
            let _ = from.peek(&mut [0]);
            let Some(length) = self.take(way, cuts, from, &mut buf) else { return };
            if length == 0 {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            if self.write(cuts, to, &buf[..length]).is_err() {
                // Nobody hears it: whoever says it must learn of it.
                return self.cut();
            }
            self.lock().flow(way).is_carrying = false;
            self.changed.notify_all();
        }
    }

    /// Takes what lies there once something may be carried, the end included; `None` if the wire has been cut.
    fn take(&self, way: Way, cuts: u32, mut from: &TcpStream, buf: &mut [u8]) -> Option<usize> {
        let mut state = self.lock();
        while state.cuts == cuts && state.flow(way).allowance == 0 {
            state = self.changed.wait(state).unwrap();
        }
        if state.cuts != cuts {
            return None;
        }
        let flow = state.flow(way);
        let most = usize::try_from(flow.allowance).unwrap_or(usize::MAX).min(buf.len());
        let length = loop {
            match from.read(&mut buf[..most]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A reset is an end too.
                read => break read.unwrap_or(0),
            }
        };
        flow.is_carrying = length > 0;
        if flow.allowance != u64::MAX {
            flow.allowance -= length as u64;
        }
        Some(length)
    }

    fn write(&self, cuts: u32, mut to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match to.write(bytes) {
                Ok(length) => bytes = &bytes[length..],
                // Who stops the process and lets it go on has interrupted it.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // An end that does not read must not keep the wire from being cut.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if self.lock().cuts != cuts {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn cut(&self) {
        let mut state = self.lock();
        state.cuts += 1;
        for socket in state.sockets.drain(..) {
            let _ = SockRef::from(&*socket).set_linger(Some(Duration::ZERO));
            // Has whoever looks at it let go of it; the last to do so resets it.
            let _ = socket.shutdown(Shutdown::Read);
        }
        self.changed.notify_all();
    }
}

impl State {
    const fn flow(&mut self, way: Way) -> &mut Flow {
        &mut self.ways[way as usize]
    }
}

/// What it accepts has small buffers too.
fn listen() -> TcpListener {
    let socket = small();
    socket.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).unwrap();
    socket.listen(16).unwrap();
    socket.into()
}

fn connect(to: SocketAddr) -> TcpStream {
    let socket = small();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

fn small() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket
}
