//! Sinch's own lifecycles of calls, over HTTP: the command is the platform, and a small switchboard the application.

use std::collections::HashMap;

use ::support::lifecycle::{Lifecycle, TRANSCRIPTS};
use ::support::switchboard::Switchboard;
use serde_json::Value;

use crate::provider::application::{Application, body, callout};
use crate::support::{Running, Scratch, parsed};

#[test]
fn what_is_posted_and_replied_is_what_is_written() {
    let (_program, stream) = Running::answer(&["--rate", "16000"]);
    for (name, transcript) in TRANSCRIPTS {
        let lifecycle = Lifecycle::read(transcript, &stream);
        let scratch = Scratch::new();
        let mut arguments = lifecycle.arguments;
        for (number, request) in lifecycle.callouts.iter().enumerate() {
            let file = callout(&scratch, &format!("{number}.json"), &parsed(request));
            arguments.extend(["--callout".to_owned(), file]);
        }

        let program = stream.clone();
        let application = Application::reading(move |posted| body(reply(&program, posted)));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let (run, posted) = application.call(&arguments);
        assert_eq!(run.code, 0, "{name}: {run:?}");

        let mut call_ids = HashMap::new();
        assert_eq!(posted.len(), lifecycle.exchanges.len(), "{name}: {posted:?}");
        for (posted, (written, written_reply)) in posted.iter().zip(&lifecycle.exchanges) {
            let mut written = parsed(written);
            let call_id = written["callid"].take();
            let known = call_ids.entry(call_id.to_string()).or_insert(&posted["callid"]);
            written["callid"] = known.clone();
            assert!(holds(posted, &written), "{name}: {posted} is not {written}");
            assert_eq!(&reply(&stream, posted), written_reply, "{name}");
        }
    }
}

fn reply(stream: &str, posted: &Value) -> String {
    let mut buf = [0; 2_048];
    let posted = posted.to_string();
    Switchboard { stream }.reply(posted.as_bytes(), &mut buf).expect("the switchboard has a reply").to_owned()
}

/// Whether an object has all members of the other.
fn holds(all: &Value, some: &Value) -> bool {
    match (all, some) {
        (Value::Object(all), Value::Object(some)) => {
            some.iter().all(|(key, value)| all.get(key).is_some_and(|found| holds(found, value)))
        }
        _ => all == some,
    }
}
