//! A connection that is reset in the middle of a frame: what came whole is heard, then the end, and whoever waits to
//! speak is set free.

use voxwire::{Audio, Close, Command, Event, SendError};
use voxwire_line::{CallConfig, CallError, Inbox};

use super::{answer, call, frame, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks, Splits};
use crate::wire::Way;

const FRAMES: u32 = 5;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, CallConfig::from(stage.config()).queue(0)).await;
    let mut inbox = Inbox::new();
    for n in 0..FRAMES {
        assert_eq!(voice(call.next(&mut inbox).await.unwrap()), frame::<4_000>(n));
    }
    stage.await_cue("answered");
    stage.wire().hold(Way::ToApplication);
    stage.wire().hold(Way::ToPlatform);
    stage.cue("heard");

    let (mut hearing, mut speaking) = call.split();
    let speaker = async move {
        loop {
            match speaking.send(Command::Audio(Audio::raw(&[9; 640]))).await {
                Ok(()) => stage.count(640),
                Err(CallError::Send(SendError::Closed)) => break speaking,
                Err(error) => panic!("{error}"),
            }
        }
    };
    let hearer = async move {
        for _ in 0..2 {
            assert_eq!(hearing.next(&mut inbox).await.unwrap(), Event::Hangup(Close::LOST));
            assert!(hearing.is_closed());
        }
        hearing
    };
    let _halves = A::both(speaker, hearer).await;
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    stage.cue("answered");
    for n in 0..FRAMES {
        call.send(Event::Audio(Audio::raw(&frame::<4_000>(n)))).await.unwrap();
    }
    stage.await_cue("heard");
    call.send(Event::Audio(Audio::raw(&frame::<4_000>(FRAMES)))).await.unwrap();
    call.flush().await;
    stage.wire().allow(Way::ToApplication, 1_000);
    stage.wire().exhausted(Way::ToApplication);
    stage.settled(CallConfig::MIN_QUEUE);
    stage.wire().cut();

    let mut inbox = Inbox::new();
    for _ in 0..2 {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(Close::LOST));
        assert!(call.is_closed());
    }
    let late = call.send(Event::Audio(Audio::raw(&[1, 2]))).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
}
