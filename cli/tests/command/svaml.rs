//! `svaml`: replies written, and replies checked.

use crate::support::{fed, voxwire};

#[track_caller]
fn written(args: &[&str], document: &str) {
    let run = voxwire(&[&["svaml"], args].concat());
    assert_eq!((run.code, run.stdout.trim_end()), (0, document), "{run:?}");
    // What is written passes its own check.
    let event = if args[0] == "continue" { "ace" } else { "ice" };
    let checked = fed(&["svaml", "check", "--for", event], document.as_bytes());
    assert_eq!((checked.code, checked.stdout.trim_end()), (0, document), "{checked:?}");
}

#[test]
fn each_reply_is_written_as_the_wire_has_it() {
    let stream = [
        "connect-stream",
        "wss://media.example/calls",
        "--rate",
        "16000",
        "--max-duration",
        "60",
        "--header",
        "tenant=a=b",
        "--say",
        "Say \"hello\".",
        "--locale",
        "en-US",
    ];
    written(
        &stream,
        concat!(
            r#"{"instructions":[{"name":"say","text":"Say \"hello\".","locale":"en-US"}],"#,
            r#""action":{"name":"connectStream","destination":{"type":"Websocket","#,
            r#""endpoint":"wss://media.example/calls"},"streamingOptions":{"version":1,"sampleRate":16000},"#,
            r#""maxDuration":60,"callHeaders":[{"key":"tenant","value":"a=b"}]}}"#,
        ),
    );
    written(&["hangup"], r#"{"action":{"name":"hangup"}}"#);
    written(&["continue"], r#"{"action":{"name":"continue"}}"#);
    written(
        &["connect-pstn", "+12025550107", "--dial-timeout", "20", "--cli", "private"],
        r#"{"action":{"name":"connectPstn","number":"+12025550107","dialTimeout":20,"cli":"private"}}"#,
    );
    written(&["connect-pstn"], r#"{"action":{"name":"connectPstn"}}"#);
    written(
        &["connect-sip", "ada@sip.example", "--max-duration", "60"],
        concat!(
            r#"{"action":{"name":"connectSip","destination":{"type":"sip","endpoint":"ada@sip.example"},"#,
            r#""maxDuration":60}}"#,
        ),
    );
    written(&["connect-conf", "room-7"], r#"{"action":{"name":"connectConf","conferenceId":"room-7"}}"#);
    written(
        &["connect-mxp", "ada", "--header", "k=v"],
        concat!(
            r#"{"action":{"name":"connectMxp","destination":{"type":"username","endpoint":"ada"},"#,
            r#""callHeaders":[{"key":"k","value":"v"}]}}"#,
        ),
    );
    written(
        &["park", "--intro", "#tts[Please wait.]", "--hold", "music.wav", "--max-duration", "600"],
        concat!(
            r##"{"action":{"name":"park","introPrompt":"#tts[Please wait.]","holdPrompt":"music.wav","##,
            r#""maxDuration":600}}"#,
        ),
    );
}

#[test]
fn code_14_a_reply_that_breaks_a_rule_is_not_written() {
    let refused = |args: &[&str], why: &str| {
        let run = voxwire(&[&["svaml"], args].concat());
        run.failed(14, &format!("not valid SVAML: {why}"));
        assert_eq!(run.stdout, "");
    };
    refused(
        &["connect-stream", "wss://h/", "--for", "ace"],
        r#"action.name: not in a reply to ace, found "connectStream""#,
    );
    refused(&["continue", "--for", "ice"], r#"action.name: not in a reply to ice, found "continue""#);
    refused(
        &["connect-stream", "wss://h/", "--max-duration", "14401"],
        "action.maxDuration: at most 14400 s, found 14401",
    );
    let header = voxwire(&["svaml", "connect-stream", "wss://h/", "--header", "s3cret"]);
    header.failed(2, "a --header is written NAME=VALUE");
}

#[test]
fn code_14_a_reply_is_checked() {
    let check = |reply: &str, args: &[&str]| {
        fed(&[&["svaml", "check", "--for", "ice"], args].concat(), reply.as_bytes())
    };
    let run = check(r#"{ "ACTION": {"Name": "connectconf", "conferenceid": "a", "x": [1]} }"#, &[]);
    assert_eq!(run.stdout, "{\"action\":{\"name\":\"connectConf\",\"conferenceId\":\"a\"}}\n", "{run:?}");
    check("{", &[]).failed(14, "not valid SVAML: malformed document: expected a comma or the end at byte 1");
    check("{}", &[]).failed(14, "not valid SVAML: action: required");
    let run = check(r#"{"action":{"name":"park","maxDuration":"60"}}"#, &[]);
    run.failed(14, "not valid SVAML: maxDuration must be a whole number, at byte 39");

    let long = r#"{"action":{"name":"park","maxDuration":601}}"#;
    check(long, &[]).failed(14, "not valid SVAML: action.maxDuration: at most 600 s, found 601");
    let lenient = check(long, &["--lenient"]);
    assert_eq!((lenient.code, lenient.stdout.trim_end()), (0, long));
    let rule = "action.maxDuration: at most 600 s, found 601";
    assert_eq!(lenient.stderr, format!("voxwire: lets pass what not all of Sinch's sources allow: {rule}\n"));
    let lenient = check(long, &["--lenient", "--json"]).json();
    assert_eq!(
        (&lenient[0]["waived"][0], &lenient[0]["document"]["action"]["name"]),
        (&rule.into(), &"park".into())
    );
}
