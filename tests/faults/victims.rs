//! What is attacked: programs that answer and place calls on one adapter, each in a process of its own.
//!
//! Whoever calls is answered, and hears his own voice. On standard input `call URL` places a call, in which the
//! application hears its own voice, and `count` asks how many calls there are. The program ends with its input.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process;
use std::thread;

use tokio::sync::mpsc;
use voxwire::{Application, AudioFormat, Command, Config, Dialect, Event, Platform, Role, Start};
use voxwire_line::{CallConfig, Dial};

mod blocking;
mod embassy;
mod runtimes;

/// How long an opening may take. Deadlines are so short that the faults which they end do not take long.
pub(crate) const OPENING: Duration = Duration::from_millis(1_500);
/// How long an announcement may take, or an answer, on the path [`HASTY`].
pub(crate) const BEGINNING: Duration = Duration::from_millis(700);
/// How long a peer may give no sign of life, on the path [`ALERT`].
pub(crate) const SILENCE: Duration = Duration::from_millis(1_500);
/// How long all that may take elsewhere: longer than any machine makes an innocent peer wait.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a peer may take nothing.
const STALL: Duration = Duration::from_millis(500);

/// The paths of URLs that ask for short deadlines.
pub(crate) const HASTY: &str = "/hasty";
pub(crate) const ALERT: &str = "/alert";

/// Who announces a call with this id is not answered.
pub(crate) const RINGING: &str = "ringing";

/// Bytes of messages that wait for a socket, at most.
const QUEUE: usize = 64 * 1024;

/// Connections that wait to be served, at most.
const WAITING: usize = 64;

/// How many calls there are.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// What a program is to do next.
enum Order {
    Answer(TcpStream),
    /// An application is to be called at this URL, to which the socket is connected.
    Call(TcpStream, String),
}

/// Orders as they come.
type Orders = mpsc::Receiver<Order>;

/// Serves until the input ends.
pub(crate) fn serve(name: &str) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (orders, given) = mpsc::channel(WAITING);
    println!("listening on ws://{}", listener.local_addr()?);
    let calls = orders.clone();
    thread::spawn(move || accept(&listener, &calls));
    thread::spawn(move || read_orders(&orders));
    match name {
        "tokio" => runtimes::run::<runtimes::OnTokio>(given),
        "smol" => runtimes::run::<runtimes::OnSmol>(given),
        "async-std" => runtimes::run::<runtimes::OnAsyncStd>(given),
        "blocking" => blocking::run(given),
        "embassy" => embassy::run(given),
        other => return Err(io::Error::other(format!("nobody is called {other}"))),
    }
    Ok(())
}

/// Accepts whoever calls. Without descriptors it waits until there are some again.
fn accept(listener: &TcpListener, orders: &mpsc::Sender<Order>) {
    loop {
        match listener.accept() {
            Ok((socket, _)) => drop(orders.blocking_send(Order::Answer(socket))),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn read_orders(orders: &mpsc::Sender<Order>) {
    for line in io::stdin().lines().map_while(Result::ok) {
        if line == "count" {
            println!("calls {}", CALLS.load(Ordering::SeqCst));
        } else if let Some(url) = line.strip_prefix("call ") {
            let address = url.trim_start_matches("ws://").split('/').next().unwrap_or_default();
            if let Ok(socket) = TcpStream::connect(address) {
                let _ = orders.blocking_send(Order::Call(socket, url.to_owned()));
            }
        }
    }
    process::exit(0);
}

/// A call, as long as it is counted.
struct Counted;

impl Counted {
    fn new() -> Self {
        CALLS.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        CALLS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A session on a path.
fn session(path: &str) -> Config {
    let beginning = if path == HASTY { BEGINNING } else { PATIENT };
    Config::new(Dialect::Sinch)
        .format(AudioFormat::pcm16(16_000).unwrap())
        .start_within(Some(beginning))
        .answer_within(Some(beginning))
        .silence_limit(Some(if path == ALERT { SILENCE } else { PATIENT }))
        .heartbeat_after(Duration::from_millis(300))
        .end_within(Duration::from_millis(300))
}

fn config(path: &str) -> CallConfig {
    CallConfig::new(session(path))
        .queue(QUEUE)
        .ping_every(Duration::from_secs(1))
        .drain_within(Duration::from_millis(200))
}

/// How long a peer on a path may take nothing.
fn stall(path: &str) -> Duration {
    if path == ALERT { STALL } else { PATIENT }
}

/// The path of a URL of the attackers' own.
fn path(url: &str) -> &str {
    url.rfind('/').map_or("/", |at| &url[at..])
}

/// What either end says to what it hears.
trait Echo: Role {
    /// Says first, if it does.
    fn first() -> Option<Self::Says<'static>>;

    fn reply<'m>(heard: Self::Hears<'m>) -> Option<Self::Says<'m>>;
}

impl Echo for Application {
    fn first() -> Option<Command<'static>> {
        None
    }

    fn reply<'m>(heard: Self::Hears<'m>) -> Option<Self::Says<'m>> {
        match heard {
            Event::Start(start) if start.call_id == Some(RINGING.into()) => None,
            Event::Start(_) => Some(Command::Answer),
            Event::Audio(audio) => Some(Command::Audio(audio)),
            _ => None,
        }
    }
}

impl Echo for Platform {
    fn first() -> Option<Event<'static>> {
        Some(Event::Start(Start::new("c1")))
    }

    fn reply<'m>(heard: Self::Hears<'m>) -> Option<Self::Says<'m>> {
        match heard {
            Command::Audio(audio) => Some(Event::Audio(audio)),
            _ => None,
        }
    }
}

fn dial(url: &str) -> Dial {
    Dial::new(url).expect("a URL of the attackers' own")
}
