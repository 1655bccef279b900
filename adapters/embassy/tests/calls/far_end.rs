//! What is told of what was heard, beside what a platform that really plays has heard.

use core::cell::RefCell;
use core::time::Duration;

use embassy_futures::join::join;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use proptest::sample::select as one_of;
use support::cases;
use support::samples::VOICE;
use support::speaker::Speaker;
use voxwire::audio::{Estimate, Stopped};
use voxwire::{Audio, AudioFormat, Command, Dialect, Event, Instant, Mark};
use voxwire_embassy::{CallError, Clock as _, FarEnd, Heard, Inbox, Voice};

use crate::stage::{ApplicationCall, Clock, PlatformCall, Stage, both, followed, frame, live};

const FORMAT: AudioFormat = AudioFormat::pcm16(16_000).unwrap();
const FRAME: usize = FORMAT.frame_bytes();

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A far end that is exactly so far.
fn far_end(delay: Duration) -> FarEnd {
    FarEnd::new().delay(delay, delay).jitter(ms(0))
}

fn contains(estimate: Estimate, figure: u64) -> bool {
    (estimate.lower..=estimate.upper).contains(&figure)
}

#[test]
fn a_barge_in_in_mid_speech_tells_where_it_stops_what_is_played() {
    for dialect in Dialect::ALL {
        for delay in [0, 35, 90] {
            for interrupted in [0, 31, 131, 1_007] {
                let log = Log::default();
                followed(*dialect, 5_000, far_end(ms(delay)), async |stage| {
                    let Stage { clock, mut application, mut platform, near, far, .. } = stage;
                    let speak = async {
                        speak_until(&mut application, &clock, ms(interrupted), &log).await;
                        assert_eq!(application.heard().unwrap().queued, Estimate::exact(0));
                        clock.sleep_until(clock.now() + ms(200)).await;
                        log.add(clock.now(), Entry::Heard(application.heard()));
                        application.hang_up(1000, "", near).await.unwrap();
                    };
                    both(speak, log.record(&clock, &mut platform, far)).await;
                });
                judge(&log.0.into_inner(), ms(delay));
            }
        }
    }
}

/// Speaks until a handle interrupts.
async fn speak_until(application: &mut ApplicationCall<'_>, clock: &Clock, after: Duration, log: &Log) {
    let mut memory = [0; FRAME];
    let mut voice = Voice::new(16_000, FORMAT, &mut memory).unwrap();
    let (hearing, mut speaking) = application.split();
    let handle = speaking.handle();
    let interrupt = async {
        clock.sleep_until(clock.now() + after).await;
        let stopped = handle.clear().unwrap().stopped.unwrap();
        log.add(clock.now(), Entry::Stopped(Some(stopped)));
        assert!(stopped.at.width() <= 4, "nothing is in doubt but a sample: {stopped:?}");
        assert_eq!(hearing.heard().unwrap().sent, stopped.at.upper + stopped.unheard.lower);
        assert_eq!(hearing.heard(), handle.heard());
    };
    let pcm = [1; 100 * FRAME];
    let (spoken, ()) = join(speaking.speak(&mut voice, &mut &pcm[..]), interrupt).await;
    assert_eq!(spoken, Err(CallError::Cleared));
    assert_eq!(speaking.heard(), handle.heard());
}

#[test]
fn of_a_clear_that_must_wait_no_more_is_told_than_is_certain() {
    for dialect in Dialect::ALL {
        followed(*dialect, 5_000, far_end(ms(0)), async |stage| {
            let Stage { mut application, mut platform, far, narrow, .. } = stage;
            application.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
            let at_once = application.clear().unwrap().stopped.unwrap();
            assert!(at_once.unheard.lower > 0, "{at_once:?}");
            narrow(0);
            application.send(Command::Audio(Audio::raw(&frame(1)))).await.unwrap();
            for _ in 0..2 {
                let waits = application.clear().unwrap().stopped.unwrap();
                assert_eq!(
                    waits.at,
                    Estimate { lower: 320, upper: 640 },
                    "what was cleared before is behind it"
                );
                assert_eq!(waits.unheard, Estimate { lower: 0, upper: 320 });
                assert_eq!(waits.heard.upper, at_once.heard.upper + 320);
            }
            assert_eq!(application.heard().unwrap().queued.upper, 320);
            // When it is on its way, it is known where it stops speech.
            narrow(5_000);
            both(application.flush(), async {
                for clear in [false, true, false, true] {
                    assert_eq!(platform.next(far).await.unwrap() == Command::Clear, clear);
                }
            })
            .await;
            let heard = application.heard().unwrap();
            assert_eq!((heard.sent, heard.queued), (640, Estimate::exact(0)));
        });
    }
}

