//! Clearing: what was said and not yet sent is taken back, to the byte.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use voxwire::{Audio, Close, Command, Config, Dialect, Event};
use voxwire_tokio::{CallConfig, CallError, Inbox};

use crate::line::{CONNECT, START, announce, answered, over_pipe, parked, sinch, whole_call};

#[tokio::test]
async fn clear_overtakes_a_full_queue_to_a_peer_that_does_not_read() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (mut call, mut peer) =
            over_pipe(2_000, CallConfig::from(Config::new(dialect)).queue(16 * 1024)).await;
        peer.send(Message::text(if dialect == Dialect::Sinch { CONNECT } else { START })).await.unwrap();
        assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        let handle = call.handle();
        let (_hearing, mut speaking) = call.split();

        let said = Arc::new(AtomicUsize::new(0));
        let counted = said.clone();
        let speaker = tokio::spawn(async move {
            let before = loop {
                match speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await {
                    Ok(()) => counted.fetch_add(640, Ordering::SeqCst),
                    Err(error) => break error,
                };
            };
            assert!(matches!(before, CallError::Cleared));
            speaking.send(Command::Audio(Audio::raw(&[2; 640]))).await.unwrap();
            speaking.flush().await;
            speaking
        });
        parked(&said).await;

        let cleared = handle.clear().unwrap();
        let again = handle.clear().unwrap();
        assert_eq!(again.bytes, 0, "the second clear finds nothing left");
        let said = said.load(Ordering::SeqCst);
        let mut platform = voxwire::Session::platform(Config::new(dialect), voxwire::Instant::ZERO);
        announce(&mut platform);
        let (mut before, mut after, mut clears) = (0, 0, 0);
        while after == 0 {
            let message = peer.next().await.unwrap().unwrap();
            let message = match &message {
                Message::Text(text) => voxwire::Message::Text(text),
                Message::Binary(bytes) => voxwire::Message::Binary(bytes),
                other => panic!("{other:?}"),
            };
            match platform.handle_message(voxwire::Instant::ZERO, message).unwrap() {
                Command::Audio(audio) if audio == Audio::raw(&[1; 640]) => {
                    assert_eq!(clears, 0, "{dialect}: heard after the clear");
                    before += 640;
                }
                Command::Audio(audio) => after += audio.len(),
                Command::Clear => clears += 1,
                Command::Answer => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(clears, 1, "{dialect}");
        assert!(cleared.bytes >= 10 * 640 && before > 0, "{dialect}");
        assert_eq!(cleared.bytes + before, said, "{dialect}");
        assert_eq!(after, 640, "{dialect}");
        drop(speaker.await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clears_at_any_moment_account_for_every_byte() {
    const FRAMES: u32 = 20_000;
    let (mut application, mut platform) = whole_call(sinch().queue(8 * 1024)).await;
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    let handle = application.handle();
    let (_hearing, mut speaking) = application.split();
    let speaker = tokio::spawn(async move {
        let mut said = 0;
        for n in 0..FRAMES {
            let mut frame = [0; 640];
            frame[..4].copy_from_slice(&n.to_le_bytes());
            match speaking.send(Command::Audio(Audio::raw(&frame))).await {
                Ok(()) => said += frame.len(),
                Err(CallError::Cleared) => {}
                Err(error) => panic!("{error}"),
            }
        }
        speaking.hang_up(1000, "").await.unwrap();
        said
    });
    let interrupter = tokio::spawn(async move {
        let (mut cleared, mut times) = (0, 0_u32);
        while let Ok(taken) = handle.clear() {
            cleared += taken.bytes;
            times += 1;
            tokio::task::yield_now().await;
        }
        (cleared, times)
    });
    let (mut heard, mut last, mut inbox) = (0, None, Inbox::new());
    loop {
        match platform.next(&mut inbox).await.unwrap() {
            Command::Audio(audio) => {
                let number = u32::from_le_bytes(audio.as_raw().unwrap()[..4].try_into().unwrap());
                assert!(last < Some(number), "{number} after {last:?}");
                last = Some(number);
                heard += audio.len();
            }
            Command::Answer | Command::Clear => {}
            Command::Hangup(close) => break assert_eq!(close, Close::NORMAL),
            other => panic!("{other:?}"),
        }
    }
    let said = speaker.await.unwrap();
    let (cleared, times) = interrupter.await.unwrap();
    assert_eq!(heard + cleared, said);
    assert!(times > 0);
}

#[tokio::test]
async fn either_half_can_clear_and_so_can_the_whole() {
    let (mut call, _peer) = answered(1_000, sinch()).await;
    for _ in 0..20 {
        call.send(Command::Audio(Audio::raw(&[1; 640]))).await.unwrap();
    }
    assert!(call.clear().unwrap().bytes >= 18 * 640);
    let (hearing, mut speaking) = call.split();
    speaking.send(Command::Audio(Audio::raw(&[2; 640]))).await.unwrap();
    assert_eq!(hearing.clear().unwrap().bytes, 640);
    speaking.send(Command::Audio(Audio::raw(&[3; 640]))).await.unwrap();
    assert_eq!(speaking.clear().unwrap().bytes, 640);
}
