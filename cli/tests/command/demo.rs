//! The demo: its files must bear out what it claims.

use std::fs;

use crate::support::{Scratch, parsed, samples, voxwire};

#[test]
fn what_was_heard_is_what_was_said_less_what_was_cleared() {
    let scratch = Scratch::new();
    let run = voxwire(&["demo", "--fast", "--out", &scratch.path().display().to_string()]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let accounts = parsed(&fs::read_to_string(scratch.file("accounts.json")).unwrap());
    for (dialect, account) in ["sinch", "wavix"].iter().zip(accounts["calls"].as_array().unwrap()) {
        assert_eq!((account["dialect"].as_str(), account["rate"].as_u64()), (Some(*dialect), Some(24_000)));
        let of = |side: &str, what: &str| samples(scratch.file(&format!("{dialect}-{side}-{what}.wav")));
        assert_eq!(of("application", "heard"), of("platform", "said"));
        let mut said = of("application", "said");
        let cuts = account["cleared"].as_array().unwrap();
        assert!(!cuts.is_empty());
        for cut in cuts.iter().rev() {
            let [at, bytes] = ["at", "bytes"].map(|key| usize::try_from(cut[key].as_u64().unwrap()).unwrap());
            assert!(cut["said_by"] == "application" && at % 2 == 0 && bytes % 2 == 0);
            said.drain(at / 2..(at + bytes) / 2);
        }
        assert_eq!(of("platform", "heard"), said);

        // Where the first cut lies, the greeting stopped, and the application knew it.
        let (known, played) = (&account["barge_in"]["known"], &account["barge_in"]["played"]);
        assert_eq!(cuts[0]["at"], 2 * played["at"].as_u64().unwrap());
        for figure in ["at", "unheard", "heard"] {
            let [lower, upper] = ["lower", "upper"].map(|end| known[figure][end].as_u64().unwrap());
            let played = played[figure].as_u64().unwrap();
            assert!((lower..=upper).contains(&played), "{account}");
            // 30 ms to either side, and a sample, at ten times the speed.
            assert!(lower < upper && upper - lower <= 24 * 602, "{account}");
        }
    }
    let picture = fs::read_to_string(scratch.file("timeline.svg")).unwrap();
    for word in ["ICE", "connect", "answer", "clear", "DICE", "connected", "start", "stop", "close"] {
        assert!(picture.contains(&format!(">{word}</text>")), "{word}");
    }
    // Not asked for by an application that was so slow that it was interrupted before.
    let marked = run.stdout.contains("asks for mark \"end-of-greeting\"");
    assert_eq!(picture.contains(">mark end-of-greeting</text>"), marked, "{}", run.stdout);
    assert_eq!(picture.matches(r#"<path class="bounds""#).count(), 2);
    assert_eq!(picture.matches(" ms heard, it knows</text>").count(), 2);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 10);
}

#[test]
fn each_side_hangs_up_once_and_the_table_is_complete() {
    let run = voxwire(&["demo", "--fast"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let mut hang_ups = Vec::new();
    for line in run.stdout.lines() {
        if line.contains("hangs up") {
            hang_ups.push(line);
        } else if line.starts_with("The machine was too busy") {
            // The call before does not count: it is held again.
            hang_ups.pop();
        }
    }
    let [sinch, wavix] = hang_ups[..] else { panic!("{hang_ups:?}") };
    assert!(sinch.ends_with(r#"application  hangs up (1000: "goodbye")"#), "{sinch}");
    assert!(wavix.ends_with("platform     hangs up (1000)"), "{wavix}");
    for line in [
        "call   direction                  frames    bytes  longest gap    barge-in",
        "sinch  platform → application",
        "sinch  application → platform",
        "wavix  platform → application",
        "wavix  application → platform",
        "call   of the greeting         the application knows        it was",
        "sinch  heard         ",
        "sinch  never heard   ",
        "wavix  heard         ",
        "wavix  never heard   ",
    ] {
        assert!(run.stdout.lines().any(|printed| printed.starts_with(line)), "{line}");
    }
}

#[test]
fn a_sinch_call_is_told_from_its_first_callback_to_its_last() {
    let run = voxwire(&["demo", "--fast"]);
    let mut lines = run.stdout.lines();
    for step in [
        "platform     signs what it posts",
        "platform     posts ICE: connectStream",
        "platform     dials ws://127.0.0.1:",
        "application  lets the stream in: its token is that of call",
        "platform     announces call",
        "application  answers",
        "application  says its greeting",
        "platform     the caller begins to speak",
        "application  clears",
        "application  knows that ",
        "platform     falls silent",
        "application  hangs up",
        "platform     posts DICE (CALLEEHANGUP, ANSWERED,",
    ] {
        assert!(lines.any(|line| line.contains(step)), "{step}, in\n{}", run.stdout);
    }
}
