//! An application that hangs up once all is said, with a code and a reason.

use voxwire::{Audio, Close, Command, Event, SendError};
use voxwire_line::{CallError, Inbox};

use super::{answer, call, frame, speech};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Clears, Hears, Speaks};

const FRAMES: u32 = 20;

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let mut call = answer::<A>(&stage, stage.config()).await;
    for n in 0..FRAMES {
        call.send(Command::Audio(Audio::raw(&frame::<640>(n)))).await.unwrap();
    }
    for (code, reason) in [(1006, ""), (999, ""), (1000, "x".repeat(124).as_str())] {
        let refused = call.hang_up(code, reason).await;
        assert!(matches!(refused, Err(CallError::Send(SendError::InvalidClose))), "{refused:?}");
    }
    assert!(!call.is_closed());
    call.hang_up(4001, "all said").await.unwrap();
    assert!(call.is_closed());

    let late = call.send(Command::Heartbeat).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
    let late = call.clear();
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
    call.flush().await;
    call.hang_up(1000, "twice").await.unwrap();
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let mut call = call::<P>(&stage, stage.config()).await;
    let mut inbox = Inbox::new();
    for n in 0..FRAMES {
        assert_eq!(speech(call.next(&mut inbox).await.unwrap()), frame::<640>(n));
    }
    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(Close::new(4001, "all said")));
    assert!(call.is_closed());
    assert!(matches!(call.next(&mut inbox).await, Ok(Command::Hangup(_))), "and again");
    let late = call.send(Event::Audio(Audio::raw(&[1, 2]))).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
}
