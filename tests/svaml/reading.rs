//! What is tolerated on reading, and what is refused, and where.

use serde_json::Value;
use voxwire::svaml::{Action, Choice, Instruction, SetCookie, Svaml};

use crate::written;

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
