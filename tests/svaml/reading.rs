//! What is tolerated on reading, and what is refused, and where.

use serde_json::{Value, json};
use voxwire::callback::CallbackEvent::Ice;
use voxwire::svaml::{
    Action, Choice, DestinationType, DtmfMode, Indications, Instruction, Moh, SetCookie, Svaml, Transport,
};
use voxwire::{Text, Vocabulary, Word};

use crate::{checked, written};

#[test]
fn names_and_keys_are_read_in_any_case_and_some_misspellings_are_understood() {
    for (odd, right) in [
        (
            r#"{"ACTION":{"NAME":"ConnectPstn","Number":"1"}}"#,
            r#"{"action":{"name":"connectPstn","number":"1"}}"#,
        ),
        (
            r#"{"action":{"callheaders":[{"Key":"a","VALUE":"b"}],"name":"connectMXP"}}"#,
            r#"{"action":{"name":"connectMxp","callHeaders":[{"key":"a","value":"b"}]}}"#,
        ),
        (
            r#"{"action":{"badge":false,"menus":[{"ID":"main","TimoutMills":7}],"name":"runmenu"}}"#,
            r#"{"action":{"name":"runMenu","barge":false,"menus":[{"id":"main","timeoutMills":7}]}}"#,
        ),
        (
            r#"{"action":{"name":"PARK","introPromt":"a","x":[{"name":"hangup"}]}}"#,
            r#"{"action":{"name":"park","introPrompt":"a"}}"#,
        ),
        (
            r#"{"action":{"name":"connectconf","conferenceId":"c","conferenceDtmfOptions":{"timoutMills":5}}}"#,
            r#"{"action":{"name":"connectConf","conferenceId":"c","conferenceDtmfOptions":{"timeoutMills":5}}}"#,
        ),
        (
            r#"{"Instructions":[{"name":"playfiles","Ids":["a"],"altLocale":null},{"text":"b","name":"Say"}]}"#,
            r#"{"instructions":[{"name":"playFiles","ids":["a"]},{"name":"say","text":"b"}]}"#,
        ),
        (
            r#"{"\u0061ction":{"n\u0061me":"h\u0061ngup","hangupCause":"BUSY"},"instructions":null}"#,
            r#"{"action":{"name":"hangup"}}"#,
        ),
        (
            r#"{"action":{"name":"runMenu","menus":[{"id":"main","options":[{"dtmf":1,"action":"r\u0065turn(\u0061b\u0029"}]}]}}"#,
            r#"{"action":{"name":"runMenu","menus":[{"id":"main","options":[{"dtmf":"1","action":"return(ab)"}]}]}}"#,
        ),
        (
            r#"{"action":{"name":"runMenu","menus":[{"id":"main","options":[{"dtmf":"1","action":"menu(m\u0061in)"}]}]}}"#,
            r#"{"action":{"name":"runMenu","menus":[{"id":"main","options":[{"dtmf":"1","action":"menu(main)"}]}]}}"#,
        ),
        // Of two members of one name the later one counts.
        (
            r#"{"action":{"name":"hangup"},"action":{"name":"park","name":"connectPstn","number":"1","NUMBER":"2"}}"#,
            r#"{"action":{"name":"connectPstn","number":"2"}}"#,
        ),
        // What an SDK has no value for.
        (
            r#"{"action":{"name":"connectStream","destination":{"type":"websocket","endpoint":"ws://a"},
                "streamingOptions":null,"maxDuration":null,"callHeaders":null}}"#,
            r#"{"action":{"name":"connectStream","destination":{"type":"websocket","endpoint":"ws://a"}}}"#,
        ),
        (
            r#"{"instructions":[{"name":"say","text":null,"locale":null},{"name":"startRecording","options":null},
                {"name":"playFiles","ids":null},{"name":"setCookie","key":"k","value":"v","value":null}],
                "action":{"name":"connectSip","destination":null,"callHeaders":[{"key":"k","value":null}]}}"#,
            r#"{"instructions":[{"name":"say"},{"name":"startRecording","options":{}},{"name":"playFiles"},
                {"name":"setCookie","key":"k"}],
                "action":{"name":"connectSip","destination":{},"callHeaders":[{"key":"k","value":""}]}}"#,
        ),
        (
            r#"{"action":{"name":"runMenu","menus":[{"id":null,"options":[{"dtmf":null,"action":null}]}]}}"#,
            r#"{"action":{"name":"runMenu","menus":[{"options":[{"dtmf":"","action":""}]}]}}"#,
        ),
    ] {
        let svaml = Svaml::parse(odd.as_bytes()).unwrap_or_else(|error| panic!("{odd}: {error}"));
        assert_eq!(Svaml::parse(right.as_bytes()), Ok(svaml.clone()));
        assert_eq!(written(&svaml), serde_json::from_str::<Value>(right).unwrap());
    }
}

