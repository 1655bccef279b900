//! `load`: what it counts, and whom it blames. How fast anything is decides nothing here.

use std::collections::HashSet;
use std::fs;

use roxmltree::{Document, ParsingOptions};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use voxwire::{Application, Audio, Command, Config, Dialect, Event};
use voxwire_tokio::{Call, Inbox, Upgrade};

use crate::support::{Run, Running, Scratch, block_on, parsed, voxwire};

/// Runs a load, and gives what it tells in JSON.
fn load(url: &str, args: &[&str]) -> (Run, Value) {
    let run = voxwire(&[&["load", url, "--json", "--ramp", "1000", "--seconds", "0.4"], args].concat());
    let told = run.json().pop().unwrap_or_default();
    (run, told)
}

/// What an application does with a frame.
enum Does {
    /// Says these.
    Says(Vec<Vec<u8>>),
    HangsUp,
}

use Does::{HangsUp, Says};

/// Runs a load of one call against an application of the test's own, which does this with each frame it hears.
fn load_to(args: &[&str], does: impl Fn(u32, Vec<u8>) -> Does) -> (Run, Value) {
    let told = |running: Running| {
        let run = running.end();
        let told = parsed(run.stdout.trim());
        (run, told)
    };
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let seconds: &[_] = if args.contains(&"--seconds") { &[] } else { &["--seconds", "0.4"] };
        let args = [&["load", &url, "--json", "--calls", "1"], seconds, args].concat();
        let running = Running::start(&args);
        let (socket, _) = listener.accept().await.unwrap();
        let config = Config::new(Dialect::Sinch);
        attend(Upgrade::read(socket).await.unwrap().accept(config, None).await.unwrap(), does).await;
        tokio::task::spawn_blocking(move || told(running)).await.unwrap()
    })
}

async fn attend(mut call: Call<Application, TcpStream>, does: impl Fn(u32, Vec<u8>) -> Does) {
    let (mut inbox, mut frames) = (Inbox::new(), 0);
    while !call.is_closed() {
        let frame = match call.next(&mut inbox).await {
            Ok(Event::Start(_)) => {
                call.send(Command::Answer).await.unwrap();
                continue;
            }
            Ok(Event::Audio(audio)) => audio.as_raw().unwrap().to_vec(),
            _ => continue,
        };
        // The platform may be gone.
        match does(frames, frame) {
            Says(frames) => {
                for frame in frames {
                    let _ = call.send(Command::Audio(Audio::raw(&frame))).await;
                }
            }
            HangsUp => call.hang_up(1011, "out of breath").await.unwrap(),
        }
        frames += 1;
    }
}

fn number(told: &Value, key: &str) -> u64 {
    told["frames"][key].as_u64().unwrap_or_else(|| panic!("{told}"))
}

#[test]
fn a_small_load_comes_out_whole_in_either_dialect() {
    let (_server, url) = Running::answer(&[]);
    for dialect in ["sinch", "wavix"] {
        let (run, told) = load(&url, &["--calls", "5", "--dialect", dialect, "--rate", "8000"]);
        assert_eq!((run.code, run.stdout.lines().count(), run.stderr.as_str()), (0, 1, ""), "{run:?}");
        let calls = ["kind", "dialect", "rate", "calls", "held", "declined", "failed", "dropped"]
            .map(|key| &told[key]);
        assert_eq!(json!(calls), json!(["load", dialect, 8000, 5, 5, 0, 0, 0]));
        // Each call has said one frame for each 20 ms of the window, early or late.
        assert_eq!(["sent", "echoed", "lost", "strays"].map(|key| number(&told, key)), [100, 100, 0, 0]);
        assert!(told["latency_ms"]["p50"].as_f64().unwrap() > 0.0, "{told}");
    }
}

#[test]
fn without_a_schedule_the_next_frame_is_said_when_the_last_is_back() {
    let (_server, url) = Running::answer(&[]);
    let (run, told) = load(&url, &["--calls", "3", "--fast"]);
    assert_eq!((run.code, number(&told, "lost")), (0, 0), "{run:?}");
    assert!(number(&told, "sent") > 0 && told["bytes_per_second"].as_f64().unwrap() > 0.0, "{told}");
}

