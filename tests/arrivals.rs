//! The receiving side's meters, fed with arrivals whose gaps, jitter and drift are known.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use support::cases;
use voxwire::audio::Arrivals;
use voxwire::{AudioFormat, Instant};

const MILLI: u64 = 1_000;
const SECOND: u64 = 1_000_000;

fn meters() -> Arrivals {
    Arrivals::new(AudioFormat::pcm16(8_000).unwrap())
}

/// A sender of frames of 20 ms, whose clock is off by `ppm`.
struct Sender {
    ppm: i64,
    frames: i64,
}

impl Sender {
    /// When the next frame leaves, on our clock, in microseconds.
    fn next(&mut self) -> u64 {
        self.frames += 1;
        (self.frames * 20_000 - self.frames * 20_000 * self.ppm / 1_000_000) as u64
    }
}

/// Delays of an exponential distribution, by a generator that is the same on every run.
struct Network {
    state: u64,
    mean: f64,
}

impl Network {
    fn delay(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let uniform = ((self.state >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
        (-uniform.ln() * self.mean) as u64
    }
}

/// `seconds` of a call with drift, jitter in the order of sending, and something done to each frame.
fn call(
    ppm: i64,
    seconds: u64,
    network: &mut Network,
    mut each: impl FnMut(u64, u64) -> Option<u64>,
) -> Arrivals {
    let mut arrivals = meters();
    let mut sender = Sender { ppm, frames: 0 };
    let mut last = 0;
    for number in 0..seconds * 50 {
        let sent = sender.next();
        let Some(at) = each(number, sent) else { continue };
        last = last.max(at + network.delay());
        arrivals.add(Instant::from_micros(last), 160);
    }
    arrivals
}

#[test]
fn audio_in_real_time_has_neither_gap_nor_burst_nor_jitter_nor_drift() {
    let calm = &mut Network { state: 1, mean: 0.0 };
    let arrivals = call(0, 3_600, calm, |_, sent| Some(sent));
    assert_eq!((arrivals.count(), arrivals.samples()), (180_000, 180_000 * 160));
    assert_eq!(arrivals.longest_silence(), Duration::from_millis(20));
    assert_eq!((arrivals.gaps(), arrivals.dry()), (0, Duration::ZERO));
    assert_eq!(arrivals.burst(), Duration::from_millis(20));
    assert_eq!(arrivals.jitter(), Duration::ZERO);
    let drift = arrivals.drift().unwrap();
    assert_eq!((drift.ppm, drift.within), (0, 1));
}

#[test]
fn a_stall_is_a_gap_and_then_a_burst() {
    // Nothing for half a second from 2 s on, as where a segment was lost; then all of it.
    let stall =
        |_, sent| Some(if (2 * SECOND..2_500 * MILLI).contains(&sent) { 2_500 * MILLI } else { sent });
    let arrivals = call(0, 60, &mut Network { state: 1, mean: 0.0 }, stall);
    assert_eq!(arrivals.longest_silence(), Duration::from_millis(520));
    assert_eq!((arrivals.gaps(), arrivals.dry()), (1, Duration::from_millis(500)));
    // What had been held up, and what came in time right after: at 2.5 s, 26 frames at once.
    assert_eq!(arrivals.burst(), Duration::from_millis(520));
    assert_eq!(arrivals.drift().unwrap().ppm, 0);
}

#[test]
fn frames_that_never_come_are_gaps() {
    // One each second.
    let arrivals =
        call(0, 10, &mut Network { state: 1, mean: 0.0 }, |number, sent| (number % 50 != 49).then_some(sent));
    assert_eq!((arrivals.gaps(), arrivals.dry()), (9, Duration::from_millis(180)));
    assert_eq!(arrivals.burst(), Duration::from_millis(20));
}

#[test]
fn jitter_is_that_of_the_rfc() {
    // The formula of section 6.4.1 in floating point, over transit times.
    let mut network = Network { state: 77, mean: 9_000.0 };
    let mut arrivals = meters();
    let mut expected = 0.0;
    let mut transit: Option<f64> = None;
    let mut last = 0;
    for number in 0..5_000_u64 {
        last = last.max(number * 20_000 + network.delay());
        arrivals.add(Instant::from_micros(last), 160);
        let new = last as f64 - number as f64 * 20_000.0;
        if let Some(old) = transit.replace(new) {
            expected += ((new - old).abs() - expected) / 16.0;
        }
        let off = arrivals.jitter().as_micros() as f64 - expected;
        assert!(off.abs() < 2.0, "{off} µs after {number}");
    }
    assert!(expected > 3_000.0);
}

#[test]
fn pieces_of_several_lengths_are_no_jitter() {
    let mut arrivals = meters();
    let mut samples = 0;
    for length in [160, 80, 320, 8, 1_600, 160].into_iter().cycle().take(1_000) {
        // A piece leaves with its last sample.
        samples += length;
        arrivals.add(Instant::from_micros(samples * 125), length);
    }
    assert_eq!(arrivals.jitter(), Duration::ZERO);
    assert_eq!(arrivals.drift().unwrap().ppm, 0);
}

#[test]
fn drift_is_found_through_jitter() {
    for (ppm, mean) in
        [(0, 5_000.0), (20, 2_000.0), (-20, 2_000.0), (100, 5_000.0), (-100, 20_000.0), (300, 10_000.0)]
    {
        for seed in 1..20 {
            for (seconds, at_most) in [(60, 200), (600, 20), (3_600, 5)] {
                let network = &mut Network { state: seed, mean };
                let drift = call(ppm, seconds, network, |_, sent| Some(sent)).drift().unwrap();
                let off = i64::from(drift.ppm).abs_diff(ppm);
                assert!(off <= u64::from(drift.within), "{drift:?} where {ppm}, {seconds} s, seed {seed}");
                assert!(
                    drift.within <= at_most,
                    "{drift:?} where {ppm}, {seconds} s, jitter {mean}, seed {seed}"
                );
            }
        }
    }
}

#[test]
fn drift_survives_stalls_and_pauses() {
    for seed in 1..10 {
        let network = &mut Network { state: seed, mean: 3_000.0 };
        // Stalls of up to 3 s, and a sender that twice says nothing for many seconds.
        let history = |number: u64, sent: u64| {
            let stalled = sent.next_multiple_of(SECOND * 3);
            let pauses = [9_000..9_400, 15_000..16_000];
            if pauses.iter().any(|pause| pause.contains(&number)) {
                return None;
            }
            Some(if number % 4_000 < 150 { stalled } else { sent })
        };
        let drift = call(80, 600, network, history).drift().unwrap();
        assert!(i64::from(drift.ppm).abs_diff(80) <= u64::from(drift.within), "{drift:?}");
        assert!(drift.within <= 60, "{drift:?}");
    }
}

#[test]
fn drift_needs_time_and_a_rate_that_is_right() {
    let calm = || Network { state: 1, mean: 0.0 };
    assert_eq!(call(50, 8, &mut calm(), |_, sent| Some(sent)).drift(), None);
    assert!(call(50, 12, &mut calm(), |_, sent| Some(sent)).drift().is_some());
    // 16 kHz taken for 8.
    let mut arrivals = meters();
    for number in 0..10_000 {
        arrivals.add(Instant::from_millis(20 * number), 320);
    }
    assert_eq!(arrivals.drift(), None);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut arrivals = meters();
    for millis in [100, 120, 20, 0, 140] {
        arrivals.add(Instant::from_millis(millis), 160);
    }
    assert_eq!(arrivals.longest_silence(), Duration::from_millis(20));
    assert_eq!((arrivals.count(), arrivals.gaps(), arrivals.dry()), (5, 0, Duration::ZERO));
    assert_eq!(arrivals.burst(), Duration::from_millis(60));
}

#[test]
fn no_audio_is_no_arrival() {
    let mut arrivals = meters();
    for millis in 0..100 {
        arrivals.add(Instant::from_millis(millis), 0);
    }
    assert_eq!((arrivals.count(), arrivals.longest_silence()), (0, Duration::ZERO));
    assert_eq!(arrivals.drift(), None);
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn nothing_overflows(arrivals in vec(any::<(u64, u64)>(), 0..200), small in vec((0_u64..100_000_000, 0_u64..9_000), 0..200)) {
        let mut meters = meters();
        for (micros, samples) in arrivals.into_iter().chain(small) {
            meters.add(Instant::from_micros(micros), samples);
            let _ = (meters.drift(), meters.jitter());
        }
    }

    #[test]
    fn gap_and_burst_are_those_of_a_listener(history in vec((0_u64..80, 1_u64..50), 1..200)) {
        // One who plays in steps of a millisecond, each of 8 samples.
        let (mut now, mut queued, mut dry, mut gaps, mut burst, mut longest) = (0, 0_u64, 0, 0, 0, 0);
        let mut meters = meters();
        for (at, (pause, millis)) in history.into_iter().enumerate() {
            if at > 0 {
                now += pause;
                longest = longest.max(pause);
                let dried = pause.saturating_sub(queued);
                queued = queued.saturating_sub(pause);
                dry += dried;
                gaps += u64::from(dried >= 20);
            }
            queued += millis;
            burst = burst.max(queued);
            meters.add(Instant::from_millis(now), millis * 8);
        }
        prop_assert_eq!(meters.dry(), Duration::from_millis(dry));
        prop_assert_eq!(meters.burst(), Duration::from_millis(burst));
        prop_assert_eq!(meters.gaps(), gaps);
        prop_assert_eq!(meters.longest_silence(), Duration::from_millis(longest));
        prop_assert!(meters.count() > 0);
    }
}