#[test]
fn what_was_read_can_be_asked() {
    let text = r#"{"instructions":[{"name":"setCookie","key":"k","value":"v"}],"action":{"name":"runMenu","menus":[
        {"id":"main","options":[{"dtmf":"1","action":"return(sales)"},{"dtmf":"2","action":"menu(main)"}]}]}}"#;
    let svaml = Svaml::parse(text.as_bytes()).unwrap();
    assert_eq!(svaml.instructions(), [Instruction::SetCookie(SetCookie::new("k", "v"))]);
    assert_eq!(svaml.instructions()[0].name(), "setCookie");
    let Some(Action::RunMenu(run)) = svaml.action() else { panic!("{svaml:?}") };
    let main = run.menus.iter().next().unwrap();
    let choices: Vec<_> = main.options.iter().map(|option| option.choice).collect();
    assert_eq!(choices, [Choice::Return("sales".into()), Choice::Menu("main".into())]);
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_place() {
    for (text, said) in [
        ("[]", "document must be an object, at byte 0"),
        ("null", "document must be an object, at byte 0"),
        (r#"{"action":"hangup"}"#, "action must be an object, at byte 10"),
        (r#"{"action":[]}"#, "action must be an object, at byte 10"),
        (r#"{"action":{"name":1}}"#, "name must be a string, at byte 18"),
        (r#"{"instructions":{}}"#, "instructions must be an array, at byte 16"),
        (r#"{"instructions":["say"]}"#, "instructions must be an object, at byte 17"),
        (r#"{"instructions":[null]}"#, "instructions must be an object, at byte 17"),
        (r#"{"instructions":[{"name":"say","text":5}]}"#, "text must be a string, at byte 38"),
        (r#"{"instructions":[{"name":"playFiles","ids":"a"}]}"#, "ids must be an array, at byte 43"),
        (r#"{"instructions":[{"name":"playFiles","ids":["a", 1]}]}"#, "ids must be a string, at byte 49"),
        (
            r#"{"action":{"name":"park","maxDuration":"60"}}"#,
            "maxDuration must be a whole number, at byte 39",
        ),
        (r#"{"action":{"name":"park","maxDuration":6.5}}"#, "maxDuration must be a whole number, at byte 39"),
        (r#"{"action":{"name":"park","maxDuration":-6}}"#, "maxDuration must be a whole number, at byte 39"),
        (
            r#"{"action":{"name":"park","maxDuration":4294967296}}"#,
            "maxDuration must be a whole number, at byte 39",
        ),
        (r#"{"action":{"name":"runMenu","barge":"true"}}"#, "barge must be true or false, at byte 36"),
        (
            r#"{"action":{"name":"connectMxp","destination":"ann"}}"#,
            "destination must be an object, at byte 45",
        ),
        (
            r#"{"action":{"name":"connectMxp","callHeaders":{"a":"b"}}}"#,
            "callHeaders must be an array, at byte 45",
        ),
        (
            r#"{"action":{"name":"connectMxp","callHeaders":["a"]}}"#,
            "callHeaders must be an object, at byte 46",
        ),
        (
            r#"{"action":{"name":"connectMxp","callHeaders":[{"key":"a","value":1}]}}"#,
            "value must be a string, at byte 65",
        ),
        (
            r#"{"action":{"name":"connectMxp","callHeaders":[{"value":"a"}]}}"#,
            "malformed document: call header without a key at byte 46",
        ),
        (
            r#"{"action":{"name":"runMenu","menus":[{"options":[{"dtmf":true}]}]}}"#,
            "dtmf must be a string or a number, at byte 57",
        ),
        (r#"{"action":{"name":"hangup"}}x"#, "malformed document: text after the end at byte 28"),
        (r#"{"action":{"name":"h\ud800"}}"#, "malformed document: lone surrogate at byte 26"),
        ("\u{feff}{}", "malformed document: expected a value at byte 0"),
        ("{}\0", "malformed document: text after the end at byte 2"),
        ("{\"a\0\":1}", "malformed document: control character in a string at byte 3"),
        ("", "malformed document: unexpected end at byte 0"),
    ] {
        let error = Svaml::parse(text.as_bytes()).expect_err(text);
        assert_eq!(error.to_string(), said, "{text}");
    }
    let error = Svaml::parse(b"{\"a\":\"\xff\"}").unwrap_err();
    assert_eq!(error.to_string(), "malformed document: text that is not UTF-8 at byte 6");
}

/// Every member there is, under the name that it has on the wire.
pub(crate) fn whole() -> [Value; 7] {
    let menu = json!({
        "id": "main", "mainPrompt": "a", "repeatPrompt": "b", "repeats": 1, "maxDigits": 2, "timeoutMills": 3,
        "maxTimeoutMills": 4, "options": [{"dtmf": "1", "action": "return(x)"}, {"dtmf": "*", "action": "menu(main)"}],
    });
    let pairs = json!([{"key": "k", "value": "v"}, {"key": "\u{1}é😀\"", "value": ""}]);
    [
        json!({"name": "connectPstn", "number": "1", "locale": "l", "maxDuration": 1, "dialTimeout": 2, "cli": "private",
            "suppressCallbacks": true, "dtmf": "1", "indications": "se", "amd": {"enabled": true, "async": false}}),
        json!({"name": "connectMxp", "destination": {"type": "username", "endpoint": "a"}, "callHeaders": pairs}),
        json!({"name": "connectSip", "destination": {"type": "sip", "endpoint": "a"}, "maxDuration": 1, "cli": "1",
            "suppressCallbacks": false, "transport": "TLS", "callHeaders": pairs, "moh": "ring"}),
        json!({"name": "connectConf", "conferenceId": "c", "moh": "music1",
            "conferenceDtmfOptions": {"mode": "detect", "maxDigits": 1, "timeoutMills": 2}}),
        json!({"name": "connectStream", "destination": {"type": "Websocket", "endpoint": "ws://a"}, "maxDuration": 1,
            "streamingOptions": {"version": 1, "sampleRate": 8000}, "callHeaders": pairs}),
        json!({"name": "runMenu", "barge": true, "locale": "l", "mainMenu": "main", "enableVoice": true, "menus": [menu]}),
        json!({"name": "park", "locale": "l", "introPrompt": "#tts[a;b];c", "holdPrompt": "#href[http://a]", "maxDuration": 5}),
    ]
}

#[test]
fn every_member_is_read_and_written_under_its_name() {
    for action in whole().map(crate::action) {
        let text = action.to_string();
        assert_eq!(written(&Svaml::parse(text.as_bytes()).unwrap()), action);
        assert_eq!(checked(&action, Ice), Ok(()), "{action}");
    }
    let instructions = json!({"instructions": [
        {"name": "playFiles", "ids": ["a"], "locale": "l"},
        {"name": "say", "text": "a", "locale": "l"},
        {"name": "sendDtmf", "value": "1"},
        {"name": "setCookie", "key": "k", "value": "v"},
        {"name": "answer"},
        {"name": "startRecording", "options": {"destinationUrl": "s3://a", "credentials": "c", "format": "mp3",
            "notificationEvents": true, "transcriptionOptions": {"enabled": true, "locale": "l"}}},
        {"name": "stopRecording"},
    ]});
    let text = instructions.to_string();
    assert_eq!(written(&Svaml::parse(text.as_bytes()).unwrap()), instructions);
}

#[test]
fn every_word_that_a_source_names_is_known_in_any_case() {
    fn all_known<V: Vocabulary + core::fmt::Debug>(words: &str) {
        assert_eq!(V::KNOWN.len(), words.split(' ').count(), "{:?}", V::KNOWN);
        for word in words.split(' ') {
            for spelled in [word.to_string(), word.to_lowercase(), word.to_uppercase()] {
                let known = Word::<V>::new(Text::new(&spelled)).known();
                assert_eq!(known.map(V::as_str), Some(word), "{spelled}");
            }
        }
    }
    // They stand in the fact sheet, 1.1, 2.3, 3.3 and 3.6.
    all_known::<DestinationType>("number username sip did Websocket");
    all_known::<Moh>("ring music1 music2 music3");
    all_known::<Transport>("UDP TCP TLS");
    all_known::<DtmfMode>("ignore forward detect");
    all_known::<Indications>(
        "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my nl no nz ph pl pt ru se sg th uk \
         us tw ve za",
    );
}
