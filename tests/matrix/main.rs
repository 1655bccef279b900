//! Every adapter as application, every adapter as platform, both dialects, every kind of socket: each scenario is
//! written once and played by all of them.
//!
//! `cargo test -p voxwire-tests --test matrix -- "smol answers"` plays what has this in its name, and `--list` tells
//! the names.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::env;
use std::process::{self, ExitCode};
use std::sync::mpsc;
use std::thread;

use voxwire::Dialect;

use crate::adapter::{Adapter, AsyncStd, Blocking, Plain, Security, Smol, Tls, Tokio};
use crate::scenarios::Scenario;
use crate::stage::Stage;

mod adapter;
mod scenarios;
mod stage;
mod surface;
mod wire;

/// More than any scenario takes on the busiest machine.
const WATCHDOG: Duration = Duration::from_secs(60);

/// Scenarios wait more than they work.
const THREADS: usize = 6;

fn main() -> ExitCode {
    let (options, filters): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|word| word.starts_with('-'));
    let cells = cells(&filters);
    if options.iter().any(|option| option == "--list") {
        for cell in &cells {
            cell.scenes.iter().for_each(|scene| println!("{}: {}: test", cell.name, scene.name));
        }
        return ExitCode::SUCCESS;
    }
    stage::tell_panics();
    let next = AtomicUsize::new(0);
    let failures = thread::scope(|scope| {
        let play = || {
            let cells = core::iter::from_fn(|| cells.get(next.fetch_add(1, Ordering::SeqCst)));
            cells.map(Cell::play).sum::<usize>()
        };
        let players = (0..THREADS).map(|_| scope.spawn(play)).collect::<Vec<_>>();
        players.into_iter().map(|player| player.join().unwrap()).sum::<usize>()
    });
    let scenarios = cells.iter().map(|cell| cell.scenes.len()).sum::<usize>();
    match failures {
        0 => println!("{} cells, {scenarios} scenarios: ok", cells.len()),
        _ => println!("{} cells, {scenarios} scenarios: {failures} FAILED", cells.len()),
    }
    ExitCode::from(u8::from(failures > 0))
}

/// Who answers whom, and how.
struct Cell {
    name: String,
    dialect: Dialect,
    scenes: Vec<Scene>,
}

/// A scenario with both ends cast.
struct Scene {
    name: &'static str,
    application: fn(Stage),
    platform: fn(Stage),
}

/// One adapter's part in all scenarios.
struct Player {
    name: &'static str,
    security: &'static str,
    scenarios: Vec<Scenario>,
}

impl Player {
    fn new<A: Adapter>() -> Self {
        Self { name: A::NAME, security: A::Security::NAME, scenarios: scenarios::all::<A>() }
    }
}

/// The cells that have one of the words in their name or in that of a scenario, or all if there are no words.
fn cells(filters: &[String]) -> Vec<Cell> {
    let players = [
        Player::new::<Tokio<Plain>>(),
        Player::new::<Smol<Plain>>(),
        Player::new::<AsyncStd<Plain>>(),
        Player::new::<Blocking<Plain>>(),
        Player::new::<Tokio<Tls>>(),
        Player::new::<Smol<Tls>>(),
        Player::new::<AsyncStd<Tls>>(),
        Player::new::<Blocking<Tls>>(),
    ];
    let mut cells = Vec::new();
    for application in &players {
        for platform in players.iter().filter(|platform| platform.security == application.security) {
            for dialect in [Dialect::Sinch, Dialect::Wavix] {
                let provider = if dialect == Dialect::Wavix { "Wavix" } else { "Sinch" };
                let (answers, calls) = (application.name, platform.name);
                let name = format!("{answers} answers {calls}, {provider} over {}", platform.security);
                let both = application.scenarios.iter().zip(&platform.scenarios);
                let scenes = both.map(|(answers, calls)| Scene {
                    name: answers.name,
                    application: answers.application,
                    platform: calls.platform,
                });
                let wanted = |scene: &Scene| {
                    let name = format!("{name}: {}", scene.name);
                    filters.is_empty() || filters.iter().any(|filter| name.contains(filter))
                };
                let scenes = scenes.filter(wanted).collect::<Vec<_>>();
                if !scenes.is_empty() {
                    cells.push(Cell { name, dialect, scenes });
                }
            }
        }
    }
    cells
}

impl Cell {
    /// Plays all scenarios, prints the cell's line, and tells how many failed.
    fn play(&self) -> usize {
        let failed =
            self.scenes.iter().filter(|scene| !scene.play(&self.name, self.dialect)).collect::<Vec<_>>();
        let count = self.scenes.len();
        if failed.is_empty() {
            println!("{}: {count} scenario{}", self.name, if count == 1 { "" } else { "s" });
        } else {
            let names = failed.iter().map(|scene| scene.name).collect::<Vec<_>>();
            println!("{}: {} of {count} FAILED: {}", self.name, failed.len(), names.join(", "));
        }
        failed.len()
    }
}

impl Scene {
    /// Plays both ends, each on a thread of its own, and tells whether all went well.
    fn play(&self, cell: &str, dialect: Dialect) -> bool {
        let stage = Stage::new(dialect);
        let (ends, ended) = mpsc::channel();
        for (end, script) in [("application", self.application), ("platform", self.platform)] {
            let stage = stage.seen_by(format!("{cell}: {}, {end}", self.name));
            let ends = ends.clone();
            thread::spawn(move || {
                let ended = thread::spawn(move || stage.enter(|| script(stage.clone()))).join();
                let _ = ends.send(ended.is_ok());
            });
        }
        let mut ends = 0;
        while ends < 2 {
            if ended.recv_timeout(WATCHDOG).is_err() {
                eprintln!("{cell}: {}: it hangs", self.name);
                process::exit(1);
            }
            ends += 1;
        }
        !stage.has_failed()
    }
}
