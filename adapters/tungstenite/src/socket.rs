use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

/// What a call can run on: a [`TcpStream`], or a layer such as TLS above one.
///
/// A call makes the stream non-blocking ([`TcpStream::set_nonblocking`]) and watches it. So a layer passes
/// [`WouldBlock`](io::ErrorKind::WouldBlock) on, and keeps its state when it does. Reading must go on where writing would
/// wait, or two ends that are both full wait for each other. `Tls`, behind the feature `rustls`, is one.
pub trait Socket: Read + Write {
    /// The stream below, whose readiness is that of the socket.
    fn tcp(&self) -> &TcpStream;

    /// Ends what is written, for which the peer may wait. What it still says can be read.
    ///
    /// # Errors
    /// Those of the socket; the call goes by what it reads.
    fn shut_down(&mut self) -> io::Result<()> {
        self.tcp().shutdown(Shutdown::Write)
    }
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}
