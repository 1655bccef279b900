//! Callouts, and the replies within them.

use serde_json::{Value, json};
use voxwire::callback::Domain;
use voxwire::svaml::{
    Callout, CalloutError, ConferenceCallout, ConferenceDtmf, ConnectConf, CustomCallout, Destination,
    DestinationType, DtmfMode, Moh, Reply, Say, Script,
};

#[test]
fn a_callout_holds_its_replies_as_strings_escaped_once() {
    let mut ice = [0; 256];
    let ice = Reply::ice()
        .say(Say::new("\"Hi\"\n"))
        .connect_conf(ConnectConf::to("r"))
        .unwrap()
        .write(&mut ice)
        .unwrap();
    let custom = CustomCallout::to("+4685011")
        .cli("+4685012")
        .dtmf("1w#")
        .custom("mine")
        .max_duration(60)
        .ice(Script::svaml(ice))
        .ace(Script::url("https://app.example/ace"))
        .enable_ace(true)
        .enable_dice(true)
        .enable_pie(false);
    let callout = Callout::Custom(custom);
    let mut body = [0; 1024];
    let body = callout.write(&mut body).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({"method": "customCallout", "customCallout": {
            "cli": "+4685012", "destination": {"type": "number", "endpoint": "+4685011"}, "dtmf": "1w#",
            "custom": "mine", "maxDuration": 60,
            "ice": r#"{"instructions":[{"name":"say","text":"\"Hi\"\n"}],"action":{"name":"connectConf","conferenceId":"r"}}"#,
            "ace": "https://app.example/ace", "enableAce": true, "enableDice": true, "enablePie": false,
        }})
    );
    let read = Callout::parse(body.as_bytes()).unwrap();
    assert_eq!(read, callout);
    assert_eq!(read.check(&mut [0; 256]), Ok(()));
    assert_eq!(read.check(&mut [0; 16]), Err(CalloutError::BufferTooSmall { needed: ice.len() }));
}

#[test]
fn a_conference_callout_is_written_and_read() {
    let someone = Destination::new(DestinationType::Username, "ann");
    let keys = ConferenceDtmf::new(DtmfMode::Forward);
    let conference = ConferenceCallout::new(someone, "room-7")
        .greeting("Hello.")
        .locale("en-US")
        .moh(Moh::Music2)
        .dtmf_options(keys)
        .domain(Domain::Mxp)
        .cli("private")
        .max_duration(60)
        .custom("mine")
        .dtmf("1w#")
        .enable_ace(true)
        .enable_dice(false)
        .enable_pie(true);
    let callout = Callout::Conference(conference);
    let mut body = [0; 512];
    let body = callout.write(&mut body).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({"method": "conferenceCallout", "conferenceCallout": {
            "destination": {"type": "username", "endpoint": "ann"}, "conferenceId": "room-7",
            "greeting": "Hello.", "locale": "en-US", "mohClass": "music2",
            "conferenceDtmfOptions": {"mode": "forward"}, "domain": "mxp", "cli": "private", "maxDuration": 60,
            "custom": "mine", "dtmf": "1w#", "enableAce": true, "enableDice": false, "enablePie": true,
        }})
    );
    assert_eq!(
        Callout::parse(
            body.to_uppercase()
                .replace("TRUE", "true")
                .replace("FALSE", "false")
                .replace("1W#", "1w#")
                .as_bytes()
        )
        .map(|loud| loud.check(&mut [])),
        Ok(Ok(()))
    );
    assert_eq!(Callout::parse(body.as_bytes()), Ok(callout));
    assert_eq!(callout.check(&mut []), Ok(()));
}

#[test]
fn a_callout_is_checked_inside_and_out() {
    let custom = |custom: Value| json!({"method": "customCallout", "customCallout": custom});
    let conference =
        |conference: Value| json!({"method": "conferenceCallout", "conferenceCallout": conference});
    let destination = json!({"type": "number", "endpoint": "1"});
    for (document, said) in [
        (json!({}), "method: required"),
        (
            json!({"method": "ttsCallout"}),
            "method: one of customCallout, conferenceCallout, found \"ttsCallout\"",
        ),
        (custom(json!({"destination": {}})), "customCallout.destination.endpoint: required"),
        (custom(json!({"maxDuration": 14401})), "customCallout.maxDuration: at most 14400 s, found 14401"),
        (custom(json!({"dtmf": "*"})), "customCallout.dtmf: must be keys of 0-9 # w, found \"*\""),
        (custom(json!({"custom": "x".repeat(1025)})), "customCallout.custom: at most 1024 bytes, found 1025"),
        (
            custom(json!({"ice": "{"})),
            "reply to ice: malformed document: expected a comma or the end at byte 1",
        ),
        (custom(json!({"ice": " {}"})), "reply to ice: action: required"),
        (custom(json!({"ace": "{\"action\":1}"})), "reply to ace: action must be an object, at byte 10"),
        (
            custom(json!({"pie": "{\"action\":{\"name\":\"park\"}}"})),
            "reply to pie: action.name: not in a reply to pie, found \"park\"",
        ),
        (
            custom(json!({"pie": "ftp://a"})),
            "reply to pie: script: must be SVAML, http://… or https://…, found 7",
        ),
        (conference(json!({"conferenceId": "a"})), "conferenceCallout.destination.endpoint: required"),
        (conference(json!({"destination": destination})), "conferenceCallout.conferenceId: required"),
        (
            conference(json!({"destination": destination, "conferenceId": "a", "mohClass": "b"})),
            "conferenceCallout.mohClass: one of ring, music1, music2, music3, found \"b\"",
        ),
    ] {
        let text = document.to_string();
        let refused = Callout::parse(text.as_bytes()).unwrap().check(&mut [0; 1024]).unwrap_err();
        assert_eq!(refused.to_string(), said);
    }
    for (text, said) in [
        (r#"{"method":1}"#, "method must be a string, at byte 10"),
        (r#"{"method":"customCallout","customCallout":"x"}"#, "customCallout must be an object, at byte 42"),
        (r#"{"method":"customCallout","customCallout":{"ice":{}}}"#, "ice must be a string, at byte 49"),
    ] {
        assert_eq!(Callout::parse(text.as_bytes()).unwrap_err().to_string(), said);
    }
}
