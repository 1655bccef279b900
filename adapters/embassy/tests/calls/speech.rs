//! Speaking with a voice: each frame at its time, whoever gives up in between, and a barge-in that ends it at once.

use core::time::Duration;

use embassy_futures::join::join;
use voxwire::audio::{PcmResampler, Resampler};
use voxwire::{Audio, AudioFormat, Close, Command, Dialect, SendError};
use voxwire_embassy::{CallError, Clock as _, Voice};

use crate::stage::{Stage, both, bytes, cancelled, frame, live};

const FORMAT: AudioFormat = AudioFormat::pcm16(16_000).unwrap();
const FRAME: usize = FORMAT.frame_bytes();

/// So many bytes of a voice of any rate.
fn speech(len: usize) -> Vec<u8> {
    (0..len.div_ceil(640)).flat_map(frame).take(len).collect()
}

/// What that is at the call's rate, with silence up to a whole frame.
fn expected(rate: u32, pcm: &[u8]) -> Vec<u8> {
    let mut resampler = PcmResampler::new(Resampler::fixed(rate, FORMAT.rate()).unwrap());
    let mut said = vec![0; 3 * pcm.len() + 1_000];
    let made = resampler.next(&mut &pcm[..], &mut said);
    let made = made + resampler.finish(&mut said[made..]);
    said.truncate(made);
    said.resize(made.next_multiple_of(FRAME), 0);
    said
}

#[test]
fn speech_of_any_rate_comes_whole_in_frames_each_at_its_time() {
    for dialect in Dialect::ALL {
        for rate in [8_000, 16_000, 24_000] {
            live(*dialect, 5_000, async |stage| {
                let Stage { clock, mut application, mut platform, far, .. } = stage;
                let began = clock.now();
                let pcm = speech(9_999);
                let expected = expected(rate, &pcm);
                let speak = async {
                    let mut memory = [0; FRAME];
                    let mut voice = Voice::new(rate, FORMAT, &mut memory).unwrap();
                    for mut piece in pcm.chunks(777) {
                        application.speak(&mut voice, &mut piece).await.unwrap();
                        assert!(piece.is_empty());
                    }
                    application.finish(&mut voice).await.unwrap();
                };
                let hear = async {
                    for (n, expected) in expected.chunks(FRAME).enumerate() {
                        let Command::Audio(audio) = platform.next(far).await.unwrap() else {
                            panic!("no audio")
                        };
                        assert_eq!(bytes(audio), expected, "{n} at {rate} Hz");
                        let due =
                            Duration::from_millis(20 * n as u64).saturating_sub(Duration::from_millis(60));
                        assert_eq!(clock.now(), began + due, "{n} at {rate} Hz");
                    }
                };
                both(speak, hear).await;
            });
        }
    }
}

#[test]
fn who_gives_up_at_any_time_loses_and_doubles_nothing() {
    for capacity in [100, 5_000] {
        live(Dialect::ALL[0], capacity, async |stage| {
            let Stage { mut application, mut platform, far, clock, .. } = stage;
            let pcm = speech(9_999);
            let expected = expected(8_000, &pcm);
            let speak = async {
                let mut memory = [0; FRAME];
                let mut voice = Voice::new(8_000, FORMAT, &mut memory).unwrap();
                let (mut rest, mut gave_up) = (&pcm[..], 0);
                while cancelled(application.speak(&mut voice, &mut rest)).await.map(Result::unwrap).is_none()
                {
                    gave_up += 1;
                    clock.sleep_until(clock.now() + Duration::from_millis(7)).await;
                }
                while cancelled(application.finish(&mut voice)).await.map(Result::unwrap).is_none() {
                    gave_up += 1;
                    clock.sleep_until(clock.now() + Duration::from_millis(7)).await;
                }
                application.flush().await;
                assert!(gave_up > 50, "{gave_up}");
            };
            both(speak, async {
                for expected in expected.chunks(FRAME) {
                    let Command::Audio(audio) = platform.next(far).await.unwrap() else { panic!("no audio") };
                    assert_eq!(bytes(audio), expected);
                }
            })
            .await;
        });
    }
}

