//! Speaking with a voice: each frame at its time, whoever gives up in between, and a barge-in that ends it at once. The
//! runtime's clock stands still while anybody has something to do.

use core::time::Duration;

use futures_util::StreamExt;
use support::samples::VOICE;
use support::speaker::Speaker;
use tokio::io::DuplexStream;
use tokio::time::{Instant, advance};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use voxwire::audio::Estimate;
use voxwire::{Application, AudioFormat, Config, Dialect};
use voxwire_tokio::{Call, CallConfig, CallError, Voice};

use crate::line::{answered, once};

const FORMAT: AudioFormat = AudioFormat::pcm16(16_000).unwrap();
const FRAME: usize = FORMAT.frame_bytes();

fn config() -> CallConfig {
    Config::new(Dialect::Sinch).format(FORMAT).into()
}

async fn call() -> (Call<Application, DuplexStream>, WebSocketStream<DuplexStream>) {
    answered(64 * 1024, config()).await
}

fn voice() -> Voice {
    Voice::new(16_000, FORMAT).unwrap()
}

/// The next frame of audio, and when it comes.
async fn frame(peer: &mut WebSocketStream<DuplexStream>) -> (Vec<u8>, Instant) {
    (peer.next().await.unwrap().unwrap().into_data().to_vec(), Instant::now())
}

#[tokio::test(start_paused = true)]
async fn frames_come_at_their_time_though_nobody_hears() {
    let (mut call, mut peer) = call().await;
    let began = Instant::now();
    let speaker = tokio::spawn(async move {
        let mut voice = voice();
        for mut piece in VOICE.chunks(999) {
            call.speak(&mut voice, &mut piece).await.unwrap();
        }
        call.finish(&mut voice).await.unwrap();
        (call, began.elapsed())
    });
    let mut heard = Vec::new();
    for n in 0..VOICE.len().div_ceil(FRAME) as u32 {
        let (frame, at) = frame(&mut peer).await;
        assert_eq!(frame.len(), FRAME);
        heard.extend(frame);
        // The first are 60 ms ahead. Tokio's timers ring up to a millisecond late.
        let due = (20 * Duration::from_millis(n.into())).saturating_sub(Duration::from_millis(60));
        let late = (at - began).checked_sub(due).expect("not before its time");
        assert!(late <= Duration::from_millis(2), "frame {n} is late by {late:?}");
    }
    assert!(heard.starts_with(&VOICE) && heard[VOICE.len()..].iter().all(|silence| *silence == 0));
    let (call, took) = speaker.await.unwrap();
    assert!(took < Duration::from_millis(256 - 60 + 2), "{took:?}");
    let heard = call.heard().unwrap();
    assert_eq!(heard.sent, 13 * 320);
    assert!(heard.runs_dry.unwrap().lower > Duration::from_millis(50), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_at_any_time_loses_and_doubles_nothing() {
    let (mut call, mut peer) = call().await;
    let mut voice = voice();
    let mut rest = &VOICE[..];
    let mut gave_up = 0;
    while once(call.speak(&mut voice, &mut rest)).await.map(Result::unwrap).is_none() {
        gave_up += 1;
        advance(Duration::from_millis(7)).await;
    }
    while once(call.finish(&mut voice)).await.map(Result::unwrap).is_none() {
        gave_up += 1;
        advance(Duration::from_millis(7)).await;
    }
    assert!(gave_up > 20, "{gave_up}");
    let mut heard = Vec::new();
    for _ in 0..13 {
        heard.extend(frame(&mut peer).await.0);
    }
    assert!(heard.starts_with(&VOICE));
    assert!(once(peer.next()).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_barge_in_ends_speech_at_once_and_tells_what_was_heard() {
    let (call, mut peer) = call().await;
    let handle = call.handle();
    let (hearing, mut speaking) = call.split();
    for (frames, by_handle) in [(4, true), (5, false), (30, true), (200, false)] {
        let speaker = tokio::spawn(async move {
            let (mut voice, pcm) = (voice(), vec![1; 10 * 32_000]);
            let mut rest = &pcm[..];
            let spoken = speaking.speak(&mut voice, &mut rest).await;
            assert!(matches!(spoken, Err(CallError::Cleared)), "{spoken:?}");
            assert!(!rest.is_empty());
            (speaking, Instant::now())
        });
        let mut far = Speaker::<()>::new(FORMAT.rate(), u64::MAX);
        let before = hearing.heard().map_or(0, |heard| heard.sent);
        let began = Instant::now();
        for _ in 0..frames {
            let (frame, at) = frame(&mut peer).await;
            far.push((at - began).as_micros() as u64, frame.len() as u64 / 2);
        }
        // In the middle of a frame.
        tokio::time::sleep(Duration::from_millis(11)).await;
        let interrupted = Instant::now();
        let cleared = if by_handle { handle.clear() } else { hearing.clear() }.unwrap();
        let stopped_at = far.clear((interrupted - began).as_micros() as u64);
        let (returned, ended) = speaker.await.unwrap();
        speaking = returned;
        assert_eq!(ended, interrupted, "at once");
        assert_eq!(cleared.bytes, 0);

        // The far end is no way off here, so all is at the near end of what is assumed of the way.
        let stopped = cleared.stopped.unwrap();
        let at = stopped.at.since(before);
        assert!((at.lower..=at.upper).contains(&stopped_at), "{stopped:?}, {stopped_at}");
        assert!(at.width() <= 320 * 10, "{at:?}");
        let sent = hearing.heard().unwrap().sent;
        assert_eq!(sent - before, 320 * frames);
        assert_eq!(
            (stopped.at.upper + stopped.unheard.lower, stopped.at.lower + stopped.unheard.upper),
            (sent, sent)
        );
        assert_eq!(hearing.heard().unwrap().queued, Estimate::exact(0));
        assert_eq!(peer.next().await.unwrap().unwrap(), Message::text(r#"{"command":"clear"}"#));
    }
    drop((hearing, speaking));
    assert_eq!(handle.heard(), None, "the call is gone");
}
