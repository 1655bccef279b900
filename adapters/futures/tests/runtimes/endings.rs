//! How calls end: deadlines, hang-ups, losses.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::time::Instant;

use smol::LocalExecutor;
use smol::future::{yield_now, zip};
use voxwire::{Audio, Close, Command, Config, Deadline, Dialect, Event, SendError};
use voxwire_futures::{CallConfig, CallError, Inbox, Upgrade};

use crate::runtime::{DIALECTS, Runtime, Smol, announce, answered, connected, once, sinch, voice};
use crate::sockets::Watched;

on_each_runtime! {
    either_side_hangs_up_with_code_and_reason_once_all_is_said
    hanging_up_on_a_peer_that_does_not_read_takes_a_bounded_time
    a_silent_peer_is_reported_and_the_call_goes_on
    a_call_that_is_never_announced_is_reported
    heartbeats_are_sent_by_a_task_that_only_hears
    dropping_the_call_closes_the_socket_though_handles_live_on
    the_socket_is_shut_down_after_the_last_word
    who_waits_to_speak_is_set_free_by_the_end_of_the_call
}

async fn either_side_hangs_up_with_code_and_reason_once_all_is_said<R: Runtime>() {
    for dialect in DIALECTS {
        let close = Close::new(4001, "all said");
        let (mut application, mut platform) = answered::<R>(dialect, Config::new(dialect)).await;
        for n in 0..20 {
            application.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
        }
        let hearer = async {
            let mut inbox = Inbox::new();
            for n in 0..20 {
                let heard = platform.next(&mut inbox).await.unwrap();
                assert_eq!(heard, Command::Audio(Audio::raw(&[n; 640])));
            }
            assert_eq!(platform.next(&mut inbox).await.unwrap(), Command::Hangup(close));
        };
        let (hung_up, ()) = zip(application.hang_up(4001, "all said"), hearer).await;
        hung_up.unwrap();
        assert!(application.is_closed() && platform.is_closed());
        let sent = application.send(Command::Heartbeat).await;
        assert!(matches!(sent, Err(CallError::Send(SendError::Closed))));

        let (mut application, mut platform) = answered::<R>(dialect, Config::new(dialect)).await;
        platform.send(Event::Audio(Audio::raw(&[1; 640]))).await.unwrap();
        let hearer = async {
            let mut inbox = Inbox::new();
            assert_eq!(voice(application.next(&mut inbox).await.unwrap()), [1; 640]);
            assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Hangup(close));
            assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Hangup(Close::LOST));
        };
        let (hung_up, ()) = zip(platform.hang_up(4001, "all said"), hearer).await;
        hung_up.unwrap();
        assert!(application.is_closed() && platform.is_closed());
    }
}

async fn hanging_up_on_a_peer_that_does_not_read_takes_a_bounded_time<R: Runtime>() {
    let limit = Duration::from_millis(50);
    let config =
        CallConfig::from(Config::new(Dialect::Sinch).end_within(limit)).queue(16 * 1024).drain_within(limit);
    let (mut call, _platform) = answered::<R>(Dialect::Sinch, config).await;
    while let Some(sent) = once(call.send(Command::Audio(Audio::raw(&[1; 640])))).await {
        sent.unwrap();
    }
    let began = Instant::now();
    call.hang_up(1000, "enough").await.unwrap();
    assert!(call.is_closed());
    assert!(began.elapsed() >= 2 * limit, "{:?}", began.elapsed());
}

async fn a_silent_peer_is_reported_and_the_call_goes_on<R: Runtime>() {
    // Nobody polls the peer, so it answers no ping.
    let limit = Duration::from_millis(100);
    let config = Config::new(Dialect::Sinch).silence_limit(Some(limit));
    let (mut application, mut platform) = connected::<R>(config).await;
    announce(&mut platform).await;
    let began = Instant::now();
    let mut inbox = Inbox::new();
    assert!(matches!(application.next(&mut inbox).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    let told = application.next(&mut inbox).await;
    assert!(matches!(told, Err(CallError::Expired(Deadline::Silence))), "{told:?}");
    assert!(began.elapsed() >= limit, "{:?}", began.elapsed());
    assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
    platform.send(Event::Audio(Audio::raw(&[1, 2]))).await.unwrap();
    platform.flush().await;
    assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[1, 2])));
}

async fn a_call_that_is_never_announced_is_reported<R: Runtime>() {
    let limit = Duration::from_millis(50);
    let began = Instant::now();
    let config = Config::new(Dialect::Sinch).start_within(Some(limit));
    let (mut application, _platform) = connected::<R>(config).await;
    let mut inbox = Inbox::new();
    let told = application.next(&mut inbox).await;
    assert!(matches!(told, Err(CallError::Expired(Deadline::Start))), "{told:?}");
    assert!(began.elapsed() >= limit, "{:?}", began.elapsed());
}

#[test]
fn deadlines_are_told_under_an_executor_that_knows_no_time() {
    smol::future::block_on(a_call_that_is_never_announced_is_reported::<Smol>());
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

async fn dropping_the_call_closes_the_socket_though_handles_live_on<R: Runtime>() {
    let (application, mut platform) = answered::<R>(Dialect::Sinch, sinch()).await;
    let handle = application.handle();
    let (hearing, speaking) = application.split();
    drop(hearing);
    drop(speaking);
    assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Hangup(Close::LOST));
    assert!(matches!(handle.clear(), Err(CallError::Send(SendError::Closed))));
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

async fn who_waits_to_speak_is_set_free_by_the_end_of_the_call<R: Runtime>() {
    let (application, platform) = answered::<R>(Dialect::Sinch, sinch().queue(0)).await;
    let (mut hearing, mut speaking) = application.split();
    while let Some(sent) = once(speaking.send(Command::Audio(Audio::raw(&[1; 640])))).await {
        sent.unwrap();
    }
    let speaker = async {
        loop {
            if let Err(error) = speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await {
                break error;
            }
        }
    };
    let hearer = async {
        drop(platform);
        hearing.next(&mut Inbox::new()).await.map(|event| event == Event::Hangup(Close::LOST))
    };
    let (told, heard) = zip(speaker, hearer).await;
    assert!(matches!(told, CallError::Send(SendError::Closed)), "{told}");
    assert!(heard.unwrap());
}
