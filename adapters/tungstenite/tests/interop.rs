//! One end without a runtime, the other on tokio.

use core::time::Duration;
use std::thread;

use voxwire::{Audio, Close, Command, Config, Dialect, Event};
use voxwire_tungstenite::{Inbox, connect};

use crate::ends::{listen, read_upgrade, start};

mod ends;

const FRAMES: u32 = 2_000;

#[test]
fn a_tokio_platform_calls_a_blocking_application() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (listener, url) = listen();
        let application = thread::spawn(move || {
            let mut call = read_upgrade(&listener).accept(Config::new(dialect), None).unwrap();
            let mut inbox = Inbox::new();
            loop {
                match call.next(&mut inbox).unwrap() {
                    Event::Start(_) => call.send(Command::Answer).unwrap(),
                    Event::Audio(audio) => call.send(Command::Audio(audio)).unwrap(),
                    Event::Hangup(close) => break assert_eq!(close, Close::new(1000, "done")),
                    _ => {}
                }
            }
        });
        on_tokio(async {
            let mut call = voxwire_tokio::connect(&url, Config::new(dialect)).await.unwrap();
            call.send(start(Some(dialect))).await.unwrap();
            let (mut hearing, mut speaking) = call.split();
            let mut inbox = voxwire_tokio::Inbox::new();
            if dialect == Dialect::Sinch {
                assert_eq!(hearing.next(&mut inbox).await.unwrap(), Command::Answer);
            }
            for n in 0..FRAMES {
                speaking.send(Event::Audio(Audio::raw(&n.to_le_bytes()))).await.unwrap();
                let heard = hearing.next(&mut inbox).await.unwrap();
                assert_eq!(heard, Command::Audio(Audio::raw(&n.to_le_bytes())));
            }
            if dialect == Dialect::Wavix {
                speaking.send(Event::Stop).await.unwrap();
            }
            speaking.hang_up(1000, "done").await.unwrap();
            while !hearing.is_closed() {
                hearing.next(&mut inbox).await.unwrap();
            }
        });
        application.join().unwrap();
    }
}

#[test]
fn a_blocking_platform_calls_a_tokio_application() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (listener, url) = listen();
        listener.set_nonblocking(true).unwrap();
        let platform = thread::spawn(move || {
            let mut call = connect(&url, Config::new(dialect)).unwrap();
            call.send(start(Some(dialect))).unwrap();
            let mut inbox = Inbox::new();
            if dialect == Dialect::Sinch {
                assert_eq!(call.next(&mut inbox).unwrap(), Command::Answer);
            }
            for n in 0..FRAMES {
                call.send(Event::Audio(Audio::raw(&n.to_le_bytes()))).unwrap();
                let heard = call.next(&mut inbox).unwrap();
                assert_eq!(heard, Command::Audio(Audio::raw(&n.to_le_bytes())));
            }
            assert!(matches!(call.next(&mut inbox), Ok(Command::Hangup(close)) if close.code == Some(1000)));
        });
        on_tokio(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let (socket, _) = listener.accept().await.unwrap();
            let upgrade = voxwire_tokio::Upgrade::read(socket).await.unwrap();
            let mut call = upgrade.accept(Config::new(dialect), None).await.unwrap();
            let mut inbox = voxwire_tokio::Inbox::new();
            let mut echoed = 0;
            while echoed < FRAMES {
                match call.next(&mut inbox).await.unwrap() {
                    Event::Start(_) => call.send(Command::Answer).await.unwrap(),
                    Event::Audio(audio) => {
                        call.send(Command::Audio(audio)).await.unwrap();
                        echoed += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            call.hang_up(1000, "done").await.unwrap();
        });
        platform.join().unwrap();
    }
}

fn on_tokio(task: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), task).await.expect("in time") });
}