#[test]
fn a_mark_that_comes_back_proves_what_was_heard() {
    // The clock alone tells nothing here.
    let far_end = FarEnd::new().delay(ms(0), Duration::MAX);
    followed(Dialect::Wavix, 5_000, far_end, async |stage| {
        let Stage { clock, mut application, mut platform, near, far, .. } = stage;
        let began = clock.now();
        let speak = async {
            for number in 0..2 {
                application.send(Command::Audio(Audio::raw(&frame(number)))).await.unwrap();
            }
            application.send(Command::Mark(Mark::new("second"))).await.unwrap();
            application.send(Command::Audio(Audio::raw(&frame(2)))).await.unwrap();
            clock.sleep_until(began + ms(39)).await;
            assert_eq!(application.heard().unwrap().heard.lower, 0);
            assert!(matches!(application.next(near).await, Ok(Event::Mark(_))));
            assert_eq!(clock.now(), began + ms(40));
            assert_eq!(application.heard().unwrap().heard.lower, 640);
        };
        both(speak, async {
            for _ in 0..4 {
                let _ = platform.next(far).await.unwrap();
            }
            clock.sleep_until(began + ms(40)).await;
            platform.send(Event::Mark(Mark::new("second"))).await.unwrap();
        })
        .await;
    });
}

#[test]
fn before_there_is_audio_nothing_is_told_of_it() {
    for dialect in Dialect::ALL {
        followed(*dialect, 5_000, far_end(ms(0)), async |stage| {
            let Stage { clock, mut application, platform: _platform, .. } = stage;
            assert_eq!(application.heard(), None);
            assert_eq!(application.clear().unwrap().stopped, None);
            application.send(Command::Audio(Audio::raw(&[0; 3]))).await.unwrap();
            assert_eq!(application.heard().unwrap().sent, 1);
            application.send(Command::Audio(Audio::raw(&[0; 1]))).await.unwrap();
            assert_eq!(application.heard().unwrap().sent, 2);
            clock.sleep_until(clock.now() + ms(1_000)).await;
            let heard = application.heard().unwrap();
            assert_eq!(
                (heard.heard, heard.queued, heard.runs_dry),
                (Estimate::exact(2), Estimate::exact(0), None)
            );
        });
    }
}

#[test]
fn of_a_call_that_nobody_follows_nothing_is_told() {
    for dialect in Dialect::ALL {
        live(*dialect, 5_000, async |stage| {
            let Stage { mut application, platform: _platform, .. } = stage;
            application.send(Command::Audio(Audio::raw(&frame(0)))).await.unwrap();
            assert_eq!(application.heard(), None);
            assert_eq!(application.clear().unwrap().stopped, None);
            assert_eq!(application.heard(), None);
        });
    }
}

