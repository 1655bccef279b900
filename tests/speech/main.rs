//! What is spoken on a line: it comes in frames of the call, each at its time, a barge-in ends it at once, and what is told
//! of what was heard is what a platform that really plays has heard.

use core::task::Poll;
use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use support::cases;
use support::samples::VOICE;
use voxwire::audio::{self, Estimate, Float, Speech};
use voxwire::{Audio, Command, Dialect, Instant, Mark, SendError};
use voxwire_line::{CallConfig, CallError, Voice};

use crate::stage::{FORMAT, Said, Stage};

mod stage;

const DIALECTS: [Dialect; 2] = [Dialect::Sinch, Dialect::Wavix];
const FRAME: usize = FORMAT.frame_bytes();

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn voice(rate: u32) -> Voice {
    Voice::new(rate, FORMAT).unwrap()
}

/// When and what the core's voice says of these pieces, with a pause after each.
fn expected(rate: u32, from: Instant, pieces: &[&[u8]], pause: Duration) -> Vec<(Instant, Vec<u8>)> {
    let mut voice = audio::Voice::<_, Float>::new(rate, FORMAT, [0; FRAME]).unwrap();
    let (mut now, mut frames) = (from, Vec::new());
    let pieces = pieces.iter().map(|piece| Some(*piece)).chain([None]);
    for mut piece in pieces {
        loop {
            let speech = match &mut piece {
                Some(pcm) => voice.poll(now, pcm),
                None => voice.finish(now),
            };
            match speech {
                Speech::Frame(frame) => frames.push((now, frame.to_vec())),
                Speech::Wait(until) => {
                    now = until;
                    continue;
                }
                Speech::Spent => break,
            }
            voice.sent(now);
        }
        now = now + pause;
    }
    frames
}

#[test]
fn speech_of_any_rate_comes_whole_in_frames_of_the_call_each_at_its_time() {
    for dialect in DIALECTS {
        for rate in [8_000, 16_000, 22_050, 24_000, 48_000] {
            for pause in [ms(0), ms(15), ms(250)] {
                let mut stage = Stage::new(dialect, |config| config);
                let pieces: Vec<&[u8]> = vec![&VOICE[..3_001], &[], &VOICE[3_001..3_002], &VOICE[3_002..]];
                let expected = expected(rate, stage.now, &pieces, pause);
                let mut voice = voice(rate);
                for mut piece in pieces {
                    stage.speak(&mut voice, &mut piece).unwrap();
                    assert!(piece.is_empty());
                    stage.pass(pause);
                }
                stage.finish(&mut voice).unwrap();
                let frames = stage.take_frames();
                assert!(frames.iter().all(|(_, frame)| frame.len() == FRAME));
                assert!(frames == expected, "{dialect} at {rate} Hz with pauses of {pause:?}");
            }
        }
    }
}

#[test]
fn a_clear_ends_the_utterance_that_it_comes_in_once() {
    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config);
        let mut voice = voice(16_000);
        let _ = stage.clear();
        stage.speak(&mut voice, &mut &VOICE[..1_000]).expect("a clear before it is not its own");

        // Between two pieces.
        let _ = stage.clear();
        let mut pcm = &VOICE[1_000..3_000];
        let cleared = stage.poll_speak(&mut voice, &mut pcm);
        assert!(matches!(cleared, Poll::Ready(Err(CallError::Cleared))));
        assert_eq!(pcm.len(), 2_000, "nothing was taken");

        // Another begins at once, with nothing left of the first.
        stage.take_frames();
        let began = stage.now;
        stage.speak(&mut voice, &mut &VOICE[2_000..4_000]).unwrap();
        stage.finish(&mut voice).unwrap();
        let frames = stage.take_frames();
        assert_eq!(frames[0], (began, VOICE[2_000..2_000 + FRAME].to_vec()));
        assert_eq!(frames.len(), 4);

        // Between its end and the next, it is nobody's.
        let _ = stage.clear();
        stage.speak(&mut voice, &mut &VOICE[..1_000]).unwrap();

        // Before the end.
        let _ = stage.clear();
        assert!(matches!(stage.poll_finish(&mut voice), Poll::Ready(Err(CallError::Cleared))));
        assert!(matches!(stage.poll_finish(&mut voice), Poll::Ready(Ok(()))), "nothing is left to be said");

        // One's own, of which one knows.
        stage.speak(&mut voice, &mut &VOICE[..1_000]).unwrap();
        let _ = stage.clear();
        voice.clear();
        stage.speak(&mut voice, &mut &VOICE[..1_000]).unwrap();
    }
}

