//! A line that carries nothing more and closes nothing: both ends learn of it by the silence, and can hang up.

use core::time::Duration;

use voxwire::{Audio, Command, Deadline, Event};
use voxwire_line::CallConfig;

use super::{accept, announce, connect, expired, frame, hear, speech, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks};
use crate::wire::{Way, Wire};

const FRAME: usize = 4_000;
const QUEUE: usize = 1024 * 1024;
/// More than can be said without the queue, and less than it holds.
const FRAMES: u32 = 100;

const _: () = assert!(Wire::capacity() < FRAMES as usize * FRAME && FRAMES as usize * FRAME < QUEUE / 2);

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = accept::<A>(&stage, impatient(&stage)).await;
    hear(&mut call, |event| assert!(matches!(event, Event::Start(_)))).await;
    call.send(Command::Answer).await.unwrap();
    call.send(Command::Audio(Audio::raw(&[9; 640]))).await.unwrap();
    call.flush().await;
    hear(&mut call, |event| assert_eq!(voice(event), [7; 640])).await;
    stage.cue("heard");
    stage.await_cue("frozen");

    expired(&mut call, Deadline::Silence).await;
    for n in 0..FRAMES {
        call.send(Command::Audio(Audio::raw(&frame::<FRAME>(n)))).await.unwrap();
    }
    assert!(!call.is_closed());
    call.hang_up(1000, "silence").await.unwrap();
    assert!(call.is_closed());
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = connect::<P>(&stage, impatient(&stage)).await;
    announce(&mut call).await;
    let mut is_answered = false;
    while !is_answered {
        hear(&mut call, |command| match command {
            Command::Answer => {}
            command => {
                assert_eq!(speech(command), [9; 640]);
                is_answered = true;
            }
        })
        .await;
    }
    call.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
    call.flush().await;
    stage.await_cue("heard");
    stage.wire().hold(Way::ToApplication);
    stage.wire().hold(Way::ToPlatform);
    stage.cue("frozen");

    expired(&mut call, Deadline::Silence).await;
    assert!(!call.is_closed());
    call.hang_up(1000, "silence").await.unwrap();
    assert!(call.is_closed());
}

fn impatient(stage: &Stage) -> CallConfig {
    let config = stage.config().silence_limit(Some(Duration::from_millis(100)));
    let config = config.end_within(Duration::from_millis(100));
    CallConfig::from(config).drain_within(Duration::from_millis(50)).queue(QUEUE)
}
