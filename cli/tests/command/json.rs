//! `--json`: every kind of line, and its keys.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Running, Scratch, asset, parsed, voxwire};

/// What is told of audio that is said, and of audio that comes.
const SAID: [&str; 3] = ["frames", "bytes", "longest_gap_ms"];
const MEASURED: [&str; 9] =
    ["frames", "bytes", "longest_gap_ms", "gaps", "dry_ms", "burst_ms", "jitter_ms", "drift", "level"];

#[test]
fn the_demo_tells_everything_that_is_said_and_heard() {
    let run = voxwire(&["demo", "--fast", "--json"]);
    let mut kinds = by_kind(run.json());
    // Told where the machine is so busy that a call is held again.
    if let Some(again) = kinds.remove("again") {
        has_keys(&again, &["kind", "call"]);
    }
    assert_eq!(
        kinds.keys().collect::<Vec<_>>(),
        ["account", "callback", "flow", "heard", "note", "posted", "said"]
    );
    for kind in ["said", "heard"] {
        has_keys(&kinds[kind], &["kind", "call", "at_ms", "side", "message"]);
        let audio =
            |line: &&Value| line["message"]["event"] == "audio" || line["message"]["command"] == "audio";
        let audio: Vec<_> = kinds[kind].iter().filter(audio).collect();
        assert!(audio.len() > 500 && audio.iter().all(|line| line["message"]["bytes"] == 960));
    }
    has_keys(&kinds["note"], &["kind", "call", "at_ms", "side", "text"]);
    has_keys(&kinds["callback"], &["kind", "peer", "reply", "callback"]);
    let of_ice = ["kind", "call", "at_ms", "side", "event", "status", "instructions", "action"];
    has_keys(&kinds["posted"][..1], &of_ice);
    has_keys(&kinds["account"], &["kind", "dialect", "rate", "cleared", "barge_in"]);
    has_keys(&kinds["flow"], &[&["kind", "call", "said_by", "barge_in_ms"], &MEASURED[..]].concat());
    assert_eq!((kinds["flow"].len(), kinds["account"].len()), (4, 2));
}

#[test]
fn answer_and_call_tell_the_same_call() {
    let (server, url) = Running::answer(&["--json", "--token", "t", "--drain", "0"]);
    let url = url.strip_suffix("/TOKEN").unwrap();
    let call = voxwire(&["call", &format!("{url}/t"), "--dialect", "wavix", "--fast", "--json"]);
    assert_eq!(call.code, 0, "{call:?}");
    let kinds = by_kind(call.json());
    assert_eq!(kinds.keys().collect::<Vec<_>>(), ["heard", "note", "said", "summary"]);
    has_keys(
        &kinds["summary"],
        &[
            "kind",
            "duration_ms",
            "said",
            "lost_frames",
            "came",
            "ear",
            "cut_bytes",
            "clears",
            "marks",
            "answered_after_ms",
            "spoken_to_after_ms",
            "ended",
        ],
    );
    let summary = &kinds["summary"][0];
    assert_eq!(summary["ended"]["by"], "platform");
    has_keys(&[summary["said"].clone()], &SAID);
    has_keys(&[summary["came"].clone()], &MEASURED);
    // The built-in recording is normalised to 3 dB below full scale.
    let peak = summary["came"]["level"]["peak_dbfs"].as_f64().unwrap();
    assert!((-3.1..=-2.9).contains(&peak), "{summary}");
    assert!(summary["came"]["jitter_ms"].is_f64() && summary["came"]["drift"].is_null(), "{summary}");

    assert_eq!(voxwire(&["call", url, "--dialect", "wavix", "--json"]).code, 5);
    server.line_with("turned_away");
    let scratch = Scratch::new();
    let long = scratch.file("long.wav");
    crate::support::silence(&long, 24_000, 1, 24_000 * 60);
    let open = Running::start(&["call", &format!("{url}/t"), "--dialect", "sinch", "--say", &long]);
    open.line_with("answers");
    server.interrupt();
    let mut lines = vec![parsed(&server.line_with("draining"))];
    lines.extend(server.end().json());
    drop(open);
    let ended = lines.iter().find(|line| line["kind"] == "ended").unwrap();
    has_keys(&[ended["heard"].clone()], &MEASURED);
    has_keys(&[ended["said"].clone()], &SAID);
}

#[test]
fn the_server_names_each_call_and_its_end() {
    let (server, url) = Running::answer(&["--json", "--agent", "play", &asset("greeting.wav")]);
    assert_eq!(voxwire(&["call", &url, "--dialect", "wavix", "--fast"]).code, 0);
    let mut lines = Vec::new();
    while !lines.last().is_some_and(|line: &Value| line["kind"] == "ended") {
        lines.push(parsed(&server.line()));
    }
    let kinds = by_kind(lines);
    assert_eq!(kinds.keys().collect::<Vec<_>>(), ["began", "ended", "heard", "note", "said"]);
    has_keys(&kinds["began"], &["kind", "call", "peer", "dialect", "rate"]);
    has_keys(
        &kinds["ended"],
        &[
            "kind",
            "call",
            "peer",
            "duration_ms",
            "heard",
            "said",
            "unreadable",
            "unsaid",
            "unknown",
            "failure",
            "ended",
        ],
    );
    assert_eq!(kinds["ended"][0]["said"]["bytes"], 129_600);
    assert_eq!(kinds["ended"][0]["ended"]["code"], 1000);
}

#[test]
fn explain_tells_verdicts() {
    let run = crate::support::fed(&["explain", "--json"], b"{\"command\":\"answer\"}\n[]\n");
    let lines = run.json();
    has_keys(&lines[2..], &["kind", "messages", "unknown", "malformed"]);
    has_keys(
        &lines[..2],
        &["kind", "line", "dialect", "said_by", "well_formed", "known", "meaning", "error", "message"],
    );
    assert_eq!(lines[0]["message"]["command"], "answer");
    assert_eq!((&lines[1]["well_formed"], &lines[1]["known"]), (&Value::Bool(true), &Value::Bool(false)));
}

fn by_kind(lines: Vec<Value>) -> BTreeMap<String, Vec<Value>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in lines {
        kinds.entry(line["kind"].as_str().unwrap().to_owned()).or_default().push(line);
    }
    kinds
}

#[track_caller]
fn has_keys(lines: &[Value], keys: &[&str]) {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    for line in lines {
        let mut found: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, keys);
    }
}
