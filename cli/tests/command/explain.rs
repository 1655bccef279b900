//! `explain`: one verdict per line.

use crate::support::{Scratch, asset, fed, voxwire};

/// Messages of both providers' documents, and what is to be said about them.
const SAMPLES: &[(&str, &str)] = &[
    (
        r#"{"command":"connect","CallId":"c1","ApplicationId":"a1","Headers":{"Token":"s3cret"}}"#,
        r#"Sinch, platform → application: announces call "c1" to application "a1", with the headers "Token""#,
    ),
    (
        r#"{"command":"connect","version":1,"callId":"c2","codec":"PCM","sampleRate":16000,"callHeaders":{}}"#,
        r#"Sinch, platform → application: announces call "c2" at 16000 Hz"#,
    ),
    (r#"{"command":"answer"}"#, "Sinch, application → platform: answers"),
    (r#"{"command":"busy"}"#, "Sinch, application → platform: is busy"),
    (r#"{"command":"reject"}"#, "Sinch, application → platform: rejects the call"),
    (
        r#"{"command":"clear"}"#,
        "Sinch, application → platform: clears: what the caller has not heard yet is not to be played",
    ),
    (r#"{"command":"heartbeat"}"#, "Sinch, application → platform: keeps the silent call open"),
    (
        r#"{"event":"connected","event_time":"2024-01-15T10:30:00Z"}"#,
        "Wavix, platform → application: is there; the call has not begun",
    ),
    (
        r#"{"event":"start","event_time":"2024-01-15T10:30:00Z","call_id":"abc-123","stream_id":"str-456","stream_type":"oneway","channel":"both","sequence_number":1}"#,
        r#"Wavix, platform → application: announces call "abc-123", only to be listened to"#,
    ),
    (
        r#"{"event":"media","event_time":"2024-01-15T10:30:01Z","call_id":"abc-123","stream_id":"str-456","sequence_number":2,"media":{"payload":"AAEC","track":"inbound","timestamp":160,"chunk":1}}"#,
        "Wavix, platform → application: says 3 bytes of audio, the caller's voice",
    ),
    (
        r#"{"event":"media","event_time":"2024-01-15T10:30:01Z","call_id":"abc-123","stream_id":"str-456","sequence_number":2,"media":{"payload":"AAEC/f7...","track":"inbound","timestamp":160,"chunk":1}}"#,
        "Wavix, platform → application: says 7 bytes of audio, the caller's voice. \
         MALFORMED: the audio is not base64 at character 7 of the payload",
    ),
    (
        r#"{"event":"mark","event_time":"2024-01-15T10:30:02Z","call_id":"abc-123","stream_id":"str-456","sequence_number":10,"mark":{"name":"end-of-greeting"}}"#,
        r#"Wavix, platform → application: gives back mark "end-of-greeting": played, or flushed by a clear"#,
    ),
    (
        r#"{"event":"stop","event_time":"2024-01-15T10:30:05Z","call_id":"abc-123","stream_id":"str-456","sequence_number":100}"#,
        "Wavix, platform → application: ends the stream",
    ),
    (
        r#"{"event":"media","stream_id":"str-456","media":{"payload":"AAECAw=="}}"#,
        "Wavix, application → platform: says 4 bytes of audio",
    ),
    (
        r#"{"event":"mark","stream_id":"str-456","mark":{"name":"mark-1"}}"#,
        r#"Wavix, application → platform: asks for mark "mark-1" back when everything before it has been played"#,
    ),
    (
        r#"{"event":"clear","stream_id":"str-456"}"#,
        "Wavix, application → platform: clears: what the caller has not heard yet is not to be played",
    ),
    (r#"{"event":"dtmf","digit":"5"}"#, "means nothing in either dialect"),
    (
        r#"> {"event":"media","media":{"payload":"AAECAw=="}}"#,
        "Wavix, application → platform: says 4 bytes of audio",
    ),
    (
        r#"< {"event":"media","media":{"payload":"AAECAw=="}}"#,
        "Wavix, platform → application: says 4 bytes of audio, the caller's voice",
    ),
    (r#"< {"command":"answer"}"#, "means nothing in either dialect"),
    (r#"> {"command":"ans"#, "MALFORMED: unterminated string at byte 15"),
    (r#"{"command":"ans"#, "MALFORMED: unterminated string at byte 15"),
    ("hello", "means nothing in either dialect"),
];

#[test]
fn every_sample_has_its_verdict() {
    let text: String = SAMPLES.iter().map(|(message, _)| format!("{message}\n")).collect();
    let scratch = Scratch::new();
    let file = scratch.file("captured.txt");
    std::fs::write(&file, &text).unwrap();
    let run = voxwire(&["explain", &file]);
    let (lines, tally) = run.stdout.split_once("\n\n").unwrap();
    assert_eq!(tally, "23 messages: 17 known, 3 without a meaning, 3 malformed\n");
    let verdicts: Vec<_> = lines.lines().map(|line| line[4..].trim_start()).collect();
    assert_eq!(verdicts, SAMPLES.iter().map(|&(_, verdict)| verdict).collect::<Vec<_>>());
    run.failed(13, "3 messages are malformed");
    assert_eq!(fed(&["explain", "-"], text.as_bytes()).stdout, run.stdout);

    let json = fed(&["explain", "--json"], text.as_bytes());
    assert_eq!(json.code, 13);
    for (number, (verdict, (_, words))) in (1..).zip(json.json().iter().zip(SAMPLES)) {
        assert_eq!(verdict["line"], number);
        assert_eq!(verdict["well_formed"], !words.contains("MALFORMED"), "{words}");
        assert_eq!(verdict["known"], words.contains(" → "), "{words}");
    }
    assert!(!json.stdout.contains("s3cret"));
    let shown = fed(&["explain", "--json", "--show-headers"], text.as_bytes());
    assert!(shown.stdout.contains(r#"{"name":"Token","value":"s3cret"}"#));
}

#[test]
fn well_formed_messages_are_success() {
    let run =
        fed(&["explain"], b"\xEF\xBB\xBF{\"command\":\"answer\"}\r\n\n  {\"event\":\"unheard-of\"}\n[]");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.ends_with("\n\n3 messages: 1 known, 2 without a meaning, 0 malformed\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_capture_that_ships_with_the_command_is_known_to_the_last_line() {
    let run = voxwire(&["explain", &asset("capture.txt")]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.ends_with("\n12 messages: 12 known, 0 without a meaning, 0 malformed\n"),
        "{}",
        run.stdout
    );
    for said in ["Sinch, platform", "Sinch, application", "Wavix, platform", "Wavix, application"] {
        assert!(run.stdout.contains(said), "{said}");
    }
}

#[test]
fn lines_are_bounded_and_need_not_be_text() {
    let mut input = vec![b'x'; 1_000_000];
    input.extend(b"\n\xff\xfe\n{\"command\":\"answer\"}\n");
    let run = fed(&["explain"], &input);
    let lines: Vec<_> = run.stdout.lines().map(str::trim_start).collect();
    assert_eq!(
        lines,
        [
            "1  MALFORMED: message length exceeded at byte 262144",
            "2  MALFORMED: not UTF-8 at byte 0",
            "3  Sinch, application → platform: answers",
            "",
            "3 messages: 1 known, 0 without a meaning, 2 malformed",
        ]
    );
    run.failed(13, "2 messages are malformed");
}
