//! Every limit, at it and beyond it.

use serde_json::{Value, json};
use voxwire::MAX_HEADERS;
use voxwire::callback::CallbackEvent::Ice;
use voxwire::svaml::{
    ConnectMxp, ConnectPstn, ConnectStream, Found, MAX_INSTRUCTIONS, MAX_MENUS, Reply, Rule, Say, Svaml,
    SvamlError,
};

use crate::{action, checked, instruction, menus, options, refusal, stream};

#[test]
fn at_the_limit_all_is_well() {
    let x = |count: usize| "x".repeat(count);
    let pairs = |count: usize| (0..count).map(|n| json!({"key": n.to_string(), "value": ""})).collect();
    let many = |count: usize, what: Value| Value::Array(vec![what; count]);
    let menu = |n: usize| json!({"id": if n == 0 { "main".into() } else { n.to_string() }});
    for document in [
        action(json!({"name": "connectPstn", "maxDuration": 14400, "number": "123456789012345"})),
        action(json!({"name": "connectPstn", "number": "1", "cli": "+4685011", "dtmf": "0123456789#w"})),
        action(json!({"name": "connectPstn", "cli": "PRIVATE", "indications": "NO"})),
        action(json!({"name": "connectSip", "destination": {"endpoint": "a"}, "maxDuration": 14400,
            "transport": "tls", "moh": "music3"})),
        action(json!({"name": "connectMxp", "callHeaders": [{"key": x(1000), "value": x(24)}]})),
        stream(json!({"maxDuration": 14400, "callHeaders": [{"key": "é".repeat(512)}]})),
        stream(json!({"callHeaders": Value::Array(pairs(MAX_HEADERS))})),
        stream(json!({"streamingOptions": {"version": 2, "sampleRate": 96000}})),
        stream(json!({"destination": {"type": "WEBSOCKET", "endpoint": "WS://[::1]:65535/?a=b@c:d"}})),
        action(json!({"name": "connectConf", "conferenceId": "é".repeat(64)})),
        action(
            json!({"name": "connectConf", "conferenceId": "x", "conferenceDtmfOptions": {"mode": "Forward"}}),
        ),
        action(json!({"name": "park", "maxDuration": 600, "introPrompt": "a;#tts[b;c];#href[https://d/e]"})),
        instruction(json!({"name": "say", "text": "😀".repeat(600)})),
        instruction(json!({"name": "sendDtmf", "value": "0123456789#w"})),
        instruction(json!({"name": "setCookie", "key": x(24), "value": x(1000)})),
        instruction(json!({"name": "playFiles", "ids": many(64, json!(x(700)))})),
        instruction(
            json!({"name": "playFiles", "ids": [format!("#tts[{}]", x(600)), format!("#ssml[{}]", x(400))],
            "locale": "l"}),
        ),
        instruction(
            json!({"name": "playFiles", "ids": [format!("#href[https://files.example/{}]", x(2_000))]}),
        ),
        instruction(
            json!({"name": "playFiles", "ids": ["[Welcome]", "a;b", "#TTS[c]", "#ssml[<d>]"], "locale": "l"}),
        ),
        instruction(json!({"name": "startRecording", "options": {"destinationUrl": "AZURE://box"}})),
        json!({"instructions": many(MAX_INSTRUCTIONS, json!({"name": "answer"})), "action": {"name": "hangup"}}),
        menus(Value::Array((0..MAX_MENUS).map(menu).collect())),
        menus(json!([{"id": "main", "mainPrompt": vec!["p"; 64].join(";"), "repeatPrompt": "#tts[a]b]"}])),
        options(json!(
            "0123456789*#"
                .chars()
                .map(|key| json!({"dtmf": key.to_string(), "action": "menu(main)"}))
                .collect::<Vec<_>>()
        )),
        options(json!([{"dtmf": 1, "action": "Return()"}, {"dtmf": "2", "action": "RETURN(a(b)"}])),
        action(json!({"name": "runMenu", "enableVoice": true, "locale": "sv-SE", "mainMenu": "b",
            "menus": [{"id": "main"}, {"id": "b"}]})),
    ] {
        assert_eq!(checked(&document, Ice), Ok(()), "{document}");
    }
}

