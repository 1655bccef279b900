//! `answer` and `call` against each other.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;

use voxwire_tokio::tungstenite;

use crate::support::{Running, Scratch, asset, samples, silence, voxwire};

#[test]
fn two_callers_at_once_hear_themselves_in_either_dialect() {
    let scratch = Scratch::new();
    let (server, url) = Running::answer(&["--agent", "echo"]);
    let calls = ["sinch", "wavix"].map(|dialect| {
        let heard = scratch.file(dialect);
        Running::start(&["call", &url, "--dialect", dialect, "--fast", "--record", &heard])
    });
    for call in calls {
        let run = call.end();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("heard     70080 bytes, 1.46 s\n"), "{}", run.stdout);
    }
    let said = samples(asset("caller.wav"));
    assert_eq!(samples(scratch.file("sinch")), said);
    assert_eq!(samples(scratch.file("wavix")), said);
    for _ in 0..2 {
        let over = server.line_with("ended");
        assert!(over.ends_with("70080 bytes heard, 70080 said; the platform hung up (1000)"), "{over}");
    }
}

#[test]
fn only_the_token_lets_a_call_in_and_it_is_never_printed() {
    let (server, url) = Running::answer(&["--token", "s3cret"]);
    let url = url.strip_suffix("/TOKEN").unwrap();
    let call = |path| voxwire(&["call", &format!("{url}{path}"), "--dialect", "wavix", "--fast"]).code;
    assert_eq!([call("/s3cret"), call("/calls/s3cret"), call("/s3cret?x=y"), call("/secret")], [0, 0, 0, 5]);
    server.interrupt();
    let run = server.end();
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("its URL does not end in the token: declined with 404"));
    assert!(!(run.stdout + &run.stderr).contains("cret"));
}

