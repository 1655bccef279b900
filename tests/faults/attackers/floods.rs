//! Connections, more than anybody can have.

use core::net::{Ipv4Addr, SocketAddr};
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::thread;
use std::time::Instant as Clock;

use socket2::{Domain, Socket, Type};

use super::Siege;
use crate::peer::{Part, Peer};

/// Threads that connect.
const CALLERS: u8 = 4;

/// How long a connection may take: one that the system has dropped from a full queue takes a second more.
const CONNECTING: Duration = Duration::from_millis(100);

/// Addresses that each of them connects from, of those of the loopback, so that ports do not run out.
const ADDRESSES: u8 = 16;

/// More calls than descriptors.
const ENOUGH: usize = 64;

/// How long each is held.
const HELD: Duration = Duration::from_millis(500);

/// Connects from many addresses, and goes at once, as fast as it can be done.
pub(crate) fn connections(siege: &Siege<'_>) -> io::Result<String> {
    let (made, refused) = (AtomicU64::new(0), AtomicU64::new(0));
    let begun = Clock::now();
    let until = begun + siege.storm;
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (made, refused) = (&made, &refused);
            scope.spawn(move || {
                let addresses = (0..ADDRESSES).map(|at| Ipv4Addr::new(127, 0, caller, 2 + at)).cycle();
                for from in addresses.take_while(|_| Clock::now() < until) {
                    let count = if connect(from, siege.victim.address()).is_ok() { made } else { refused };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let rate = made.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    Ok(match refused.load(Ordering::Relaxed) {
        0 => format!("{rate:.0} connections a second"),
        refused => format!("{rate:.0} connections a second, {refused} not made"),
    })
}

/// Where the system has but one address of the loopback, from that.
fn connect(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    match socket.bind(&SocketAddr::from((from, 0)).into()) {
        Err(error) if error.kind() == ErrorKind::AddrNotAvailable && !cfg!(target_os = "linux") => {}
        bound => bound?,
    }
    socket.connect_timeout(&to.into(), CONNECTING)?;
    Ok(socket.into())
}

/// Opens more calls at once than the victim has descriptors, and holds each for a while.
pub(crate) fn descriptors(siege: &Siege<'_>) -> io::Result<String> {
    let opened = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..ENOUGH {
            let opened = &opened;
            scope.spawn(move || {
                // Who is accepted late, or turned away, is what this is about.
                if let Ok(peer) = Peer::reach_patient(siege.victim, Part::Platform) {
                    opened.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(HELD);
                    drop(peer);
                }
            });
        }
    });
    Ok(format!("{ENOUGH} callers, {} of them answered", opened.load(Ordering::Relaxed)))
}
