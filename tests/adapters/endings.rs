//! How calls end: deadlines, hang-ups, losses.

use core::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncWriteExt, duplex};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use voxwire::{Audio, Close, Command, Deadline, Event, SendError};
use voxwire_tokio::{Call, CallError, Inbox};

use crate::line::{CONNECT, answered, over_pipe, sinch, words};
use crate::sockets::Mute;

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_reported_and_the_call_goes_on() {
    // Nobody polls the peer, so it answers no ping.
    let (mut call, mut peer) = answered(4096, sinch()).await;
    let began = Instant::now();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Silence))));
    assert_eq!(began.elapsed().as_secs(), 60);
    peer.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[1, 2])));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_while_nobody_listened_is_told_at_once() {
    let (mut call, mut peer) = answered(4096, sinch()).await;
    let mut inbox = Inbox::new();
    // The alarm is set, something is heard, and then it rings for nobody.
    assert!(timeout(Duration::from_secs(1), call.next(&mut inbox)).await.is_err());
    peer.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[1, 2])));
    sleep(Duration::from_secs(61)).await;
    let began = Instant::now();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Silence))));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_pings_may_be_silent_for_hours() {
    let (mut call, mut peer) = answered(4096, sinch()).await;
    let peer = tokio::spawn(async move { while let Some(Ok(_)) = peer.next().await {} });
    assert!(timeout(Duration::from_secs(7_200), call.next(&mut Inbox::new())).await.is_err());
    drop(call);
    peer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn deadlines_of_the_session_are_told_by_next() {
    let (mut call, mut peer) = over_pipe(4096, sinch()).await;
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Start))));
    peer.send(Message::text(CONNECT)).await.unwrap();
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Answer))));
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_is_closed_by_us_if_the_platform_does_not() {
    let (mut call, mut peer) = over_pipe(4096, sinch()).await;
    peer.send(Message::text(CONNECT)).await.unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
    let began = Instant::now();
    call.send(Command::Busy).await.unwrap();
    let platform = async {
        assert_eq!(words(&mut peer).await, r#"{"command":"busy"}"#);
        let close = peer.next().await.unwrap().unwrap();
        assert_eq!(close, Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })));
        assert_eq!(began.elapsed().as_secs(), 5);
        while peer.next().await.is_some() {}
    };
    let application =
        async { assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::NORMAL)) };
    tokio::join!(platform, application);
}

