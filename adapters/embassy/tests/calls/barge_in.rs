//! A clear overtakes what is queued, and every byte is accounted for.

use core::time::Duration;

use embassy_futures::join::join;
use voxwire::{Audio, Command, Dialect, Event, SendError};
use voxwire_embassy::{CallError, Clock as _};

use crate::stage::{Stage, both, bytes, frame, live};

#[test]
fn a_clear_overtakes_a_full_queue_and_says_how_much_it_threw_away() {
    for dialect in Dialect::ALL {
        for taken in [0, 1, 5, 300, 644, 1_000] {
            live(*dialect, 5_000, async |stage| {
                let Stage { clock, mut application, mut platform, far, narrow, .. } = stage;
                // The platform reads nothing for a while: the socket takes a little, the queue the rest.
                narrow(taken);
                let mut said = 0;
                let mut cleared = 0;
                {
                    let (_, mut says) = application.split();
                    let handle = says.handle();
                    let speak = async {
                        loop {
                            match says.send(Command::Audio(Audio::raw(&frame(said / 640)))).await {
                                Ok(()) => said += 640,
                                Err(error) => break assert_eq!(error, CallError::Cleared),
                            }
                        }
                    };
                    let interrupt = async {
                        clock.sleep_until(clock.now() + Duration::from_secs(1)).await;
                        cleared = handle.clear().unwrap().bytes;
                    };
                    join(speak, interrupt).await;
                }
                narrow(5_000);
                let mut heard = 0;
                both(application.flush(), async {
                    loop {
                        match platform.next(far).await.unwrap() {
                            Command::Audio(audio) => {
                                assert_eq!(
                                    bytes(audio),
                                    frame(heard / 640),
                                    "a frame half written is finished"
                                );
                                heard += 640;
                            }
                            other => break assert_eq!(other, Command::Clear),
                        }
                    }
                })
                .await;
                assert!(said > 1_000, "the queue holds some");
                assert_eq!(said, heard + cleared);
                assert!(heard <= taken.next_multiple_of(640) + 640, "{heard} of {said} were still heard");
                // And the call goes on.
                both(platform.next(far), async {
                    application.send(Command::Audio(Audio::raw(&[1, 2]))).await.unwrap();
                    application.flush().await;
                })
                .await
                .0
                .unwrap();
            });
        }
    }
}

#[test]
fn a_clear_is_on_the_socket_before_anybody_is_polled() {
    for dialect in Dialect::ALL {
        live(*dialect, 5_000, async |stage| {
            let Stage { clock, mut application, mut platform, far, .. } = stage;
            let cleared_at = clock.now();
            application.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
            assert_eq!(application.clear().unwrap().bytes, 0);
            assert!(matches!(platform.next(far).await, Ok(Command::Audio(_))));
            assert_eq!(platform.next(far).await, Ok(Command::Clear));
            assert_eq!(clock.now(), cleared_at);
        });
    }
}

#[test]
fn who_waits_for_the_socket_when_a_clear_comes_is_woken_by_it_still() {
    for dialect in Dialect::ALL {
        for by_speaking in [true, false] {
            live(*dialect, 5_000, async |stage| {
                let Stage { clock, mut application, mut platform, near, far, narrow } = stage;
                narrow(0);
                application.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
                let (mut hearing, mut speaking) = application.split();
                let handle = speaking.handle();
                let wait = async {
                    if by_speaking {
                        speaking.flush().await;
                    }
                    // What is left is written by who only hears.
                    let _ = hearing.next(near).await;
                };
                both(wait, async {
                    clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
                    let _ = handle.clear().unwrap();
                    clock.sleep_until(clock.now() + Duration::from_millis(100)).await;
                    narrow(5_000);
                    let opened = clock.now();
                    assert!(matches!(platform.next(far).await, Ok(Command::Audio(_))));
                    assert_eq!(platform.next(far).await, Ok(Command::Clear));
                    assert_eq!(clock.now(), opened);
                    platform.hang_up(1000, "", far).await.unwrap();
                })
                .await;
            });
        }
    }
}

#[test]
fn a_reader_that_stops_makes_send_wait_and_no_queue_grow() {
    live(Dialect::Sinch, 500, async |stage| {
        let Stage { clock, mut application, mut platform, far, .. } = stage;
        let mut said = 0;
        let speak = async {
            for number in 0..20 {
                application.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
                said += 1;
            }
            application.flush().await;
        };
        let begun = clock.now();
        both(speak, async {
            clock.sleep_until(begun + Duration::from_secs(10)).await;
            for number in 0..20 {
                match platform.next(far).await.unwrap() {
                    Command::Audio(audio) => assert_eq!(bytes(audio), frame(number)),
                    other => panic!("{other:?}"),
                }
            }
        })
        .await;
        assert_eq!(said, 20);
    });
}

#[test]
fn what_may_not_be_cleared_is_left_alone() {
    live(Dialect::Sinch, 500, async |stage| {
        let Stage { mut application, platform, near, .. } = stage;
        drop(platform);
        assert!(matches!(application.next(near).await, Ok(Event::Hangup(_))));
        assert_eq!(application.clear(), Err(CallError::Send(SendError::Closed)));
    });
}
