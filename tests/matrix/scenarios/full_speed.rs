//! Both halves of both ends at once, as fast as they can.

use voxwire::{Audio, Command, Event};
use voxwire_line::Inbox;

use super::{answer, call, frame, speech, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks, Splits};

const FRAMES: u32 = 2_000;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let (mut hearing, mut speaking) = answer::<A>(&stage, stage.config()).await.split();
    let speaker = async move {
        for n in 0..FRAMES {
            speaking.send(Command::Audio(Audio::raw(&frame::<320>(n)))).await.unwrap();
        }
        speaking.flush().await;
        speaking
    };
    let hearer = async move {
        let mut inbox = Inbox::new();
        for n in 0..FRAMES {
            assert_eq!(voice(hearing.next(&mut inbox).await.unwrap()), frame::<320>(n), "{n}");
        }
        hearing
    };
    let _ends = A::both(speaker, hearer).await;
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let (mut hearing, mut speaking) = call::<P>(&stage, stage.config()).await.split();
    let speaker = async move {
        for n in 0..FRAMES {
            speaking.send(Event::Audio(Audio::raw(&frame::<320>(n)))).await.unwrap();
        }
        speaking.flush().await;
        speaking
    };
    let hearer = async move {
        let mut inbox = Inbox::new();
        for n in 0..FRAMES {
            assert_eq!(speech(hearing.next(&mut inbox).await.unwrap()), frame::<320>(n), "{n}");
        }
        hearing
    };
    let _ends = P::both(speaker, hearer).await;
}
