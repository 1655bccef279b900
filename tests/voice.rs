//! Speech of any rate, as exact frames at the pace of speech: the same however it comes in pieces, and whoever gives up in
//! between.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use support::cases;
use support::chance::Chance;
use support::samples::VOICE;
use voxwire::audio::{Fixed, Float, Pacer, PcmResampler, Resampler, Speech, Voice};
use voxwire::{AudioError, AudioFormat, Instant};

const RATES: [u32; 5] = [8_000, 16_000, 22_050, 24_000, 48_000];

fn format(rate: u32) -> AudioFormat {
    AudioFormat::pcm16(rate).unwrap()
}

/// How an utterance ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Padded,
    Short,
}

/// A voice, its clock, and what it has said: each frame, and when.
struct Speaker {
    voice: Voice<Vec<u8>, Fixed>,
    now: Instant,
    frames: Vec<(Instant, Vec<u8>)>,
}

impl Speaker {
    fn new(from: u32, to: u32) -> Self {
        let memory = vec![0; format(to).frame_bytes()];
        Self { voice: Voice::new(from, format(to), memory).unwrap(), now: Instant::ZERO, frames: Vec::new() }
    }

    /// Speaks all of a piece. Before it says a frame it gives up so often, and is late by so much.
    fn speak(&mut self, mut pcm: &[u8], mut gives_up: impl FnMut() -> (usize, Duration)) {
        loop {
            let (times, late) = gives_up();
            for _ in 0..times {
                let _ = self.voice.poll(self.now, &mut pcm);
            }
            self.now = self.now + late;
            match self.voice.poll(self.now, &mut pcm) {
                Speech::Frame(frame) => self.frames.push((self.now, frame.to_vec())),
                Speech::Wait(until) => {
                    assert!(until > self.now, "time spins");
                    self.now = until;
                    continue;
                }
                Speech::Spent => return assert!(pcm.is_empty(), "a piece is used up"),
            }
            self.voice.sent(self.now);
        }
    }

    fn finish(&mut self, end: End) {
        loop {
            let speech = match end {
                End::Padded => self.voice.finish(self.now),
                End::Short => self.voice.finish_short(self.now),
            };
            match speech {
                Speech::Frame(frame) => self.frames.push((self.now, frame.to_vec())),
                Speech::Wait(until) => {
                    self.now = until;
                    continue;
                }
                Speech::Spent => return,
            }
            self.voice.sent(self.now);
        }
    }

    fn said(&self) -> Vec<u8> {
        self.frames.iter().flat_map(|(_, frame)| frame).copied().collect()
    }
}

fn never() -> (usize, Duration) {
    (0, Duration::ZERO)
}

/// All of an utterance at once, without frames.
fn naive(from: u32, to: u32, pcm: &[u8], end: End) -> Vec<u8> {
    let mut resampler = PcmResampler::new(Resampler::fixed(from, to).unwrap());
    let mut said = vec![0; pcm.len() * 24 + 10_000];
    let made = resampler.next(&mut &pcm[..], &mut said);
    let made = made + resampler.finish(&mut said[made..]);
    said.truncate(made);
    if end == End::Padded {
        said.resize(made.next_multiple_of(format(to).frame_bytes()), 0);
    }
    said
}

#[test]
fn a_voice_of_the_calls_own_rate_is_said_as_it_is() {
    let mut speaker = Speaker::new(8_000, 8_000);
    speaker.speak(&VOICE[..961], never);
    assert_eq!(speaker.said(), VOICE[..960]);
    speaker.speak(&VOICE[961..1_001], never);
    speaker.finish(End::Short);
    assert_eq!(speaker.said(), VOICE[..1_000], "half a sample at the end is dropped");
    speaker.finish(End::Short);
    assert_eq!(speaker.frames.len(), 4, "it ends once");
}

#[test]
fn a_frame_is_given_until_it_was_sent() {
    let mut voice = Voice::<_, Float>::new(8_000, format(8_000), [0; 320]).unwrap();
    let mut pcm = &VOICE[..700];
    voice.sent(Instant::ZERO); // nothing was given
    for _ in 0..3 {
        assert_eq!(voice.poll(Instant::ZERO, &mut pcm), Speech::Frame(&VOICE[..320]));
        assert_eq!(pcm.len(), 380, "no more is taken than a frame");
    }
    voice.sent(Instant::ZERO);
    voice.sent(Instant::ZERO); // once
    assert_eq!(voice.poll(Instant::ZERO, &mut pcm), Speech::Frame(&VOICE[320..640]));
    voice.sent(Instant::ZERO);
    assert_eq!(voice.poll(Instant::ZERO, &mut pcm), Speech::Spent);
    let mut last = VOICE[640..700].to_vec();
    assert_eq!(voice.finish_short(Instant::ZERO), Speech::Frame(&last));
    last.resize(320, 0);
    for _ in 0..3 {
        assert_eq!(voice.finish(Instant::ZERO), Speech::Frame(&last), "one may think again");
    }
    voice.sent(Instant::ZERO);
    assert_eq!(voice.finish(Instant::ZERO), Speech::Spent);
}

