//! A call from its announcement to the platform's close, with a voice each way.

use voxwire::{Audio, AudioFormat, Close, Command, Config, Counters, Dialect, Event, Mark, SendError};
use voxwire_line::{CallError, Inbox};

use super::{accept, announce, connect, speech, voice};
use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Hears, Speaks, Splits};

pub(crate) async fn application<A: Adapter>(stage: Stage) {
    let wavix = stage.dialect() == Dialect::Wavix;
    let mut call = accept::<A>(&stage, Config::detect()).await;
    let mut inbox = Inbox::new();
    assert_eq!(call.dialect(), None);
    if wavix {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hello);
    }
    let Event::Start(start) = call.next(&mut inbox).await.unwrap() else { panic!("no start") };
    assert_eq!(start.call_id, Some("c1".into()));
    assert_eq!(start.heard, if wavix { AudioFormat::pcm16(24_000) } else { None });
    assert_eq!(call.dialect(), Some(stage.dialect()));
    call.send(Command::Answer).await.unwrap();
    call.send(Command::Audio(Audio::raw(&[9; 960]))).await.unwrap();
    let marked = call.send(Command::Mark(Mark::new("end"))).await;
    if wavix {
        marked.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Mark(Mark::new("end")));
    } else {
        assert!(matches!(marked, Err(CallError::Send(SendError::Unsupported))), "{marked:?}");
    }
    assert_eq!(voice(call.next(&mut inbox).await.unwrap()), [7; 640]);
    if wavix {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Stop);
    }
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(1000, "bye")));
    assert!(call.is_closed());
    assert_eq!(call.counters(), Counters::default());
}

pub(crate) async fn platform<P: Adapter>(stage: Stage) {
    let wavix = stage.dialect() == Dialect::Wavix;
    let mut call = connect::<P>(&stage, stage.config()).await;
    let mut inbox = Inbox::new();
    if wavix {
        call.send(Event::Hello).await.unwrap();
    }
    announce(&mut call).await;
    if !wavix {
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
    }
    assert_eq!(speech(call.next(&mut inbox).await.unwrap()), [9; 960]);
    if wavix {
        let Command::Mark(mark) = call.next(&mut inbox).await.unwrap() else { panic!("no mark") };
        call.send(Event::Mark(mark)).await.unwrap();
    }
    call.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
    if wavix {
        call.send(Event::Stop).await.unwrap();
    }
    call.hang_up(1000, "bye").await.unwrap();
    assert!(call.is_closed());
    assert_eq!(call.counters(), Counters::default());
}