/// What an agent does.
#[derive(Clone, Debug)]
enum Act {
    /// Speaks this many bytes.
    Speak(usize),
    /// The same, and is interrupted after so many milliseconds if it still does.
    Interrupted(usize, u64),
    Finish,
    /// Says raw audio.
    Send(usize),
    Pass(u64),
    Clear,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (1..VOICE.len()).prop_map(Act::Speak),
        2 => (1..VOICE.len(), 0..300_u64).prop_map(|(bytes, millis)| Act::Interrupted(bytes, millis)),
        1 => Just(Act::Finish),
        2 => (0..1_300_usize).prop_map(Act::Send),
        4 => (0..400_u64).prop_map(Act::Pass),
        2 => Just(Act::Clear),
    ];
    vec(act, 1..30)
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn what_is_told_is_what_was_heard(
        dialect in one_of(Dialect::ALL),
        rate in one_of(&[8_000_u32, 16_000, 24_000][..]),
        (least, spread, share) in (0..80_u64, 0..150_u64, 0..=100_u64),
        acts in acts(),
    ) {
        let delay = ms(least) + ms(spread) * share as u32 / 100;
        let log = Log::default();
        let far_end = FarEnd::new().delay(ms(least), ms(least + spread)).jitter(ms(0));
        followed(dialect, 5_000, far_end, async |stage| {
            let Stage { clock, mut application, mut platform, near, far, .. } = stage;
            let act = async {
                let mut memory = [0; FRAME];
                let mut voice = Voice::new(rate, FORMAT, &mut memory).unwrap();
                {
                    let (_, mut speaking) = application.split();
                    let handle = speaking.handle();
                    let clear = || {
                        let cleared = handle.clear().unwrap();
                        assert_eq!(cleared.bytes, 0, "the platform takes all at once");
                        log.add(clock.now(), Entry::Stopped(cleared.stopped));
                    };
                    for act in acts.into_iter().chain([Act::Pass(3_000)]) {
                        let done = match act {
                            Act::Speak(bytes) => speaking.speak(&mut voice, &mut &VOICE[..bytes]).await,
                            Act::Interrupted(bytes, millis) => {
                                let until = clock.now() + ms(millis);
                                let interrupt = async {
                                    clock.sleep_until(until).await;
                                    clear();
                                };
                                let mut pcm = &VOICE[..bytes];
                                join(speaking.speak(&mut voice, &mut pcm), interrupt).await.0
                            }
                            Act::Finish => speaking.finish(&mut voice).await,
                            Act::Send(bytes) => {
                                let sent = speaking.send(Command::Audio(Audio::raw(&VOICE[..bytes]))).await;
                                speaking.flush().await;
                                sent
                            }
                            Act::Pass(millis) => {
                                clock.sleep_until(clock.now() + ms(millis)).await;
                                Ok(())
                            }
                            Act::Clear => {
                                clear();
                                Ok(())
                            }
                        };
                        assert!(matches!(done, Ok(()) | Err(CallError::Cleared)), "{done:?}");
                        log.add(clock.now(), Entry::Heard(handle.heard()));
                    }
                }
                application.hang_up(1000, "", near).await.unwrap();
            };
            both(act, log.record(&clock, &mut platform, far)).await;
        });
        judge(&log.0.into_inner(), delay);
    }
}

/// What happened, in order, and when.
#[derive(Default)]
struct Log(RefCell<Vec<(Instant, Entry)>>);

#[derive(Debug)]
enum Entry {
    /// The platform was sent so many bytes of audio.
    Audio(usize),
    /// It was sent a clear.
    Clear,
    /// The application was told this of its clear.
    Stopped(Option<Stopped>),
    /// It was told this.
    Heard(Option<Heard>),
}

impl Log {
    fn add(&self, now: Instant, entry: Entry) {
        self.0.borrow_mut().push((now, entry));
    }

    /// Takes down all that a platform is sent, as soon as it is, until the call is over.
    async fn record(&self, clock: &Clock, platform: &mut PlatformCall<'_>, far: &mut Inbox<'_>) {
        loop {
            match platform.next(far).await.unwrap() {
                Command::Audio(audio) => self.add(clock.now(), Entry::Audio(audio.len())),
                Command::Clear => self.add(clock.now(), Entry::Clear),
                Command::Hangup(_) => return platform.flush().await,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Plays to a platform so far away what it was sent, and holds against it what the application was told.
fn judge(log: &[(Instant, Entry)], delay: Duration) {
    let mut speaker = Speaker::<()>::new(FORMAT.rate(), u64::MAX);
    let (mut half, mut told, mut stops) = (0, Vec::new(), Vec::new());
    let arrives = |(at, entry): &(Instant, Entry)| match entry {
        Entry::Audio(_) | Entry::Clear => *at + delay,
        Entry::Stopped(_) | Entry::Heard(_) => *at,
    };
    let mut entries: Vec<_> = log.iter().map(|entry| (arrives(entry), &entry.1)).collect();
    // What arrives when something is told has arrived.
    entries.sort_by_key(|(at, entry)| (*at, matches!(entry, Entry::Stopped(_) | Entry::Heard(_))));
    for (at, entry) in entries {
        let now = at.as_micros();
        speaker.play(now);
        match entry {
            Entry::Audio(bytes) => {
                let bytes = bytes + half;
                half = bytes % 2;
                speaker.push(now, bytes as u64 / 2);
            }
            Entry::Clear => {
                half = 0;
                stops.push((speaker.clear(now), speaker.heard()));
            }
            Entry::Stopped(stopped) => told.push(stopped),
            Entry::Heard(told) => {
                let (told, heard) = (told.map_or(Estimate::exact(0), |told| told.heard), speaker.heard());
                assert!(contains(told, heard), "{told:?} at {at:?}, {heard}");
            }
        }
    }
    assert_eq!(told.len(), stops.len());
    for (told, (at, heard)) in told.into_iter().zip(stops) {
        match told {
            None => assert_eq!((at, heard), (0, 0)),
            Some(told) => {
                assert!(contains(told.at, at) && contains(told.heard, heard), "{told:?}, {at}, {heard}");
            }
        }
    }
}
