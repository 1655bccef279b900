//! Calls over TLS, once they are open, and how they end.

#![cfg(feature = "rustls")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use voxwire::{Audio, Close, Command, Event};
use voxwire_tungstenite::tungstenite::protocol::Role;
use voxwire_tungstenite::tungstenite::{Message, WebSocket};
use voxwire_tungstenite::{Call, Inbox, Socket, Tls, connect_tls};

use crate::ends::gauged::Gauged;
use crate::ends::secure::{listen_tls, read_tls_upgrade, stream, tls_pair, trusted};
use crate::ends::{announce, listen, live_over, sinch, start, tcp_pair};

mod ends;

#[test]
fn a_peer_that_vanishes_is_a_loss() {
    for beginning in [[].as_slice(), &[23, 3, 3, 1, 0, 7]] {
        let (ours, theirs) = tls_pair();
        let mut tcp = theirs.tcp().try_clone().unwrap();
        let (mut application, platform) = live_over(ours, theirs, sinch());
        // The beginning of a record, and no more.
        tcp.write_all(beginning).unwrap();
        drop((platform, tcp));
        let mut inbox = Inbox::new();
        assert_eq!(application.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
        assert_eq!(application.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
        assert!(application.is_closed());
    }
}

#[test]
fn the_last_words_of_a_peer_that_does_not_read_are_heard() {
    for last in ["close", "close_notify"] {
        let (server, client) = trusted(&["localhost"]);
        let (ours, theirs) = tcp_pair();
        let (ours, gauge) = Gauged::new(Tls::accept(ours, &server).unwrap());
        let call = Call::application(ours, &[], sinch()).unwrap();
        let peer = WebSocket::from_raw_socket(stream(client, theirs), Role::Client, None);
        let (call, mut peer) = announce(call, peer);
        let (mut hearing, mut speaking) = call.split();
        let speaker =
            thread::spawn(move || while speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))).is_ok() {});
        gauge.full();
        if last == "close" {
            peer.write(Message::Close(None)).and_then(|()| peer.flush()).unwrap();
        }
        let stream = peer.get_mut();
        stream.conn.send_close_notify();
        stream.conn.write_tls(&mut stream.sock).unwrap();
        let told = if last == "close" { Close::BARE } else { Close::LOST };
        assert_eq!(hearing.next(&mut Inbox::new()).unwrap(), Event::Hangup(told));
        speaker.join().unwrap();
        drop(peer);
    }
}

#[test]
fn pings_of_a_peer_that_does_not_read_do_not_end_the_call() {
    const PINGS: u32 = 20_000;
    let (server, client) = trusted(&["localhost"]);
    let (ours, theirs) = tcp_pair();
    let (ours, gauge) = Gauged::new(Tls::accept(ours, &server).unwrap());
    let call = Call::application(ours, &[], sinch()).unwrap();
    let peer = WebSocket::from_raw_socket(stream(client, theirs), Role::Client, None);
    let (call, mut peer) = announce(call, peer);
    let (mut hearing, mut speaking) = call.split();
    let speaker =
        thread::spawn(move || while speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))).is_ok() {});
    gauge.full();
    let hearer = thread::spawn(move || {
        let mut inbox = Inbox::new();
        assert_eq!(hearing.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&[5])));
        assert!(matches!(hearing.next(&mut inbox), Ok(Event::Hangup(_))));
    });
    for n in 0..PINGS {
        peer.send(Message::Ping(n.to_le_bytes().repeat(31).into())).unwrap();
    }
    peer.send(Message::binary(vec![5])).unwrap();
    // The speaker is not silenced: the last pong comes, and audio after it.
    let last = (PINGS - 1).to_le_bytes().repeat(31);
    while !matches!(peer.read().unwrap(), Message::Pong(pong) if pong == last) {}
    assert!(matches!(peer.read().unwrap(), Message::Binary(_)));
    peer.close(None).unwrap();
    while peer.read().is_ok() {}
    drop(peer);
    hearer.join().unwrap();
    speaker.join().unwrap();
}

#[test]
fn records_that_come_byte_by_byte_lose_nothing() {
    let (server, client) = trusted(&["127.0.0.1"]);
    let (listener, _) = listen();
    let (relay, url) = listen_tls();
    let target = listener.local_addr().unwrap();
    let relays = thread::spawn(move || {
        let (near, _) = relay.accept().unwrap();
        let far = TcpStream::connect(target).unwrap();
        let back = drip(far.try_clone().unwrap(), near.try_clone().unwrap());
        (drip(near, far), back)
    });
    let platform = thread::spawn(move || {
        let mut call = connect_tls(&url, sinch(), &client).unwrap();
        call.send(start(None)).unwrap();
        let mut inbox = Inbox::new();
        assert_eq!(call.next(&mut inbox).unwrap(), Command::Answer);
        for n in 0..20 {
            call.send(Event::Audio(Audio::raw(&[n; 640]))).unwrap();
            assert_eq!(call.next(&mut inbox).unwrap(), Command::Audio(Audio::raw(&[n; 640])));
        }
        call.hang_up(1000, "").unwrap();
    });
    let mut call = read_tls_upgrade(&listener, &server).unwrap().accept(sinch(), None).unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox), Ok(Event::Start(_))));
    call.send(Command::Answer).unwrap();
    loop {
        match call.next(&mut inbox).unwrap() {
            Event::Audio(audio) => call.send(Command::Audio(audio)).unwrap(),
            end => break assert_eq!(end, Event::Hangup(Close::NORMAL)),
        }
    }
    platform.join().unwrap();
    drop(call);
    let (forth, back) = relays.join().unwrap();
    forth.join().unwrap();
    back.join().unwrap();
}

#[test]
fn hanging_up_closes_tls_too() {
    let (server, client) = trusted(&["localhost"]);
    let (ours, theirs) = tcp_pair();
    let call = Call::application(Tls::accept(ours, &server).unwrap(), &[], sinch()).unwrap();
    let peer = WebSocket::from_raw_socket(stream(client, theirs), Role::Client, None);
    let (mut call, mut peer) = announce(call, peer);
    let hearer = thread::spawn(move || call.next(&mut Inbox::new()).map(|_| call).unwrap());
    peer.write(Message::Close(None)).and_then(|()| peer.flush()).unwrap();
    while peer.read().is_ok() {}
    let mut stream = hearer.join().map(|_call| peer.into_inner()).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "no end without close_notify");
}

fn drip(mut from: TcpStream, mut to: TcpStream) -> thread::JoinHandle<()> {
    to.set_nodelay(true).unwrap();
    thread::spawn(move || {
        let mut byte = [0];
        while matches!(from.read(&mut byte), Ok(1)) && to.write_all(&byte).is_ok() {}
        let _ = to.shutdown(Shutdown::Write);
    })
}
