//! Runs the command, and reads what it prints as it prints it.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::{env, fs, process, thread};

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use voxwire::{Application, AudioFormat, Config, Dialect, Event, Platform, Start};
use voxwire_tokio::{Call, Upgrade, connect};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The lines of a `--json` run.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout.lines().map(parsed).collect()
    }

    /// Asserts that the run failed with this code and this one sentence.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, sentence: &str) {
        assert_eq!((self.code, self.stderr.as_str()), (code, format!("voxwire: {sentence}\n").as_str()));
    }
}

fn command<A: AsRef<OsStr>>(args: &[A]) -> Command {
    let mut command = clean(Command::new(env!("CARGO_BIN_EXE_voxwire")));
    command.args(args);
    command
}

/// The same command, which finds nothing in its environment.
fn clean(mut command: Command) -> Command {
    for name in [
        "VOXWIRE_TOKEN",
        "SINCH_APPLICATION_KEY",
        "SINCH_APPLICATION_SECRET",
        "WEBHOOK_PROTECTION",
        "PROTECT_VOICE_CALLBACKS",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the command to its end.
pub(crate) fn voxwire<A: AsRef<OsStr>>(args: &[A]) -> Run {
    fed(args, b"")
}

/// Runs the command to its end with something on standard input.
pub(crate) fn fed<A: AsRef<OsStr>>(args: &[A], input: &[u8]) -> Run {
    let mut running = Running::start(args);
    running.child.stdin.take().unwrap().write_all(input).unwrap();
    running.end()
}

/// The command while it runs. Dropping it ends it.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    pub(crate) fn start<A: AsRef<OsStr>>(args: &[A]) -> Self {
        Self::spawn(command(args))
    }

    /// Starts the command within limits that a shell sets, like `ulimit -n 24`: so few descriptors it may use.
    pub(crate) fn start_within(limits: &str, args: &[&str]) -> Self {
        let mut command = clean(Command::new("sh"));
        let script = format!("{limits}; exec \"$@\"");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_voxwire")]).args(args);
        Self::spawn(command)
    }

    /// Starts the command with these in its environment.
    pub(crate) fn start_with(environment: &[(&str, &str)], args: &[&str]) -> Self {
        let mut command = command(args);
        command.envs(environment.iter().copied());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, stdout, stderr }
    }

    /// Starts `voxwire answer` on any port, and gives the address it prints. How busy this machine is decides nothing.
    pub(crate) fn answer(args: &[&str]) -> (Self, String) {
        let never: &[_] = if args.contains(&"--shed-late") { &[] } else { &["--shed-late", "never"] };
        let server = Self::start(&[&["answer", "--listen", "127.0.0.1:0"], never, args].concat());
        let line = server.line();
        let url = match line.strip_prefix("listening on ") {
            Some(url) => url.to_owned(),
            None => parsed(&line)["url"].as_str().unwrap().to_owned(),
        };
        (server, url)
    }

    /// The next line on standard output.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("a line on standard output")
    }

    /// The next line on standard output that holds some words.
    #[track_caller]
    pub(crate) fn line_with(&self, words: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(words) {
                return line;
            }
        }
    }

    /// The next line on standard error.
    #[track_caller]
    pub(crate) fn complaint(&self) -> String {
        self.stderr.recv_timeout(PATIENCE).expect("a line on standard error")
    }

    pub(crate) fn interrupt(&self) {
        self.signal("-INT");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end. Both outputs end when the program does.
    #[track_caller]
    pub(crate) fn end(mut self) -> Run {
        let rest = |lines: &Receiver<String>| {
            let mut text = String::new();
            loop {
                match lines.recv_timeout(PATIENCE) {
                    Ok(line) => text = text + &line + "\n",
                    Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return text,
                    Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it does not end: {text}"),
                }
            }
        };
        let (stdout, stderr) = (rest(&self.stdout), rest(&self.stderr));
        let code = self.child.wait().unwrap().code().expect("no signal ended it");
        Run { code, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

#[track_caller]
pub(crate) fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// A directory that goes away with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("voxwire-test-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A recording that ships with the command.
pub(crate) fn asset(name: &str) -> String {
    format!("{}/assets/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The samples of a WAV file.
#[track_caller]
pub(crate) fn samples(path: impl AsRef<Path>) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples().map(Result::unwrap).collect()
}

/// Writes a WAV file of this many samples of silence.
pub(crate) fn silence(path: &str, rate: u32, channels: u16, samples: u32) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    (0..samples).for_each(|_| writer.write_sample(0_i16).unwrap());
    writer.finalize().unwrap();
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

pub(crate) fn config() -> Config {
    Config::new(Dialect::Sinch).format(AudioFormat::pcm16(16_000).unwrap())
}

/// A platform of the test's own, which has announced a Sinch call.
pub(crate) async fn caller(url: &str) -> Call<Platform, TcpStream> {
    let mut call = connect(url, config()).await.unwrap();
    call.send(Event::Start(Start::new("test"))).await.unwrap();
    call
}

/// `voxwire call` while it runs, and the application's end of its call.
pub(crate) async fn called(dialect: Dialect, args: &[&str]) -> (Running, Call<Application, TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let running = Running::start(&[&["call", &url, "--dialect", dialect.name(), "--fast"], args].concat());
    let (socket, _) = listener.accept().await.unwrap();
    let call = Upgrade::read(socket).await.unwrap().accept(Config::new(dialect), None).await.unwrap();
    (running, call)
}

/// Runs `voxwire call` against an application of the test's own.
pub(crate) fn call_to<F: Future<Output = ()>>(
    dialect: Dialect,
    application: impl FnOnce(Call<Application, TcpStream>) -> F,
    args: &[&str],
) -> Run {
    block_on(async {
        let (running, call) = called(dialect, args).await;
        application(call).await;
        tokio::task::spawn_blocking(move || running.end()).await.unwrap()
    })
}
