//! Either half alone keeps the call going, and whatever task it is polled by.

use core::future::poll_fn;
use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::task::Wake;

use futures_util::{SinkExt, StreamExt};
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire::{Audio, Close, Command, Event};
use voxwire_tokio::Inbox;

use crate::line::{answered, sinch};

#[tokio::test(start_paused = true)]
async fn only_the_hearing_half_polled_still_sends_heartbeats_and_pongs() {
    let (call, mut peer) = answered(4096, sinch()).await;
    let (mut hearing, _speaking) = call.split();
    let hearer = tokio::spawn(async move {
        let mut inbox = Inbox::new();
        hearing.next(&mut inbox).await.map(|event| event == Event::Hangup(Close::NORMAL)).unwrap()
    });
    let answered = Instant::now();
    peer.send(Message::Ping("alive?".into())).await.unwrap();
    let (mut pongs, mut heartbeats) = (0, Vec::new());
    while heartbeats.len() < 3 {
        match peer.next().await.unwrap().unwrap() {
            Message::Pong(payload) => {
                assert_eq!(payload, "alive?");
                pongs += 1;
            }
            Message::Text(text) => {
                assert_eq!(text, r#"{"command":"heartbeat"}"#);
                heartbeats.push(answered.elapsed().as_secs());
            }
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pongs, 1);
    assert_eq!(heartbeats, [25, 50, 75]);
    peer.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await.unwrap();
    assert!(hearer.await.unwrap());
}

#[tokio::test]
async fn only_the_hearing_half_polled_still_sends_what_was_queued() {
    let (call, mut peer) = answered(1_000, sinch()).await;
    let (mut hearing, mut speaking) = call.split();
    for n in 0..20 {
        speaking.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
    }
    let hearer = tokio::spawn(async move { hearing.next(&mut Inbox::new()).await.map(|_| ()) });
    for n in 0..20 {
        assert_eq!(peer.next().await.unwrap().unwrap().into_data(), vec![n; 640]);
    }
    drop(peer);
    hearer.await.unwrap().unwrap();
}

#[tokio::test]
async fn only_the_speaking_half_polled_still_sends_audio() {
    let (call, mut peer) = answered(1_000, sinch().queue(0)).await;
    let (_hearing, mut speaking) = call.split();
    let speaker = tokio::spawn(async move {
        for n in 0..100 {
            speaking.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
        }
        speaking.flush().await;
        speaking
    });
    for n in 0..100 {
        assert_eq!(peer.next().await.unwrap().unwrap().into_data(), vec![n; 640]);
    }
    speaker.await.unwrap();
}

/// Counts how often it is woken.
#[derive(Default)]
struct Task(AtomicU32);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_and_what_is_due_wake_the_task_that_heard_last() {
    let (call, mut peer) = answered(4096, sinch()).await;
    let (mut hearing, _speaking) = call.split();
    let (first, second) = (Arc::new(Task::default()), Arc::new(Task::default()));
    let woken = || [&first, &second].map(|task| task.0.load(Ordering::Relaxed));
    let mut waits = |task: &Arc<Task>| {
        let waker = Waker::from(task.clone());
        pin!(hearing.next(&mut Inbox::new())).poll(&mut Context::from_waker(&waker)).is_pending()
    };
    assert!(waits(&first) && waits(&second));
    peer.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(woken(), [0, 1]);
    assert!(!waits(&second) && waits(&second) && waits(&first));
    // A ping, the alarm for which was set when the other heard.
    sleep(Duration::from_secs(19)).await;
    assert_eq!(woken(), [0, 1]);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(woken(), [1, 1]);
    assert!(waits(&first));
    assert!(peer.next().await.unwrap().unwrap().is_ping());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_used_up_its_turn_still_sets_the_alarm() {
    let (call, mut peer) = answered(4096, sinch()).await;
    let (mut hearing, _speaking) = call.split();
    let answered = Instant::now();
    let hearer = tokio::spawn(async move {
        let mut busy = pin!(async {
            loop {
                consume_budget().await;
            }
        });
        poll_fn(|cx| {
            assert!(busy.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        hearing.next(&mut Inbox::new()).await.map(|_| ())
    });
    let ping = timeout(Duration::from_secs(30), peer.next()).await.expect("a ping within its time");
    assert!(ping.unwrap().unwrap().is_ping());
    assert_eq!(answered.elapsed().as_secs(), 20);
    hearer.abort();
}
