//! Sinch's own lifecycles of calls, as transcripts: what is posted, and what is replied.

use support::lifecycle::{Lifecycle, TRANSCRIPTS};
use support::switchboard::Switchboard;
use voxwire::callback::{Callback, CallbackEvent};
use voxwire::svaml::{Action, Callout, Svaml};

const STREAM: &str = "wss://program.example/calls/t0ken";

#[test]
fn every_callback_is_replied_to_as_it_is_written() {
    let switchboard = Switchboard { stream: STREAM };
    for (name, transcript) in TRANSCRIPTS {
        for (posted, reply) in Lifecycle::read(transcript, STREAM).exchanges {
            let mut buf = [0; 2_048];
            let said = switchboard.reply(posted.as_bytes(), &mut buf);
            assert_eq!(said.expect("the reply is valid"), reply, "{name}");
        }
    }
}

#[test]
fn every_reply_is_what_the_callback_wants() {
    for (name, transcript) in TRANSCRIPTS {
        for (posted, reply) in Lifecycle::read(transcript, STREAM).exchanges {
            let callback = Callback::parse(posted.as_bytes()).expect("a transcript holds callbacks");
            let svaml = Svaml::parse(reply.as_bytes()).expect("a transcript holds replies");
            assert_eq!(svaml.check(callback.event()), Ok(()), "{name}: {posted}");
            assert_eq!(svaml.is_empty(), !callback.wants_svaml(), "{name}: {posted}");
        }
    }
}

#[test]
fn each_call_begins_and_ends_once() {
    for (name, transcript) in TRANSCRIPTS {
        let lifecycle = Lifecycle::read(transcript, STREAM);
        let mut events = Vec::new();
        for (posted, _) in &lifecycle.exchanges {
            let callback = Callback::parse(posted.as_bytes()).expect("a transcript holds callbacks");
            let call_id = callback.call().call_id.expect("a call has an id").to_string();
            events.push((call_id, callback.event()));
        }
        for (call_id, event) in &events {
            let of_call: Vec<_> = events.iter().filter(|(id, _)| id == call_id).map(|(_, e)| *e).collect();
            assert_eq!(of_call.last(), Some(&CallbackEvent::Dice), "{name}, after {event}");
            let ends = of_call.iter().filter(|event| **event == CallbackEvent::Dice).count();
            assert_eq!(ends, 1, "{name}");
        }
    }
}

#[test]
fn what_the_application_asks_for_holds_its_replies() {
    let (_, transcript) = TRANSCRIPTS.last().expect("there are transcripts");
    let lifecycle = Lifecycle::read(transcript, STREAM);
    let mut scripts = [0; 1_024];
    for callout in &lifecycle.callouts {
        Callout::parse(callout.as_bytes()).unwrap().check(&mut scripts).unwrap();
    }
    let Ok(Callout::Custom(custom)) = Callout::parse(lifecycle.callouts[1].as_bytes()) else {
        panic!("the second is the stream's leg")
    };
    let ice = custom.ice.and_then(|ice| ice.copy_to(&mut scripts)).expect("its reply to ICE stands in it");
    let ice = Svaml::parse(ice.as_bytes()).unwrap();
    let Some(Action::ConnectStream(stream)) = ice.action() else { panic!("{ice:?}") };
    assert_eq!(stream.destination.endpoint, STREAM);
}
