//! An application that takes callbacks: it replies as it is told to, and keeps what was posted.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, thread};

use serde_json::Value;
use voxwire::Utc;
use voxwire::signature::{Credentials, Received, Refusal, Verifier};

use crate::support::{Run, Running, Scratch};

pub(super) const KEY: &str = "0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001";
pub(super) const SECRET: &str = "EBESExQVFhcYGRobHB0eHw==";

/// What the application replies.
pub(crate) struct Reply {
    status: u16,
    body: Vec<u8>,
}

/// A status and nothing more.
pub(super) fn status(status: u16) -> Reply {
    Reply { status, body: Vec::new() }
}

/// Status 200 with any body.
pub(crate) fn body(body: impl Into<Vec<u8>>) -> Reply {
    Reply { status: 200, body: body.into() }
}

/// SVAML.
pub(super) fn svaml(svaml: &impl serde::Serialize) -> Reply {
    body(serde_json::to_vec(svaml).unwrap())
}

/// What is replied to a callback that wants nothing.
pub(super) fn nothing() -> Reply {
    body("{}")
}

/// The application while it listens.
pub(crate) struct Application {
    pub(super) url: String,
    posted: Receiver<Value>,
}

impl Application {
    /// Replies to each callback as `reply` does, which is given the event, and how many callbacks there were before.
    pub(super) fn new(mut reply: impl FnMut(&str, usize) -> Reply + Send + 'static) -> Self {
        let mut count = 0;
        Self::reading(move |body| {
            count += 1;
            reply(body["event"].as_str().unwrap(), count - 1)
        })
    }

    /// Replies to each callback as `reply` does, which is given its body.
    pub(crate) fn reading(mut reply: impl FnMut(&Value) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/calls/s3cret?k=s3cret", listener.local_addr().unwrap());
        let (sender, posted) = channel();
        thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                let request = Request::read(&mut socket);
                let reply = if request.verified.is_ok() { reply(&request.body) } else { status(401) };
                if sender.send(request.body).is_err() {
                    return;
                }
                let head =
                    format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n\r\n", reply.status, reply.body.len());
                // Whoever has read enough does not take the rest.
                let _ = socket.write_all(&[head.as_bytes(), &reply.body].concat());
            }
        });
        Self { url, posted }
    }

    /// What was posted until now.
    pub(super) fn posted(&self) -> Vec<Value> {
        self.posted.try_iter().collect()
    }

    /// `voxwire call --callback`, signed.
    pub(super) fn start(&self, args: &[&str]) -> Running {
        let call =
            ["call", "--callback", &self.url, "--app-key", KEY, "--app-secret", SECRET, "--fast", "--json"];
        Running::start(&[&call, args].concat())
    }

    /// The same to its end: what became of it, and what was posted.
    #[track_caller]
    pub(crate) fn call(&self, args: &[&str]) -> (Run, Vec<Value>) {
        let run = self.start(args).end();
        for secret in ["s3cret", SECRET, "application 0d5c"] {
            assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret), "{run:?}");
        }
        (run, self.posted())
    }
}

/// A request, proven to be one of Sinch's.
struct Request {
    body: Value,
    verified: Result<(), Refusal>,
}

impl Request {
    fn read(socket: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let head = loop {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            bytes.push(byte[0]);
            if bytes.ends_with(b"\r\n\r\n") {
                break String::from_utf8(bytes).unwrap();
            }
        };
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap();
        let header = |name: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(": "));
            headers.find(|header| header.0.eq_ignore_ascii_case(name)).map(|header| header.1)
        };
        let mut body = vec![0; header("content-length").unwrap().parse().unwrap()];
        socket.read_exact(&mut body).unwrap();
        assert_eq!(header("content-type"), Some("application/json; charset=utf-8"));
        let timestamp = header("x-timestamp").unwrap();
        assert!(timestamp.len() == "2026-02-03T08:15:30.5550001Z".len(), "{timestamp}");

        let received = Received {
            method,
            path: target,
            authorization: header("authorization"),
            content_type: header("content-type"),
            timestamp: Some(timestamp),
            body: &body,
        };
        let now = Utc::new(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs(), 0);
        let verifier = Verifier::new(Credentials::new(KEY, SECRET).unwrap());
        Self { verified: verifier.verify(now, &received), body: serde_json::from_slice(&body).unwrap() }
    }
}

/// The events of what was posted, in order.
pub(super) fn events(posted: &[Value]) -> Vec<&str> {
    posted.iter().map(|body| body["event"].as_str().unwrap()).collect()
}

/// Reason and result of DICE, which is the last that is posted.
#[track_caller]
pub(super) fn end(posted: &[Value]) -> (&str, &str) {
    let dice = posted.last().unwrap();
    assert_eq!(dice["event"], "dice", "{posted:?}");
    (dice["reason"].as_str().unwrap(), dice["result"].as_str().unwrap())
}

/// A request to start a call, in a file.
pub(crate) fn callout(scratch: &Scratch, name: &str, request: &impl serde::Serialize) -> String {
    let path = scratch.file(name);
    fs::write(&path, serde_json::to_vec(request).unwrap()).unwrap();
    path
}
