//! A victim: a program in a process of its own, from outside.

use core::net::SocketAddr;
use core::time::Duration;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Instant as Clock;

use support::process::Process;

use crate::peer::PATIENCE;
use crate::victims::{BEGINNING, OPENING, SILENCE};

/// What is attacked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Whether it is `voxwire answer`, which places no calls, says nothing of its own number of them, and whose deadlines
    /// are as long as in service.
    pub(crate) is_command: bool,
}

pub(crate) const KINDS: [Kind; 6] = [
    Kind { name: "tokio", is_command: false },
    Kind { name: "smol", is_command: false },
    Kind { name: "async-std", is_command: false },
    Kind { name: "blocking", is_command: false },
    Kind { name: "embassy", is_command: false },
    Kind { name: "the command", is_command: true },
];

/// What may run out for whoever does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deadline {
    Opening,
    /// A call is announced, or answered.
    Beginning,
    Silence,
}

impl Kind {
    /// How long it lets a peer be idle.
    pub(crate) const fn deadline(&self, deadline: Deadline) -> Duration {
        match (deadline, self.is_command) {
            (Deadline::Opening, false) => OPENING,
            (Deadline::Beginning, false) => BEGINNING,
            (Deadline::Silence, false) => SILENCE,
            (Deadline::Opening | Deadline::Beginning, true) => Duration::from_secs(10),
            (Deadline::Silence, true) => Duration::from_secs(60),
        }
    }

    /// Builds it, if that is not done.
    pub(crate) fn build(&self) {
        if self.is_command {
            LazyLock::force(&COMMAND);
        }
    }

    fn command(&self, descriptors: Option<u32>) -> Command {
        let (program, words): (_, &[&str]) = match self.is_command {
            true => (&*COMMAND, &["answer", "--listen", "127.0.0.1:0", "--shed-late", "never"]),
            false => (&*MYSELF, &["--victim", self.name]),
        };
        let Some(descriptors) = descriptors else {
            let mut command = Command::new(program);
            command.args(words);
            return command;
        };
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {descriptors}; exec \"$@\""), "sh"]).arg(program).args(words);
        command
    }
}

static MYSELF: LazyLock<PathBuf> = LazyLock::new(|| env::current_exe().unwrap());

/// `VOXWIRE` in the environment, or what is built beside this.
static COMMAND: LazyLock<PathBuf> = LazyLock::new(|| {
    env::var_os("VOXWIRE").map_or_else(
        || {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "-p", "voxwire-cli", "--bin", "voxwire"]);
            build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
            if !cfg!(debug_assertions) {
                build.arg("--release");
            }
            assert!(build.status().unwrap().success(), "the command cannot be built");
            let built = MYSELF.ancestors().nth(2).unwrap();
            built.join("voxwire").with_extension(env::consts::EXE_EXTENSION)
        },
        PathBuf::from,
    )
});

/// A program while it runs. Dropping it ends it.
pub(crate) struct Victim {
    kind: Kind,
    child: Child,
    /// Where it takes orders, and answers.
    orders: Mutex<(ChildStdin, Receiver<String>)>,
    address: SocketAddr,
    panics: Arc<Mutex<Vec<String>>>,
}

impl Victim {
    pub(crate) fn start(kind: Kind, descriptors: Option<u32>) -> Self {
        let mut command = kind.command(descriptors);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // One thread each, where whoever keeps it keeps it from all; but for the blocking adapter, which takes two a call.
        for threads in ["SMOL_THREADS", "ASYNC_STD_THREAD_COUNT", "TOKIO_WORKER_THREADS"] {
            command.env(threads, "1");
        }
        command.env_remove("VOXWIRE_TOKEN");
        let mut child = command.spawn().unwrap();
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let panics = Arc::<Mutex<Vec<String>>>::default();
        let (told, heard) = channel();
        each_line(stdout.unwrap(), move |line| {
            if line.starts_with("listening on") || line.starts_with("calls ") {
                let _ = told.send(line);
            }
        });
        let noted = panics.clone();
        each_line(stderr.unwrap(), move |line| {
            if line.contains("panicked at") {
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        let listening =
            heard.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{} does not listen", kind.name));
        let address = listening.rsplit('/').next().unwrap().parse().unwrap();
        Self { kind, child, orders: Mutex::new((stdin.unwrap(), heard)), address, panics }
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has it call somebody.
    pub(crate) fn call(&self, url: &str) {
        let _ = writeln!(self.orders.lock().unwrap().0, "call {url}");
    }

    /// How many calls it has; `None` if it does not tell.
    fn calls(&self) -> io::Result<u64> {
        if self.kind.is_command {
            return Ok(0);
        }
        let (orders, told) = &mut *self.orders.lock().unwrap();
        writeln!(orders, "count")?;
        let line = told.recv_timeout(PATIENCE).map_err(io::Error::other)?;
        line.trim_start_matches("calls ").parse().map_err(io::Error::other)
    }

    /// Its threads and descriptors, once it has no more of them than before and no call, or when patience is over.
    pub(crate) fn settled(&self, before: Option<Process>) -> io::Result<(Process, u64)> {
        let until = Clock::now() + PATIENCE;
        loop {
            let (calls, now) = (self.calls()?, Process::of(self.pid()));
            let is_settled = calls == 0 && before.is_none_or(|before| now.is_like(before));
            if is_settled || Clock::now() >= until {
                return Ok((now, calls));
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// What it has complained of since it was last asked.
    pub(crate) fn panics(&self) -> Vec<String> {
        core::mem::take(&mut self.panics.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does something with each line, as long as there are any.
fn each_line(from: impl Read + Send + 'static, mut act: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || BufReader::new(from).lines().map_while(Result::ok).for_each(&mut act));
}
