//! A caller who interrupts somebody who speaks and waits for the time of the next frame: speech ends at once, with that
//! utterance and no other.

use core::time::Duration;
use std::time::Instant;

use voxwire::{AudioFormat, Close, Command};
use voxwire_line::{CallError, Inbox, Voice};

use super::{answer, call, speech};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Handles, Hears, Speaks, Splits};

const FORMAT: AudioFormat = AudioFormat::pcm16(8_000).unwrap();
/// So long that nobody who is not woken finds the clear within it.
const FRAME: Duration = Duration::from_secs(10);

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let call = answer::<A>(&stage, stage.config().format(FORMAT)).await;
    assert_eq!((call.heard(), call.clear().unwrap().stopped), (None, None), "nothing was said");
    let handle = call.handle();
    let (hearing, mut speaking) = call.split();
    let frame = FORMAT.bytes_in(FRAME).unwrap();
    let speaker = async move {
        let mut voice = Voice::lasting(FRAME, FORMAT.rate(), FORMAT).unwrap().ahead(Duration::ZERO);
        let pcm = vec![7; 2 * frame];
        let mut rest = &pcm[..];
        let cleared = speaking.speak(&mut voice, &mut rest).await;
        assert!(matches!(cleared, Err(CallError::Cleared)), "{cleared:?}");
        let ended = Instant::now();

        // The next utterance begins at once, and is as long as the call.
        let mut rest = &pcm[..frame];
        speaking.speak(&mut voice, &mut rest).await.unwrap();
        speaking.finish(&mut voice).await.unwrap();
        (speaking, ended)
    };
    let interrupts = stage.clone();
    let interrupter = async move {
        interrupts.await_cue("heard");
        let interrupted = Instant::now();
        let cleared = handle.clear().unwrap();
        assert_eq!(cleared.bytes, 0, "what waits for its time was not said");
        let stopped = cleared.stopped.unwrap();
        assert!(stopped.at.upper <= frame as u64 / 2, "{stopped:?}");
        assert!(handle.heard().unwrap().sent >= frame as u64 / 2);
        (interrupted, hearing)
    };
    let ((mut speaking, ended), (interrupted, hearing)) = A::both(speaker, interrupter).await;
    assert!(ended.saturating_duration_since(interrupted) < FRAME / 2, "it was not woken");
    assert_eq!(speaking.heard().unwrap().sent, frame as u64);
    assert_eq!(hearing.heard().unwrap().sent, frame as u64);
    speaking.hang_up(1000, "").await.unwrap();
    stage.await_cue("over");
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config().format(FORMAT)).await;
    let mut inbox = Inbox::new();
    let frame = vec![7; FORMAT.bytes_in(FRAME).unwrap()];
    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Clear);
    assert!(speech(call.next(&mut inbox).await.unwrap()) == frame);
    stage.cue("heard");
    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Clear);
    assert!(speech(call.next(&mut inbox).await.unwrap()) == frame);
    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(Close::NORMAL));
    stage.cue("over");
}
