//! How calls over TLS open, or why they do not.

#![cfg(feature = "rustls")]

use core::time::Duration;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use voxwire_tungstenite::rustls::{ClientConfig, ServerConfig};
use voxwire_tungstenite::{CallError, Tls, Upgrade, connect, connect_tls, connect_tls_within};

use crate::ends::secure::{listen_tls, read_tls_upgrade, stream, tls_pair, trusted};
use crate::ends::{listen, sinch, tcp_pair};

mod ends;

#[test]
fn names_and_addresses_are_called_if_the_certificate_is_for_them() {
    let (server, client) = trusted(&["localhost", "127.0.0.1", "::1"]);
    for (address, host) in [("127.0.0.1:0", "localhost"), ("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "[::1]")]
    {
        let Ok(listener) = TcpListener::bind(address) else {
            assert_eq!(host, "[::1]", "a machine without IPv6");
            continue;
        };
        let url = format!("wss://{host}:{}/x", listener.local_addr().unwrap().port());
        let client = client.clone();
        let platform = thread::spawn(move || connect_tls(&url, sinch(), &client).map(|_| ()));
        let upgrade = read_tls_upgrade(&listener, &server).unwrap();
        assert_eq!(upgrade.path(), "/x");
        upgrade.accept(sinch(), None).unwrap();
        platform.join().unwrap().unwrap();
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (server, _) = trusted(&["127.0.0.1"]);
    let (_, stranger) = trusted(&["127.0.0.1"]);
    let (called, answered) = refused(&server, &stranger);
    assert!(called.contains("the TLS handshake failed: invalid peer certificate: "), "{called}");
    assert!(answered.contains("the TLS handshake failed: received fatal alert: "), "{answered}");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let (server, client) = trusted(&["voice.example.org"]);
    let (called, answered) = refused(&server, &client);
    assert!(called.contains("certificate not valid for name \"127.0.0.1\""), "{called}");
    assert!(answered.contains("the TLS handshake failed: received fatal alert: "), "{answered}");
}

/// What either end is told.
fn refused(server: &Arc<ServerConfig>, client: &Arc<ClientConfig>) -> (String, String) {
    let (listener, url) = listen_tls();
    thread::scope(|scope| {
        let platform = scope.spawn(|| handshake_error(connect_tls(&url, sinch(), client)));
        let answered = handshake_error(read_tls_upgrade(&listener, server));
        (platform.join().unwrap(), answered)
    })
}

#[test]
fn plain_and_tls_do_not_take_each_other_for_their_own() {
    let (server, client) = trusted(&["127.0.0.1"]);

    let (listener, url) = listen();
    let platform = thread::spawn(move || handshake_error(connect(&url, sinch())));
    let answered = handshake_error(read_tls_upgrade(&listener, &server));
    assert!(answered.contains("the peer does not speak TLS"), "{answered}");
    platform.join().unwrap();

    let (listener, url) = listen_tls();
    let platform = thread::spawn(move || handshake_error(connect_tls(&url, sinch(), &client)));
    let (socket, _) = listener.accept().unwrap();
    handshake_error(Upgrade::read(socket));
    platform.join().unwrap();
}

#[test]
fn a_plain_server_that_answers_in_plain_is_told_as_such() {
    let (_, client) = trusted(&["127.0.0.1"]);
    let (listener, url) = listen_tls();
    let platform = thread::spawn(move || handshake_error(connect_tls(&url, sinch(), &client)));
    let (mut socket, _) = listener.accept().unwrap();
    socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    let called = platform.join().unwrap();
    assert!(called.contains("the peer does not speak TLS"), "{called}");
}

#[test]
fn a_peer_that_leaves_in_the_middle_of_the_handshake_is_told() {
    let (server, _) = trusted(&["127.0.0.1"]);
    let (ours, theirs) = tcp_pair();
    theirs.shutdown(Shutdown::Write).unwrap();
    let told = handshake_error(Upgrade::read(Tls::accept(ours, &server).unwrap()));
    assert!(told.contains("closed the connection in the middle of the TLS handshake"), "{told}");
}

#[test]
fn each_kind_of_address_is_called_in_its_own_way() {
    let (_, client) = trusted(&["127.0.0.1"]);
    let plain = handshake_error(connect("wss://127.0.0.1/", sinch()));
    assert!(plain.contains("called with TLS: see the feature rustls"), "{plain}");
    let secure = handshake_error(connect_tls("ws://127.0.0.1/", sinch(), &client));
    assert!(secure.contains("called without TLS"), "{secure}");
    handshake_error(connect_tls("wss://voice..example/", sinch(), &client));
}

#[test]
fn a_silent_peer_is_not_waited_for_beyond_the_limit() {
    const LIMIT: Duration = Duration::from_millis(200);
    let (server, client) = trusted(&["127.0.0.1"]);
    let (ours, _theirs) = tcp_pair();
    let began = Instant::now();
    handshake_error(Upgrade::read_within(Tls::accept(ours, &server).unwrap(), LIMIT));
    assert!(began.elapsed() >= LIMIT);

    let (_listener, url) = listen_tls();
    let began = Instant::now();
    handshake_error(connect_tls_within(&url, sinch(), &client, LIMIT));
    assert!(began.elapsed() >= LIMIT);
}

#[test]
fn a_peer_that_shakes_hands_and_asks_for_nothing_is_not_waited_for_either() {
    const LIMIT: Duration = Duration::from_millis(200);
    let (server, client) = trusted(&["localhost"]);
    let (ours, theirs) = tcp_pair();
    let peer = thread::spawn(move || {
        let mut peer = stream(client, theirs);
        assert!(matches!(peer.read(&mut [0]), Ok(0) | Err(_)), "nothing is said to it");
    });
    let began = Instant::now();
    handshake_error(Upgrade::read_within(Tls::accept(ours, &server).unwrap(), LIMIT));
    assert!(began.elapsed() >= LIMIT);
    peer.join().unwrap();
}

#[test]
fn what_is_shown_of_it_holds_no_secret() {
    let (ours, _theirs) = tls_pair();
    let shown = format!("{ours:?}");
    assert!(shown.starts_with("Tls { tcp: TcpStream") && !shown.contains("key"), "{shown}");
}

fn handshake_error<T>(opened: Result<T, CallError>) -> String {
    match opened.map(|_| ()) {
        Err(error @ CallError::Handshake(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}
