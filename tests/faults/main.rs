//! What hostile and broken peers do, done to every adapter and to `voxwire answer` over real sockets: whatever it is, it is
//! ended in bounded memory, leaves nothing behind, and nobody beside it notices.
//!
//! ```sh
//! cargo test -p voxwire-tests --test faults                        # all, on every victim
//! cargo test -p voxwire-tests --test faults -- "smol" "a reset"    # what has one of these in its line
//! cargo test --release -p voxwire-tests --test faults -- --long    # ten seconds of connections; deadlines of a minute
//! ```
//!
//! [`table`] is what there is. A victim is a process of its own, [`victims`]; `voxwire answer` is built, or lies where
//! `VOXWIRE` says.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant as Clock;

use innocent::Innocent;
use peer::Part;
use table::{ATTACKS, Act, Attack, Must};
use victim::{KINDS, Kind, Victim};

mod attackers;
mod frame;
mod innocent;
mod peer;
mod table;
mod trial;
mod victim;
mod victims;

/// The longest deadline of a victim that is waited for in a short run.
const SHORT: Duration = Duration::from_secs(10);

/// How many processes of a kind are attacked at once.
const LANES: usize = 3;

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    if let [word, name] = &words[..]
        && word == "--victim"
    {
        return match victims::serve(name) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("faults: {error}");
                ExitCode::from(2)
            }
        };
    }
    let (options, filters): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.starts_with('-'));
    if let Some(foreign) = options.iter().find(|option| *option != "--long") {
        println!("faults: passed over, as {foreign} is for other tests");
        return ExitCode::SUCCESS;
    }
    run(!options.is_empty(), &filters)
}

/// An attack that is to be made.
#[derive(Clone, Copy)]
struct Job {
    attack: &'static Attack,
    part: Part,
    kind: Kind,
}

fn run(long: bool, filters: &[String]) -> ExitCode {
    let mut kinds = Vec::new();
    let mut passed_over = Vec::new();
    for kind in KINDS {
        let wanted = |job: &Job| {
            let name = job.name();
            filters.is_empty() || filters.iter().any(|filter| name.contains(filter))
        };
        let jobs = ATTACKS.iter().flat_map(|attack| {
            attack.by.iter().map(move |&part| Job { attack, part, kind }).filter(Job::is_possible)
        });
        let (now, later): (Vec<_>, Vec<_>) = jobs.filter(wanted).partition(|job| long || !job.is_long());
        if !now.is_empty() {
            kind.build();
        }
        kinds.push(now);
        passed_over.extend(later);
    }
    let begun = Clock::now();
    let storm = Duration::from_millis(if long { 10_000 } else { 1_500 });
    let (made, faulty) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let begun_jobs: Vec<_> = kinds.iter().map(|_| AtomicUsize::new(0)).collect();
    thread::scope(|scope| {
        for (jobs, next) in kinds.iter().zip(&begun_jobs) {
            for _ in 0..LANES {
                let (made, faulty) = (&made, &faulty);
                scope.spawn(move || {
                    let mut victim = None;
                    while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let fault = job.play(&mut victim, storm);
                        faulty.lock().unwrap().extend(fault);
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
    });
    for job in passed_over {
        println!("{}: only in a long run, for it takes more than {} s", job.name(), SHORT.as_secs());
    }
    let (made, faulty) = (made.into_inner(), faulty.into_inner().unwrap());
    println!(
        "{made} attacks in {:.0} s, {} of them with faults",
        begun.elapsed().as_secs_f64(),
        faulty.len()
    );
    // Once more, for many lines have passed since.
    faulty.iter().for_each(|line| println!("{line}"));
    ExitCode::from(u8::from(!faulty.is_empty()))
}

impl Job {
    fn name(&self) -> String {
        let role = match self.part {
            Part::Platform => "answers",
            Part::Application => "calls",
        };
        format!("{} {role}: {}", self.kind.name, self.attack.name)
    }

    /// The command places no calls in this way; only one adapter has its clock from outside.
    fn is_possible(&self) -> bool {
        let named = matches!(self.attack.act, Act::Named { .. });
        !(self.kind.is_command && self.part == Part::Application) && (!named || self.kind.name == "embassy")
    }

    fn is_long(&self) -> bool {
        matches!(self.attack.must, Must::Expire(deadline) if self.kind.deadline(deadline) > SHORT)
    }

    /// Attacks the lane's victim, or one of its own, and tells what came of it; gives that if it has faults.
    fn play(&self, victim: &mut Option<Victim>, storm: Duration) -> Option<String> {
        let own;
        let victim = match self.attack.act {
            Act::Whole { descriptors: Some(descriptors), .. } => {
                own = begin(self.kind, Some(descriptors));
                &own
            }
            _ => victim.get_or_insert_with(|| begin(self.kind, None)),
        };
        let verdict = trial::play(self.attack, victim, self.part, storm);
        let line = format!("{}: {verdict}", self.name());
        println!("{line}");
        (!verdict.faults.is_empty()).then_some(line)
    }
}

/// A victim that has had a call in each part: runtimes begin threads of their own with the first, and keep them.
fn begin(kind: Kind, descriptors: Option<u32>) -> Victim {
    let victim = Victim::start(kind, descriptors);
    let parts: &[Part] =
        if kind.is_command { &[Part::Platform] } else { &[Part::Platform, Part::Application] };
    for &part in parts {
        Innocent::call(&victim, part, 20)
            .unwrap_or_else(|error| panic!("{}: the first call: {error}", kind.name));
    }
    victim
}
