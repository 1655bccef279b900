//! Every exit code, and the sentence that comes with it. 12 is tested where it is given, 13 in `explain`, 130 in `drain`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use voxwire::{Audio, Command, Dialect};
use voxwire_tokio::Inbox;
use voxwire_tokio::tungstenite;

use crate::support::{Running, Scratch, asset, call_to, silence, voxwire};

#[test]
fn code_2_wrong_arguments() {
    assert_eq!(voxwire(&["call"]).code, 2);
    assert_eq!(voxwire(&["answer", "--rate", "11025"]).code, 2);
    let wavix = voxwire(&["call", "ws://127.0.0.1:1", "--dialect", "wavix", "--header", "Token=s3cret"]);
    wavix.failed(2, "--header does not go with --dialect wavix: Wavix has no call headers");
    let header = voxwire(&["call", "ws://127.0.0.1:1", "--dialect", "sinch", "--header", "s3cret"]);
    header.failed(2, "a --header is written NAME=VALUE");
    let agent = voxwire(&["answer", "--agent", "sing"]);
    agent.failed(2, "--agent is one of: echo, play FILE.wav, record DIR, busy, reject");
    let sentence = "--token is one segment of a path: letters, digits and -._~!$&'()*+,;=:@, at least one";
    for token in ["", "a/s3cret", "a?s3cret", "a#s3cret", "a s3cret", "a%20s3cret", "\u{e9}s3cret"] {
        voxwire(&["answer", "--callbacks", "--token", token]).failed(2, sentence);
    }
}

#[test]
fn code_2_a_url_that_cannot_be_called() {
    let call = |url| voxwire(&["call", url, "--dialect", "sinch"]);
    call("http://127.0.0.1/s3cret")
        .failed(2, "the URL is not of the form ws://HOST:PORT/PATH or wss://HOST:PORT/PATH");
    let port = "the port in the URL is no number from 1 to 65535";
    call("ws://127.0.0.1:99999/s3cret").failed(2, port);
    call("wss://127.0.0.1:0/s3cret").failed(2, port);
}

