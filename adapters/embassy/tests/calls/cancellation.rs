//! Cancelled wherever it waits, a call loses nothing and doubles nothing.

use std::pin::pin;

use voxwire::{Audio, Command, Dialect, Event};
use voxwire_embassy::{CallError, Inbox};

use crate::stage::{Stage, both, bytes, cancelled, frame, live};

const FRAMES: usize = 12;

#[test]
fn next_is_cancelled_at_every_await() {
    for dialect in Dialect::ALL {
        for capacity in [1, 2, 13, 700] {
            live(*dialect, capacity, async |stage| {
                let Stage { mut application, mut platform, near, .. } = stage;
                let hear = async {
                    let mut number = 0;
                    while number < FRAMES {
                        // It is polled once and dropped, whatever it waits for: a byte, two, thirteen at a time.
                        match cancelled(application.next(near)).await {
                            Some(Ok(Event::Audio(audio))) => {
                                assert_eq!(bytes(audio), frame(number));
                                number += 1;
                            }
                            Some(other) => panic!("{other:?}"),
                            None => {}
                        }
                    }
                };
                both(hear, async {
                    for number in 0..FRAMES {
                        platform.send(Event::Audio(Audio::raw(&frame(number)))).await.unwrap();
                    }
                    platform.flush().await;
                })
                .await;
            });
        }
    }
}

#[test]
fn send_is_cancelled_at_every_await() {
    for dialect in Dialect::ALL {
        for capacity in [1, 2, 13, 700] {
            live(*dialect, capacity, async |stage| {
                let Stage { mut application, mut platform, far, .. } = stage;
                let speak = async {
                    for number in 0..FRAMES {
                        // Wholly queued or not at all: so it is said again until it is.
                        let frame = frame(number);
                        let says = Command::Audio(Audio::raw(&frame));
                        while cancelled(application.send(says)).await.is_none() {}
                    }
                    while cancelled(application.flush()).await.is_none() {}
                };
                both(speak, async {
                    for number in 0..FRAMES {
                        match platform.next(far).await.unwrap() {
                            Command::Audio(audio) => assert_eq!(bytes(audio), frame(number)),
                            other => panic!("{other:?}"),
                        }
                    }
                })
                .await;
            });
        }
    }
}

#[test]
fn a_next_that_is_not_polled_does_not_hold_up_a_send() {
    for dialect in Dialect::ALL {
        live(*dialect, 100, async |stage| {
            let Stage { mut application, mut platform, near, far, .. } = stage;
            let (mut hears, mut says) = application.split();
            let speak = async {
                let mut next = pin!(hears.next(near));
                // It has begun to write what waits, and is left alone then.
                says.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
                assert!(embassy_futures::poll_once(next.as_mut()).is_pending());
                for number in 1..FRAMES {
                    says.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
                }
                says.flush().await;
            };
            both(speak, async {
                for number in 0..FRAMES {
                    match platform.next(far).await.unwrap() {
                        Command::Audio(audio) => assert_eq!(bytes(audio), frame(number)),
                        other => panic!("{other:?}"),
                    }
                }
            })
            .await;
        });
    }
}

#[test]
fn another_inbox_is_refused_and_the_call_goes_on_with_its_own() {
    live(Dialect::Sinch, 700, async |stage| {
        let Stage { mut application, mut platform, near, .. } = stage;
        let mut memory = [0; 2048];
        let mut other = Inbox::new(&mut memory);
        platform.send(Event::Audio(Audio::raw(&frame(0)))).await.unwrap();
        platform.flush().await;
        assert_eq!(application.next(&mut other).await, Err(CallError::Inbox));
        assert!(matches!(application.next(near).await, Ok(Event::Audio(audio)) if bytes(audio) == frame(0)));
    });
}
