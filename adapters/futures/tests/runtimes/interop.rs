//! Calls with the tokio adapter at the other end, in either role.

use std::thread;

use voxwire::{Audio, Close, Command, Config, Event};
use voxwire_futures::{Inbox, Upgrade};

use crate::runtime::{DIALECTS, Runtime, announce, start};

on_each_runtime! {
    an_application_on_tokio_is_called
    a_platform_on_tokio_calls
}

async fn an_application_on_tokio_is_called<R: Runtime>() {
    for dialect in DIALECTS {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let application = thread::spawn(move || {
            tokio(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let (socket, _) = listener.accept().await.unwrap();
                let upgrade = voxwire_tokio::Upgrade::read(socket).await.unwrap();
                let mut call = upgrade.accept(Config::new(dialect), None).await.unwrap();
                let mut inbox = Inbox::new();
                assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
                call.send(Command::Answer).await.unwrap();
                call.send(Command::Audio(Audio::raw(&[5; 640]))).await.unwrap();
                assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(4001, "heard")));
            });
        });
        let mut call = R::connect(&url, Config::new(dialect)).await.unwrap();
        announce(&mut call).await;
        let mut inbox = Inbox::new();
        loop {
            match call.next(&mut inbox).await.unwrap() {
                Command::Answer => {}
                heard => break assert_eq!(heard, Command::Audio(Audio::raw(&[5; 640]))),
            }
        }
        call.hang_up(4001, "heard").await.unwrap();
        application.join().unwrap();
    }
}

async fn a_platform_on_tokio_calls<R: Runtime>() {
    for dialect in DIALECTS {
        let (listener, url) = R::bind().await;
        let platform = thread::spawn(move || {
            tokio(async {
                let mut call = voxwire_tokio::connect(&url, Config::new(dialect)).await.unwrap();
                call.send(Event::Start(start(dialect))).await.unwrap();
                let mut inbox = Inbox::new();
                loop {
                    match call.next(&mut inbox).await.unwrap() {
                        Command::Answer => {}
                        heard => break assert_eq!(heard, Command::Audio(Audio::raw(&[5; 640]))),
                    }
                }
                call.hang_up(4001, "heard").await.unwrap();
            });
        });
        let upgrade = Upgrade::read(R::accept(&listener).await).await.unwrap();
        let mut call = upgrade.accept(Config::new(dialect), None).await.unwrap();
        let mut inbox = Inbox::new();
        assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        call.send(Command::Audio(Audio::raw(&[5; 640]))).await.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(4001, "heard")));
        drop(call);
        platform.join().unwrap();
    }
}

fn tokio(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future);
}
