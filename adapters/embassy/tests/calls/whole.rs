//! What both ends say is what both ends hear, and what keeps a call alive goes out whatever its owner does.

use core::time::Duration;
use std::pin::pin;

use embassy_futures::select::{Either, select};
use voxwire::{Audio, Command, Deadline, Dialect, Event, Mark, Message};
use voxwire_embassy::{CallError, Clock as _};

use crate::stage::{Stage, both, bytes, frame, live};

/// More than the queue and the socket hold.
const FRAMES: usize = 40;

#[test]
fn a_call_is_echoed_to_its_end() {
    for dialect in Dialect::ALL {
        for capacity in [1, 3, 50, 640, 5_000] {
            live(*dialect, capacity, async |stage| {
                let Stage { mut application, mut platform, near, far, .. } = stage;
                let echo = async {
                    loop {
                        match application.next(near).await.unwrap() {
                            Event::Audio(audio) => application.send(Command::Audio(audio)).await.unwrap(),
                            Event::Hangup(close) => {
                                break assert_eq!((close.code, close.reason), (Some(1000), "bye"));
                            }
                            other => assert_eq!(other, Event::Stop),
                        }
                    }
                    assert!(application.is_closed());
                    application.flush().await;
                };
                let caller = async {
                    for number in 0..FRAMES {
                        platform.send(Event::Audio(Audio::raw(&frame(number)))).await.unwrap();
                        match platform.next(far).await.unwrap() {
                            Command::Audio(audio) => assert_eq!(bytes(audio), frame(number)),
                            other => panic!("{other:?}"),
                        }
                    }
                    platform.send(Event::Stop).await.unwrap();
                    platform.hang_up(1000, "bye", far).await.unwrap();
                    assert!(platform.is_closed());
                };
                both(echo, caller).await;
            });
        }
    }
}

#[test]
fn both_halves_of_both_ends_are_at_work_at_once() {
    for dialect in Dialect::ALL {
        for capacity in [1, 700, 5_000] {
            live(*dialect, capacity, async |stage| {
                let Stage { mut application, mut platform, near, far, .. } = stage;
                let (mut near_hears, mut near_says) = application.split();
                let (mut far_hears, mut far_says) = platform.split();
                let speak = async {
                    for number in 0..FRAMES {
                        near_says.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
                    }
                    near_says.flush().await;
                };
                let hear = async {
                    for number in 0..FRAMES {
                        match near_hears.next(near).await.unwrap() {
                            Event::Audio(audio) => assert_eq!(bytes(audio), frame(FRAMES + number)),
                            other => panic!("{other:?}"),
                        }
                    }
                };
                let far_speak = async {
                    for number in 0..FRAMES {
                        far_says.send(Event::Audio(Audio::raw(&frame(FRAMES + number)))).await.unwrap();
                    }
                    far_says.flush().await;
                };
                let far_hear = async {
                    for number in 0..FRAMES {
                        match far_hears.next(far).await.unwrap() {
                            Command::Audio(audio) => assert_eq!(bytes(audio), frame(number)),
                            other => panic!("{other:?}"),
                        }
                    }
                };
                let near = embassy_futures::join::join(speak, hear);
                let far = embassy_futures::join::join(far_speak, far_hear);
                both(near, far).await;
            });
        }
    }
}

#[test]
fn audio_that_the_inbox_cannot_hold_comes_in_pieces() {
    live(Dialect::Sinch, 300, async |stage| {
        let Stage { mut application, mut platform, near, far, .. } = stage;
        let long: Vec<u8> = (0..4).flat_map(frame).collect();
        let mut heard = Vec::new();
        let hear = async {
            while heard.len() < long.len() {
                match application.next(near).await.unwrap() {
                    Event::Audio(audio) => heard.extend_from_slice(audio.as_raw().unwrap()),
                    other => panic!("{other:?}"),
                }
            }
        };
        both(hear, async {
            platform.send(Event::Audio(Audio::raw(&long))).await.unwrap();
            platform.flush().await;
        })
        .await;
        assert_eq!(heard, long);
        // The next message begins anew.
        both(
            async {
                assert!(matches!(application.next(near).await, Ok(Event::Audio(audio)) if audio.len() == 2))
            },
            async {
                platform.send(Event::Audio(Audio::raw(&[1, 2]))).await.unwrap();
                platform.flush().await;
            },
        )
        .await;
        drop(application);
        assert!(matches!(platform.next(far).await, Ok(Command::Hangup(close)) if close.code == Some(1006)));
    });
}