#[test]
fn people_are_told_in_a_table() {
    let (_server, url) = Running::answer(&[]);
    let run = voxwire(&["load", &url, "--calls", "2", "--seconds", "0.2"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let names: Vec<_> = run.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["load", "calls", "frames", "echoed", "latency", "own late", "verdict"]);
    assert!(run.stdout.contains("\nframes    20 sent, 20 echoed, 0 lost\n"), "{}", run.stdout);
}

#[test]
fn frames_that_a_server_swallows_are_lost() {
    let (run, told) =
        load_to(&[], |number, frame| Says(if number % 5 == 4 { Vec::new() } else { vec![frame] }));
    // One of five, of any twenty in a row.
    assert_eq!(["sent", "echoed", "lost", "strays"].map(|key| number(&told, key)), [20, 16, 4, 0]);
    assert_eq!(run.stderr, "voxwire: 4 of 20 frames did not come back as they were sent\n");
    assert_eq!(run.code, 16);
}

#[test]
fn frames_that_are_altered_are_lost_and_told() {
    let (run, told) = load_to(&[], |number, mut frame| {
        frame[100] ^= u8::from(number % 5 == 4);
        Says(vec![frame])
    });
    assert_eq!((run.code, number(&told, "lost")), (16, 4), "{run:?}");
    assert!(number(&told, "strays") > 0, "{told}");
}

#[test]
fn frames_that_come_twice_are_told() {
    let (run, told) = load_to(&[], |_, frame| Says(vec![frame.clone(), frame]));
    assert_eq!((run.code, number(&told, "lost")), (16, 0), "{run:?}");
    assert!(number(&told, "strays") > 0, "{told}");
}

#[test]
fn a_server_may_cut_audio_as_it_likes() {
    let (run, told) = load_to(&[], |_, frame| Says(frame.chunks(101).map(<[u8]>::to_vec).collect()));
    assert_eq!((run.code, number(&told, "echoed"), number(&told, "strays")), (0, 20, 0), "{run:?}");
}

#[test]
fn a_call_that_the_server_ends_is_dropped() {
    let (run, told) =
        load_to(&["--seconds", "600"], |number, frame| if number < 9 { Says(vec![frame]) } else { HangsUp });
    assert_eq!((&told["held"], &told["dropped"]), (&json!(0), &json!(1)));
    let why = "the call was lost: the application hung up (1011: \"out of breath\")";
    assert_eq!(run.stderr, format!("voxwire: 1 of 1 calls failed; the first: {why}\n"));
    assert_eq!(run.code, 8);
}

#[test]
fn declined_calls_are_counted_with_their_status_and_the_others_measured() {
    let (_server, url) = Running::answer(&["--max-calls", "2"]);
    let (run, told) = load(&url, &["--calls", "5"]);
    assert_eq!([&told["held"], &told["declined"], &told["failed"]], [&json!(2), &json!(3), &json!(0)]);
    assert_eq!((&told["statuses"], number(&told, "echoed")), (&json!({"503": 3}), 40));
    assert_eq!(told["verdict"], "failing");
    let why = "the upgrade was declined with HTTP status 503: the call is hung up";
    run.failed(5, &format!("3 of 5 calls failed; the first: {why}"));
}

#[test]
fn calls_that_nobody_takes_have_failed() {
    for (agent, dialect, code) in [("busy", "sinch", 6), ("busy", "wavix", 6), ("reject", "sinch", 7)] {
        let (_server, url) = Running::answer(&["--agent", agent]);
        let (run, told) = load(&url, &["--calls", "2", "--dialect", dialect]);
        // Wavix has no word for it: the call has begun when it is hung up.
        let lost = told["failed"].as_u64().unwrap() + told["dropped"].as_u64().unwrap();
        assert_eq!((run.code, lost), (code, 2), "{run:?}");
    }
    let (run, told) = load("ws://127.0.0.1:1", &["--calls", "2"]);
    assert_eq!((run.code, &told["failed"]), (4, &json!(2)));
}

#[test]
fn the_limit_of_a_server_is_found() {
    let (_server, url) = Running::answer(&["--max-calls", "8"]);
    let scratch = Scratch::new();
    let path = scratch.file("load.html");
    let args = ["--find-limit", "--p99", "60000ms", "--ramp", "1000", "--seconds", "0.1", "--report", &path];
    let run = voxwire(&[&["load", &url, "--json"], &args[..]].concat());
    let mut lines = run.json();
    assert_eq!(run.code, 0, "{run:?}");
    let limit = lines.pop().unwrap();
    assert_eq!(
        ["kind", "calls", "because", "beyond"].map(|key| limit[key].clone()),
        [json!("limit"), json!(8), json!("failing"), json!(9)]
    );
    let tried: Vec<_> = lines.iter().map(|line| line["calls"].as_u64().unwrap()).collect();
    assert_eq!(tried, [1, 2, 4, 8, 16, 16, 16, 12, 12, 12, 10, 10, 10, 9, 9, 9]);
    assert!(lines.iter().all(|line| line["kind"] == "probe"));
    let html = report(&path, 3);
    assert!(
        html.contains("<th>16 calls</th><td>8 held, ") && html.contains("voxwire load: 8 calls to "),
        "{html}"
    );
}

/// A server may keep calls by their ids, and of one that has just ended it may still know something.
#[test]
fn no_two_calls_of_a_search_have_the_same_id() {
    let (server, url) = Running::answer(&["--json", "--max-calls", "2"]);
    let args = ["--find-limit", "--p99", "60000", "--ramp", "1000", "--seconds", "0.1"];
    assert_eq!(voxwire(&[&["load", &url], &args[..]].concat()).code, 0);
    server.interrupt();
    let lines = server.end().json();
    let ids: Vec<_> = lines.iter().filter_map(|line| line["message"]["call_id"].as_str()).collect();
    // One; two; of four and of three, each tried three times, two.
    assert_eq!(ids.len(), 15, "{ids:?}");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 15, "{ids:?}");
}