#[test]
fn code_2_a_call_of_no_length() {
    let run = voxwire(&["call", "ws://127.0.0.1:1", "--dialect", "sinch", "--duration", "0"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a call lasts longer than that"), "{}", run.stderr);
}

#[test]
fn a_value_that_strayed_from_its_option_is_not_repeated() {
    let run = voxwire(&["call", "ws://h", "--dialect", "sinch", "--header", "Token", "s3cret"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("unexpected argument") && !run.stderr.contains("s3cret"), "{}", run.stderr);
    let option = voxwire(&["call", "ws://h", "--headr", "Token=s3cret"]);
    assert!(option.stderr.contains("'--headr'") && !option.stderr.contains("s3cret"), "{}", option.stderr);
}

#[test]
fn the_version_names_the_command() {
    assert_eq!(voxwire(&["--version"]).stdout, concat!("voxwire ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn code_3_recordings_that_cannot_be_used() {
    let scratch = Scratch::new();
    let (fine, text) = (scratch.file("fine.wav"), scratch.file("text.wav"));
    silence(&fine, 384_000, 2, 4);
    std::fs::write(&text, "hello").unwrap();
    let call = |args: &[&str]| voxwire(&[&["call", "ws://127.0.0.1:1", "--dialect", "sinch"], args].concat());
    call(&["--say", "/nowhere.wav"])
        .failed(3, "cannot read /nowhere.wav: No such file or directory (os error 2)");
    call(&["--say", &text])
        .failed(3, &format!("{text} is not a WAV file that voxwire can read: no RIFF tag found"));
    let sentence = format!(
        "{fine} has a sample rate of 384000 Hz, too far from the 8000 Hz of the call to be converted"
    );
    call(&["--say", &fine, "--rate", "8000"]).failed(3, &sentence);
    voxwire(&["answer", "--agent", "play", &fine, "--rate", "8000"]).failed(3, &sentence);
    voxwire(&["explain", "/nowhere"])
        .failed(3, "cannot read /nowhere: No such file or directory (os error 2)");
}

#[test]
fn code_4_nobody_there() {
    // A port that was just free.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = voxwire(&["call", &format!("ws://{address}/s3cret"), "--dialect", "sinch"]);
    run.failed(4, &format!("cannot reach ws://{address}: the connection was refused"));
}

#[test]
fn code_5_declined() {
    let (_server, url) = Running::answer(&["--token", "s3cret"]);
    let url = url.strip_suffix("/TOKEN").unwrap();
    for path in ["", "/", "/s3cre", "/s3crets", "/s3cret/", "/s3cret/x", "/x?s3cret"] {
        let run = voxwire(&["call", &format!("{url}{path}"), "--dialect", "sinch", "--fast"]);
        run.failed(5, "the upgrade was declined with HTTP status 404: the call is hung up");
    }
}

#[test]
fn code_6_busy_and_7_rejected() {
    for (agent, code, sentence) in
        [("busy", 6, "the application is busy"), ("reject", 7, "the application rejected the call")]
    {
        let (server, url) = Running::answer(&["--agent", agent]);
        voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).failed(code, sentence);
        // Wavix has no words for it: the application hangs up, and says why.
        voxwire(&["call", &url, "--dialect", "wavix", "--fast"]).failed(code, sentence);
        server.line_with("call 2 from");
        assert!(server.line_with("ended").contains("the application hung up (1000:"));
    }
}

#[test]
fn on_wavix_only_who_said_nothing_before_is_busy() {
    let run = call_to(
        Dialect::Wavix,
        async |mut call| {
            let mut inbox = Inbox::new();
            while call.send(Command::Audio(Audio::raw(&[0; 960]))).await.is_err() {
                let _ = call.next(&mut inbox).await;
            }
            call.hang_up(1000, "busy").await.unwrap();
        },
        &[],
    );
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn code_8_hung_up_in_trouble() {
    let hung_up = |dialect, code| {
        call_to(
            dialect,
            async move |mut call| {
                let mut inbox = Inbox::new();
                while call.send(Command::Answer).await.is_err() {
                    let _ = call.next(&mut inbox).await;
                }
                call.hang_up(code, "no \u{1b}voice").await.unwrap();
            },
            &[],
        )
    };
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let sentence = r#"the call was lost: the application hung up (1011: "no \u{1b}voice")"#;
        hung_up(dialect, 1011).failed(8, sentence);
        assert_eq!(hung_up(dialect, 1001).code, 0);
    }
}

#[test]
fn code_8_lost_to_a_peer_that_breaks_the_rules() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let peer = thread::spawn(move || {
        let socket = listener.accept().unwrap().0;
        let mut socket: TcpStream = tungstenite::accept(socket).unwrap().into_inner();
        socket.write_all(&[0x83, 2, b'h', b'i']).unwrap();
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let run = voxwire(&["call", &url, "--dialect", "wavix", "--fast"]);
    run.failed(8, "the call was lost: WebSocket protocol error: Encountered invalid opcode: 3");
    peer.join().unwrap();
}

#[test]
fn code_8_lost() {
    let run = call_to(
        Dialect::Sinch,
        async |mut call| {
            assert!(call.next(&mut Inbox::new()).await.is_ok());
            call.send(Command::Answer).await.unwrap();
        },
        &[],
    );
    run.failed(8, "the call was lost: the connection ended without a close");
}

#[test]
fn code_9_no_answer() {
    let silent = call_to(
        Dialect::Sinch,
        async |mut call| {
            let mut inbox = Inbox::new();
            while !call.is_closed() {
                let _ = call.next(&mut inbox).await;
            }
        },
        &["--duration", "0.5"],
    );
    silent.failed(9, "the application had not answered yet");
    let gone = call_to(
        Dialect::Sinch,
        async |mut call| {
            assert!(call.next(&mut Inbox::new()).await.is_ok());
            call.hang_up(4000, "not \u{1b}today").await.unwrap();
        },
        &[],
    );
    gone.failed(9, r#"the application hung up (4000: "not \u{1b}today") without an answer"#);
}

#[test]
#[cfg(target_os = "linux")]
fn code_10_disk_full() {
    let (_server, url) = Running::answer(&[]);
    let run = voxwire(&["call", &url, "--dialect", "wavix", "--fast", "--record", "/dev/full"]);
    run.failed(10, "cannot write /dev/full: No space left on device (os error 28)");
    let scratch = Scratch::new();
    let file = scratch.file("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(voxwire(&["demo", "--fast", "--out", &file]).code, 10);
    assert_eq!(voxwire(&["answer", "--agent", "record", &file]).code, 10);
    let nowhere = voxwire(&["call", &url, "--dialect", "wavix", "--record", "/nowhere/h.wav"]);
    nowhere.failed(10, "cannot write /nowhere/h.wav: No such file or directory (os error 2)");
}

#[test]
fn code_11_address_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = voxwire(&["answer", "--listen", &address, "--agent", "play", &asset("greeting.wav")]);
    run.failed(11, &format!("cannot listen on {address}: Address already in use (os error 98)"));
}
