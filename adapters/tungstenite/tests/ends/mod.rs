//! Calls over loopback with a bare WebSocket, or another call, at the other end.

#![expect(dead_code, reason = "each test file uses some of it")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use voxwire::{Application, Command, Config, Dialect, Event, Platform, Start};
use voxwire_tungstenite::tungstenite::protocol::Role;
use voxwire_tungstenite::tungstenite::{Message, WebSocket};
use voxwire_tungstenite::{Call, CallConfig, Inbox, Socket, Upgrade, connect};

use gauged::{Gauge, Gauged};

pub(crate) mod gauged;
#[cfg(feature = "rustls")]
pub(crate) mod secure;

pub(crate) const CONNECT: &str = r#"{"command":"connect","CallId":"c1"}"#;

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
    answer(whole_call(config))
}

pub(crate) fn answer<S: Socket>(
    (mut application, mut platform): (Call<Application, S>, Call<Platform, S>),
) -> (Call<Application, S>, Call<Platform, S>) {
    assert!(matches!(application.next(&mut Inbox::new()), Ok(Event::Start(_))));
    application.send(Command::Answer).unwrap();
    if platform.dialect() == Some(Dialect::Sinch) {
        assert_eq!(platform.next(&mut Inbox::new()).unwrap(), Command::Answer);
    }
    (application, platform)
}

/// Both ends of a call, answered, on sockets that need no upgrade.
pub(crate) fn live_over<S: Socket + Send>(
    ours: S,
    theirs: S,
    config: CallConfig,
) -> (Call<Application, S>, Call<Platform, S>) {
    let mut application = Call::application(ours, &[], config).unwrap();
    let mut platform = Call::platform(theirs, &[], config).unwrap();
    thread::scope(|scope| {
        let platform = scope.spawn(move || {
            platform.send(start(platform.dialect())).unwrap();
            assert_eq!(platform.next(&mut Inbox::new()).unwrap(), Command::Answer);
            platform
        });
        assert!(matches!(application.next(&mut Inbox::new()), Ok(Event::Start(_))));
        application.send(Command::Answer).unwrap();
        application.flush();
        (application, platform.join().unwrap())
    })
}

/// An application's call, and a bare WebSocket at its other end.
pub(crate) fn over_tcp(config: CallConfig) -> (Call<Application, TcpStream>, WebSocket<TcpStream>) {
    let (ours, theirs) = tcp_pair();
    (Call::application(ours, &[], config).unwrap(), WebSocket::from_raw_socket(theirs, Role::Client, None))
}

pub(crate) fn tcp_pair() -> (TcpStream, TcpStream) {
    let (listener, _) = listen();
    let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    theirs.set_nodelay(true).unwrap();
    let (ours, _) = listener.accept().unwrap();
    (ours, theirs)
}

/// The same, announced and answered.
pub(crate) fn answered(config: CallConfig) -> (Call<Application, TcpStream>, WebSocket<TcpStream>) {
    let (call, peer) = over_tcp(config);
    announce(call, peer)
}

/// The same, on a socket that can be looked at.
pub(crate) fn answered_gauged(
    config: CallConfig,
) -> (Call<Application, Gauged<TcpStream>>, WebSocket<TcpStream>, Arc<Gauge>) {
    let (ours, theirs) = tcp_pair();
    let (ours, gauge) = Gauged::new(ours);
    let call = Call::application(ours, &[], config).unwrap();
    let (call, peer) = announce(call, WebSocket::from_raw_socket(theirs, Role::Client, None));
    (call, peer, gauge)
}

pub(crate) fn announce<S: Socket, P: Read + Write + Send>(
    mut call: Call<Application, S>,
    mut peer: WebSocket<P>,
) -> (Call<Application, S>, WebSocket<P>) {
    thread::scope(|scope| {
        let peer = scope.spawn(move || {
            peer.send(Message::text(CONNECT)).unwrap();
            assert_eq!(peer.read().unwrap().into_text().unwrap(), r#"{"command":"answer"}"#);
            peer
        });
        assert!(matches!(call.next(&mut Inbox::new()), Ok(Event::Start(_))));
        call.send(Command::Answer).unwrap();
        call.flush();
        (call, peer.join().unwrap())
    })
}
