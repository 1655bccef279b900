//! What the HTTP around a Sinch call takes: a callback read, its signature verified, the reply written.

use core::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::Race;
use common::callbacks::{Callback as Theirs, Drafted, Keyed, reply_by_macro, reply_by_struct};
use serde::Serialize;
use serde_json::Value;
use voxwire::Utc;
use voxwire::callback::Callback;
use voxwire::signature::{Credentials, Received, Request, Verifier};
use voxwire::svaml::{ConnectStream, Reply};

const KEY: &str = "0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001";
const SECRET: &str = "EBESExQVFhcYGRobHB0eHw==";
const TIMESTAMP: &str = "2026-02-03T08:15:30Z";
const ENDPOINT: &str = "wss://voice.example.org/calls";

/// The fixtures of which one of each kind is read.
const CASES: [&str; 5] = ["ice-pstn", "ace-amd", "dice-answered", "pie-sequence", "notify-recording"];

fn main() {
    let fixtures = include_str!("../tests/fixtures/sinch/callbacks.json");
    let fixtures: Value = serde_json::from_str(fixtures).expect("JSON");
    let body = |id: &str| {
        let case = fixtures["cases"].as_array()?.iter().find(|case| case["id"] == id)?;
        Some(case["body"].as_str()?.to_owned())
    };
    let bodies = CASES.map(|id| body(id).expect("a fixture"));
    let mut race = Race::new("callback");
    for body in &bodies {
        read(&mut race, body);
    }
    verify(&mut race, &bodies[0]);
    reply(&mut race);
    race.finish();
}

fn read(race: &mut Race, body: &str) {
    let ours = Callback::parse(body.as_bytes()).expect("a callback");
    let owned: Theirs<String> = serde_json::from_str(body).expect("a callback");
    let borrowed: Theirs<&str> = serde_json::from_str(body).expect("a callback");
    assert_eq!(told(&ours), told(&owned));
    assert_eq!(told(&ours), told(&borrowed));
    race.heat(&format!("{} read", owned.name()), body.len())
        .lane("voxwire", || Callback::parse(black_box(body.as_bytes())).is_ok())
        .lane("serde owned", || serde_json::from_str::<Theirs<String>>(black_box(body)).is_ok())
        .lane("serde borrowed", || serde_json::from_str::<Theirs<&str>>(black_box(body)).is_ok())
        .end();
}

/// Whether a request is fresh and signed.
fn verify(race: &mut Race, body: &str) {
    let credentials = Credentials::new(KEY, SECRET).expect("a key and a secret");
    let request = Request {
        method: "POST",
        path: "/sinch",
        content_type: "application/json",
        timestamp: TIMESTAMP,
        body: body.as_bytes(),
    };
    let authorization = credentials.authorization(&request).to_string();
    let verifier = Verifier::new(credentials);
    let received = Received {
        method: request.method,
        path: request.path,
        authorization: Some(&authorization),
        content_type: Some(request.content_type),
        timestamp: Some(request.timestamp),
        body: request.body,
    };
    let now = Utc::parse(TIMESTAMP).expect("a time");
    let drafted = Drafted { key: KEY, secret: SECRET };
    let keyed = Keyed::new(KEY, &STANDARD.decode(SECRET).expect("base64"));
    let ours = |received: &Received<'_>| verifier.verify(now, received).is_ok();
    let by_draft = |received: &Received<'_>| drafted.verify(now.seconds(), received);
    let by_keyed = |received: &Received<'_>| keyed.verify(now.seconds(), received);

    let changed = body.replace("+46701740605", "+46701740606");
    let late = "2026-02-03T08:10:29Z";
    for (received, passes) in [
        (received, true),
        (Received { body: changed.as_bytes(), ..received }, false),
        (Received { path: "/other", ..received }, false),
        (Received { timestamp: Some(late), ..received }, false),
        (Received { authorization: None, ..received }, false),
    ] {
        assert_eq!([ours(&received), by_draft(&received), by_keyed(&received)], [passes; 3]);
    }
    race.heat("signature", body.len())
        .lane("voxwire", || ours(black_box(&received)))
        .lane("hmac, sha2, md-5, as drafted", || by_draft(black_box(&received)))
        .lane("hmac, sha2, md-5, keyed once", || by_keyed(black_box(&received)))
        .end();
}

/// The reply that opens a stream.
fn reply(race: &mut Race) {
    let (mut buf, mut text) = (vec![0; 512], Vec::new());
    let build = |buf: &mut [u8], endpoint: &str| {
        let stream = ConnectStream::to(endpoint).sample_rate(16_000).call_headers(&[("tenant", "north")]);
        let reply = Reply::ice().answer().connect_stream(stream);
        reply.map_or(0, |reply| reply.write(buf).map_or(0, str::len))
    };
    let len = build(&mut buf, ENDPOINT);
    let by_macro: Value = serde_json::from_str(&reply_by_macro(ENDPOINT)).expect("JSON");
    assert_eq!(by_macro, serde_json::from_slice::<Value>(&buf[..len]).expect("JSON"));
    assert_eq!(reply_by_struct(ENDPOINT, &mut text), len);
    assert_eq!(buf[..len], text);
    race.heat("SVAML reply", len)
        .lane("voxwire", || build(black_box(&mut buf), black_box(ENDPOINT)))
        .lane("json macro", || reply_by_macro(black_box(ENDPOINT)))
        .lane("serde struct", || reply_by_struct(black_box(ENDPOINT), &mut text))
        .end();
}

/// What a callback tells a log, wherever the members stand that every callback has, and whether money is a text
/// or a number.
fn told(callback: &impl Serialize) -> Value {
    let mut told = serde_json::to_value(callback).expect("JSON");
    let members = told.as_object_mut().expect("an object");
    if let Some(Value::Object(call)) = members.remove("call") {
        members.extend(call);
    }
    for money in ["debit", "user_rate"] {
        if let Some(amount) = members.get_mut(money).and_then(|money| money.get_mut("amount"))
            && let Some(text) = amount.as_str()
        {
            *amount = text.parse::<f64>().expect("an amount").into();
        }
    }
    told
}
