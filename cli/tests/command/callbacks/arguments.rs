//! What the arguments make of it.

use serde_json::json;

use super::post::{Client, KEY, SECRET, ice};
use super::{started, status_of};
use crate::support::{Running, Scratch, asset, parsed, silence, voxwire};

#[test]
fn the_endpoint_is_as_the_arguments_say() {
    let svaml = |args: &[&str]| {
        let (_server, address) = started(args);
        Client::to(&address).post(&ice("c1").signed()).json()["action"].clone()
    };
    let signed = ["--app-key", KEY, "--app-secret", SECRET];
    let public = ["--public-url", "https://voice.example.org/eu/", "--token", "s3cret", "--rate", "8000"];
    let action = svaml(&[&signed[..], &public, &["--max-duration", "60"]].concat());
    let expected = json!({
        "name": "connectStream",
        "destination": {"type": "Websocket", "endpoint": "wss://voice.example.org/eu/s3cret"},
        "streamingOptions": {"version": 1, "sampleRate": 8_000},
        "maxDuration": 60,
    });
    assert_eq!(action, expected);
    let played = svaml(&["--callbacks", "--agent", "play", &asset("greeting.wav")]);
    assert_eq!(played["streamingOptions"]["sampleRate"], 24_000);
}

#[test]
fn it_tells_where_callbacks_go_and_whether_they_are_verified() {
    let server = Running::start(&["answer", "--listen", "127.0.0.1:0", "--callbacks"]);
    let url = server.line().replace("listening on ws", "http").replace("/TOKEN", "");
    assert_eq!(server.line(), format!("taking callbacks on {url}, signed or not"));
    let args = [
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "wss://h/x",
        "--app-key",
        KEY,
        "--app-secret",
        SECRET,
    ];
    let server = Running::start(&args);
    assert!(server.line().ends_with("/TOKEN"));
    assert_eq!(server.line(), "taking callbacks on https://h/x, if they are signed");
    let server = Running::start(&[&args[..], &["--json"]].concat());
    let line = parsed(&server.line());
    assert_eq!((&line["callbacks"], &line["verified"]), (&json!("https://h/x"), &json!(true)));
}

#[test]
fn it_does_not_start_without_the_secret_that_it_needs() {
    let start = |args: &[&str]| voxwire(&[&["answer", "--listen", "127.0.0.1:0"], args].concat());
    let needs = |mode| {
        format!("callbacks must be signed (protection {mode}), so --app-key and --app-secret are needed")
    };
    start(&["--callbacks", "--protection", "always"]).failed(2, &needs("always"));
    start(&["--public-url", "wss://voice.example.org"]).failed(2, &needs("deploy"));
    voxwire(&["answer", "--listen", "0.0.0.0:0", "--callbacks"]).failed(2, &needs("deploy"));
    start(&["--callbacks", "--app-key", KEY]).failed(
        2,
        "--app-key is of no use without --app-secret, or SINCH_APPLICATION_SECRET in the environment",
    );
    let secret = start(&["--callbacks", "--app-key", KEY, "--app-secret", "s3cret"]);
    assert!(secret.code == 2 && !secret.stderr.contains("s3cret"), "{secret:?}");
    start(&["--callbacks", "--dialect", "wavix"])
        .failed(2, "callbacks are Sinch's: they do not go with --dialect wavix");
    let url = start(&["--public-url", "s3cret"]);
    url.failed(2, "--public-url is not of the form wss://HOST:PORT/PATH");
    for alone in [["--protection", "always"], ["--max-duration", "60"]] {
        assert_eq!(start(&alone).code, 2);
    }
    for wrong in [["--protection", "Always"], ["--max-duration", "0"], ["--max-duration", "14401"]] {
        assert_eq!(start(&[&["--callbacks"], &wrong[..]].concat()).code, 2);
    }
}

#[test]
fn it_asks_for_a_rate_that_loses_nothing_of_what_it_plays() {
    let scratch = Scratch::new();
    let odd = scratch.file("odd.wav");
    silence(&odd, 11_025, 1, 11_025);
    let (server, address) = started(&["--agent", "play", &odd, "--callbacks", "--protection", "never"]);
    let line = server.line_with("→");
    assert!(line.ends_with("odd.wav: 11,025 Hz mono 16-bit → 16,000 Hz mono 16-bit, 1.00 s"), "{line}");
    let reply = Client::to(&address).post(&ice("c1").signed()).json();
    assert_eq!(reply["action"]["streamingOptions"]["sampleRate"], 16_000);
}

#[test]
fn without_callbacks_nothing_is_posted() {
    let (server, address) = started(&[]);
    assert_eq!(Client::to(&address).post(&ice("c1").signed()).status, 404);
    assert!(server.line().ends_with("none are taken here: declined with 404"));
    let mut client = Client::to(&address);
    client.send(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.reply().status, 200);
    assert_eq!(status_of(&format!("ws://{address}/any")), 101);
}
