//! When callbacks must be signed, and what is told of those that are not as they should be.

use super::post::{Client, KEY, Post, SECRET, ice};
use super::{endpoint, signed, status_of};
use crate::support::Running;

#[test]
fn whatever_is_wrong_with_a_signature_the_peer_is_told_the_same() {
    let (server, address) = signed(&[]);
    let good = || ice("c1").signed();
    let without = |name: &str| good().without(name);
    let authorization = good().header("authorization");
    let (scheme, signature) = authorization.split_once(' ').unwrap();
    let forgeries = [
        (Post { path: "/other".into(), ..good() }, "the signature does not fit the request"),
        (Post { body: good().body.replace("c1", "c2"), ..good() }, "the signature does not fit the request"),
        (Post { body: good().body + " ", ..good() }, "the signature does not fit the request"),
        (good().with("content-type", "application/json"), "the signature does not fit the request"),
        (
            good().with("authorization", &authorization.replace(KEY, "other")),
            "signed with the key of another application",
        ),
        (
            good().with("authorization", &format!("service {signature}")),
            "the Authorization header is of another scheme",
        ),
        (
            good().with("authorization", &format!("{scheme}  {signature}")),
            "the Authorization header is not a scheme, a key and a signature",
        ),
        (
            good().with("authorization", &authorization[..authorization.len() - 4]),
            "the signature is not 32 bytes in base64",
        ),
        (ice("c1").signed_with(KEY, "b3RoZXI="), "the signature does not fit the request"),
        (ice("c1").at(-301).signed(), "signed too long ago"),
        (ice("c1").at(331).signed(), "signed too far in the future"),
        (ice("c1").with("x-timestamp", "now").signed(), "the x-timestamp header is no time"),
        (
            good().with("x-timestamp", &ice("c1").at(1).header("x-timestamp")),
            "the signature does not fit the request",
        ),
        (without("authorization"), "no Authorization header"),
        (without("content-type"), "no Content-Type header"),
        (without("x-timestamp"), "no x-timestamp header"),
        (good().and("authorization", &authorization), "no Authorization header"),
        (good().and("content-type", "text/plain"), "no Content-Type header"),
        (good().and("x-timestamp", "2026-02-03T08:15:30Z"), "no x-timestamp header"),
        (Post { body: "{".into(), ..good() }, "the signature does not fit the request"),
        (ice("c1"), "no Authorization header"),
    ];
    let mut replies = Vec::new();
    for (forgery, why) in forgeries {
        let reply = Client::to(&address).post(&forgery);
        let line = server.line();
        assert!(line.starts_with("no callback from 127.0.0.1:"), "{line}");
        assert!(line.ends_with(&format!(": {why}: declined with 401")), "{line}, not {why}");
        replies.push(reply.without_date());
    }
    assert_eq!(replies[0].status, 401);
    assert!(replies.windows(2).all(|pair| pair[0] == pair[1]), "{replies:?}");
    assert_eq!(Client::to(&address).post(&good()).status, 200);
}

#[test]
fn what_is_signed_may_have_a_query_and_an_address_before_its_path() {
    let (_server, address) = signed(&[]);
    for target in
        ["/ice?app=1".into(), format!("http://{address}/ice"), format!("http://{address}/ice?app=1")]
    {
        let post = Post { path: target, ..ice("c1").signed() };
        assert_eq!(Client::to(&address).post(&post).status, 200, "{post:?}");
    }
}

#[test]
fn the_environment_says_when_callbacks_must_be_signed() {
    let status = |names: &[(&str, &str)], args: &[&str]| {
        let credentials = [("SINCH_APPLICATION_KEY", KEY), ("SINCH_APPLICATION_SECRET", SECRET)];
        let args = [&["answer", "--listen", "127.0.0.1:0", "--callbacks"], args].concat();
        let server = Running::start_with(&[&credentials, names].concat(), &args);
        let line = server.line();
        let address = line.trim_start_matches("listening on ws://").trim_end_matches("/TOKEN");
        Client::to(address).post(&ice("c1")).status
    };
    let (canonical, legacy) = ("WEBHOOK_PROTECTION", "PROTECT_VOICE_CALLBACKS");
    for (names, expected) in [
        (&[][..], 200),
        (&[(canonical, "always")][..], 401),
        (&[(canonical, "Deploy")], 200),
        (&[(legacy, "always")], 401),
        (&[(legacy, "never")], 200),
        (&[(canonical, "never"), (legacy, "always")], 200),
        (&[(canonical, "always"), (legacy, "never")], 401),
        (&[(canonical, "sometimes")], 401),
    ] {
        assert_eq!(status(names, &[]), expected, "{names:?}");
    }
    assert_eq!(status(&[(canonical, "always")], &["--protection", "never"]), 200);
    let away = ["--public-url", "wss://voice.example.org"];
    assert_eq!([status(&[], &away), status(&[(canonical, "never")], &away)], [401, 200]);
}

#[test]
fn no_secret_is_told() {
    for format in [&["--json"][..], &[]] {
        let (server, address) = signed(format);
        let mut client = Client::to(&address);
        let post = ice("c1").signed();
        let endpoint = endpoint(&mut client, &post);
        let token = endpoint.rsplit('/').next().unwrap().to_owned();
        assert_eq!([status_of(&endpoint), status_of(&endpoint)], [101, 403]);
        let authorization = post.header("authorization");
        let signature = authorization.rsplit(':').next().unwrap().to_owned();
        client.post(&Post { path: "/s3cret?s3cret".into(), ..post });
        client.post(
            &Post::of(
                r#"{"event":"dice","custom":"s3cret","cookies":[{"key":"k","value":"s3cret"}]}"#.into(),
            )
            .signed(),
        );
        client.post(&Post::of(r#"{"event":"pie","menuResult":{"value":"s3cret"}}"#.into()).signed());
        client.post(&Post::of(r#"{"event":"notify","destination":"https://s3cret"}"#.into()).signed());
        drop(client);
        server.interrupt();
        let run = server.end();
        let told = run.stdout + &run.stderr;
        assert!(told.contains("callback"), "{told}");
        for secret in ["s3cret", SECRET, &token, &signature] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