#[test]
fn a_clear_ends_speech_that_waits_at_once_and_an_utterance_once() {
    for dialect in Dialect::ALL {
        live(*dialect, 5_000, async |stage| {
            let Stage { clock, mut application, mut platform, far, .. } = stage;
            let mut memory = [0; FRAME];
            let mut voice = Voice::new(16_000, FORMAT, &mut memory).unwrap();
            let pcm = speech(100 * FRAME);
            let (_, mut speaking) = application.split();
            let handle = speaking.handle();
            // In the middle of a frame.
            let interrupted = clock.now() + Duration::from_millis(131);
            let mut rest = &pcm[..];
            let speak = async {
                let spoken = speaking.speak(&mut voice, &mut rest).await;
                assert_eq!((spoken, clock.now()), (Err(CallError::Cleared), interrupted));
                // The next begins at once, and ends with a clear between its pieces.
                speaking.speak(&mut voice, &mut &pcm[..FRAME + 2]).await.unwrap();
                assert_eq!(clock.now(), interrupted);
                let _ = speaking.clear().unwrap();
                let mut piece = &pcm[..10];
                assert_eq!(speaking.speak(&mut voice, &mut piece).await, Err(CallError::Cleared));
                assert_eq!(piece.len(), 10, "nothing was taken");
                speaking.finish(&mut voice).await.unwrap();
                speaking.flush().await;
            };
            let interrupt = async {
                clock.sleep_until(interrupted).await;
                assert_eq!(handle.clear().unwrap().bytes, 0, "what waits for its time was not said");
            };
            let speaks = async { join(speak, interrupt).await };
            let mut heard = Vec::new();
            both(speaks, async {
                let mut clears = 0;
                while clears < 2 {
                    match platform.next(far).await.unwrap() {
                        Command::Audio(audio) => heard.extend(bytes(audio)),
                        other => {
                            assert_eq!(other, Command::Clear);
                            clears += 1;
                        }
                    }
                }
            })
            .await;
            // 131 ms and what is ahead of them; then the one of the second utterance, if it was on the socket by then.
            let first = (131 + 60) / 20 + 1;
            assert_eq!(heard[..first * FRAME], pcm[..first * FRAME]);
            assert!(heard[first * FRAME..] == pcm[..FRAME] || heard.len() == first * FRAME);
            assert_eq!(rest.len(), pcm.len() - (first + 1) * FRAME);
        });
    }
}

#[test]
fn while_the_socket_takes_nothing_frames_do_not_pile_up() {
    for dialect in Dialect::ALL {
        live(*dialect, 5_000, async |stage| {
            let Stage { clock, mut application, narrow, .. } = stage;
            narrow(0);
            let mut memory = [0; FRAME];
            let mut voice = Voice::new(16_000, FORMAT, &mut memory).unwrap();
            let pcm = speech(100 * FRAME);
            let mut rest = &pcm[..];
            {
                let (_, mut speaking) = application.split();
                let handle = speaking.handle();
                let interrupt = async {
                    clock.sleep_until(clock.now() + Duration::from_secs(1)).await;
                    assert_eq!(handle.clear().unwrap().bytes, 0, "all that is queued has been begun");
                };
                let (spoken, ()) = join(speaking.speak(&mut voice, &mut rest), interrupt).await;
                assert_eq!(spoken, Err(CallError::Cleared));
            }
            assert_eq!(rest.len(), 99 * FRAME);
        });
    }
}

#[test]
fn the_end_of_the_call_ends_speech_that_waits() {
    for dialect in Dialect::ALL {
        live(*dialect, 5_000, async |stage| {
            let Stage { clock, mut application, mut platform, near, far, .. } = stage;
            let mut memory = [0; FRAME];
            let mut voice = Voice::lasting(Duration::from_millis(10), 16_000, FORMAT, &mut memory).unwrap();
            let pcm = speech(100 * FRAME);
            let hangs_up = clock.now() + Duration::from_millis(45);
            let speaks = async {
                let (mut hearing, mut speaking) = application.split();
                let speak = async {
                    let spoken = speaking.speak(&mut voice, &mut &pcm[..]).await;
                    assert_eq!((spoken, clock.now()), (Err(SendError::Closed.into()), hangs_up));
                };
                join(speak, async {
                    while !hearing.is_closed() {
                        let _ = hearing.next(near).await;
                    }
                })
                .await;
            };
            both(speaks, async {
                clock.sleep_until(hangs_up).await;
                platform.hang_up(1000, "", far).await.unwrap();
            })
            .await;
        });
    }
}

#[test]
fn raw_audio_and_a_voice_may_take_turns() {
    live(Dialect::ALL[0], 5_000, async |stage| {
        let Stage { mut application, mut platform, far, .. } = stage;
        both(
            async {
                let mut memory = [0; FRAME];
                let mut voice = Voice::new(16_000, FORMAT, &mut memory).unwrap();
                application.speak(&mut voice, &mut &[1; FRAME][..]).await.unwrap();
                application.send(Command::Audio(Audio::raw(&[2; 7]))).await.unwrap();
                application.speak(&mut voice, &mut &[3; FRAME][..]).await.unwrap();
                application.send(Command::from(Close::NORMAL)).await.unwrap();
                application.flush().await;
            },
            async {
                for expected in [&[1; FRAME][..], &[2; 7], &[3; FRAME]] {
                    let Command::Audio(audio) = platform.next(far).await.unwrap() else { panic!("no audio") };
                    assert_eq!(bytes(audio), expected);
                }
            },
        )
        .await;
    });
}
