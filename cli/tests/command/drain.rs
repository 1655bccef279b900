//! How the server stops, and how a caller does.

use std::net::TcpStream;

use voxwire::{Close, Command, Dialect};
use voxwire_tokio::Inbox;

use crate::innocent::Innocent;
use crate::support::{Running, Scratch, block_on, called, caller, samples, silence};

#[test]
fn an_interrupt_ends_calls_with_a_reason_and_the_server_with_success() {
    let (server, url) = Running::answer(&["--drain", "0"]);
    block_on(async {
        let mut inbox = Inbox::new();
        let mut call = caller(&url).await;
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
        server.interrupt();
        let close = Close::new(1001, "the server is going away");
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(close));
    });
    let run = server.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("taking no more calls; 1 call to end\n"), "{}", run.stdout);
    assert!(run.stdout.contains(r#"the application hung up (1001: "the server is going away")"#));
}

#[test]
fn while_it_drains_calls_go_on_and_none_is_taken() {
    let (server, url) = Running::answer(&["--drain", "60"]);
    block_on(async {
        let mut inbox = Inbox::new();
        let mut call = caller(&url).await;
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
        server.interrupt();
        server.line_with("taking no more calls");
        let refused = TcpStream::connect(url.strip_prefix("ws://").unwrap());
        assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
        call.send(voxwire::Event::Audio(voxwire::Audio::raw(&[1, 0, 2, 0]))).await.unwrap();
        let echo = call.next(&mut inbox).await.unwrap();
        assert_eq!(echo, Command::Audio(voxwire::Audio::raw(&[1, 0, 2, 0])));
        call.hang_up(1000, "").await.unwrap();
    });
    assert_eq!(server.end().code, 0);
}

#[test]
fn code_130_a_second_interrupt_ends_it_at_once() {
    let (server, url) = Running::answer(&["--drain", "60"]);
    block_on(async {
        let mut inbox = Inbox::new();
        let mut call = caller(&url).await;
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
        server.interrupt();
        server.line_with("taking no more calls");
        server.interrupt();
        assert_eq!(server.end().code, 130);
    });
}

#[test]
fn an_idle_server_stops_at_once() {
    let (server, _) = Running::answer(&["--drain", "60"]);
    server.interrupt();
    assert_eq!(server.end().code, 0);
}

#[test]
fn a_caller_who_is_stopped_hangs_up_and_keeps_what_he_heard() {
    let scratch = Scratch::new();
    let (said, heard) = (scratch.file("said.wav"), scratch.file("heard.wav"));
    silence(&said, 24_000, 1, 24_000 * 60);
    let (server, url) = Running::answer(&[]);
    for signal in ["-TERM", "-INT"] {
        let args = ["call", &url, "--dialect", "sinch", "--json", "--say", &said, "--record", &heard];
        let call = Running::start(&args);
        // The first that is heard is played by the time that the second comes.
        for _ in 0..10 {
            while !call.line_with(r#""kind":"heard""#).contains("audio") {}
        }
        call.signal(signal);
        assert_eq!(call.end().code, 0);
        assert!(!samples(&heard).is_empty());
        let end = server.line_with("ended");
        assert!(end.ends_with(r#"the platform hung up (1000: "the caller hung up")"#), "{end}");
    }
}

#[test]
fn code_130_a_caller_who_is_stopped_twice() {
    block_on(async {
        let (running, mut call) = called(Dialect::Sinch, &[]).await;
        assert!(call.next(&mut Inbox::new()).await.is_ok());
        call.send(Command::Answer).await.unwrap();
        call.flush().await;
        running.line_with("answers");
        running.interrupt();
        // The application does not reply to the close.
        running.line_with("hangs up");
        running.signal("-TERM");
        assert_eq!(running.end().code, 130);
    });
}

#[test]
#[cfg(unix)]
fn what_the_system_asks_for_is_what_the_keyboard_asks_for() {
    let (server, url) = Running::answer(&["--drain", "60"]);
    let mut innocent = Innocent::call(&url);
    server.signal("-TERM");
    server.line_with("taking no more calls; 1 call to end");
    innocent.talk();
    server.signal("-TERM");
    assert_eq!(server.end().code, 130);
}
