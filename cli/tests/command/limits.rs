//! How much the server takes on, and what becomes of what is beyond.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use serde_json::json;

use crate::innocent::Innocent;
use crate::support::{Running, block_on, parsed, voxwire};

#[test]
fn beyond_the_connections_there_are_visitors_are_declined_and_a_call_goes_on() {
    let (server, url) = Running::answer(&["--max-connections", "24", "--max-per-address", "30", "--json"]);
    let address = url.strip_prefix("ws://").unwrap();
    let mut innocent = Innocent::call(&url);
    let visitors: Vec<_> = (0..23).map(|_| arrived(address)).collect();
    innocent.talk();
    assert!(health(address).starts_with("HTTP/1.1 503 "), "there is no room for one more");
    assert!(health(address).contains("\r\nretry-after: 2\r\n"));
    let full = parsed(&server.line_with(r#""kind":"full""#));
    assert_eq!(full, json!({"kind": "full", "limit": "connections", "held": 24}));
    let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast"]);
    run.failed(5, "the upgrade was declined with HTTP status 503: the call is hung up");
    innocent.talk();

    drop(visitors);
    let room = parsed(&server.line_with(r#""kind":"room""#));
    assert_eq!(room, json!({"kind": "room", "limit": "connections", "refused": 3}));
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    innocent.hangs_up_having_heard_all();
}

#[test]
fn one_address_takes_no_more_than_its_share() {
    let (server, url) = Running::answer(&["--max-connections", "4", "--max-calls", "9"]);
    let address = url.strip_prefix("ws://").unwrap();
    let mut innocent = Innocent::call(&url);
    let visitor = arrived(address);
    assert!(health(address).starts_with("HTTP/1.1 503 "));
    assert_eq!(server.line_with("full"), "full: 2 connections at once of 127.0.0.1; more are declined");
    innocent.talk();
    drop(visitor);
    assert_eq!(server.line_with("room"), "room again for connections of 127.0.0.1; 1 was declined");
    assert!(health(address).starts_with("HTTP/1.1 200 "));
    innocent.hangs_up_having_heard_all();
}

#[test]
fn beyond_the_calls_there_are_more_are_declined() {
    let (server, url) = Running::answer(&["--max-calls", "1"]);
    let mut innocent = Innocent::call(&url);
    for _ in 0..3 {
        let run = voxwire(&["call", &url, "--dialect", "wavix", "--fast"]);
        run.failed(5, "the upgrade was declined with HTTP status 503: the call is hung up");
        innocent.talk();
    }
    assert!(health(url.strip_prefix("ws://").unwrap()).starts_with("HTTP/1.1 200 "));
    assert_eq!(server.line_with("full"), "full: 1 call at once; more are declined");
    innocent.hangs_up_having_heard_all();
    assert_eq!(server.line_with("room"), "room again for calls; 3 were declined");
    assert_eq!(voxwire(&["call", &url, "--dialect", "wavix", "--fast"]).code, 0);
}

#[test]
fn who_takes_too_long_to_ask_is_let_go_and_a_call_goes_on() {
    let (server, url) = Running::answer(&["--handshake-timeout", "2"]);
    let address = url.strip_prefix("ws://").unwrap();
    let mut innocent = Innocent::call(&url);
    for said in [b"".as_slice(), b"GET / HTTP/1.1\r\nHo"] {
        let mut visitor = TcpStream::connect(address).unwrap();
        visitor.write_all(said).unwrap();
        let why = server.line_with("no call from");
        assert!(
            why.ends_with("it asked for nothing") || why.ends_with("it asked for nothing in time"),
            "{why}"
        );
        let _ = visitor.read_to_end(&mut Vec::new());
        innocent.talk();
    }
    innocent.hangs_up_having_heard_all();
}

#[test]
fn a_call_in_which_nothing_comes_is_hung_up_and_another_goes_on() {
    let (server, url) = Running::answer(&["--idle-timeout", "3"]);
    let mut innocent = Innocent::call(&url);
    // It neither speaks nor reads, so it replies to no ping.
    let silent = block_on(crate::support::caller(&url));
    innocent.talk();
    let waiting = thread::spawn(move || (server.line_with("ended"), server));
    while !waiting.is_finished() {
        innocent.talk();
    }
    let (over, _server) = waiting.join().unwrap();
    assert!(over.starts_with("call 2 ") && over.contains(r#"(1001: "no sign of life")"#), "{over}");
    drop(silent);
    innocent.hangs_up_having_heard_all();
}

/// A server that is given no time is late; that is made here by stopping it.
#[test]
#[cfg(unix)]
fn while_the_server_is_late_calls_are_declined_and_afterwards_they_are_taken() {
    let (server, url) = Running::answer(&["--json", "--shed-late", "250"]);
    let mut innocent = Innocent::call(&url);
    server.signal("-STOP");
    innocent.says_without_listening();
    thread::sleep(core::time::Duration::from_millis(500));
    server.signal("-CONT");
    let late = parsed(&server.line_with(r#""kind":"full""#));
    assert_eq!(late, json!({"kind": "full", "limit": "late", "held": 1}));
    // A process would take its time to begin, in which the server may be on time again.
    let reply = ask(url.strip_prefix("ws://").unwrap(), UPGRADE);
    assert!(reply.starts_with("HTTP/1.1 503 "), "{reply}");
    innocent.talk();
    let room = parsed(&server.line_with(r#""kind":"room""#));
    assert_eq!(room, json!({"kind": "room", "limit": "late", "refused": 1}));
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    innocent.hangs_up_having_heard_all();
}

#[test]
fn limits_that_mean_nothing_are_refused() {
    for wrong in [
        ["--max-connections", "0"],
        ["--max-calls", "-1"],
        ["--max-per-address", "many"],
        ["--shed-late", "4"],
        ["--shed-late", "10001"],
        ["--handshake-timeout", "0"],
        ["--idle-timeout", "2.9"],
    ] {
        let run = voxwire(&[&["answer", "--listen", "127.0.0.1:0"], &wrong[..]].concat());
        assert_eq!(run.code, 2, "{run:?}");
    }
}

/// A connection that the server has taken in: it says so by the reply to a first request.
fn arrived(address: &str) -> TcpStream {
    let mut visitor = TcpStream::connect(address).unwrap();
    visitor.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        visitor.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 200 "), "{}", head.escape_ascii());
    visitor
}

/// The reply to somebody who comes, asks whether the server is well, and goes.
fn health(address: &str) -> String {
    ask(address, b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
}

/// What a request is replied.
fn ask(address: &str, request: &[u8]) -> String {
    let mut visitor = TcpStream::connect(address).unwrap();
    visitor.write_all(request).unwrap();
    visitor.shutdown(Shutdown::Write).unwrap();
    let mut reply = String::new();
    visitor.read_to_string(&mut reply).unwrap();
    reply
}

const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
