//! Pairs of sockets on the loopback.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;

use socket2::{Domain, SockRef, Socket, Type};

use crate::call::locked;
use crate::script::{End, Script, Side};

/// The longest segment, in bytes, as on an Ethernet. The loopback's own are longer than the windows here.
const SEGMENT: u32 = 1_448;

/// The most that the kernel takes at once if anything is free, in bytes.
const PIECE: u64 = 64 * 1024;

/// One end of a pair.
pub(crate) type Line = TcpStream;

/// Where pairs are made, one at a time: a connection waits for nobody.
pub(crate) struct Exchange(Mutex<TcpListener>);

/// Both ends of a pair.
pub(crate) struct Sockets {
    pub(crate) application: Line,
    pub(crate) platform: Line,
}

impl Exchange {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(Mutex::new(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)))
    }

    /// A pair as the script wants it, and how many bytes the kernel may hold in one direction.
    pub(crate) fn connect(&self, script: &Script) -> io::Result<(Sockets, u64)> {
        let (platform, application) = {
            let listener = locked(&self.0);
            let platform = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            for socket in [SockRef::from(&*listener), SockRef::from(&platform)] {
                // Before they connect: a segment that is longer than the window waits for a timer.
                socket.set_recv_buffer_size(script.kernel)?;
                socket.set_tcp_mss(SEGMENT)?;
            }
            platform.connect(&listener.local_addr()?.into())?;
            (TcpStream::from(platform), listener.accept()?.0)
        };
        let mut held = 0;
        for (side, socket) in [(Side::Application, &application), (Side::Platform, &platform)] {
            socket.set_nodelay(true)?;
            let socket = SockRef::from(socket);
            socket.set_send_buffer_size(script.kernel)?;
            held = held.max(socket.send_buffer_size()? + socket.recv_buffer_size()?);
            if script.end == End::Reset && script.by == side {
                socket.set_linger(Some(Duration::ZERO))?;
            }
        }
        Ok((Sockets { application, platform }, held as u64 + PIECE))
    }
}
