//! Calls that are dropped: the socket closes, and the other end is told. Half a call is enough to keep it open.

use voxwire::{Audio, Close, Command, Event, SendError};
use voxwire_line::{CallError, Inbox};

use super::{answer, call, speech};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Handles, Hears, Speaks, Splits};

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, stage.config()).await;
    assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Event::Hangup(Close::LOST));
    drop(call);

    let call = answer::<A>(&stage, stage.config()).await;
    let handle = call.handle();
    let (hearing, mut speaking) = call.split();
    drop(hearing);
    speaking.send(Command::Audio(Audio::raw(&[9; 640]))).await.unwrap();
    speaking.flush().await;
    stage.await_cue("heard");
    drop(speaking);
    let late = handle.clear();
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    drop(call::<P>(&stage, stage.config()).await);

    let mut call = call::<P>(&stage, stage.config()).await;
    let mut inbox = Inbox::new();
    assert_eq!(speech(call.next(&mut inbox).await.unwrap()), [9; 640]);
    stage.cue("heard");
    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(Close::LOST));
    assert!(call.is_closed());
}
