//! A line that stops: what is said waits, in bounded memory, and all of it arrives when the line goes on.

use voxwire::{Audio, Close, Command, Event};
use voxwire_line::{CallConfig, Inbox};

use super::{answer, call, frame, speech};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks};
use crate::wire::{Way, Wire};

const FRAME: usize = 4_000;
const FRAMES: u32 = 300;
const QUEUE: usize = 128 * 1024;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, CallConfig::from(stage.config()).queue(QUEUE)).await;
    stage.await_cue("held");
    for n in 0..FRAMES {
        call.send(Command::Audio(Audio::raw(&frame::<FRAME>(n)))).await.unwrap();
        stage.count(FRAME);
    }
    assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Event::Hangup(Close::new(1000, "heard")));
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    stage.wire().hold(Way::ToPlatform);
    stage.cue("held");
    stage.settled(QUEUE / 2);
    assert!(stage.said() <= QUEUE + Wire::capacity() + FRAME, "{} bytes were said", stage.said());
    stage.wire().release(Way::ToPlatform);
    let mut inbox = Inbox::new();
    for n in 0..FRAMES {
        assert_eq!(speech(call.next(&mut inbox).await.unwrap()), frame::<FRAME>(n), "{n}");
    }
    call.hang_up(1000, "heard").await.unwrap();
}