#[test]
fn marks_come_back() {
    live(Dialect::Wavix, 100, async |stage| {
        let Stage { mut application, mut platform, near, far, .. } = stage;
        both(
            async {
                application.send(Command::Mark(Mark::new("greeting"))).await.unwrap();
                assert_eq!(application.next(near).await, Ok(Event::Mark(Mark::new("greeting"))));
            },
            async {
                let Ok(Command::Mark(mark)) = platform.next(far).await else { panic!("no mark") };
                platform.send(Event::Mark(mark)).await.unwrap();
                platform.flush().await;
            },
        )
        .await;
    });
}

#[test]
fn who_only_hears_says_heartbeats_and_pings() {
    live(Dialect::Sinch, 100, async |stage| {
        let Stage { clock, mut application, mut platform, near, far, .. } = stage;
        let begun = clock.now();
        let hear = pin!(async { application.next(near).await.map(drop) });
        // The platform hears the heartbeat; its library answers the pings, or the silence would have ended both.
        let heard = select(hear, async {
            for beat in 1..=8_u32 {
                assert_eq!(platform.next(far).await, Ok(Command::Heartbeat));
                assert_eq!(clock.now().since(begun), Duration::from_secs(25) * beat);
            }
        })
        .await;
        assert!(matches!(heard, Either::Second(())));
    });
}

#[test]
fn heartbeats_go_out_although_the_peer_never_pauses() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { clock, mut application, mut platform, near, far, .. } = stage;
        let (mut hears, mut says) = platform.split();
        let talk = async {
            loop {
                says.send(Event::Audio(Audio::raw(&[1, 2]))).await.unwrap();
                clock.sleep_until(clock.now() + Duration::from_millis(20)).await;
            }
        };
        let listen = async {
            loop {
                // Always something to hear: nothing else may have a turn.
                let heard = application.next(near).await.map(drop);
                heard.unwrap();
            }
        };
        let beat = async { assert_eq!(hears.next(far).await, Ok(Command::Heartbeat)) };
        assert!(matches!(select(beat, select(talk, listen)).await, Either::First(())));
    });
}

#[test]
fn a_peer_that_is_silent_is_told_once_and_the_call_goes_on() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { clock, mut application, platform, near, .. } = stage;
        let begun = clock.now();
        assert_eq!(application.next(near).await, Err(CallError::Expired(Deadline::Silence)));
        assert_eq!(clock.now().since(begun), Duration::from_secs(60));
        assert!(!application.is_closed());
        application.send(Command::Clear).await.unwrap();
        drop(platform);
        assert!(matches!(application.next(near).await, Ok(Event::Hangup(_))));
    });
}

#[test]
fn unknown_words_are_heard_and_malformed_ones_refused_and_the_call_goes_on() {
    live(Dialect::Sinch, 5_000, async |stage| {
        let Stage { mut application, mut platform, near, .. } = stage;
        for text in [r#"{"command":"dance"}"#, r#"{"command":"#, r#"{"command":"sing"}"#] {
            platform.send(Event::Other(Message::Text(text))).await.unwrap();
        }
        platform.flush().await;
        assert!(
            matches!(application.next(near).await, Ok(Event::Other(Message::Text(text))) if text.contains("dance"))
        );
        assert!(matches!(application.next(near).await, Err(CallError::Receive(_))));
        assert!(
            matches!(application.next(near).await, Ok(Event::Other(Message::Text(text))) if text.contains("sing"))
        );
        assert_eq!(application.counters().other, 2);
    });
}
