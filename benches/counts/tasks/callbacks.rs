//! A callback is verified, read and replied to.

use core::hint::black_box;

use voxwire::Utc;
use voxwire::callback::Callback;
use voxwire::signature::{Credentials, Received, Request, Verifier};
use voxwire::svaml::{ConnectStream, Reply};

use crate::{Task, ready};

const TIMESTAMP: &str = "2026-02-03T08:15:30Z";
const ICE: &[u8] = br#"{"event":"ice","callid":"7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01","callResourceUrl":"https://calling-euc1.api.example/calling/v1/calls/id/7f0c1a52-30d4-4a53-8d7e-5c1f0a9b2c01","timestamp":"2026-02-03T08:15:30Z","version":1,"custom":"","userRate":{"currencyId":"EUR","amount":0.0},"cli":"+46701740605","to":{"type":"number","endpoint":"+46850111222"},"domain":"pstn","applicationKey":"0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001","originationType":"PSTN","rdnis":""}"#;

/// An ICE is read.
pub fn ice() -> Task {
    ready(true, || match Callback::parse(black_box(ICE)) {
        Ok(Callback::Ice(ice)) => ice.cli.is_some_and(|cli| cli == "+46701740605"),
        _ => false,
    })
}

/// Its signature is verified.
pub fn signature() -> Task {
    let credentials = Credentials::new("0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001", "EBESExQVFhcYGRobHB0eHw==");
    let credentials = credentials.expect("a key and a secret");
    let request = Request {
        method: "POST",
        path: "/sinch",
        content_type: "application/json",
        timestamp: TIMESTAMP,
        body: ICE,
    };
    let authorization = credentials.authorization(&request).to_string();
    let verifier = Verifier::new(credentials);
    let now = Utc::parse(TIMESTAMP).expect("a time");
    ready(Ok(()), move || {
        let received = Received {
            method: request.method,
            path: request.path,
            authorization: Some(&authorization),
            content_type: Some(request.content_type),
            timestamp: Some(request.timestamp),
            body: request.body,
        };
        verifier.verify(now, black_box(&received))
    })
}

/// The reply that opens a stream is built, checked and written.
pub fn reply() -> Task {
    let mut buf = vec![0; 512];
    let written = r#"{"instructions":[{"name":"answer"}],"action":{"name":"connectStream","destination":{"type":"Websocket","endpoint":"wss://voice.example.org/calls"},"streamingOptions":{"version":1,"sampleRate":16000},"callHeaders":[{"key":"tenant","value":"north"}]}}"#;
    ready(written.len(), move || {
        let stream = ConnectStream::to(black_box("wss://voice.example.org/calls"));
        let stream = stream.sample_rate(16_000).call_headers(&[("tenant", "north")]);
        let reply = Reply::ice().answer().connect_stream(stream);
        reply.map_or(0, |reply| reply.write(black_box(&mut buf)).map_or(0, str::len))
    })
}