#[test]
fn a_clear_ends_at_once_speech_that_waits_for_its_time() {
    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config);
        let mut voice = voice(8_000);
        let mut pcm = &VOICE[..];
        assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        assert_eq!(voice.sleep_until(), Some(stage.now + ms(20)), "four frames are 60 ms ahead");
        assert_eq!(stage.take_frames().len(), 4);
        let _ = stage.application.duties();
        let cleared = stage.clear();
        assert_eq!(cleared.bytes, 0, "what waits for its time was not said yet");
        assert_eq!(cleared.stopped.unwrap().at.upper, 480 + 1, "in 30 ms of jitter, from the first on");
        assert!(stage.application.duties().wake_speaking);
        assert!(matches!(stage.poll_speak(&mut voice, &mut pcm), Poll::Ready(Err(CallError::Cleared))));
        assert_eq!(voice.sleep_until(), None);
        assert!(stage.take_frames().is_empty());
    }
}

#[test]
fn while_the_stream_takes_nothing_frames_do_not_pile_up() {
    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config);
        let (mut voice, pcm) = (voice(16_000), [7; 64_000]);
        let mut pcm = &pcm[..];
        assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        stage.room(0);
        for _ in 0..100 {
            stage.pass(ms(20));
            assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        }
        assert_eq!(voice.sleep_until(), None, "it waits for the stream");
        // One is with the WebSocket and one in the queue.
        assert_eq!(stage.take_frames().len(), 4);
        stage.room(usize::MAX);
        assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        assert_eq!(stage.take_frames().len(), 2 + 4, "those, and what a new schedule begins with");
        assert_eq!(voice.sleep_until(), Some(stage.now + ms(20)));

        // So a clear has little to take back.
        stage.room(0);
        for _ in 0..100 {
            stage.pass(ms(20));
            assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        }
        let cleared = stage.clear();
        assert_eq!(cleared.bytes, FRAME);
        let stopped = cleared.stopped.unwrap();
        assert_eq!(stopped.unheard.lower, 0, "the clear waits too");
        assert_eq!(stopped.at.upper, 320 * (4 + 2 + 4 + 1));
        stage.room(usize::MAX);
        assert!(matches!(stage.poll_speak(&mut voice, &mut pcm), Poll::Ready(Err(CallError::Cleared))));
        let _ = stage.send(Command::Audio(Audio::raw(&[1; 2])));
        let said: Vec<_> = stage.said.drain(..).map(|(_, said)| said).collect();
        assert_eq!(said, [Said::Audio(vec![7; FRAME]), Said::Clear, Said::Audio(vec![1; 2])]);
    }
}

#[test]
fn of_a_clear_that_must_wait_no_more_is_told_than_is_certain() {
    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config.jitter(ms(0)));
        let audio = Command::Audio(Audio::raw(&VOICE[..FRAME]));
        assert!(stage.send(audio).is_ready());
        let at_once = stage.clear().stopped.unwrap();
        assert!(at_once.unheard.lower > 0, "{at_once:?}");
        stage.room(0);
        assert!(stage.send(audio).is_ready());
        for _ in 0..2 {
            let waits = stage.clear().stopped.unwrap();
            assert_eq!(waits.at, Estimate { lower: 320, upper: 640 }, "what was cleared before is behind it");
            assert_eq!(waits.unheard, Estimate { lower: 0, upper: 320 });
            assert_eq!(waits.heard.upper, at_once.heard.upper + 320);
        }
        // When it is on its way, it is known where it stops speech.
        stage.room(usize::MAX);
        assert!(stage.send(audio).is_ready());
        let heard = stage.application.heard(stage.now).unwrap();
        assert_eq!((heard.sent, heard.queued.upper), (960, 320));
    }
}

#[test]
fn speech_that_the_call_does_not_allow_is_refused_and_nothing_taken() {
    let mut stage = Stage::offered(Dialect::Sinch, |config| config);
    let (mut voice, mut pcm) = (voice(8_000), &VOICE[..100]);
    let refused = stage.poll_speak(&mut voice, &mut pcm);
    assert!(matches!(refused, Poll::Ready(Err(CallError::Send(SendError::WrongPhase)))));
    assert_eq!(pcm.len(), 100);

    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config);
        let mut pcm = &VOICE[..];
        assert!(stage.poll_speak(&mut voice, &mut pcm).is_pending());
        let _ = stage.application.duties();
        stage.hang_up();
        assert!(stage.application.duties().wake_speaking);
        let over = stage.poll_speak(&mut voice, &mut pcm);
        assert!(matches!(over, Poll::Ready(Err(CallError::Send(SendError::Closed)))));
        voice.clear();
    }
}

#[test]
fn before_there_is_audio_nothing_is_told_of_it() {
    for dialect in DIALECTS {
        let mut stage = Stage::new(dialect, |config| config);
        assert_eq!(stage.application.heard(stage.now), None);
        assert_eq!(stage.clear().stopped, None);
        assert!(stage.send(Command::Audio(Audio::raw(&VOICE[..3]))).is_ready());
        let heard = stage.application.heard(stage.now).unwrap();
        assert!(heard.sent == 1 && contains(heard.queued, 1), "{heard:?}");
        assert!(stage.send(Command::Audio(Audio::raw(&VOICE[3..4]))).is_ready());
        assert_eq!(stage.application.heard(stage.now).unwrap().sent, 2);
        stage.pass(ms(1_000));
        let heard = stage.application.heard(stage.now).unwrap();
        assert_eq!(
            (heard.heard, heard.queued, heard.runs_dry),
            (Estimate::exact(2), Estimate::exact(0), None)
        );
    }
}

