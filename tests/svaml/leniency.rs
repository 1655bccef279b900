//! What is waived where the sources disagree, and what is not.

use serde_json::json;
use voxwire::callback::CallbackEvent::{Ace, Dice, Ice, Notify, Pie};
use voxwire::svaml::{ConnectConf, ConnectPstn, Invalid, MAX_INSTRUCTIONS, Park, Reply, Svaml, Waived};

use crate::{action, instruction, stream};

#[test]
fn leniency_names_what_it_waives() {
    let id = "x".repeat(65);
    let reply = Reply::lenient(Ace).answer().send_dtmf("1*").connect_conf(ConnectConf::to(&*id));
    let (svaml, waived) = reply.unwrap();
    let said: Vec<_> = waived.iter().map(Invalid::to_string).collect();
    assert_eq!(
        said,
        [
            "instructions[].name: not in a reply to ace, found \"answer\"",
            "instructions[].name: not in a reply to ace, found \"sendDtmf\"",
            "instructions[].value: must be keys of 0-9 # w, found \"1*\"",
            "action.conferenceId: at most 64 characters, found 65",
        ]
    );
    assert_eq!(waived.to_string(), said.join("; "));
    assert_eq!(svaml.check(Ace).err().as_ref(), waived.iter().next());
    assert_eq!(svaml.check_leniently(Ace), Ok(waived));

    let (_, waived) = Reply::lenient(Pie).park(Park::new().max_duration(601)).unwrap();
    assert_eq!(
        waived.to_string(),
        "action.name: not in a reply to pie, found \"park\"; action.maxDuration: at most 600 s, found 601"
    );
    let (_, waived) = Reply::lenient(Ice).connect_pstn(ConnectPstn::dialled().dtmf("*")).unwrap();
    assert_eq!(waived.to_string(), "action.dtmf: must be keys of 0-9 # w, found \"*\"");
    let (_, waived) = Reply::lenient(Dice).hangup().unwrap();
    assert_eq!(waived.to_string(), "action.name: not in a reply to dice, found \"hangup\"");
    assert!(Reply::lenient(Ice).hangup().unwrap().1.is_empty());
}

#[test]
fn leniency_has_room_for_all_that_can_be_waived() {
    let reply = (0..MAX_INSTRUCTIONS).fold(Reply::lenient(Notify), |reply, _| reply.send_dtmf("*"));
    let (_, waived) = reply.park(Park::new().max_duration(u32::MAX)).unwrap();
    assert_eq!(waived.iter().count(), Waived::MAX);
}

#[test]
fn leniency_waives_nothing_else() {
    let id = "x".repeat(129);
    let refused = Reply::lenient(Ice).connect_conf(ConnectConf::to(&*id)).unwrap_err();
    assert_eq!(refused.to_string(), "action.conferenceId: at most 128 characters, found 129");
    let refused = Reply::ice().connect_conf(ConnectConf::to(&*id)).unwrap_err();
    assert_eq!(refused.to_string(), "action.conferenceId: at most 64 characters, found 129");
    for document in [
        json!({}),
        action(json!({"name": "connectAgent"})),
        action(json!({"name": "connectPstn", "maxDuration": 14401})),
        action(json!({"name": "connectPstn", "dtmf": "*1a"})),
        action(json!({"name": "connectConf"})),
        instruction(json!({"name": "say"})),
        instruction(json!({"name": "reportCallStatus", "value": "success"})),
        stream(json!({"streamingOptions": {"sampleRate": 11025}})),
    ] {
        let text = document.to_string();
        let svaml = Svaml::parse(text.as_bytes()).unwrap();
        assert_eq!(svaml.check_leniently(Ice), Err(svaml.check(Ice).unwrap_err()), "{document}");
    }
}
