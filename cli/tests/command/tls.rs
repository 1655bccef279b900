//! `answer` and `call` over TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::support::{Running, Scratch, asset, samples, voxwire};

/// A certificate for this machine, and its key, in files.
struct Identity {
    scratch: Scratch,
    cert: String,
    key: String,
}

impl Identity {
    fn new() -> Self {
        let identity = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let scratch = Scratch::new();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| scratch.file(name));
        fs::write(&cert, identity.cert.pem()).unwrap();
        fs::write(&key, identity.signing_key.serialize_pem()).unwrap();
        Self { scratch, cert, key }
    }

    fn answer(&self, args: &[&str]) -> (Running, String) {
        Running::answer(&[&["--tls-cert", &self.cert, "--tls-key", &self.key], args].concat())
    }
}

#[test]
fn a_caller_who_trusts_the_server_hears_himself_in_either_dialect() {
    let identity = Identity::new();
    let (_server, url) = identity.answer(&[]);
    assert!(url.starts_with("wss://127.0.0.1:"), "{url}");
    for dialect in ["sinch", "wavix"] {
        let heard = identity.scratch.file(dialect);
        let args = ["call", &url, "--ca", &identity.cert, "--dialect", dialect, "--fast", "--record", &heard];
        let run = voxwire(&args);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(samples(heard), samples(asset("caller.wav")));
    }
}

#[test]
fn callbacks_and_their_streams_go_over_tls() {
    let identity = Identity::new();
    let (server, _) = identity.answer(&["--callbacks", "--rate", "24000"]);
    let callbacks = server.line();
    let url = callbacks.strip_prefix("taking callbacks on ").and_then(|line| line.split(',').next()).unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let heard = identity.scratch.file("heard");
    let run = voxwire(&["call", "--callback", url, "--ca", &identity.cert, "--fast", "--record", &heard]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(samples(heard), samples(asset("caller.wav")));
    assert!(server.line_with("callback dice").contains("CALLERHANGUP"));
}

#[test]
fn nobody_calls_a_server_that_is_not_trusted() {
    let (identity, other) = (Identity::new(), Identity::new());
    let (server, url) = identity.answer(&[]);
    let run = voxwire(&["call", &url, "--ca", &other.cert, "--dialect", "sinch"]);
    assert_eq!(run.code, 4, "{run:?}");
    let sentence =
        format!("voxwire: cannot reach {url}: the TLS handshake failed: invalid peer certificate: ");
    assert!(run.stderr.starts_with(&sentence), "{}", run.stderr);
    let why = server.line_with("no call from");
    assert!(why.contains("the TLS handshake failed: received fatal alert: "), "{why}");

    // It has not been put out.
    assert_eq!(voxwire(&["call", &url, "--ca", &identity.cert, "--dialect", "sinch", "--fast"]).code, 0);
}

#[test]
fn who_speaks_tls_to_one_who_does_not_is_told_so_and_the_other_way_round() {
    let identity = Identity::new();
    let (_plain, url) = Running::answer(&[]);
    let wss = url.replacen("ws", "wss", 1);
    let run = voxwire(&["call", &wss, "--ca", &identity.cert, "--dialect", "sinch"]);
    run.failed(4, &format!("cannot reach {wss}: the peer does not speak TLS"));

    let (server, url) = identity.answer(&[]);
    let ws = url.replacen("wss", "ws", 1);
    assert_eq!(voxwire(&["call", &ws, "--dialect", "sinch"]).code, 4);
    assert!(server.line_with("no call from").ends_with("the peer does not speak TLS"));
}

#[test]
fn who_says_nothing_keeps_nobody_from_calling() {
    let identity = Identity::new();
    let (server, url) = identity.answer(&[]);
    let address = url.strip_prefix("wss://").unwrap();
    let mut silent = TcpStream::connect(address).unwrap();
    let mut babbler = TcpStream::connect(address).unwrap();
    babbler.write_all(&[22, 3, 1, 0, 200]).unwrap();
    assert_eq!(voxwire(&["call", &url, "--ca", &identity.cert, "--dialect", "wavix", "--fast"]).code, 0);
    server.interrupt();
    assert_eq!(server.end().code, 0);
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn beyond_the_connections_there_are_a_visitor_is_not_even_shaken_hands_with() {
    let identity = Identity::new();
    let (server, url) = identity.answer(&["--max-connections", "1"]);
    let visitor = TcpStream::connect(url.strip_prefix("wss://").unwrap()).unwrap();
    let call = || voxwire(&["call", &url, "--ca", &identity.cert, "--dialect", "sinch", "--fast"]);
    let refused = call();
    assert_eq!(refused.code, 4, "{refused:?}");
    assert_eq!(server.line(), "full: 1 connection at once of 127.0.0.1; more are declined");
    drop(visitor);
    server.line_with("room again");
    assert_eq!(call().code, 0);
}

#[test]
fn a_server_that_vanishes_in_the_handshake_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("wss://{}", listener.local_addr().unwrap());
    let vanishing = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        // What lies unread would take the end back.
        socket.read_exact(&mut [0; 5]).unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = std::io::copy(&mut socket, &mut std::io::sink());
    });
    let identity = Identity::new();
    let run = voxwire(&["call", &url, "--ca", &identity.cert, "--dialect", "sinch"]);
    let why = "the peer closed the connection in the middle of the TLS handshake";
    run.failed(4, &format!("cannot reach {url}: {why}"));
    vanishing.join().unwrap();
}

#[test]
fn files_that_hold_something_else_are_named() {
    let (identity, other) = (Identity::new(), Identity::new());
    let Identity { scratch, cert, key } = &identity;
    let empty = scratch.file("empty.pem");
    fs::write(&empty, "").unwrap();
    let missing = scratch.file("missing.pem");
    let answer = |cert: &str, key: &str| {
        voxwire(&["answer", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key])
    };
    answer(&empty, key).failed(3, &format!("cannot read {empty}: there is no certificate in the PEM text"));
    let why = "there is no private key in the PEM text, or it is encrypted";
    answer(cert, &empty).failed(3, &format!("cannot read {empty}: {why}"));
    let why = "the private key does not belong to the first certificate";
    answer(cert, &other.key).failed(3, &format!("cannot read {cert}: {why}"));
    assert_eq!(answer(&missing, key).code, 3);
    assert_eq!(voxwire(&["answer", "--tls-cert", cert]).code, 2);
    let call = voxwire(&["call", "wss://127.0.0.1:1", "--ca", &empty, "--dialect", "sinch"]);
    call.failed(3, &format!("cannot read {empty}: there is no certificate in the PEM text"));
}