#[test]
fn a_server_that_holds_no_call_has_no_limit() {
    let (_server, url) = Running::answer(&["--agent", "busy"]);
    let run = voxwire(&["load", &url, "--find-limit", "--seconds", "0.1"]);
    assert_eq!(run.code, 6, "{run:?}");
    assert!(run.stdout.contains("     1 calls: 0 held, 0 frames lost"), "{}", run.stdout);
}

#[test]
fn the_report_is_one_well_formed_file_that_names_no_secret() {
    let (_server, url) = Running::answer(&[]);
    let scratch = Scratch::new();
    let path = scratch.file("load.html");
    let (run, _) = load(&format!("{url}/s3cret"), &["--calls", "2", "--report", &path]);
    assert_eq!(run.code, 0, "{run:?}");
    let html = report(&path, 2);
    assert!(!html.contains("s3cret") && html.contains(&url), "{html}");
    assert!(html.contains("<td>40 sent, 40 echoed, 0 lost</td>"), "{html}");
}

/// Reads a report: well-formed, with two pictures and so many tables, and nothing from elsewhere.
#[track_caller]
fn report(path: &str, tables: usize) -> String {
    let html = fs::read_to_string(path).unwrap();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&html, options).unwrap();
    let count = |name| document.descendants().filter(|node| node.tag_name().name() == name).count();
    assert_eq!((count("svg"), count("table"), count("script"), count("link")), (2, tables, 0, 0));
    assert!(!html.contains("{{"), "{html}");
    html
}

#[test]
fn a_report_that_cannot_be_written_is_found_out_before_anybody_is_called() {
    let run = voxwire(&["load", "ws://127.0.0.1:1", "--calls", "1", "--report", "/nowhere/load.html"]);
    assert_eq!(run.code, 10, "{run:?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn an_interrupted_load_tells_what_it_has_measured() {
    let (server, url) = Running::answer(&["--json"]);
    // Who is heard to talk has heard the answer.
    let talks = |call: u32| {
        server.line_with(&format!("\"began\",\"call\":{call},"));
        server.line_with("\"event\":\"audio\"");
    };
    let running = Running::start(&["load", &url, "--calls", "1", "--seconds", "600", "--json"]);
    talks(1);
    running.interrupt();
    let run = running.end();
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{run:?}");
    assert_eq!(parsed(&run.stdout)["frames"]["lost"], 0, "{run:?}");

    // The second call would come after ten seconds.
    let running =
        Running::start(&["load", &url, "--calls", "2", "--ramp", "0.1", "--seconds", "600", "--json"]);
    talks(2);
    running.interrupt();
    let run = running.end();
    let told = parsed(&run.stdout);
    assert_eq!((run.code, &told["verdict"]), (0, &json!("interrupted")), "{run:?}");
    let calls = ["calls", "held", "declined", "failed", "dropped", "left"].map(|key| &told[key]);
    assert_eq!(json!(calls), json!([2, 1, 0, 0, 0, 1]));
}

/// Neither those that nobody has answered yet nor those that were not placed yet.
#[test]
fn calls_that_were_not_up_when_a_load_was_ended_are_told() {
    let told = block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let running = Running::start(&["load", &url, "--calls", "5", "--ramp", "0.1"]);
        let _silent = listener.accept().await.unwrap();
        running.interrupt();
        tokio::task::spawn_blocking(move || running.end()).await.unwrap()
    });
    assert_eq!(told.code, 0, "{told:?}");
    let calls = "\ncalls     0 held, 0 declined, 0 failed, 0 dropped, 5 not up when it was ended\n";
    assert!(told.stdout.contains(calls), "{told:?}");
    assert!(told.stdout.contains("\nverdict   ended before every call was up\n"), "{told:?}");
}

#[test]
fn a_load_that_means_nothing_is_refused() {
    let url = "ws://127.0.0.1:1";
    for wrong in [
        &["load", url][..],
        &["load", url, "--calls", "0"],
        &["load", url, "--calls", "1", "--ramp", "0"],
        &["load", url, "--calls", "1", "--p99", "20"],
        &["load", url, "--find-limit", "--p99", "nan"],
        &["load", url, "--find-limit", "--p99", "60001"],
        &["load", url, "--find-limit", "--fast"],
        &["load", "http://127.0.0.1:1/", "--calls", "1"],
    ] {
        assert_eq!(voxwire(wrong).code, 2, "{wrong:?}");
    }
}

/// Own lateness counts from half the bound on, and timers alone may be two milliseconds late.
#[test]
fn a_bound_that_no_timer_shows_is_refused() {
    let run = voxwire(&["load", "ws://127.0.0.1:1", "--find-limit", "--p99", "4.9"]);
    let why =
        "invalid value '4.9' for '--p99 <MS>': a number of milliseconds from 5 to 60000; timers show no less";
    assert_eq!((run.code, run.stderr.contains(why)), (2, true), "{run:?}");
    assert_eq!(voxwire(&["load", "ws://127.0.0.1:1", "--find-limit", "--p99", "5ms"]).code, 4);
}
