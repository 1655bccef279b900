use core::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use voxwire_line::rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};
use voxwire_line::tls::{MAX_UNSENT, TlsError, explain, server_name};

use crate::{CallError, Socket};

/// TLS on a [`TcpStream`], at either end. Hands are shaken as it is first read and written, and so within the limit of
/// [`Upgrade::read`](crate::Upgrade::read) or [`Call::dial`](crate::Call::dial).
///
/// rustls's own `StreamOwned` does for most of a call, but while the peer does not read it hides that the peer has
/// closed, and what it said last, and a full buffer of it looks like a lost socket.
pub struct Tls {
    connection: Connection,
    tcp: TcpStream,
}

impl Tls {
    /// The server's end of a socket that was just accepted, for [`Upgrade::read`](crate::Upgrade::read); see
    /// [`tls::server`](crate::tls::server).
    ///
    /// # Errors
    /// [`CallError::Handshake`] for a configuration that rustls cannot go by.
    pub fn accept(tcp: TcpStream, config: &Arc<ServerConfig>) -> Result<Self, CallError> {
        let connection = ServerConnection::new(config.clone()).map_err(TlsError::Handshake)?;
        Ok(Self::new(connection, tcp))
    }

    /// The client's end of a socket that is connected to a host, for [`Call::dial`](crate::Call::dial); see
    /// [`tls::client`](crate::tls::client).
    ///
    /// # Errors
    /// [`CallError::Handshake`] for a host that no certificate can be for, or a configuration that rustls cannot go by.
    pub fn dial(tcp: TcpStream, host: &str, config: &Arc<ClientConfig>) -> Result<Self, CallError> {
        let connection =
            ClientConnection::new(config.clone(), server_name(host)?).map_err(TlsError::Handshake)?;
        Ok(Self::new(connection, tcp))
    }

    /// A connection of your making on its socket.
    pub fn new(connection: impl Into<Connection>, tcp: TcpStream) -> Self {
        let mut connection = connection.into();
        connection.set_buffer_limit(Some(MAX_UNSENT));
        Self { connection, tcp }
    }

    /// The connection: what was negotiated, and the name that a client asked for.
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    fn shake_hands(&mut self) -> io::Result<()> {
        while self.connection.is_handshaking() {
            self.write_out().and_then(|()| self.take_in()).map_err(explain).and_then(
                |taken| match taken {
                    0 => Err(explain(ErrorKind::UnexpectedEof.into())),
                    _ => Ok(()),
                },
            )?;
        }
        Ok(())
    }

    /// Writes what is encrypted.
    fn write_out(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            if self.connection.write_tls(&mut self.tcp)? == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }

    /// Reads what is encrypted; there must be nothing decrypted that is yet to be read.
    fn take_in(&mut self) -> io::Result<usize> {
        let length = self.connection.read_tls(&mut self.tcp)?;
        self.connection.process_new_packets().map_err(|error| {
            // An alert tells the peer why.
            let _ = self.connection.write_tls(&mut self.tcp);
            io::Error::new(ErrorKind::InvalidData, error)
        })?;
        Ok(length)
    }
}

impl Socket for Tls {
    fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    /// Says that nothing more will be said, if the socket takes it at once, and shuts the socket down.
    fn shut_down(&mut self) -> io::Result<()> {
        self.connection.send_close_notify();
        let said = self.write_out();
        self.tcp.shutdown(Shutdown::Write).and(said)
    }
}

impl Read for Tls {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.shake_hands()?;
        loop {
            match self.connection.reader().read(buf) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // What rustls says to it is for programmers.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(error.kind().into()),
                read => return read,
            }
            // Reading does not wait for it, and a socket that takes no more may still hold the peer's last words.
            let _ = self.write_out();
            self.take_in()?;
        }
    }
}

/// Each write waits for the one before it, so no more than one is ever encrypted and not on the socket.
impl Write for Tls {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.shake_hands()?;
        self.write_out()?;
        let length = self.connection.writer().write(buf)?;
        // It is taken, whether or not it can be written: the next write tells.
        let _ = self.write_out();
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shake_hands()?;
        self.write_out()?;
        self.tcp.flush()
    }
}

/// The addresses only.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("tcp", &self.tcp).finish_non_exhaustive()
    }
}