#[test]
fn a_mark_that_comes_back_proves_what_was_heard() {
    // The clock alone tells nothing here.
    let config = |config: CallConfig| config.delay(ms(0), Duration::MAX);
    let mut stage = Stage::new(Dialect::Wavix, config).far(ms(50));
    let mut voice = voice(16_000);
    stage.speak(&mut voice, &mut &VOICE[..FRAME * 3]).unwrap();
    assert!(stage.send(Command::Mark(Mark::new("third"))).is_ready());
    stage.speak(&mut voice, &mut &VOICE[..FRAME]).unwrap();
    let heard = |stage: &Stage| stage.application.heard(stage.now).unwrap().heard;
    stage.pass(ms(109));
    assert_eq!(heard(&stage), Estimate { lower: 0, upper: 4 * 320 });
    stage.pass(ms(1));
    assert_eq!(heard(&stage).lower, 3 * 320, "the mark is back");
    // And that the way takes no longer than its answer did.
    stage.pass(ms(100));
    assert_eq!(heard(&stage), Estimate::exact(4 * 320));
}

/// What an agent does.
#[derive(Clone, Debug)]
enum Act {
    /// Speaks this many bytes.
    Speak(usize),
    Finish,
    /// Says raw audio.
    Send(usize),
    Mark,
    Pass(u64),
    Clear,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1..VOICE.len()).prop_map(Act::Speak),
        1 => Just(Act::Finish),
        2 => (0..2_000_usize).prop_map(Act::Send),
        1 => Just(Act::Mark),
        4 => (0..400_u64).prop_map(Act::Pass),
        2 => Just(Act::Clear),
    ];
    vec(act, 1..40)
}

fn contains(estimate: Estimate, figure: u64) -> bool {
    (estimate.lower..=estimate.upper).contains(&figure)
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn what_is_told_is_what_was_heard(
        dialect in select(&DIALECTS[..]),
        rate in select(&[8_000_u32, 16_000, 24_000][..]),
        (least, spread, share) in (0..80_u64, 0..150_u64, 0..=100_u64),
        acts in acts(),
    ) {
        let delay = ms(least) + ms(spread) * share as u32 / 100;
        let config = |config: CallConfig| config.delay(ms(least), ms(least + spread)).jitter(ms(0));
        let mut stage = Stage::new(dialect, config).far(delay);
        let mut voice = voice(rate);
        let (mut marks, mut expected) = (0, Vec::new());
        for act in acts {
            match act {
                Act::Speak(bytes) => match stage.speak(&mut voice, &mut &VOICE[..bytes]) {
                    Ok(()) | Err(CallError::Cleared) => {}
                    Err(error) => panic!("{error}"),
                },
                Act::Finish => drop(stage.finish(&mut voice)),
                Act::Send(bytes) => {
                    prop_assert!(stage.send(Command::Audio(Audio::raw(&VOICE[..bytes]))).is_ready());
                }
                Act::Mark => {
                    marks += 1;
                    let name = marks.to_string();
                    let sent = stage.send(Command::Mark(Mark::new(&name)));
                    prop_assert_eq!(matches!(sent, Poll::Ready(Ok(()))), dialect == Dialect::Wavix);
                }
                Act::Pass(millis) => stage.pass(ms(millis)),
                Act::Clear => {
                    let cleared = stage.clear();
                    prop_assert_eq!(cleared.bytes, 0);
                    expected.push(cleared.stopped);
                }
            }
            if let Some(told) = stage.application.heard(stage.now) {
                stage.pass(ms(0));
                let (heard, queued) = stage.heard();
                prop_assert!(contains(told.heard, heard), "{told:?}, {heard} heard");
                // Half a sample may be on the way, and what a clear under way will throw away is not counted any more.
                if stage.stops.len() == expected.len() {
                    let queued = queued..=queued + 1;
                    prop_assert!(told.queued.lower <= *queued.end() && *queued.start() <= told.queued.upper);
                }
            }
        }
        stage.pass(ms(60_000));
        prop_assert_eq!(stage.stops.len(), expected.len());
        for (told, (at, heard)) in expected.into_iter().zip(&stage.stops) {
            let Some(told) = told else {
                prop_assert_eq!((*at, *heard), (0, 0));
                continue;
            };
            prop_assert!(contains(told.at, *at) && contains(told.heard, *heard), "{told:?}, {at}, {heard}");
        }
        if let Some(told) = stage.application.heard(stage.now) {
            prop_assert!(contains(told.heard, stage.heard().0) && told.runs_dry.is_none());
        }
    }
}
