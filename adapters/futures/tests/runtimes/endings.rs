//! How calls end: deadlines, hang-ups, losses.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::time::Instant;

use smol::LocalExecutor;
use smol::future::{yield_now, zip};
use voxwire::{Close, Command, Config, Deadline, Dialect, Event};
use voxwire_futures::{CallError, Inbox, Upgrade};

use crate::runtime::{Runtime, Smol, announce, connected, sinch};
use crate::sockets::Watched;

on_each_runtime! {
    heartbeats_are_sent_by_a_task_that_only_hears
    the_socket_is_shut_down_after_the_last_word
}

#[test]
fn deadlines_are_told_under_an_executor_that_knows_no_time() {
    smol::future::block_on(async {
        let limit = Duration::from_millis(50);
        let began = Instant::now();
        let config = Config::new(Dialect::Sinch).start_within(Some(limit));
        let (mut application, _platform) = connected::<Smol>(config).await;
        let mut inbox = Inbox::new();
        let told = application.next(&mut inbox).await;
        assert!(matches!(told, Err(CallError::Expired(Deadline::Start))), "{told:?}");
        assert!(began.elapsed() >= limit, "{:?}", began.elapsed());
    });
}

async fn heartbeats_are_sent_by_a_task_that_only_hears<R: Runtime>() {
    let config = Config::new(Dialect::Sinch).heartbeat_after(Duration::from_millis(20));
    let (mut application, mut platform) = connected::<R>(config).await;
    announce(&mut platform).await;
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    let (mut hearing, mut speaking) = application.split();
    // It goes to sleep before the answer, from which on heartbeats are due: far sooner than it meant to wake.
    let tasks = LocalExecutor::new();
    let hearer = tasks.spawn(async { hearing.next(&mut Inbox::new()).await.map(|_| ()).unwrap() });
    let speaker = async {
        yield_now().await;
        speaking.send(Command::Answer).await.unwrap();
        assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
        let began = Instant::now();
        for _ in 0..3 {
            assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Heartbeat);
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        platform.hang_up(1000, "").await.unwrap();
        hearer.await;
    };
    tasks.run(speaker).await;
}

async fn the_socket_is_shut_down_after_the_last_word<R: Runtime>() {
    let (listener, url) = R::bind().await;
    let application = async {
        let (socket, watch) = Watched::new(R::accept(&listener).await);
        let mut call = Upgrade::read(socket).await.unwrap().accept(sinch(), None).await.unwrap();
        let mut inbox = Inbox::new();
        assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
        assert!(!watch.shut.load(Ordering::SeqCst));
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::NORMAL));
        assert!(watch.shut.load(Ordering::SeqCst));
    };
    let platform = async {
        let mut call = R::connect(&url, sinch()).await.unwrap();
        announce(&mut call).await;
        call.hang_up(1000, "").await.unwrap();
    };
    zip(application, platform).await;
}
