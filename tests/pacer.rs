//! Audio sent at the pace of speech: every deadline exact, however many frames; never far ahead, whatever the stalls.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{prop_assert, proptest};
use support::cases;
use support::chance::Chance;
use support::speaker::Speaker;
use voxwire::audio::Pacer;
use voxwire::{AudioFormat, Instant};

const MILLION: u64 = 1_000_000;

fn formats() -> impl Iterator<Item = AudioFormat> {
    AudioFormat::RATES.into_iter().map(|rate| AudioFormat::pcm16(rate).unwrap())
}

/// `start + floor(samples × 10⁶ / rate)`.
fn deadline(start: Instant, samples: u64, format: AudioFormat) -> Instant {
    let micros = u128::from(samples) * u128::from(MILLION) / u128::from(format.rate());
    Instant::from_micros(start.as_micros() + u64::try_from(micros).unwrap())
}

#[test]
fn a_million_frames_are_due_to_the_microsecond_at_every_rate() {
    let start = Instant::from_micros(1_234_567);
    for format in formats() {
        let frames: [fn(AudioFormat, &mut Chance) -> u64; 4] = [
            |format, _| u64::from(format.rate() / 50),
            |_, _| 1,
            |_, _| 882,
            |_, chance| chance.below(4_000) as u64,
        ];
        for (frame, ahead) in frames.into_iter().zip([Duration::ZERO, Pacer::AHEAD].into_iter().cycle()) {
            let mut chance = Chance::new(u64::from(format.rate()));
            let mut pacer = Pacer::new(format, ahead);
            let mut sent = 0;
            for n in 0..MILLION {
                let due = deadline(start, sent, format);
                let now = if n == 0 { start } else { Instant::from_micros(due.as_micros()) };
                assert_eq!(pacer.due(), (n > 0).then_some(due), "frame {n} at {} Hz", format.rate());
                assert_eq!(
                    pacer.poll_timeout().map(|may| may + ahead),
                    pacer.due().map(|due| due.max(Instant::ZERO + ahead))
                );
                let samples = frame(format, &mut chance);
                assert!(pacer.take(now, samples));
                sent += samples;
            }
        }
    }
}

#[test]
fn an_hour_does_not_drift_by_a_microsecond() {
    for format in formats() {
        let mut pacer = Pacer::new(format, Pacer::AHEAD);
        let mut now = Instant::from_micros(7);
        for _ in 0..3_600 * 50 {
            assert!(pacer.take(now, u64::from(format.rate() / 50)));
            now = pacer.poll_timeout().unwrap();
        }
        assert_eq!(pacer.due(), Some(Instant::from_micros(7) + Duration::from_secs(3_600)));
    }
}

#[test]
fn a_short_stall_is_caught_up_and_a_long_one_begins_anew() {
    let ms = Instant::from_millis;
    let mut pacer = Pacer::new(AudioFormat::pcm16(8_000).unwrap(), Duration::from_millis(40));
    let burst = |pacer: &mut Pacer, now| (0..).take_while(|_| pacer.take(now, 160)).count();

    // At first 40 ms ahead, and the frame that is being played.
    assert_eq!(burst(&mut pacer, ms(100)), 3);
    assert_eq!((pacer.due(), pacer.poll_timeout()), (Some(ms(160)), Some(ms(120))));

    assert!(!pacer.take(Instant::from_micros(119_999), 160));
    let mut a_microsecond_late = pacer.clone();
    assert!(a_microsecond_late.take(Instant::from_micros(160_001), 160));
    assert_eq!(a_microsecond_late.due(), Some(Instant::from_micros(180_001)));

    // Not yet dry at the last moment: what was missed goes at once, on the same schedule.
    assert_eq!(burst(&mut pacer, ms(160)), 3);
    assert_eq!(pacer.due(), Some(ms(220)));

    // Dry for 780 ms: those are silence, and no more goes at once than at the beginning.
    assert_eq!(burst(&mut pacer, ms(1_000)), 3);
    assert_eq!(pacer.due(), Some(ms(1_060)));

    // A barge-in, and a new utterance.
    pacer.clear();
    assert_eq!((pacer.due(), pacer.poll_timeout()), (None, None));
    assert_eq!(burst(&mut pacer, ms(1_010)), 3);
    assert_eq!(pacer.due(), Some(ms(1_070)));
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut pacer = Pacer::new(AudioFormat::pcm16(8_000).unwrap(), Duration::ZERO);
    assert!(pacer.take(Instant::from_millis(100), 160));
    assert!(!pacer.take(Instant::ZERO, 160));
    assert!(pacer.take(Instant::from_millis(120), 160));
    assert!(!pacer.take(Instant::from_millis(90), 160));
    pacer.clear();
    assert!(pacer.take(Instant::ZERO, 160));
    assert_eq!(pacer.due(), Some(Instant::from_millis(140)));
}

#[test]
fn nothing_overflows() {
    let end = Instant::from_micros(u64::MAX);
    let mut pacer = Pacer::new(AudioFormat::pcm16(96_000).unwrap(), Duration::MAX);
    for samples in [u64::MAX, 1, u64::MAX] {
        assert!(pacer.take(Instant::ZERO, samples));
    }
    assert!(pacer.take(end, u64::MAX));
    assert_eq!((pacer.due(), pacer.poll_timeout()), (Some(end), Some(Instant::ZERO)));
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// A sender that is asleep for a while now and then, and a far end that really plays.
    #[test]
    fn the_far_end_holds_little_and_runs_dry_only_after_a_stall_longer_than_that(
        rate in 0_usize..6,
        ahead in 0_u64..200_000,
        stalls in vec((1_usize..20, 0_u64..400_000), 1..20),
    ) {
        let format = AudioFormat::pcm16(AudioFormat::RATES[rate]).unwrap();
        let frame = u64::from(format.rate() / 50);
        let mut pacer = Pacer::new(format, Duration::from_micros(ahead));
        let mut speaker = Speaker::<()>::new(format.rate(), u64::MAX);
        let bound = ahead * u64::from(format.rate()) / MILLION + 1 + frame;
        let mut now = Instant::from_micros(50);
        for (frames, stall) in stalls {
            for _ in 0..frames {
                now = now.max(pacer.poll_timeout().unwrap_or(now));
                while pacer.take(now, frame) {
                    speaker.push(now.as_micros(), frame);
                    prop_assert!(speaker.queued() <= bound, "{} of {bound}", speaker.queued());
                }
            }
            // The schedule ends when the far end runs dry, which may carry on what comes less than a sample too late.
            let (due, dry) = (pacer.due().unwrap().as_micros(), speaker.empty_at().unwrap());
            prop_assert!(due <= dry + MILLION / u64::from(format.rate()) + 1 && dry <= due + 1, "{due}, {dry}");
            now = now + Duration::from_micros(stall);
        }
    }
}
