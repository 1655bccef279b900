//! Cancelled at every await point, nothing is lost and nothing doubled.

use futures_util::{SinkExt, StreamExt};
use tokio::io::duplex;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use voxwire::{Audio, Command, Config, Dialect, Event};
use voxwire_tokio::{Call, Inbox};

use crate::line::{CONNECT, START, once, sinch};
use crate::sockets::Trickle;

#[tokio::test]
async fn next_cancelled_at_every_await_point_loses_and_doubles_nothing() {
    let (ours, theirs) = duplex(64 * 1024);
    let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut call = Call::application(Trickle::new(ours), &[], Config::new(Dialect::Wavix));
    peer.send(Message::text(START)).await.unwrap();
    for n in 0..20_u8 {
        let name = "m".repeat(usize::from(n) * 10 + 1);
        peer.send(Message::text(format!(r#"{{"event":"mark","mark":{{"name":"{name}"}}}}"#))).await.unwrap();
        peer.send(Message::Ping(vec![n].into())).await.unwrap();
    }
    peer.close(None).await.unwrap();

    let mut inbox = Inbox::new();
    let (mut heard, mut cancelled) = (Vec::new(), 0);
    while !call.is_closed() {
        match once(call.next(&mut inbox)).await {
            Some(Ok(Event::Start(_))) => heard.push(0),
            Some(Ok(Event::Mark(mark))) => heard.push(mark.name.len()),
            Some(Ok(Event::Hangup(_))) => {}
            Some(other) => panic!("{other:?}"),
            None => {
                cancelled += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(heard[0], 0);
    assert_eq!(heard[1..], (0..20).map(|n| n * 10 + 1).collect::<Vec<_>>());
    assert!(cancelled > 2_000, "cancelled only {cancelled} times");
}

#[tokio::test]
async fn send_cancelled_at_every_await_point_loses_and_doubles_nothing() {
    let (ours, theirs) = duplex(64);
    let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut call = Call::application(Trickle::new(ours), &[], sinch().queue(0));
    let listener = tokio::spawn(async move {
        peer.send(Message::text(CONNECT)).await.unwrap();
        let mut heard = Vec::new();
        while let Some(Ok(message)) = peer.next().await {
            if let Message::Binary(bytes) = message {
                heard.push(bytes);
            }
        }
        heard
    });
    assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    call.send(Command::Answer).await.unwrap();

    let mut cancelled = 0;
    for n in 0..60_u8 {
        let frame = [n; 640];
        loop {
            match once(call.send(Command::Audio(Audio::raw(&frame)))).await {
                Some(sent) => break sent.unwrap(),
                None => cancelled += 1,
            }
            tokio::task::yield_now().await;
        }
    }
    call.hang_up(1000, "").await.unwrap();
    let heard = listener.await.unwrap();
    assert_eq!(heard.len(), 60);
    assert!(heard.iter().zip(0..).all(|(frame, n)| **frame == [n; 640]));
    assert!(cancelled > 100, "cancelled only {cancelled} times");
}