#[test]
fn beyond_the_limit_the_field_the_limit_and_what_was_found_are_named() {
    let x = |count: usize| "x".repeat(count);
    let pairs = |count: usize| (0..count).map(|n| json!({"key": n.to_string(), "value": ""})).collect();
    let excerpt = format!("\"{}\"…", x(32));
    let e164 = "1 to 15 digits, no 0 first, + before them or not";
    let prompt = "must be #tts[…], #ssml[…], #href[http…] or the name of a file";
    for (document, said) in [
        (
            action(json!({"name": "connectPstn", "maxDuration": 14401})),
            "action.maxDuration: at most 14400 s, found 14401",
        ),
        (
            action(json!({"name": "connectPstn", "number": "1234567890123456"})),
            &format!("action.number: must be {e164}, found \"1234567890123456\""),
        ),
        (
            action(json!({"name": "connectPstn", "number": "+"})),
            &format!("action.number: must be {e164}, found \"+\""),
        ),
        (
            action(json!({"name": "connectPstn", "number": ""})),
            &format!("action.number: must be {e164}, found \"\""),
        ),
        (
            action(json!({"name": "connectPstn", "number": "+046850111"})),
            &format!("action.number: must be {e164}, found \"+046850111\""),
        ),
        (
            action(json!({"name": "connectPstn", "cli": "ann"})),
            &format!("action.cli: must be {e164}, or private, found \"ann\""),
        ),
        (
            action(json!({"name": "connectPstn", "dtmf": "12*"})),
            "action.dtmf: must be keys of 0-9 # w, found \"12*\"",
        ),
        (
            action(json!({"name": "connectPstn", "dtmf": ""})),
            "action.dtmf: must be keys of 0-9 # w, found \"\"",
        ),
        (
            action(json!({"name": "connectPstn", "indications": "xx"})),
            "action.indications: one of the country codes of SVAML, found \"xx\"",
        ),
        (action(json!({"name": "connectMxp", "destination": {}})), "action.destination.endpoint: required"),
        (
            action(json!({"name": "connectMxp", "destination": {"type": "sip", "endpoint": "a"}})),
            "action.destination.type: one of username, found \"sip\"",
        ),
        (
            action(json!({"name": "connectMxp", "callHeaders": [{"key": x(1000), "value": x(25)}]})),
            "action.callHeaders: at most 1024 bytes of headers, found 1025",
        ),
        (
            action(json!({"name": "connectMxp", "callHeaders": [{"key": "", "value": "s3cr3t"}]})),
            "action.callHeaders[].key: required",
        ),
        (action(json!({"name": "connectSip"})), "action.destination.endpoint: required"),
        (
            action(json!({"name": "connectSip", "destination": {"endpoint": "a"}, "transport": "SCTP"})),
            "action.transport: one of UDP, TCP, TLS, found \"SCTP\"",
        ),
        (
            action(json!({"name": "connectSip", "destination": {"endpoint": "a"}, "moh": "music4"})),
            "action.moh: one of ring, music1, music2, music3, found \"music4\"",
        ),
        (
            action(
                json!({"name": "connectSip", "destination": {"endpoint": "a"}, "maxDuration": 4294967295_u32}),
            ),
            "action.maxDuration: at most 14400 s, found 4294967295",
        ),
        (action(json!({"name": "connectConf"})), "action.conferenceId: required"),
        (action(json!({"name": "connectConf", "conferenceId": ""})), "action.conferenceId: required"),
        (
            action(json!({"name": "connectConf", "conferenceId": x(65)})),
            "action.conferenceId: at most 64 characters, found 65",
        ),
        (
            action(
                json!({"name": "connectConf", "conferenceId": "x", "conferenceDtmfOptions": {"mode": "loud"}}),
            ),
            "action.conferenceDtmfOptions.mode: one of ignore, forward, detect, found \"loud\"",
        ),
        (action(json!({"name": "connectStream"})), "action.destination.type: required"),
        (stream(json!({"destination": {"type": "Websocket"}})), "action.destination.endpoint: required"),
        (
            stream(json!({"destination": {"type": "sip", "endpoint": "wss://a"}})),
            "action.destination.type: one of Websocket, found \"sip\"",
        ),
        (
            stream(json!({"destination": {"type": "Websocket", "endpoint": "https://media.example"}})),
            "action.destination.endpoint: must be ws://… or wss://…, found \"https://media.example\"",
        ),
        (
            stream(json!({"destination": {"type": "Websocket", "endpoint": "wss:///path"}})),
            "action.destination.endpoint: must be ws://… or wss://…, found \"wss://\"…",
        ),
        (
            stream(json!({"destination": {"type": "Websocket", "endpoint": "wss://a b"}})),
            "action.destination.endpoint: must be ws://… or wss://…, found \"wss://a b\"",
        ),
        (
            stream(json!({"destination": {"type": "Websocket", "endpoint": "wss://media.example/\r\nx"}})),
            "action.destination.endpoint: must be ws://… or wss://…, found \"wss://media.example\"…",
        ),
        (
            stream(
                json!({"destination": {"type": "Websocket", "endpoint": "wss://ann:s3cr3t@media.example"}}),
            ),
            "action.destination.endpoint: must be ws://… or wss://…, found \"wss://\"…",
        ),
        (
            stream(json!({"destination": {"type": "Websocket", "endpoint": "wss://media.example/a#b"}})),
            "action.destination.endpoint: must be ws://… or wss://…, found \"wss://media.example\"…",
        ),
        (
            stream(json!({"streamingOptions": {"sampleRate": 11025}})),
            "action.streamingOptions.sampleRate: one of 8000, 16000, 24000, 44100, 48000, 96000, found 11025",
        ),
        (stream(json!({"maxDuration": 14401})), "action.maxDuration: at most 14400 s, found 14401"),
        (action(json!({"name": "park", "maxDuration": 601})), "action.maxDuration: at most 600 s, found 601"),
        (
            action(json!({"name": "park", "holdPrompt": "a;"})),
            &format!("action.holdPrompt: {prompt}, found \"a;\""),
        ),
        (instruction(json!({"name": "say"})), "instructions[].text: required"),
        (
            instruction(json!({"name": "say", "text": x(601)})),
            "instructions[].text: at most 600 characters, found 601",
        ),
        (instruction(json!({"name": "sendDtmf"})), "instructions[].value: required"),
        (
            instruction(json!({"name": "sendDtmf", "value": x(33)})),
            &format!("instructions[].value: must be keys of 0-9 # w, found {excerpt}"),
        ),
        (instruction(json!({"name": "setCookie", "value": "s3cr3t"})), "instructions[].key: required"),
        (
            instruction(json!({"name": "setCookie", "key": x(25), "value": x(1000)})),
            "instructions[].value: at most 1024 bytes of cookies, found 1025",
        ),
        (instruction(json!({"name": "playFiles"})), "instructions[].ids: required"),
        (
            instruction(json!({"name": "playFiles", "ids": vec!["x"; 65]})),
            "instructions[].ids: at most 64 ids, found 65",
        ),
        (
            instruction(json!({"name": "playFiles", "ids": [format!("#tts[{}]", x(601))], "locale": "l"})),
            "instructions[].ids[]: at most 600 characters, found 601",
        ),
        (
            instruction(
                json!({"name": "playFiles", "ids": [format!("#tts[{}]", x(600)), format!("#tts[{}]", x(401))],
                "locale": "l"}),
            ),
            "instructions[].ids: at most 1000 characters, found 1001",
        ),
        (
            instruction(json!({"name": "playFiles", "ids": [""]})),
            &format!("instructions[].ids[]: {prompt}, found \"\""),
        ),
        (
            instruction(json!({"name": "playFiles", "ids": ["#tts[a]b"]})),
            &format!("instructions[].ids[]: {prompt}, found \"#tts[a]b\""),
        ),
        (
            instruction(json!({"name": "playFiles", "ids": ["#tts[]"]})),
            &format!("instructions[].ids[]: {prompt}, found \"#tts[]\""),
        ),
        (
            instruction(json!({"name": "playFiles", "ids": ["#href[ftp://a]"]})),
            &format!("instructions[].ids[]: {prompt}, found \"#href[ftp://a]\""),
        ),
        (
            instruction(json!({"name": "playFiles", "ids": ["a", "#tts[b]"]})),
            "instructions[].locale: required",
        ),
        (instruction(json!({"name": "startRecording"})), "instructions[].options.destinationUrl: required"),
        (
            instruction(json!({"name": "startRecording", "options": {"destinationUrl": "https://a/b"}})),
            "instructions[].options.destinationUrl: must be s3://…, azure://… or gs://…, found \"https://a\"…",
        ),
        (
            json!({"instructions": [{"name": "startRecording", "options": {"destinationUrl": "s3://a"}}],
                "action": {"name": "connectMxp"}}),
            "instructions[].name: not with connectMxp, found \"startRecording\"",
        ),
        (action(json!({"name": "runMenu"})), "action.menus: required"),
        (menus(json!([{"mainPrompt": "a"}])), "action.menus[].id: required"),
        (menus(json!([{"id": "first"}])), "action.menus[].id: must be main in one menu"),
        (
            menus(json!([{"id": "main"}, {"id": "main"}])),
            "action.menus[].id: must differ from all others, found \"main\"",
        ),
        (
            menus((0..65).map(|n| json!({"id": n.to_string()})).collect()),
            "action.menus: at most 64 menus, found 65",
        ),
        (
            menus(json!([{"id": "main", "mainPrompt": "#tts[a]; #tts[b"}])),
            &format!("action.menus[].mainPrompt: {prompt}, found \"#tts[a]; #tts[b\""),
        ),
        (
            menus(json!([{"id": "main", "repeatPrompt": vec!["p"; 65].join(";")}])),
            "action.menus[].repeatPrompt: at most 64 prompts, found 65",
        ),
        (
            menus(json!([{"id": "main", "mainPrompt": format!("#tts[{}];f;#ssml[{}]", x(600), x(401))}])),
            "action.menus[].mainPrompt: at most 1000 characters, found 1001",
        ),
        (
            action(json!({"name": "runMenu", "mainMenu": "b", "menus": [{"id": "main"}]})),
            "action.mainMenu: must be a menu of this reply, found \"b\"",
        ),
        (
            action(json!({"name": "runMenu", "enableVoice": true, "menus": [{"id": "main"}]})),
            "action.locale: required",
        ),
        (
            options(json!([{"dtmf": "12", "action": "return(a)"}])),
            "action.menus[].options[].dtmf: must be one key of 0-9 * #, found \"12\"",
        ),
        (
            options(json!([{"dtmf": "w", "action": "return(a)"}])),
            "action.menus[].options[].dtmf: must be one key of 0-9 * #, found \"w\"",
        ),
        (
            options(json!([{"dtmf": 1, "action": "return(a)"}, {"dtmf": "1", "action": "return(b)"}])),
            "action.menus[].options[].dtmf: must differ from all others, found \"1\"",
        ),
        (
            options(json!([{"dtmf": "1", "action": "menu(b)"}])),
            "action.menus[].options[].action: must be a menu of this reply, found \"b\"",
        ),
        (
            options(json!([{"dtmf": "1", "action": "return(a)b)"}])),
            "action.menus[].options[].action: must be return(…) or menu(…) without ) inside, found \"a)b\"",
        ),
        (
            menus(json!([{"id": "main", "options": [{"dtmf": "1", "action": "menu(a)b)"}]}, {"id": "a)b"}])),
            "action.menus[].options[].action: must be return(…) or menu(…) without ) inside, found \"a)b\"",
        ),
        (
            options(json!([{"dtmf": "1", "action": "goto(b)"}])),
            "action.menus[].options[].action: must be return(…) or menu(…), found \"goto(b)\"",
        ),
        (
            options(json!([{"dtmf": "1"}])),
            "action.menus[].options[].action: must be return(…) or menu(…), found \"\"",
        ),
        (
            action(json!({"name": "connectAgent"})),
            "action.name: one of the names of SVAML, found \"connectAgent\"",
        ),
        (
            instruction(json!({"name": "reportCallStatus"})),
            "instructions[].name: one of the names of SVAML, found \"reportCallStatus\"",
        ),
    ] {
        assert_eq!(refusal(&document, Ice), said, "{document}");
    }
    let many: Vec<_> = (0..=MAX_HEADERS).map(|n| n.to_string()).collect();
    let many: Vec<_> = many.iter().map(|key| (&**key, "")).collect();
    let refused = Reply::ice().connect_mxp(ConnectMxp::dialled().call_headers(&*many)).unwrap_err();
    assert_eq!(refused.to_string(), "action.callHeaders: at most 64 headers, found 65");
    let many: Vec<Value> = pairs(MAX_HEADERS + 1);
    let text = stream(json!({ "callHeaders": many })).to_string();
    let refused = Svaml::parse(text.as_bytes()).unwrap_err();
    assert!(
        matches!(refused, SvamlError::Limit { what: "call headers", limit: MAX_HEADERS, .. }),
        "{refused}"
    );
}

