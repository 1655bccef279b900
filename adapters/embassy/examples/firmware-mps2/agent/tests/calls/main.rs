//! The agents in whole calls, which the platform's end of `voxwire-embassy` places.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "so a test fails"
)]

mod stage;

use core::time::Duration;

use embassy_futures::select::select;
use stage::{call, logged_call};
use voxwire::{Audio, Command, Deadline, Dialect, Event, Instant};
use voxwire_embassy::{CallError, Clock};
use voxwire_firmware_agent::{Agent, Outcome, Tone};

/// 20 ms at 16 kHz.
const FRAME: usize = 640;

#[test]
fn the_caller_hears_every_byte_again() {
    for (dialect, url) in
        [(Dialect::Sinch, "ws://b/sinch/echo"), (Dialect::Wavix, "ws://b/wavix/echo?rate=16000")]
    {
        let (called, outcome) = call(dialect, url, async |mut caller| {
            for number in 0..50 {
                let frame = noise(number);
                caller.say(Event::Audio(Audio::raw(&frame))).await;
                assert_eq!(caller.hear_audio().await, frame);
            }
            caller.hang_up().await;
        });
        called.unwrap();
        assert!(matches!(outcome, Ok(Outcome::Held(route)) if route.agent == Agent::Echo), "{outcome:?}");
    }
}

#[test]
fn a_log_is_told_who_calls_and_no_secret() {
    let mut lines = Vec::new();
    let (called, _) = logged_call(
        Dialect::Sinch,
        "ws://b/sinch/echo",
        async |caller| caller.hang_up().await,
        |line| lines.push(line.to_owned()),
    );
    called.unwrap();
    let [line] = &*lines else { panic!("{lines:?}") };
    assert!(line.contains(r#""c1""#) && line.contains(r#""tenant""#), "{line}");
    assert!(!line.contains("s3cr3t"), "{line}");
}

#[test]
fn a_caller_interrupts_the_greeting() {
    for (dialect, url) in
        [(Dialect::Sinch, "ws://b/sinch/greet"), (Dialect::Wavix, "ws://b/wavix/greet?rate=16000")]
    {
        let (called, outcome) = call(dialect, url, async |mut caller| {
            // Silence interrupts nothing.
            for _ in 0..10 {
                caller.say(Event::Audio(Audio::raw(&[0; FRAME]))).await;
                assert!(is_tone(&caller.hear_audio().await));
            }
            caller.say(Event::Audio(Audio::raw(&noise(0)))).await;
            // What was already on its way is heard, and then no more of it.
            let mut late = 0;
            while let Command::Audio(_) = caller.hear().await {
                late += 1;
            }
            assert!(late <= 4, "{late} frames of the greeting after the caller spoke");
            for number in 1..10 {
                let frame = noise(number);
                caller.say(Event::Audio(Audio::raw(&frame))).await;
                assert_eq!(caller.hear_audio().await, frame);
            }
            caller.hang_up().await;
        });
        called.unwrap();
        assert!(matches!(outcome, Ok(Outcome::Held(route)) if route.agent == Agent::Greet), "{outcome:?}");
    }
}

#[test]
fn a_tone_is_played_at_the_pace_of_speech() {
    let (called, outcome) = call(Dialect::Sinch, "ws://b/sinch/tone", async |mut caller| {
        let begun = caller.clock.now();
        for _ in 0..500 {
            assert!(is_tone(&caller.hear_audio().await));
        }
        let took = caller.clock.now().since(begun);
        assert!(took <= Duration::from_secs(10) && took >= Duration::from_millis(9_900), "{took:?} for 10 s");
        caller.hang_up().await;
    });
    called.unwrap();
    assert!(matches!(outcome, Ok(Outcome::Held(route)) if route.agent == Agent::Tone), "{outcome:?}");
}

#[test]
fn nobody_answers_anywhere_else() {
    let (called, outcome) = call(Dialect::Sinch, "ws://b/sinch/secret", async |_| {});
    assert_eq!(called, Err(CallError::Declined(404)));
    assert_eq!(outcome, Ok(Outcome::Declined));
}

#[test]
fn a_platform_that_reads_nothing_is_left() {
    let (_, outcome) = call(Dialect::Sinch, "ws://b/sinch/echo", async |mut caller| {
        let minute = caller.clock.sleep_until(Instant::from_millis(60_000));
        let frame = noise(0);
        let talk = async {
            loop {
                caller.say(Event::Audio(Audio::raw(&frame))).await;
            }
        };
        select(minute, talk).await;
    });
    assert_eq!(outcome, Err(CallError::Expired(Deadline::Silence)));
}

/// A frame that is loud, each another.
fn noise(number: usize) -> Vec<u8> {
    (0..FRAME).map(|at| (number * 31 + at * 7 + at / 256) as u8).collect()
}

/// Whether audio is as loud as the tone is, and no louder.
fn is_tone(pcm: &[u8]) -> bool {
    let loudest = pcm.as_chunks().0.iter().map(|sample| i16::from_le_bytes(*sample).abs()).max();
    pcm.len() == FRAME && loudest.is_some_and(|loudest| loudest > 7_800 && loudest <= Tone::AMPLITUDE)
}