#[tokio::test(start_paused = true)]
async fn hanging_up_on_a_peer_that_does_not_read_takes_a_bounded_time() {
    let (mut call, _peer) = answered(1_000, sinch()).await;
    for _ in 0..100 {
        call.send(Command::Audio(Audio::raw(&[0; 640]))).await.unwrap();
    }
    let began = Instant::now();
    call.hang_up(1000, "enough").await.unwrap();
    assert!(call.is_closed());
    assert!(began.elapsed() <= Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_waits_to_speak_is_set_free_by_the_end_of_the_call() {
    for end in ["close", "loss"] {
        let (call, mut peer) = answered(1_000, sinch().queue(0)).await;
        let (mut hearing, mut speaking) = call.split();
        let speaker = tokio::spawn(async move {
            loop {
                if let Err(error) = speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await {
                    break error;
                }
            }
        });
        // The peer reads nothing, so the speaker waits; it ends the call all the same.
        tokio::task::yield_now().await;
        match end {
            "close" => peer.send(Message::Close(None)).await.unwrap(),
            _ => peer.get_mut().shutdown().await.unwrap(),
        }
        assert!(matches!(hearing.next(&mut Inbox::new()).await, Ok(Event::Hangup(_))), "{end}");
        let told = timeout(Duration::from_secs(1), speaker).await.expect(end).unwrap();
        assert!(matches!(told, CallError::Send(SendError::Closed)), "{end}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_lies_unread_counts_before_time_does() {
    let (mut call, mut peer) = answered(64 * 1024, sinch()).await;
    for _ in 0..61 {
        sleep(Duration::from_secs(1)).await;
        peer.send(Message::binary(vec![1, 2])).await.unwrap();
    }
    let mut inbox = Inbox::new();
    for _ in 0..61 {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[1, 2])));
    }

    let (mut call, mut peer) = over_pipe(4096, sinch()).await;
    peer.send(Message::text(CONNECT)).await.unwrap();
    sleep(Duration::from_secs(11)).await;
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))), "announced in time, heard late");
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_that_is_kept_full_does_not_look_dead() {
    let (call, mut peer) = answered(1_000, sinch()).await;
    let (mut hearing, mut speaking) = call.split();
    let speaker =
        tokio::spawn(
            async move { while speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await.is_ok() {} },
        );
    // The peer plays in real time and its caller is silent; it answers pings, as every WebSocket does.
    let platform = tokio::spawn(async move {
        while let Some(Ok(_)) = peer.next().await {
            sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(timeout(Duration::from_secs(600), hearing.next(&mut Inbox::new())).await.is_err());
    drop(hearing);
    speaker.abort();
    platform.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn hanging_up_waits_for_the_reply_however_long_the_queue_took_to_drain() {
    let config = sinch().drain_within(Duration::from_secs(20));
    let (mut call, mut peer) = answered(1_000, config).await;
    for _ in 0..100 {
        call.send(Command::Audio(Audio::raw(&[1; 640]))).await.unwrap();
    }
    let platform = async {
        let mut heard = 0;
        loop {
            sleep(Duration::from_millis(70)).await;
            match peer.next().await {
                Some(Ok(Message::Binary(bytes))) => heard += bytes.len(),
                Some(Ok(Message::Close(close))) => assert_eq!(close.unwrap().code, CloseCode::Normal),
                Some(Ok(_)) => {}
                None => break heard,
                Some(Err(error)) => panic!("{error}"),
            }
        }
    };
    let (hung_up, heard) = tokio::join!(call.hang_up(1000, ""), platform);
    hung_up.unwrap();
    assert_eq!(heard, 64_000);
}

#[tokio::test(start_paused = true)]
async fn hanging_up_past_the_bound_still_says_the_close() {
    let (call, mut peer) = answered(1_000, sinch()).await;
    let (_, mut speaking) = call.split();
    for _ in 0..100 {
        speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await.unwrap();
    }
    let platform = async {
        let mut heard = 0;
        loop {
            sleep(Duration::from_millis(100)).await;
            match peer.next().await.unwrap().unwrap() {
                Message::Binary(bytes) => heard += bytes.len(),
                Message::Close(close) => break assert_eq!(close.unwrap().reason, "enough"),
                other => panic!("{other:?} after {heard} bytes"),
            }
        }
    };
    let application = async {
        speaking.hang_up(1000, "enough").await.unwrap();
        drop(speaking);
    };
    tokio::join!(application, platform);
}

#[tokio::test(start_paused = true)]
async fn hanging_up_on_a_socket_that_fails_to_write_takes_a_bounded_time() {
    let (ours, theirs) = duplex(4096);
    let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut call = Call::application(Mute(ours), &[], sinch());
    peer.send(Message::text(CONNECT)).await.unwrap();
    assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    let _ = call.send(Command::Answer).await;
    let began = Instant::now();
    call.hang_up(1000, "").await.unwrap();
    assert!(call.is_closed());
    assert!(began.elapsed() <= Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn pings_may_be_as_rare_or_as_frequent_as_anyone_asks_for() {
    for interval in [Duration::ZERO, Duration::MAX] {
        let (mut call, mut peer) = answered(4096, sinch().ping_every(interval)).await;
        let pings = tokio::spawn(async move {
            let mut pings = 0;
            while let Some(Ok(message)) = peer.next().await {
                pings += u32::from(message.is_ping());
            }
            pings
        });
        let _ = timeout(Duration::from_secs(30), call.next(&mut Inbox::new())).await;
        drop(call);
        assert!(pings.await.unwrap() <= 30);
    }
}

#[tokio::test]
async fn a_drain_may_have_no_limit() {
    let (call, mut peer) = answered(1_024, sinch().drain_within(Duration::MAX)).await;
    let (_hearing, mut speaking) = call.split();
    let heard = async { while !matches!(peer.next().await, Some(Ok(Message::Close(_)))) {} };
    let said = async {
        speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))).await.unwrap();
        speaking.hang_up(1000, "").await.unwrap();
    };
    tokio::join!(said, heard);
}
