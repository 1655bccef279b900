//! Who may open a stream, and what it is then.

use std::io::{Read, Write};

use serde_json::json;
use voxwire_tokio::tungstenite::{self, Message, WebSocket};

use super::post::{Client, ice};
use super::{endpoint, signed, status_of, unsigned};
use crate::innocent::Innocent;
use crate::support::{parsed, voxwire};

#[test]
fn an_incoming_call_is_connected_to_a_stream_that_opens_once() {
    let (server, address) = signed(&[]);
    let mut client = Client::to(&address);
    let reply = client.post(&ice("c1").signed());
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let svaml = reply.json();
    let endpoint = svaml["action"]["destination"]["endpoint"].as_str().unwrap();
    let expected = json!({"action": {
        "name": "connectStream",
        "destination": {"type": "Websocket", "endpoint": endpoint},
        "streamingOptions": {"version": 1, "sampleRate": 16_000},
    }});
    assert_eq!(svaml, expected);
    assert!(endpoint.starts_with(&format!("ws://{address}/")), "{endpoint}");

    let (mut stream, _) = tungstenite::connect(endpoint).unwrap();
    announce(&mut stream, "c1");
    assert_eq!(
        server.line_with("callback"),
        r#"callback ice of call "c1" from "+46701740605" to "+46850111222": connectStream"#
    );
    assert!(server.line().ends_with("begins: sinch, 16000 Hz"));
    assert_eq!(status_of(endpoint), 403);
    let turned_away = server.line();
    let why = ": its call has opened its stream before: declined with 403";
    assert!(
        turned_away.starts_with("no call from 127.0.0.1:") && turned_away.ends_with(why),
        "{turned_away}"
    );
    stream.close(None).unwrap();
    assert!(server.line().contains("call 1 from"));
}

#[test]
fn a_stream_that_there_is_no_room_for_may_be_opened_when_there_is() {
    let (server, address) = signed(&["--max-calls", "1"]);
    let mut client = Client::to(&address);
    let [first, second] = ["c1", "c2"].map(|call_id| endpoint(&mut client, &ice(call_id).signed()));
    let mut innocent = Innocent::call(&first);
    assert_eq!(status_of(&second), 503);
    let reply = client.post(&ice("c3").signed());
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("2")));
    innocent.talk();
    innocent.hangs_up_having_heard_all();
    assert_eq!(server.line_with("room"), "room again for calls; 2 were declined");
    assert_eq!(status_of(&second), 101);
}

#[test]
fn the_caller_hears_himself_on_the_stream() {
    let (_server, address) = signed(&[]);
    let endpoint = endpoint(&mut Client::to(&address), &ice("c1").signed());
    let run = voxwire(&["call", &endpoint, "--dialect", "sinch", "--fast"]);
    assert!(run.code == 0 && run.stdout.contains("heard     70080 bytes, 1.46 s\n"), "{run:?}");
}

#[test]
fn only_the_tokens_that_were_given_open_streams() {
    let (_server, address) = signed(&[]);
    let (_other, elsewhere) = unsigned(&[]);
    let mut client = Client::to(&address);
    let endpoints = ["c1", "c2"].map(|call_id| endpoint(&mut client, &ice(call_id).signed()));
    let foreign = endpoint(&mut Client::to(&elsewhere), &ice("c1")).replace(&elsewhere, &address);
    let base = format!("ws://{address}");
    for refused in [
        base.clone(),
        format!("{base}/"),
        format!("{base}/TOKEN"),
        foreign,
        format!("{}A", endpoints[0]),
        format!("{}/x", endpoints[0]),
        endpoints[0].replace(&format!("{base}/"), &format!("{base}/x?")),
    ] {
        assert_eq!(status_of(&refused), 403, "{refused}");
    }
    for endpoint in endpoints {
        assert_eq!((status_of(&endpoint), status_of(&endpoint)), (101, 403));
    }
}

#[test]
fn servers_with_one_secret_redeem_each_others_tokens() {
    let ((_one, one), (_other, other)) = (signed(&[]), signed(&[]));
    let endpoint = endpoint(&mut Client::to(&one), &ice("c1").signed());
    assert_eq!(status_of(&endpoint.replace(&one, &other)), 101);
}

#[test]
fn a_stream_that_is_announced_as_another_call_is_told_and_goes_on() {
    let (server, address) = unsigned(&["--json"]);
    let (mut stream, _) = tungstenite::connect(endpoint(&mut Client::to(&address), &ice("c1"))).unwrap();
    announce(&mut stream, "c2");
    let told = parsed(&server.line_with("other_call"));
    assert_eq!(told, json!({"kind": "other_call", "call": 1, "expected": "c1", "announced": "c2"}));
}

#[test]
fn a_fixed_token_may_open_many_streams() {
    let (_server, address) = unsigned(&["--token", "s3cret"]);
    let endpoint = endpoint(&mut Client::to(&address), &ice("c1"));
    assert_eq!(endpoint, format!("ws://{address}/s3cret"));
    assert_eq!([&endpoint, &endpoint].map(|endpoint| status_of(endpoint)), [101, 101]);
    assert_eq!(status_of(&format!("ws://{address}/other")), 404);
}

#[test]
fn a_connection_carries_callbacks_and_then_a_stream() {
    let (_server, address) = signed(&[]);
    let mut client = Client::to(&address);
    // Both before either is replied to.
    let both = [ice("c1"), ice("c2")].map(|post| post.signed().bytes()).concat();
    client.send(&both);
    let replies = [client.reply(), client.reply()];
    assert_eq!(replies.each_ref().map(|reply| reply.status), [200, 200]);
    let endpoint = endpoint(&mut client, &ice("c3").signed());
    let (mut stream, _) = tungstenite::client(endpoint, client.into_socket()).unwrap();
    announce(&mut stream, "c3");
}

#[test]
fn what_is_sent_right_after_the_upgrade_is_heard() {
    let (server, address) = unsigned(&[]);
    let mut client = Client::to(&address);
    let endpoint = endpoint(&mut client, &ice("c1"));
    let path = endpoint.trim_start_matches(&format!("ws://{address}")).to_owned();
    let connect = br#"{"command":"connect","CallId":"c1"}"#;
    let upgrade = format!(
        "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    // A frame of text, masked with zeros.
    let frame = [&[0x81, 0x80 | connect.len() as u8, 0, 0, 0, 0], &connect[..]].concat();
    client.send(&[upgrade.as_bytes(), &frame].concat());
    assert_eq!(client.head().status, 101);
    assert_eq!(client.exactly(22), b"\x81\x14{\"command\":\"answer\"}");
    assert!(server.line_with("begins").contains("call 1"));
}

/// Announces a call, which is answered.
fn announce<S: Read + Write>(stream: &mut WebSocket<S>, call_id: &str) {
    let connect = json!({"command": "connect", "CallId": call_id, "ApplicationId": "a", "Headers": {}});
    stream.send(Message::text(connect.to_string())).unwrap();
    assert_eq!(stream.read().unwrap(), Message::text(r#"{"command":"answer"}"#));
}
