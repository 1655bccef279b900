//! Whole calls, and how they open.

use core::time::Duration;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use voxwire::{Audio, Close, Command, Event, SendError, Start};
use voxwire_tungstenite::tungstenite::{self, Message, accept};
use voxwire_tungstenite::{Call, CallError, Inbox, Upgrade, connect, connect_within};

use crate::ends::{answered, listen, read_upgrade, sinch};

mod ends;

#[test]
fn a_malformed_message_is_an_error_and_the_call_goes_on() {
    let (mut call, mut peer) = answered(sinch());
    peer.send(Message::text("{\"command\":")).unwrap();
    peer.send(Message::binary(vec![5])).unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox), Err(CallError::Receive(_))));
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&[5])));
}

#[test]
fn what_can_never_be_queued_is_refused_at_once() {
    let (mut call, _peer) = answered(sinch().queue(4096));
    call.send(Command::Audio(Audio::raw(&[0; 4096]))).unwrap();
    let sent = call.send(Command::Audio(Audio::raw(&[0; 4097])));
    assert!(matches!(sent, Err(CallError::Send(SendError::Limit { bound: voxwire::Bound::Queue }))));
}

#[test]
fn the_longest_message_that_can_be_heard_can_be_said() {
    const LONGEST: usize = 256 * 1024;
    let (mut application, mut platform) = ends::live_call(sinch());
    let echo = thread::spawn(move || {
        let mut inbox = Inbox::new();
        let Event::Audio(audio) = application.next(&mut inbox).unwrap() else { panic!("no audio") };
        application.send(Command::Audio(audio)).unwrap();
        application.flush();
        application
    });
    let voice = vec![3; LONGEST];
    platform.send(Event::Audio(Audio::raw(&voice))).unwrap();
    assert_eq!(platform.next(&mut Inbox::new()).unwrap(), Command::Audio(Audio::raw(&voice)));
    drop(echo.join().unwrap());
}

#[test]
fn an_upgrade_shows_what_is_asked_for() {
    let (listener, url) = listen();
    let request =
        tungstenite::ClientRequestBuilder::new(format!("{url}/calls/t0ken?tenant=north").parse().unwrap())
            .with_header("X-Region", "eu")
            .with_sub_protocol("audio.v1")
            .with_sub_protocol("audio.v2");
    let application = thread::spawn(move || {
        let upgrade = read_upgrade(&listener);
        assert_eq!(upgrade.path(), "/calls/t0ken");
        assert_eq!(upgrade.query(), Some("tenant=north"));
        assert_eq!(upgrade.header("x-region"), Some("eu"));
        assert_eq!(upgrade.subprotocols().collect::<Vec<_>>(), ["audio.v1", "audio.v2"]);
        upgrade.accept(sinch(), Some("audio.v2")).unwrap()
    });
    let socket = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
    let (_, response) = tungstenite::client(request, socket).unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "audio.v2");
    application.join().unwrap();
}

#[test]
fn a_request_for_something_else_is_declined_as_bad() {
    let (listener, url) = listen();
    let application = thread::spawn(move || read_upgrade(&listener).accept(sinch(), None).map(|_| ()));
    let mut browser = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
    browser.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    browser.read_to_string(&mut answer).unwrap();
    assert!(matches!(application.join().unwrap(), Err(CallError::Handshake(_))));
    assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
}

#[test]
fn a_request_that_drips_is_not_waited_for_beyond_the_limit() {
    let (listener, url) = listen();
    let mut dripping = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
    let drip = thread::spawn(move || {
        while dripping.write_all(b"G").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let began = Instant::now();
    let (socket, _) = listener.accept().unwrap();
    let read = Upgrade::read_within(socket, Duration::from_millis(300)).map(|_| ());
    assert!(matches!(read, Err(CallError::Handshake(_))), "{read:?}");
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
    drip.join().unwrap();
}

#[test]
fn a_request_that_lies_there_is_read_even_if_its_time_is_over() {
    let (listener, url) = listen();
    let mut platform = TcpStream::connect(url.trim_start_matches("ws://")).unwrap();
    let request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    platform.write_all(request.as_bytes()).unwrap();
    let (socket, _) = listener.accept().unwrap();
    let mut lies_there = vec![0; request.len()];
    while socket.peek(&mut lies_there).unwrap() < request.len() {}
    drop(Upgrade::read_within(socket, Duration::ZERO).unwrap().accept(sinch(), None).unwrap());
    let mut answer = String::new();
    platform.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
}

#[test]
fn an_application_that_does_not_reply_is_not_waited_for_beyond_the_limit() {
    let (_listener, url) = listen();
    let began = Instant::now();
    let called = connect_within(&url, sinch(), Duration::from_millis(200)).map(|_| ());
    assert!(matches!(called, Err(CallError::Handshake(_))), "{called:?}");
    assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
}

#[test]
fn a_socket_that_another_server_has_upgraded_carries_a_call() {
    let (listener, url) = listen();
    let platform = thread::spawn(move || {
        let mut call = connect(&url, sinch()).unwrap();
        call.send(Event::Start(Start::new("c1"))).unwrap();
        assert_eq!(call.next(&mut Inbox::new()).unwrap(), Command::Answer);
        call.hang_up(1000, "bye").unwrap();
    });
    let (socket, _) = listener.accept().unwrap();
    let socket = accept(socket).unwrap();
    let mut call = Call::application(socket.get_ref().try_clone().unwrap(), &[], sinch()).unwrap();
    drop(socket);
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox), Ok(Event::Start(_))));
    call.send(Command::Answer).unwrap();
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Hangup(Close::new(1000, "bye")));
    platform.join().unwrap();
}

#[test]
fn an_address_that_is_none_is_not_called() {
    for url in
        ["ws://127.0.0.1:99999/x", "ws://127.0.0.1:/", "wss://127.0.0.1/", "http://127.0.0.1/", "ws:///x", ""]
    {
        assert!(matches!(connect(url, sinch()), Err(CallError::Handshake(_))), "{url}");
    }
}

#[test]
fn a_limit_may_be_longer_than_time() {
    let (listener, url) = listen();
    let application = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let upgrade = Upgrade::read_within(socket, Duration::MAX).unwrap();
        drop(upgrade.accept(sinch().drain_within(Duration::MAX), None).unwrap());
    });
    let mut call = connect_within(&url, sinch().drain_within(Duration::MAX), Duration::MAX).unwrap();
    call.hang_up(1000, "").unwrap();
    application.join().unwrap();
}
