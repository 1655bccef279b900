//! What is posted and asked for, and what is replied.

use std::net::TcpStream;

use serde_json::{Value, json};

use super::post::{Client, Post, ice};
use super::{signed, unsigned};
use crate::support::parsed;

#[test]
fn every_callback_has_its_reply() {
    let (server, address) = unsigned(&[]);
    let mut client = Client::to(&address);
    let go_on = json!({"action": {"name": "continue"}});
    for (body, reply, line) in [
        (json!({"event": "ace", "callid": "c1"}), &go_on, r#"callback ace of call "c1": continue"#),
        (
            json!({"event": "pie", "callId": "c1", "menuResult": {"menuId": "main", "type": "return", "value": "s3cret"}}),
            &go_on,
            r#"callback pie of call "c1", menu "main", "return": continue"#,
        ),
        (
            json!({"event": "dice", "callid": "c\u{1b}", "from": "private", "to": {"endpoint": "+1"},
                "reason": "CALLERHANGUP", "result": "ANSWERED", "duration": 7, "custom": "s3cret"}),
            &json!({}),
            r#"callback dice of call "c\u{1b}" from "private" to "+1", "CALLERHANGUP", "ANSWERED", 7 s"#,
        ),
        (
            json!({"event": "notify", "type": "recording_finished"}),
            &json!({}),
            r#"callback notify, "recording_finished""#,
        ),
        (json!({"event": "DICE"}), &json!({}), "callback dice"),
        (
            json!({"event": "notify", "type": "s\"omething new", "x": [{}, null]}),
            &json!({}),
            r#"callback notify, "s\"omething new""#,
        ),
    ] {
        let answer = client.post(&Post::of(body.to_string()));
        assert_eq!((answer.status, &answer.json()), (200, reply), "{body}");
        assert_eq!(server.line_with("callback "), line);
    }
}

#[test]
fn what_is_no_callback_is_refused_and_the_next_is_answered() {
    let (server, address) = unsigned(&[]);
    let body = ice("c1").body;
    let nested = format!(r#"{{"event":"dice","x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let long = format!(r#"{{"event":"ice","callid":"{}"}}"#, "c".repeat(129));
    for (body, status) in [
        ("", 400),
        ("{", 400),
        (&body[..body.len() - 1], 400),
        (&format!("\u{feff}{body}"), 400),
        (&format!("{body}{body}"), 400),
        ("[]", 400),
        ("null", 400),
        ("{}", 400),
        (r#"{"event":null}"#, 400),
        (r#"{"event":"later"}"#, 400),
        (r#"{"event":"ice"}"#, 400),
        (r#"{"event":"ice","callid":""}"#, 400),
        (&long, 400),
        (&nested, 400),
        ("{\"event\":\"dice\0\"}", 400),
        ("{\"event\":\"dice\",\"custom\":\"\n\"}", 400),
        (r#"{"event":"dice","custom":"\ud800"}"#, 400),
        (&format!(r#"{{"event":"dice","duration":{}}}"#, "9".repeat(1_000)), 200),
        (&format!(r#"{{"event":"dice","duration":-0.{}e-9}}"#, "9".repeat(1_000)), 200),
        (r#"{"event":"ice","event":"dice","callid":"c1","callId":"c2"}"#, 200),
    ] {
        let reply = Client::to(&address).post(&Post::of(body.into()));
        assert_eq!(reply.status, status, "{body:.99}");
        assert!(server.line().contains("callback"));
    }
    let mut invalid = Client::to(&address);
    invalid.send(
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n\xff\xfe",
    );
    assert_eq!(invalid.reply().status, 400);

    for content_type in ["text/plain", "application/jsonp", "", "application/x-www-form-urlencoded"] {
        let reply = Client::to(&address).post(&ice("c1").with("content-type", content_type));
        assert_eq!(reply.status, 415, "{content_type}");
    }
    assert_eq!(Client::to(&address).post(&ice("c1").without("content-type")).status, 415);
    for content_type in ["application/json", "Application/JSON ; charset=utf-8"] {
        assert_eq!(Client::to(&address).post(&ice("c1").with("content-type", content_type)).status, 200);
    }
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_has_come() {
    let (server, address) = signed(&[]);
    let head = "POST /ice HTTP/1.1\r\nHost: h\r\n";
    let mut announced = Client::to(&address);
    announced.send(format!("{head}Content-Length: 65537\r\n\r\n").as_bytes());
    let reply = announced.reply();
    assert_eq!((reply.status, reply.header("connection")), (413, Some("close")));
    assert!(server.line().ends_with("its body is longer than 64 KiB: declined with 413"));

    // Who sends all of it nevertheless can read why it was in vain.
    let mut all = Client::to(&address);
    all.send(format!("{head}Content-Length: 10000000\r\n\r\n").as_bytes());
    all.send(&vec![b' '; 10_000_000]);
    assert_eq!(all.reply().status, 413);

    let mut chunked = Client::to(&address);
    chunked.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes());
    let chunk = [b"8000\r\n".as_slice(), &[b' '; 0x8000], b"\r\n"].concat();
    for _ in 0..10_000_000 / chunk.len() {
        chunked.send(&chunk);
    }
    assert_eq!(chunked.reply().status, 413);

    let padded =
        |length: usize| Post::of(r#"{"event":"dice"}"#.to_owned() + &" ".repeat(length - 16)).signed();
    assert_eq!(Client::to(&address).post(&padded(64 * 1024)).status, 200);
    assert_eq!(Client::to(&address).post(&padded(64 * 1024 + 1)).status, 413);
}

#[test]
fn a_body_in_chunks_is_read_whole() {
    let (_server, address) = signed(&[]);
    let post = ice("c1").signed();
    let mut client = Client::to(&address);
    let (one, rest) = post.body.split_at(7);
    client.send(post.head("Transfer-Encoding: chunked").as_bytes());
    client.send(format!("{:x}\r\n{one}\r\n", one.len()).as_bytes());
    client.send(format!("{:x}\r\n{rest}\r\n0\r\n\r\n", rest.len()).as_bytes());
    assert_eq!(client.reply().status, 200);
}

#[test]
fn who_expects_to_go_on_is_told_to_or_not() {
    let (_server, address) = signed(&[]);
    let post = ice("c1").signed();
    let mut client = Client::to(&address);
    client
        .send(post.head(&format!("Expect: 100-continue\r\nContent-Length: {}", post.body.len())).as_bytes());
    assert_eq!(client.reply().status, 100);
    client.send(post.body.as_bytes());
    assert_eq!(client.reply().status, 200);
    client.send(post.head("Expect: 100-continue\r\nContent-Length: 65537").as_bytes());
    assert_eq!(client.reply().status, 413);
}

#[test]
fn who_goes_away_in_the_middle_of_a_body_harms_nobody() {
    let (server, address) = signed(&[]);
    for _ in 0..50 {
        let mut client = Client::to(&address);
        client.send(ice("c1").head("Content-Length: 100").as_bytes());
        client.send(b"{");
    }
    assert_eq!(Client::to(&address).post(&ice("c1").signed()).status, 200);
    server.interrupt();
    assert_eq!(server.end().code, 0);
}

#[test]
fn who_says_that_nothing_more_comes_is_replied() {
    let (_server, address) = unsigned(&[]);
    for request in [ice("c1").bytes(), b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n".to_vec()] {
        let mut client = Client::to(&address);
        client.send(&request);
        client.ends();
        assert_eq!(client.reply().status, 200);
    }
}

#[test]
fn what_is_asked_for_otherwise_has_its_status() {
    let (_server, address) = unsigned(&[]);
    let websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let mut client = Client::to(&address);
    for (request, status) in [
        ("GET /health HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 200),
        ("GET /health?x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".to_owned(), 200),
        ("GET /ice HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 426),
        ("HEAD /health HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 405),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 405),
        ("PUT /ice HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}".to_owned(), 405),
        ("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(), 405),
        (format!("PUT / HTTP/1.1\r\nHost: h\r\n{websocket}\r\n"), 405),
        ("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".to_owned(), 426),
        (format!("GET / HTTP/1.1\r\nHost: h\r\n{websocket}Content-Length: 2\r\n\r\n{{}}"), 400),
        (format!("GET / HTTP/1.1\r\nHost: h\r\n{websocket}\r\n"), 403),
        // Whoever posts means a callback, whatever else is asked for.
        (
            format!(
                "POST / HTTP/1.1\r\nHost: h\r\n{websocket}Content-Length: 16\r\nContent-Type: application/json\r\n\r\n{{\"event\":\"dice\"}}"
            ),
            200,
        ),
    ] {
        client.send(request.as_bytes());
        let reply = if request.starts_with("HEAD") { client.head() } else { client.reply() };
        assert_eq!(reply.status, status, "{request}");
        if status == 405 {
            assert_eq!(reply.header("allow"), Some("GET, POST"));
        }
        if status == 426 {
            assert_eq!(reply.header("sec-websocket-version"), Some("13"));
        }
    }
    let mut huge = Client::to(&address);
    huge.send(format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(20_000)).as_bytes());
    assert_eq!(huge.reply().status, 431);
    assert_eq!(Client::to(&address).post(&ice("c1")).status, 200);
}

#[test]
fn programs_are_told_the_callback() {
    let (server, address) = unsigned(&["--json"]);
    let mut client = Client::to(&address);
    client.post(&ice("c1"));
    let told = parsed(&server.line());
    let callback = &told["callback"];
    assert_eq!((&told["kind"], &told["reply"]), (&json!("callback"), &json!("connectStream")));
    assert!(told["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
    let fields =
        (&callback["event"], &callback["call"]["call_id"], &callback["cli"], &callback["to"]["endpoint"]);
    assert_eq!(fields, (&json!("ice"), &json!("c1"), &json!("+46701740605"), &json!("+46850111222")));
    client.post(&Post::of(r#"{"event":"dice"}"#.into()));
    assert_eq!(parsed(&server.line())["reply"], Value::Null);
    client.post(&Post::of("{".into()));
    let told = parsed(&server.line());
    assert_eq!(
        (&told["kind"], &told["wanted"], &told["status"]),
        (&json!("turned_away"), &json!("callback"), &json!(400))
    );
}

#[test]
fn an_idle_connection_does_not_keep_the_server_from_stopping() {
    let (server, address) = signed(&["--drain", "60"]);
    let silent = TcpStream::connect(&address).unwrap();
    let mut idle = Client::to(&address);
    assert_eq!(idle.post(&ice("c1").signed()).status, 200);
    let mut half = Client::to(&address);
    half.send(b"POST /ice HTT");
    server.interrupt();
    let run = server.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(!run.stdout.contains("taking no more calls"), "{}", run.stdout);
    drop((silent, idle, half));
}
