//! Calls over loopback with a bare WebSocket, or another call, at the other end.

#![expect(dead_code, reason = "each test file uses some of it")]

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use voxwire::{Application, Command, Config, Dialect, Event, Platform, Start};
use voxwire_tungstenite::tungstenite::protocol::Role;
use voxwire_tungstenite::tungstenite::{Message, WebSocket};
use voxwire_tungstenite::{Call, CallConfig, Inbox, Socket, Upgrade, connect};

pub(crate) const CONNECT: &str = r#"{"command":"connect","CallId":"c1"}"#;
pub(crate) const START: &str = r#"{"event":"start","call_id":"c1","stream_id":"s1","stream_type":"twoway"}"#;

pub(crate) fn sinch() -> CallConfig {
    Config::new(Dialect::Sinch).into()
}

pub(crate) fn start(dialect: Option<Dialect>) -> Event<'static> {
    let start = Start::new("c1");
    Event::Start(if dialect == Some(Dialect::Wavix) { start.with_stream_id("s1") } else { start })
}

pub(crate) fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    (listener, url)
}

pub(crate) fn read_upgrade(listener: &TcpListener) -> Upgrade<TcpStream> {
    let (socket, _) = listener.accept().unwrap();
    socket.set_nodelay(true).unwrap();
    Upgrade::read(socket).unwrap()
}

/// Both ends of a call, announced.
pub(crate) fn whole_call(config: CallConfig) -> (Call<Application, TcpStream>, Call<Platform, TcpStream>) {
    let (listener, url) = listen();
    let platform = thread::spawn(move || {
        let mut call = connect(&url, config).unwrap();
        call.send(start(call.dialect())).unwrap();
        call
    });
    let application = read_upgrade(&listener).accept(config, None).unwrap();
    (application, platform.join().unwrap())
}

/// Both ends of a call, answered.
pub(crate) fn live_call(config: CallConfig) -> (Call<Application, TcpStream>, Call<Platform, TcpStream>) {
    let (mut application, mut platform) = whole_call(config);
    assert!(matches!(application.next(&mut Inbox::new()), Ok(Event::Start(_))));
    application.send(Command::Answer).unwrap();
    if platform.dialect() == Some(Dialect::Sinch) {
        assert_eq!(platform.next(&mut Inbox::new()).unwrap(), Command::Answer);
    }
    (application, platform)
}

/// An application's call, and a bare WebSocket at its other end.
pub(crate) fn over_tcp(config: CallConfig) -> (Call<Application, TcpStream>, WebSocket<TcpStream>) {
    let (listener, _) = listen();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    theirs.set_nodelay(true).unwrap();
    let (ours, _) = listener.accept().unwrap();
    let theirs = WebSocket::from_raw_socket(theirs, Role::Client, None);
    (Call::application(ours, &[], config).unwrap(), theirs)
}

/// The same, announced and answered.
pub(crate) fn answered(config: CallConfig) -> (Call<Application, TcpStream>, WebSocket<TcpStream>) {
    let (mut call, mut peer) = over_tcp(config);
    peer.send(Message::text(CONNECT)).unwrap();
    assert!(matches!(call.next(&mut Inbox::new()), Ok(Event::Start(_))));
    call.send(Command::Answer).unwrap();
    assert_eq!(peer.read().unwrap().into_text().unwrap(), r#"{"command":"answer"}"#);
    (call, peer)
}

/// A socket that takes so many bytes and then no more.
#[derive(Debug)]
pub(crate) struct Narrow {
    pub(crate) tcp: TcpStream,
    pub(crate) room: usize,
}

impl Socket for Narrow {
    fn tcp(&self) -> &TcpStream {
        &self.tcp
    }
}

impl Read for Narrow {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.tcp.read(buf)
    }
}

impl Write for Narrow {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let written = self.tcp.write(&buf[..buf.len().min(self.room)])?;
        self.room -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// Waits until the speaker has made no progress for a while: it waits for room.
pub(crate) fn parked(progress: &AtomicUsize) -> usize {
    let mut seen = 0;
    loop {
        thread::sleep(Duration::from_millis(200));
        let now = progress.load(Ordering::SeqCst);
        if now == seen && now > 0 {
            return now;
        }
        seen = now;
    }
}