#[test]
fn what_does_not_fit_is_refused() {
    let new = |rate, memory: usize| Voice::<_, Fixed>::new(rate, format(8_000), vec![0; memory]).map(|_| ());
    assert_eq!(new(8_000, 320), Ok(()));
    assert_eq!(new(8_000, 319), Err(AudioError::BufferTooSmall { needed: 320 }));
    for rate in [0, 8_000 * 24 + 1, 384_001, 333] {
        assert_eq!(new(rate, 320), Err(AudioError::Rate { rate }));
    }
    let lasting = |micros| {
        let voice = Voice::<_, Fixed>::lasting(Duration::from_micros(micros), 8_000, format(8_000), [0; 320]);
        voice.map(|mut voice| voice.poll(Instant::ZERO, &mut &[1; 640][..]) == Speech::Frame(&[1; 160]))
    };
    assert_eq!(lasting(10_000), Ok(true));
    assert_eq!(lasting(1), Err(AudioError::PartSample));
    assert_eq!(lasting(0), Err(AudioError::PartSample));
}

#[test]
fn debug_output_has_no_audio() {
    let mut voice = Voice::<_, Fixed>::new(8_000, format(8_000), [0; 320]).unwrap();
    let speech = voice.poll(Instant::ZERO, &mut &[77; 320][..]);
    assert_eq!(format!("{speech:?}"), "Frame(320 bytes)");
    assert!(!format!("{voice:?}").contains("77"));
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn frames_are_those_of_all_at_once_whatever_the_pieces_and_the_patience(
        (from, to) in (select(&RATES[..]), select(&AudioFormat::RATES[..])),
        pieces in vec(prop_oneof![Just(0_usize), 1..4_usize, 1..3_000_usize], 0..8),
        end in prop_oneof![Just(End::Padded), Just(End::Short)],
        seed in any::<u64>(),
    ) {
        let mut chance = Chance::new(seed);
        let mut speaker = Speaker::new(from, to);
        // The second utterance begins as if there had been none before.
        for _ in 0..2 {
            speaker.frames.clear();
            let whole = &VOICE[..pieces.iter().sum::<usize>().min(VOICE.len())];
            let mut rest = whole;
            for piece in &pieces {
                let piece = rest.split_off(..(*piece).min(rest.len())).unwrap_or_default();
                speaker.speak(piece, || (chance.below(3), Duration::from_millis(chance.below(100) as u64)));
            }
            speaker.finish(end);
            prop_assert_eq!(speaker.said(), naive(from, to, whole, end));
            let whole_frames = &speaker.frames[..speaker.frames.len().saturating_sub(1)];
            prop_assert!(whole_frames.iter().all(|(_, frame)| frame.len() == format(to).frame_bytes()));
        }
    }

    #[test]
    fn frames_are_sent_when_a_pacer_says_so(
        (from, to) in (select(&RATES[..]), select(&AudioFormat::RATES[..])),
        ahead in 0_u64..200_000,
        stalls in vec(0_u64..300_000, 1..40),
    ) {
        let ahead = Duration::from_micros(ahead);
        let mut speaker = Speaker::new(from, to);
        speaker.voice = speaker.voice.ahead(ahead);
        let mut pacer = Pacer::new(format(to), ahead);
        let frame = format(to).frame_bytes() as u64 / 2;
        for stall in stalls {
            speaker.now = speaker.now + Duration::from_micros(stall);
            let mut due = speaker.now;
            speaker.frames.clear();
            speaker.speak(&VOICE[..2_000], never);
            for (at, _) in &speaker.frames {
                due = due.max(pacer.poll_timeout().unwrap_or(due));
                prop_assert_eq!(*at, due);
                prop_assert!(pacer.take(due, frame));
            }
        }
    }

    #[test]
    fn after_a_clear_nothing_old_comes(
        (from, to) in (select(&RATES[..]), select(&AudioFormat::RATES[..])),
        before in 0_usize..6_000,
        gives_up in any::<bool>(),
        ends in any::<bool>(),
    ) {
        let mut speaker = Speaker::new(from, to);
        let mut pcm = &VOICE[..before];
        if gives_up {
            let _ = speaker.voice.poll(speaker.now, &mut pcm);
        } else {
            speaker.speak(pcm, never);
        }
        if ends {
            let _ = speaker.voice.finish(speaker.now);
        }
        speaker.voice.clear();
        speaker.frames.clear();
        let now = speaker.now;
        speaker.speak(&VOICE[1_000..3_000], never);
        speaker.finish(End::Padded);
        prop_assert_eq!(speaker.said(), naive(from, to, &VOICE[1_000..3_000], End::Padded));
        prop_assert_eq!(speaker.frames[0].0, now, "the first at once");
    }
}
