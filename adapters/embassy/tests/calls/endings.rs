//! How calls end.

use core::time::Duration;

use voxwire::{Audio, Close, Command, Dialect, Event, SendError};
use voxwire_embassy::websocket::Violation;
use voxwire_embassy::{CallError, Clock as _};

use crate::stage::{Stage, both, frame, live};

#[test]
fn either_end_hangs_up_with_code_and_reason_and_what_was_said_before_is_heard() {
    for dialect in Dialect::ALL {
        live(*dialect, 300, async |stage| {
            let Stage { mut application, mut platform, near, far, .. } = stage;
            let mut heard = 0;
            both(
                async {
                    for number in 0..4 {
                        application.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
                    }
                    application.hang_up(4001, "done here", near).await.unwrap();
                    assert!(application.is_closed());
                    assert_eq!(
                        application.next(near).await,
                        Ok(Event::Hangup(Close::LOST)),
                        "the end is told again"
                    );
                    let late = application.send(Command::Audio(Audio::raw(&[0, 0]))).await;
                    assert_eq!(late, Err(CallError::Send(SendError::Closed)));
                },
                async {
                    loop {
                        match platform.next(far).await.unwrap() {
                            Command::Audio(audio) => heard += audio.len(),
                            other => break assert_eq!(other, Command::Hangup(Close::new(4001, "done here"))),
                        }
                    }
                    platform.flush().await;
                },
            )
            .await;
            assert_eq!(heard, 4 * 640);
        });
    }
}

#[test]
fn a_peer_that_does_not_reply_to_the_close_is_waited_for_within_a_bound() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { clock, mut application, platform, near, .. } = stage;
        let begun = clock.now();
        application.hang_up(1000, "", near).await.unwrap();
        assert_eq!(clock.now().since(begun), Duration::from_secs(5));
        drop(platform);
    });
}

#[test]
fn hanging_up_on_a_peer_that_does_not_read_throws_the_audio_away() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { clock, mut application, platform, near, narrow, .. } = stage;
        narrow(100);
        for number in 0..4 {
            application.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
        }
        let begun = clock.now();
        application.hang_up(1000, "", near).await.unwrap();
        // Two bounds of 2 s for the queue and the close, and 5 s for the reply.
        assert!(clock.now().since(begun) <= Duration::from_secs(9));
        drop(platform);
    });
}

#[test]
fn a_socket_that_ends_in_mid_frame_is_a_hang_up() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { mut application, mut platform, near, far, narrow, .. } = stage;
        narrow(300);
        application.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
        drop(application);
        assert_eq!(platform.next(far).await, Ok(Command::Hangup(Close::LOST)));
        assert!(platform.is_closed());
        assert_eq!(platform.send(Event::Stop).await, Err(CallError::Send(SendError::Closed)));
        let _ = near;
    });
}

#[test]
fn a_close_code_that_may_not_travel_is_refused_before_anything_is_said() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { mut application, near, .. } = stage;
        let refused = application.hang_up(1006, "", near).await;
        assert_eq!(refused, Err(CallError::Send(SendError::InvalidClose)));
        assert!(!application.is_closed());
    });
}

#[test]
fn a_text_that_is_too_long_for_the_inbox_ends_the_call_with_1009() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { mut application, mut platform, near, far, .. } = stage;
        let long = format!(r#"{{"command":"{}"}}"#, "x".repeat(2_500));
        let (heard, ()) = both(application.next(near), async {
            platform.send(Event::Other(voxwire::Message::Text(&long))).await.unwrap();
            platform.flush().await;
        })
        .await;
        assert_eq!(heard, Err(CallError::WebSocket(Violation::TooLong)));
        assert!(application.is_closed());
        // It was told already, where the socket had room.
        assert_eq!(platform.next(far).await, Ok(Command::Hangup(Close::new(1009, ""))));
    });
}
