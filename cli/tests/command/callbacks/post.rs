//! Posts callbacks as Sinch does, and reads what is replied, byte by byte.

use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::SystemTime;

use serde_json::Value;
use voxwire::Utc;
use voxwire::signature::{Credentials, Request};

/// The application that callbacks are for.
pub(crate) const KEY: &str = "0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001";
pub(crate) const SECRET: &str = "EBESExQVFhcYGRobHB0eHw==";

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A callback to be posted.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// An incoming call.
pub(crate) fn ice(call_id: &str) -> Post {
    Post::of(format!(
        r#"{{"event":"ice","callid":"{call_id}","version":1,"custom":"","cli":"+46701740605",
        "to":{{"type":"number","endpoint":"+46850111222"}},"domain":"pstn","originationType":"PSTN"}}"#
    ))
}

impl Post {
    pub(crate) fn of(body: String) -> Self {
        Self { path: "/ice".into(), headers: Vec::new(), body }
            .with("content-type", "application/json; charset=utf-8")
            .at(0)
    }

    /// The same, so many seconds from now.
    pub(crate) fn at(self, seconds: i64) -> Self {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let at = Utc::new(now.as_secs().checked_add_signed(seconds).unwrap(), 123_456_700);
        self.with("x-timestamp", &at.to_string())
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// The same with another header, even if there is one of that name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.iter().find(|(other, _)| other == name).unwrap().1.clone()
    }

    /// The same, signed as it is now.
    pub(crate) fn signed(self) -> Self {
        self.signed_with(KEY, SECRET)
    }

    pub(crate) fn signed_with(self, key: &str, secret: &str) -> Self {
        let (content_type, timestamp) = (self.header("content-type"), self.header("x-timestamp"));
        let request = Request {
            method: "POST",
            path: &self.path,
            content_type: &content_type,
            timestamp: &timestamp,
            body: self.body.as_bytes(),
        };
        let authorization = Credentials::new(key, secret).unwrap().authorization(&request).to_string();
        self.with("authorization", &authorization)
    }

    /// Everything up to the body, with other headers that say how it comes.
    pub(crate) fn head(&self, headers: &str) -> String {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("POST {} HTTP/1.1\r\nHost: h\r\n{}{headers}\r\n\r\n", self.path, lines.collect::<String>())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        (self.head(&format!("Content-Length: {}", self.body.len())) + &self.body).into_bytes()
    }
}

/// What was replied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.iter().filter_map(|line| line.split_once(": "));
        headers.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same whenever it was.
    pub(crate) fn without_date(mut self) -> Self {
        self.headers.retain(|line| !line.to_ascii_lowercase().starts_with("date: "));
        self
    }
}

/// A connection to the server.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn to(address: &str) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(socket))
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Says that nothing more comes.
    pub(crate) fn ends(&self) {
        self.0.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    /// Posts, and reads the reply.
    #[track_caller]
    pub(crate) fn post(&mut self, post: &Post) -> Reply {
        self.send(&post.bytes());
        self.reply()
    }

    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        let head = self.head();
        let length = head.header("content-length").map_or(0, |length| length.parse().unwrap());
        Reply { body: self.exactly(length), ..head }
    }

    /// Reads a reply up to its body.
    #[track_caller]
    pub(crate) fn head(&mut self) -> Reply {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            match line.strip_suffix("\r\n") {
                Some("") => break,
                Some(line) => lines.push(line.to_owned()),
                None => panic!("the connection ended after {lines:?}"),
            }
        }
        let status = lines.remove(0).split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, headers: lines, body: Vec::new() }
    }

    #[track_caller]
    pub(crate) fn exactly(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    pub(crate) fn into_socket(self) -> TcpStream {
        self.0.into_inner()
    }
}
