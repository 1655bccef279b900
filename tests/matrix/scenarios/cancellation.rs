//! A line that carries a few bytes at a time, and an application that changes its mind at every await point: nothing is
//! lost, and nothing doubled. Where nothing can be cancelled, the line alone is slow.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use std::thread;

use voxwire::{Audio, Close, Command, Event};
use voxwire_line::{CallConfig, Inbox};

use super::{answer, call, frame, speech, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks};
use crate::wire::{Way, Wire};

const HEARD: usize = 20;
const SAID: u32 = 500;
/// How much is carried for each `send` that was cancelled.
const PIECE: u64 = 512;

const _: () = assert!(SAID as usize * 640 > Wire::capacity() + CallConfig::MIN_QUEUE + 100 * PIECE as usize);

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, CallConfig::from(stage.config()).queue(0)).await;
    stage.await_cue("answered");
    let wire = stage.wire();
    if A::CANCELS {
        wire.hold(Way::ToApplication);
        wire.hold(Way::ToPlatform);
    }
    stage.cue("held");

    let mut inbox = Inbox::new();
    let mut cancelled = 0;
    for n in 0..HEARD {
        let heard = loop {
            match once::<A, _>(call.next(&mut inbox)).await {
                Some(heard) => break voice(heard.unwrap()),
                None => {
                    cancelled += 1;
                    wire.allow(Way::ToApplication, 1);
                    turn().await;
                }
            }
        };
        assert_eq!(heard, vec![n as u8; n * 10 + 1]);
    }
    wire.release(Way::ToApplication);
    assert!(!A::CANCELS || cancelled > HEARD * HEARD * 5, "once for each byte");

    let mut cancelled = 0;
    for n in 0..SAID {
        let frame = frame::<640>(n);
        while once::<A, _>(call.send(Command::Audio(Audio::raw(&frame)))).await.map(Result::unwrap).is_none() {
            cancelled += 1;
            wire.allow(Way::ToPlatform, PIECE);
            turn().await;
        }
    }
    wire.release(Way::ToPlatform);
    assert!(!A::CANCELS || cancelled > 100, "once for each piece that had to be carried");
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(1000, "heard")));
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    stage.cue("answered");
    stage.await_cue("held");
    for n in 0..HEARD {
        call.send(Event::Audio(Audio::raw(&vec![n as u8; n * 10 + 1]))).await.unwrap();
    }
    let mut inbox = Inbox::new();
    for n in 0..SAID {
        assert_eq!(speech(call.next(&mut inbox).await.unwrap()), frame::<640>(n), "{n}");
    }
    call.hang_up(1000, "heard").await.unwrap();
}

/// Polls a future once and drops it, where that is possible.
async fn once<A: Adapter, T>(future: impl Future<Output = T>) -> Option<T> {
    if !A::CANCELS {
        return Some(future.await);
    }
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Gives the runtime its turn.
async fn turn() {
    let mut is_over = false;
    thread::yield_now();
    poll_fn(|cx| {
        if is_over {
            return Poll::Ready(());
        }
        is_over = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
