//! What a whole call takes either end: it is announced, answered, a second is said and echoed, with marks and an
//! interruption; then comes a silence in which a heartbeat may be due, and the application hangs up.

use core::hint::black_box;

use common::Race;
use script::{End, Owned, Step, duet};
use tasks::noise;
use voxwire::{AudioFormat, Dialect, Instant};

mod ours;
mod script;
mod theirs;

fn main() {
    let mut race = Race::new("session");
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        for rate in [8_000, 16_000, 24_000, 48_000] {
            call(&mut race, dialect, AudioFormat::pcm16(rate).expect("a documented rate"));
        }
    }
    race.finish();
}

fn call(race: &mut Race, dialect: Dialect, format: AudioFormat) {
    let frame = noise(format.frame_bytes());
    let application = || ours::Application::new(dialect, format);
    let platform = || ours::Platform::new(dialect, format);
    let (steps, platform_steps) = duet(application(), platform(), &frame);
    let task = |end| format!("{} {end} {} kHz", dialect.name(), format.rate() / 1_000);
    heat(race, &task("application"), &steps, application, || theirs::Application::new(dialect, format));
    heat(race, &task("platform"), &platform_steps, platform, || theirs::Platform::new(dialect, format));
}

/// One end's part in the call, by `voxwire` and by hand.
fn heat<O: End, T: End>(
    race: &mut Race,
    task: &str,
    steps: &[(Instant, Step)],
    ours: impl Fn() -> O,
    theirs: impl Fn() -> T,
) {
    assert_eq!(account(ours(), steps), account(theirs(), steps));
    race.heat(task, steps.iter().map(|(_, step)| step.len()).sum())
        .lane("voxwire", || play(ours(), black_box(steps)))
        .lane("by hand, serde and base64", || play(theirs(), black_box(steps)))
        .end();
}

/// Plays the part, and lets nobody hear it.
fn play<E: End>(mut end: E, steps: &[(Instant, Step)]) -> E {
    for (now, step) in steps {
        end.take(*now, step, &mut |message| {
            black_box(message);
        });
    }
    end
}

/// All that was said, to the letter; the frames that were heard, and the last of them.
fn account(mut end: impl End, steps: &[(Instant, Step)]) -> (Vec<Owned>, usize, Vec<u8>) {
    let mut said = Vec::new();
    for (now, step) in steps {
        end.take(*now, step, &mut |message| said.push(message.into()));
    }
    let (frames, last) = end.heard();
    assert_eq!(frames, script::FRAMES);
    (said, frames, last.to_vec())
}
