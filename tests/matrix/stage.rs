//! Where a scenario is played: the wire, and what its two ends let each other know.

use core::cell::RefCell;
use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::net::TcpStream;
use std::panic;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use voxwire::{Config, Dialect};

use crate::adapter::{Adapter, Security};
use crate::wire::Wire;

thread_local! {
    static HERE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// One scenario being played, as one of its ends sees it.
#[derive(Clone)]
pub(crate) struct Stage {
    scene: Arc<Scene>,
    /// The scenario, and who plays this end of it.
    name: Arc<str>,
}

struct Scene {
    dialect: Dialect,
    wire: Wire,
    board: Mutex<Board>,
    changed: Condvar,
    said: AtomicUsize,
}

#[derive(Default)]
struct Board {
    cues: HashMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Stage {
    pub(crate) fn new(dialect: Dialect) -> Self {
        let scene = Scene {
            dialect,
            wire: Wire::new(),
            board: Mutex::default(),
            changed: Condvar::new(),
            said: AtomicUsize::new(0),
        };
        Self { scene: Arc::new(scene), name: Arc::default() }
    }

    /// The same, as seen from one end.
    pub(crate) fn seen_by(&self, name: String) -> Self {
        Self { scene: self.scene.clone(), name: name.into() }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.scene.dialect
    }

    pub(crate) fn config(&self) -> Config {
        Config::new(self.dialect())
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.scene.wire
    }

    /// The next socket at the application's door.
    pub(crate) fn accept(&self) -> TcpStream {
        let (socket, _) = self.wire().application().accept().unwrap();
        socket.set_nodelay(true).unwrap();
        socket
    }

    /// Whom the platform calls.
    pub(crate) fn url<A: Adapter>(&self) -> String {
        format!("{}://{}/calls/t0ken?tenant=north", A::Security::SCHEME, self.wire().address())
    }

    /// Gives the other end a cue.
    pub(crate) fn cue(&self, cue: &'static str) {
        self.tell(cue, 0);
    }

    /// The same with a number.
    pub(crate) fn tell(&self, cue: &'static str, number: usize) {
        self.scene.board.lock().unwrap().cues.insert(cue, number);
        self.scene.changed.notify_all();
    }

    /// Waits for a cue, and gives the number that came with it. It blocks.
    pub(crate) fn await_cue(&self, cue: &'static str) -> usize {
        let mut board = self.scene.board.lock().unwrap();
        loop {
            if let Some(number) = board.cues.remove(cue) {
                return number;
            }
            let failed = !board.failures.is_empty();
            if failed {
                drop(board);
                panic!("no cue \"{cue}\" will come");
            }
            board = self.scene.changed.wait(board).unwrap();
        }
    }

    /// Whether there is such a cue.
    pub(crate) fn is_cued(&self, cue: &'static str) -> bool {
        self.scene.board.lock().unwrap().cues.contains_key(cue)
    }

    /// Counts bytes that were said.
    pub(crate) fn count(&self, bytes: usize) {
        self.scene.said.fetch_add(bytes, Ordering::SeqCst);
    }

    /// How many bytes have been said.
    pub(crate) fn said(&self) -> usize {
        self.scene.said.load(Ordering::SeqCst)
    }

    /// Waits until so much has been said that more can only wait, and then until nothing more is said. Of the second
    /// nothing is certain: whoever is slow may yet say more. It blocks.
    pub(crate) fn settled(&self, least: usize) {
        let mut seen = 0;
        loop {
            thread::sleep(Duration::from_millis(20));
            let said = self.said();
            if said == seen && said >= least || self.has_failed() {
                return;
            }
            seen = said;
        }
    }

    /// Notes a failure, and sees to it that nobody waits because of it.
    pub(crate) fn fail(&self, what: &str) {
        let failure = format!("{}: {what}", self.name);
        eprintln!("{failure}");
        if let Ok(mut board) = self.scene.board.lock() {
            board.failures.push(failure);
        }
        self.scene.changed.notify_all();
        self.wire().cut();
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.scene.board.lock().is_ok_and(|board| !board.failures.is_empty())
    }

    /// Does something at this end, so that a panic in it is a failure of the scenario.
    pub(crate) fn enter<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = HERE.replace(Some(self.clone()));
        let done = act();
        HERE.set(before);
        done
    }
}

/// A future that is at this end wherever it is polled.
pub(crate) fn here<T>(future: impl Future<Output = T>) -> impl Future<Output = T> {
    // Not when it is polled first: that may be elsewhere.
    let stage = HERE.with_borrow(Clone::clone);
    async move {
        let Some(stage) = stage else { return future.await };
        let mut future = pin!(future);
        core::future::poll_fn(|cx| stage.enter(|| future.as_mut().poll(cx))).await
    }
}

/// Has panics told with the end at which they happen.
pub(crate) fn tell_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| match HERE.take() {
        Some(stage) => stage.fail(&panic.to_string()),
        None => before(panic),
    }));
}
