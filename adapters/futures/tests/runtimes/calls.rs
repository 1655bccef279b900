//! Whole calls.

use smol::future::zip;
use voxwire::{Audio, Close, Command, Config, Dialect, Event, Mark, SendError};
use voxwire_futures::{CallError, Inbox};

use crate::runtime::{DIALECTS, Runtime, announce, answered, connected, voice};

on_each_runtime! {
    a_call_runs_from_its_announcement_to_the_platforms_close
    both_halves_run_at_full_speed_from_two_tasks
}

async fn a_call_runs_from_its_announcement_to_the_platforms_close<R: Runtime>() {
    for dialect in DIALECTS {
        let (mut application, mut platform) = connected::<R>(Config::new(dialect)).await;
        let application = async {
            let mut inbox = Inbox::new();
            if dialect == Dialect::Wavix {
                assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Hello);
            }
            let Event::Start(start) = application.next(&mut inbox).await.unwrap() else { panic!("no start") };
            assert_eq!(start.call_id, Some("c1".into()));
            assert_eq!(application.dialect(), Some(dialect));
            application.send(Command::Answer).await.unwrap();
            application.send(Command::Audio(Audio::raw(&[9; 960]))).await.unwrap();
            match application.send(Command::Mark(Mark::new("end"))).await {
                Ok(()) => {
                    assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Mark(Mark::new("end")));
                }
                Err(error) => assert!(matches!(error, CallError::Send(SendError::Unsupported)), "{error}"),
            }
            assert_eq!(voice(application.next(&mut inbox).await.unwrap()), [7; 640]);
            if dialect == Dialect::Wavix {
                assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Stop);
            }
            assert_eq!(application.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(1000, "bye")));
            assert!(application.is_closed());
            assert_eq!(application.counters(), voxwire::Counters::default());
        };
        let platform = async {
            let mut inbox = Inbox::new();
            if dialect == Dialect::Wavix {
                platform.send(Event::Hello).await.unwrap();
            }
            announce(&mut platform).await;
            if dialect == Dialect::Sinch {
                assert_eq!(platform.next(&mut inbox).await.unwrap(), Command::Answer);
            }
            assert_eq!(platform.next(&mut inbox).await.unwrap(), Command::Audio(Audio::raw(&[9; 960])));
            if dialect == Dialect::Wavix {
                let Command::Mark(mark) = platform.next(&mut inbox).await.unwrap() else { panic!("no mark") };
                platform.send(Event::Mark(mark)).await.unwrap();
            }
            platform.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
            if dialect == Dialect::Wavix {
                platform.send(Event::Stop).await.unwrap();
            }
            platform.hang_up(1000, "bye").await.unwrap();
            assert!(platform.is_closed());
        };
        zip(application, platform).await;
    }
}

async fn both_halves_run_at_full_speed_from_two_tasks<R: Runtime>() {
    const FRAMES: u32 = 5_000;
    for dialect in DIALECTS {
        let (application, platform) = answered::<R>(dialect, Config::new(dialect)).await;
        let (mut a_hears, mut a_speaks) = application.split();
        let (mut p_hears, mut p_speaks) = platform.split();
        let speakers = zip(
            R::spawn(async move {
                for n in 0..FRAMES {
                    a_speaks.send(Command::Audio(Audio::raw(&frame(n)))).await.unwrap();
                }
                a_speaks.flush().await;
                a_speaks
            }),
            R::spawn(async move {
                for n in 0..FRAMES {
                    p_speaks.send(Event::Audio(Audio::raw(&frame(n)))).await.unwrap();
                }
                p_speaks.flush().await;
                p_speaks
            }),
        );
        let hearers = zip(
            R::spawn(async move {
                let mut inbox = Inbox::new();
                for n in 0..FRAMES {
                    let heard = a_hears.next(&mut inbox).await.unwrap();
                    assert_eq!(voice(heard), frame(n), "{n}");
                }
            }),
            R::spawn(async move {
                let mut inbox = Inbox::new();
                for n in 0..FRAMES {
                    let heard = p_hears.next(&mut inbox).await.unwrap();
                    assert_eq!(heard, Command::Audio(Audio::raw(&frame(n))), "{n}");
                }
            }),
        );
        zip(speakers, hearers).await;
    }
}

/// Audio of which no two frames are equal.
fn frame(n: u32) -> [u8; 640] {
    let mut frame = [n as u8; 640];
    frame[..4].copy_from_slice(&n.to_le_bytes());
    frame
}