#[test]
fn more_instructions_than_fit_are_refused_both_ways() {
    let reply = (0..=MAX_INSTRUCTIONS).fold(Reply::ice(), |reply, _| reply.answer());
    let refused = reply.hangup().unwrap_err();
    assert_eq!(refused.to_string(), "instructions: at most 16 instructions, found 17");
    let text = json!({ "instructions": vec![json!({"name": "answer"}); MAX_INSTRUCTIONS + 1] }).to_string();
    let refused = Svaml::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused.to_string(), "more than 16 instructions at byte 305");
}

#[test]
fn what_is_found_is_shown_in_part_and_cut_between_characters() {
    let text = "é".repeat(20);
    let refused = Reply::ice().connect_pstn(ConnectPstn::to(&*text)).unwrap_err();
    assert_eq!(refused.field, "action.number");
    let Found::Text(excerpt) = refused.found else { panic!("{refused:?}") };
    assert_eq!((excerpt.as_str(), excerpt.is_whole()), (&*"é".repeat(16), false));
    let refused = Reply::ice().connect_pstn(ConnectPstn::to(&*"é".repeat(15))).unwrap_err();
    assert!(matches!(refused.found, Found::Text(excerpt) if excerpt.is_whole()));
    let text = "x".repeat(601);
    let refused = Reply::ace().say(Say::new(&*text)).go_on().unwrap_err();
    assert_eq!(refused.rule, Rule::AtMost { limit: 600, unit: "characters" });
    assert_eq!(refused.found, Found::Number(601));
}

#[test]
fn a_stream_goes_to_a_host_that_can_be_dialled() {
    let dialled = |endpoint| Reply::ice().connect_stream(ConnectStream::to(endpoint)).is_ok();
    for endpoint in ["ws://a", "wss://a:1", "wss://a:65535/b", "WSS://[::1]", "ws://[::1]:80?a=//b@c:d"] {
        assert!(dialled(endpoint), "{endpoint}");
    }
    for endpoint in [
        "",
        "ws:",
        "ws://",
        "ws:///a",
        "ws://?a",
        "ws://#a",
        "ws://:80",
        "ws://@",
        "ws://ann@",
        "ws://ann@a",
        "ws://ann:b@a:80",
        "ws://a:",
        "ws://a:0",
        "ws://a:65536",
        "ws://a:99999999999999999999",
        "ws://a:b",
        "ws://a:+80",
        "ws://[::1",
        "ws://[::1]:",
        "ws://a#b",
        "ws://a/?b#c",
        "ws://a b",
        "ws://a/\n",
        "ws://a/\u{85}",
        " ws://a",
        "ws://a ",
        "http://a",
        "//a",
        "a",
    ] {
        assert!(!dialled(endpoint), "{endpoint:?}");
    }
}
