//! A caller who interrupts: what is queued is taken back to the byte, and the clear overtakes it.

use voxwire::{Audio, Command};
use voxwire_line::{CallConfig, CallError, Inbox};

use super::{answer, bytes, call, frame};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Handles, Hears, Speaks, Splits};
use crate::wire::{Way, Wire};

const FRAME: usize = 4_000;
const QUEUE: usize = 1024 * 1024;
/// More than can be said without the queue, and less than can be said with it.
const FULL: usize = QUEUE / 2;

const _: () = assert!(Wire::capacity() < FULL);

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let call = answer::<A>(&stage, CallConfig::from(stage.config()).queue(QUEUE)).await;
    assert_eq!(call.clear().unwrap().bytes, 0, "nothing has been said");
    stage.await_cue("answered");
    stage.wire().hold(Way::ToPlatform);
    let handle = call.handle();
    let (hearing, mut speaking) = call.split();
    let (speaks, interrupts) = (stage.clone(), stage.clone());
    let speaker = async move {
        let mut n = 0;
        loop {
            match speaking.send(Command::Audio(Audio::raw(&frame::<FRAME>(n)))).await {
                Ok(()) => speaks.count(FRAME),
                Err(CallError::Cleared) => break,
                Err(error) => panic!("{error}"),
            }
            n += 1;
        }
        speaks.cue("cleared");
        (speaking, n)
    };
    let interrupter = async move {
        interrupts.settled(FULL);
        interrupts.tell("said before", interrupts.said() / FRAME);
        let mut cleared = handle.clone().clear().unwrap().bytes;
        assert!(cleared > 0, "the socket cannot have taken all of it");
        // Whoever speaks slowly was perhaps not waiting just then.
        while !interrupts.is_cued("cleared") {
            interrupts.settled(0);
            cleared += handle.clear().unwrap().bytes;
        }
        cleared
    };
    let ((mut speaking, n), mut cleared) = A::both(speaker, interrupter).await;

    // Each half can clear as well as the handle.
    speaking.send(Command::Audio(Audio::raw(&frame::<FRAME>(n)))).await.unwrap();
    cleared += hearing.clear().unwrap().bytes;
    speaking.send(Command::Audio(Audio::raw(&frame::<FRAME>(n + 1)))).await.unwrap();
    cleared += speaking.clear().unwrap().bytes;
    stage.tell("heard at most", (n as usize + 2) * FRAME - cleared);

    stage.wire().release(Way::ToPlatform);
    speaking.hang_up(1000, "").await.unwrap();
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    stage.cue("answered");
    let mut inbox = Inbox::new();
    let said_before = stage.await_cue("said before");
    let (mut heard, mut last, mut clears) = (0, None, 0);
    loop {
        match call.next(&mut inbox).await.unwrap() {
            Command::Audio(audio) => {
                let voice = bytes(audio);
                let number = u32::from_le_bytes(voice[..4].try_into().unwrap());
                assert_eq!(voice, frame::<FRAME>(number));
                assert!(last < Some(number), "{number} after {last:?}");
                assert!(clears == 1 || number as usize >= said_before, "{number} after its clear");
                last = Some(number);
                heard += voice.len();
            }
            Command::Clear => clears += 1,
            Command::Hangup(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(clears >= 2, "the one that found nothing, and those that did");
    assert_eq!(heard, stage.await_cue("heard at most"));
}
