//! `answer` with callbacks: what is posted to it, what it replies, and who may open a stream then.

use voxwire_tokio::tungstenite;

use crate::support::Running;
use post::{Client, KEY, Post, SECRET};

mod arguments;
mod post;
mod requests;
mod signatures;
mod streams;

/// A server that takes signed callbacks, and its address.
fn signed(args: &[&str]) -> (Running, String) {
    let signed = ["--callbacks", "--protection", "always", "--app-key", KEY, "--app-secret", SECRET];
    started(&[&signed, args].concat())
}

/// A server that takes callbacks signed or not, and its address.
fn unsigned(args: &[&str]) -> (Running, String) {
    started(&[&["--callbacks"], args].concat())
}

fn started(args: &[&str]) -> (Running, String) {
    let (server, url) = Running::answer(args);
    if args.iter().any(|arg| ["--callbacks", "--public-url"].contains(arg)) && !args.contains(&"--json") {
        assert!(server.line().starts_with("taking callbacks on http"));
    }
    let address = url.trim_start_matches("ws://").trim_end_matches("/TOKEN").to_owned();
    (server, address)
}

/// Where the stream of a call is to be opened.
fn endpoint(client: &mut Client, post: &Post) -> String {
    let reply = client.post(post);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["action"]["destination"]["endpoint"].as_str().unwrap().to_owned()
}

/// The status that an upgrade is answered with.
fn status_of(endpoint: &str) -> u16 {
    match tungstenite::connect(endpoint) {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        opened => opened.map(|(_, response)| response.status().as_u16()).unwrap(),
    }
}
