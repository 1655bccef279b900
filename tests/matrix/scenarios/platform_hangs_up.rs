//! A caller who hangs up once all is said, and a platform that says so with a code and a reason.

use voxwire::{Audio, Close, Command, Dialect, Event, SendError};
use voxwire_line::{CallError, Inbox};

use super::{answer, call, frame, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Handles, Hears, Speaks};

const FRAMES: u32 = 20;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, stage.config()).await;
    let mut inbox = Inbox::new();
    for n in 0..FRAMES {
        assert_eq!(voice(call.next(&mut inbox).await.unwrap()), frame::<640>(n));
    }
    if stage.dialect() == Dialect::Wavix {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Stop);
    }
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(4002, "gone")));
    assert!(call.is_closed());
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Hangup(_))), "and again");

    let late = call.send(Command::Heartbeat).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
    let late = call.handle().clear();
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
    call.hang_up(1000, "too late").await.unwrap();
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    for n in 0..FRAMES {
        call.send(Event::Audio(Audio::raw(&frame::<640>(n)))).await.unwrap();
    }
    if stage.dialect() == Dialect::Wavix {
        call.send(Event::Stop).await.unwrap();
    }
    call.hang_up(4002, "gone").await.unwrap();
    assert!(call.is_closed());
    let late = call.send(Event::Audio(Audio::raw(&[1, 2]))).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
    call.hang_up(1000, "twice").await.unwrap();
}
