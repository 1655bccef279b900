//! What the system does to a server: each time it recovers, and a call beside loses nothing.
#![cfg(unix)]

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;

use socket2::{Domain, Socket, Type};
use voxwire::{Audio, Close, Command, Event};
use voxwire_tokio::Inbox;

use crate::innocent::Innocent;
use crate::support::{Running, Scratch, block_on, caller, samples, voxwire};

#[test]
fn out_of_descriptors_a_call_goes_on_and_others_are_taken_when_there_are_some() {
    let args = ["answer", "--listen", "127.0.0.1:0", "--max-connections", "1000", "--shed-late", "never"];
    let server = Running::start_within("ulimit -n 24", &args);
    let line = server.line();
    let url = line.strip_prefix("listening on ").unwrap();
    let address = url.strip_prefix("ws://").unwrap();
    let mut innocent = Innocent::call(url);
    let visitors: Vec<_> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
    let complaint = server.complaint();
    assert!(complaint.starts_with("voxwire: cannot take a call: "), "{complaint}");
    innocent.talk();
    drop(visitors);
    let run = voxwire(&["call", url, "--dialect", "sinch", "--fast"]);
    assert_eq!(run.code, 0, "{run:?}");
    innocent.hangs_up_having_heard_all();
    server.interrupt();
    assert_eq!(server.end().code, 0);
}

#[test]
fn connections_that_are_reset_before_they_are_taken_in_harm_nobody() {
    let (server, url) = Running::answer(&["--max-per-address", "1000"]);
    let mut innocent = Innocent::call(&url);
    let address = url.strip_prefix("ws://").unwrap();
    server.signal("-STOP");
    for _ in 0..100 {
        let visitor = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        visitor.connect(&address.parse::<SocketAddr>().unwrap().into()).unwrap();
        // Closing it resets it then.
        visitor.set_linger(Some(Duration::ZERO)).unwrap();
    }
    innocent.says_without_listening();
    server.signal("-CONT");
    innocent.talk();
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    innocent.hangs_up_having_heard_all();
    server.interrupt();
    let run = server.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// A limit on the length of files stands for a disk that is full: writing fails in the same way, and in the middle.
#[test]
fn when_the_disk_is_full_one_recording_ends_where_it_is_full_and_another_call_is_recorded() {
    let scratch = Scratch::new();
    let folder = scratch.file("calls");
    let args = ["answer", "--listen", "127.0.0.1:0", "--shed-late", "never", "--rate", "16000"];
    let args = [&args[..], &["--agent", "record", &folder]].concat();
    // 64 blocks of 512 bytes: 16,362 samples, and a header.
    let server = Running::start_within("trap '' XFSZ; ulimit -f 64", &args);
    let line = server.line();
    let url = line.strip_prefix("listening on ").unwrap();
    block_on(async {
        let (mut inbox, mut others) = (Inbox::new(), Inbox::new());
        let mut innocent = caller(url).await;
        assert_eq!(innocent.next(&mut inbox).await.unwrap(), Command::Answer);
        let mut verbose = caller(url).await;
        assert_eq!(verbose.next(&mut others).await.unwrap(), Command::Answer);
        for number in 0..100_u8 {
            // Who is hung up on has said all that there was room for.
            let _ = verbose.send(Event::Audio(Audio::raw(&[7; 640]))).await;
            if number % 2 == 0 {
                innocent.send(Event::Audio(Audio::raw(&[number; 320]))).await.unwrap();
            }
        }
        let end = loop {
            match verbose.next(&mut others).await.unwrap() {
                Command::Heartbeat => {}
                end => break end,
            }
        };
        assert_eq!(end, Command::Hangup(Close::new(1011, "the recording cannot be written")));
        innocent.hang_up(1000, "").await.unwrap();
    });
    let complaint = server.complaint();
    assert!(complaint.starts_with("voxwire: call 2: cannot write "), "{complaint}");
    assert!(complaint.ends_with(": File too large (os error 27)"), "{complaint}");
    for _ in 0..2 {
        server.line_with("ended");
    }
    // A call that comes later is recorded as ever.
    assert_eq!(voxwire(&["call", url, "--dialect", "sinch", "--fast", "--rate", "8000"]).code, 0);
    server.line_with("ended");
    server.interrupt();
    let run = server.end();
    let why = complaint.strip_prefix("voxwire: call 2: ").unwrap();
    run.failed(10, &format!("1 call was not recorded to the end: {why}"));

    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    // They end in a number.
    files.sort_by_key(|file| {
        file.file_stem().unwrap().to_str().unwrap().rsplit('-').next().unwrap().to_owned()
    });
    let recorded: Vec<_> = files.iter().map(samples).collect();
    let whole: Vec<_> = (0..100).step_by(2).flat_map(|number: i16| [number * 257; 160]).collect();
    assert_eq!(recorded[0], whole);
    assert_eq!(recorded[1], [0x0707; 16_362]);
    assert!(!recorded[2].is_empty() && recorded.len() == 3);
}

#[test]
fn a_server_is_started_again_under_load_on_the_same_port() {
    let (first, url) = Running::answer(&["--drain", "0"]);
    let address = url.strip_prefix("ws://").unwrap();
    let start = || {
        let server =
            Running::start(&["answer", "--listen", address, "--drain", "60", "--shed-late", "never"]);
        assert_eq!(server.line(), format!("listening on {url}"));
        server
    };
    block_on(async {
        let mut calls = Vec::new();
        for _ in 0..20 {
            let (mut call, mut inbox) = (caller(&url).await, Inbox::new());
            assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
            calls.push((call, inbox));
        }
        first.signal("-TERM");
        for (call, inbox) in &mut calls {
            let end = call.next(inbox).await.unwrap();
            assert_eq!(end, Command::Hangup(Close::new(1001, "the server is going away")));
        }
    });
    assert_eq!(first.end().code, 0);

    // While its calls end in peace, the next one takes new ones.
    let second = start();
    let mut innocent = Innocent::call(&url);
    second.signal("-TERM");
    second.line_with("taking no more calls; 1 call to end");
    let third = start();
    innocent.talk();
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    innocent.hangs_up_having_heard_all();
    assert_eq!(second.end().code, 0);

    // A server that is killed leaves connections behind, and a port that is free.
    let lost = Innocent::call(&url);
    drop(third);
    let fourth = start();
    lost.finds_the_line_dead();
    assert_eq!(voxwire(&["call", &url, "--dialect", "sinch", "--fast"]).code, 0);
    fourth.signal("-TERM");
    assert_eq!(fourth.end().code, 0);
}
