//! Ends that keep the other waiting: each deadline is told once, and the call goes on.

use core::time::Duration;

use voxwire::{Audio, Close, Command, Deadline, Dialect, Event};
use voxwire_line::Inbox;

use super::{accept, announce, connect, expired, hear, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks};

const SOON: Option<Duration> = Some(Duration::from_millis(60));
const LATER: Option<Duration> = Some(Duration::from_millis(120));

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let config = stage.config().start_within(SOON).answer_within(SOON).silence_limit(LATER);
    let mut call = accept::<A>(&stage, config).await;
    expired(&mut call, Deadline::Start).await;
    stage.cue("not announced");
    hear(&mut call, |event| assert!(matches!(event, Event::Start(_)))).await;
    if stage.dialect() == Dialect::Sinch {
        expired(&mut call, Deadline::Answer).await;
        stage.await_cue("not answered");
    }
    call.send(Command::Answer).await.unwrap();
    expired(&mut call, Deadline::Silence).await;
    stage.cue("silent");
    assert_eq!(voice(call.next(&mut Inbox::new()).await.unwrap()), [7; 640], "told once");
    hear(&mut call, |event| assert_eq!(event, Event::Hangup(Close::new(1000, "bye")))).await;
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let config = stage.config().answer_within(SOON).silence_limit(None);
    let mut call = connect::<P>(&stage, config).await;
    stage.await_cue("not announced");
    announce(&mut call).await;
    if stage.dialect() == Dialect::Sinch {
        expired(&mut call, Deadline::Answer).await;
        stage.cue("not answered");
        assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
    }
    stage.await_cue("silent");
    call.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
    call.hang_up(1000, "bye").await.unwrap();
}
