//! How the server stops.

use std::net::TcpStream;

use voxwire::{Close, Command};
use voxwire_tokio::Inbox;

use crate::support::{Running, block_on, caller};

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