#[test]
fn header_values_stay_secret_unless_they_are_asked_for() {
    let (server, url) = Running::answer(&["--json"]);
    let args = ["call", &url, "--dialect", "sinch", "--fast", "--header", "Tenant=s3cret", "--json"];
    let run = voxwire(&args);
    assert!(run.stdout.contains("Tenant") && !run.stdout.contains("s3cret"));
    let shown = voxwire(&[&args[..], &["--show-headers"]].concat());
    assert!(shown.stdout.contains(r#"{"name":"Tenant","value":"s3cret"}"#));
    server.interrupt();
    let served = server.end().stdout;
    assert!(served.contains("Tenant") && !served.contains("s3cret"));
}

#[test]
fn play_is_heard_to_the_last_sample() {
    let scratch = Scratch::new();
    let (_server, url) = Running::answer(&["--agent", "play", &asset("greeting.wav")]);
    for dialect in ["sinch", "wavix"] {
        let heard = scratch.file(dialect);
        let run = voxwire(&["call", &url, "--dialect", dialect, "--fast", "--record", &heard]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(samples(&heard), samples(asset("greeting.wav")));
    }
}

#[test]
fn play_brings_what_it_plays_to_the_rate_of_each_call_and_tells_it_once() {
    let scratch = Scratch::new();
    let (server, url) = Running::answer(&["--agent", "play", &asset("greeting.wav")]);
    for rate in ["16000", "16000", "44100"] {
        let heard = scratch.file(rate);
        let run =
            voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--rate", rate, "--record", &heard]);
        assert_eq!(run.code, 0, "{run:?}");
        let [found, wanted] = [samples(&heard).len(), 27 * rate.parse::<usize>().unwrap() / 10];
        assert_eq!(found, wanted);
    }
    server.interrupt();
    let told: Vec<_> =
        server.end().stdout.lines().filter(|line| line.contains(" → ")).map(str::to_owned).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].ends_with("greeting.wav: 24,000 Hz mono 16-bit → 16,000 Hz mono 16-bit, 2.70 s"),
        "{told:?}"
    );
    assert!(
        told[1].ends_with("greeting.wav: 24,000 Hz mono 16-bit → 44,100 Hz mono 16-bit, 2.70 s"),
        "{told:?}"
    );
}

#[test]
fn play_refuses_a_call_of_a_rate_too_far_away_and_takes_the_next() {
    let scratch = Scratch::new();
    let fine = scratch.file("fine.wav");
    silence(&fine, 384_000, 1, 3_840);
    let (server, url) = Running::answer(&["--agent", "play", &fine]);
    let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--rate", "8000"]);
    run.failed(
        9,
        "the application hung up (1011: \"the recording does not fit the call\") without an answer",
    );
    let complaint = server.complaint();
    let sentence = "has a sample rate of 384000 Hz, too far from the 8000 Hz of the call to be converted";
    assert!(complaint.ends_with(sentence), "{complaint}");
    assert_eq!(voxwire(&["call", &url, "--dialect", "wavix", "--fast", "--rate", "16000"]).code, 0);
}

/// A file of another rate, width and number of channels, said to an echo: what comes back is what was converted.
#[test]
fn a_recording_of_any_kind_is_said_at_the_rate_of_the_call() {
    let scratch = Scratch::new();
    let (said, heard) = (scratch.file("said.wav"), scratch.file("heard.wav"));
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&said, spec).unwrap();
    let tone = |at: u32, rate: f64| (f64::from(at) * 400.0 * core::f64::consts::TAU / rate).sin();
    for at in 0..44_100 {
        // The mean of both is a tone at a quarter of full scale.
        let sample = (tone(at, 44_100.0) * 4_194_304.0).round() as i32;
        writer.write_sample(sample).unwrap();
        writer.write_sample(0).unwrap();
    }
    writer.finalize().unwrap();

    let (_server, url) = Running::answer(&[]);
    let args =
        ["call", &url, "--dialect", "wavix", "--fast", "--rate", "16000", "--say", &said, "--record", &heard];
    let run = voxwire(&args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let line = format!("{said}: 44,100 Hz stereo 24-bit → 16,000 Hz mono 16-bit, 1.00 s");
    assert_eq!(run.stdout.lines().next(), Some(line.as_str()));
    let echo = samples(&heard);
    assert_eq!(echo.len(), 16_000);
    for (at, sample) in (0..).zip(&echo).skip(100).take(15_800) {
        assert!((f64::from(*sample) - tone(at, 16_000.0) * 8_192.0).abs() < 8.0, "{at}: {sample}");
    }

    let lines = voxwire(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(
        lines[0],
        serde_json::json!({
            "kind": "converted",
            "file": said,
            "from": {"rate": 44_100, "channels": 2, "encoding": "integer", "bits": 24},
            "to": {"rate": 16_000, "channels": 1, "encoding": "integer", "bits": 16},
            "duration_ms": 1_000.0,
        })
    );
}

#[test]
fn without_a_rate_the_call_has_one_that_loses_nothing_of_what_is_said() {
    let scratch = Scratch::new();
    let (_server, url) = Running::answer(&[]);
    for (rate, of_the_call) in [(11_025, "16000 Hz"), (48_000, "48000 Hz"), (192_000, "96000 Hz")] {
        let said = scratch.file("said.wav");
        silence(&said, rate, 1, rate / 10);
        let run = voxwire(&["call", &url, "--dialect", "wavix", "--fast", "--say", &said]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains(&format!(" at {of_the_call}\n")), "{run:?}");
    }
}

#[test]
fn record_keeps_one_file_per_call_and_outlives_a_disk_that_fails() {
    let scratch = Scratch::new();
    let folder = scratch.file("calls");
    let (server, url) = Running::answer(&["--agent", "record", &folder]);
    let call = |dialect| voxwire(&["call", &url, "--dialect", dialect, "--fast"]);
    let (sinch, wavix) = (call("sinch"), call("wavix"));
    assert_eq!((sinch.code, wavix.code), (0, 0), "{sinch:?} {wavix:?}");
    server.line_with("call 1 from 127.0.0.1");
    server.line_with("ended");
    server.line_with("ended");
    let files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(samples(file), samples(asset("caller.wav")));
    }

    fs::remove_dir_all(&folder).unwrap();
    let refused = call("sinch");
    refused.failed(9, "the application hung up (1011: \"the call cannot be recorded\") without an answer");
    let complaint = server.complaint();
    assert!(complaint.starts_with("voxwire: call 3: cannot write "), "{complaint}");
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(call("sinch").code, 0);
}

#[test]
fn a_call_of_any_rate_is_carried_as_it_is() {
    let scratch = Scratch::new();
    let (said, heard) = (scratch.file("said.wav"), scratch.file("heard.wav"));
    silence(&said, 44_100, 1, 44_100 + 7);
    let (_server, url) = Running::answer(&[]);
    let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--say", &said, "--record", &heard]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read(said).unwrap(), fs::read(heard).unwrap());
}

#[test]
fn a_dialect_that_was_not_expected_harms_no_other_call() {
    let (server, url) = Running::answer(&["--dialect", "sinch"]);
    let wavix = Running::start(&["call", &url, "--dialect", "wavix", "--fast"]);
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    assert_eq!(wavix.end().code, 0);
    let ends = [server.line_with("ended"), server.line_with("ended")];
    let explained = ends.iter().filter(|end| end.ends_with("; what came means nothing in Sinch"));
    assert_eq!(explained.count(), 1, "{ends:?}");
}

#[test]
fn what_cannot_be_read_is_told_once_and_counted() {
    let (server, url) = Running::answer(&[]);
    let (mut platform, _) = tungstenite::connect(&url).unwrap();
    for _ in 0..3 {
        platform.send(tungstenite::Message::text(r#"{"command":"connect","CallId":"c1""#)).unwrap();
    }
    platform.close(None).unwrap();
    let why = "malformed message: expected a comma or the end at byte 34";
    let end = server.line_with("ended");
    assert!(end.ends_with(&format!(" (3 messages could not be read: {why})")), "{end}");
    server.interrupt();
    server.end().failed(0, &format!("call 1: cannot read what the platform says: {why}"));
}

#[test]
fn a_recording_is_not_begun_before_there_is_something_to_record() {
    let scratch = Scratch::new();
    let (kept, new) = (scratch.file("kept.wav"), scratch.file("new.wav"));
    fs::write(&kept, "precious").unwrap();
    let (_server, url) = Running::answer(&["--agent", "busy"]);
    for file in [&kept, &new] {
        let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--record", file]);
        assert_eq!(run.code, 6, "{run:?}");
    }
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = voxwire(&["call", &format!("ws://{gone}"), "--dialect", "sinch", "--record", &kept]);
    assert_eq!(run.code, 4);
    assert_eq!(fs::read(kept).unwrap(), b"precious");
    assert!(!fs::exists(new).unwrap());
}

#[test]
fn who_hears_nothing_has_a_recording_of_nothing() {
    let scratch = Scratch::new();
    let (said, heard) = (scratch.file("said.wav"), scratch.file("heard.wav"));
    silence(&said, 16_000, 1, 0);
    fs::write(&heard, "of another call").unwrap();
    let (_server, url) = Running::answer(&[]);
    let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--say", &said, "--record", &heard]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(samples(heard).is_empty());
}

#[test]
fn a_caller_who_was_given_no_words_has_some_at_any_rate() {
    let (_server, url) = Running::answer(&[]);
    let run = voxwire(&["call", &url, "--dialect", "sinch", "--fast", "--rate", "16000"]);
    assert_eq!(run.code, 0, "{run:?}");
    let line = "the built-in recording: 24,000 Hz mono 16-bit → 16,000 Hz mono 16-bit, 1.46 s";
    assert_eq!(run.stdout.lines().next(), Some(line));
    assert!(run.stdout.contains("heard     46720 bytes, 1.46 s\n"), "{}", run.stdout);
}

#[test]
fn visitors_that_are_no_callers_are_turned_away() {
    let (server, url) = Running::answer(&[]);
    let mut visitor = TcpStream::connect(url.strip_prefix("ws://").unwrap()).unwrap();
    visitor.write_all(b"EHLO example.org\r\n\r\n").unwrap();
    assert!(server.line().starts_with(&format!("no call from {}: ", visitor.local_addr().unwrap())));
    let mut visitor = TcpStream::connect(url.strip_prefix("ws://").unwrap()).unwrap();
    visitor.write_all(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n").unwrap();
    assert!(server.line().starts_with(&format!("no call from {}: ", visitor.local_addr().unwrap())));
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
}
