//! The servers: each echoes, with what one would write who uses the library as its page shows.

use core::time::Duration;
use std::io::{self, Read};
use std::process::exit;
use std::thread;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};
use voxwire::{Audio, AudioFormat, Command, Config, Dialect, Event};
use voxwire_tokio::{CallConfig, CallError, Inbox, Upgrade};

use crate::words;

/// The bare library's call.
type Bare = WebSocketStream<TcpStream>;

/// For how long a peer may say nothing, as by the defaults of `voxwire`.
const SILENCE: Duration = Duration::from_secs(60);

/// Who races.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// `voxwire-tokio`: what was heard is said again as it came.
    Relay,
    /// `voxwire-tokio`: what was heard is decoded, and said again as an agent would say what is its own.
    Recode,
    /// The bare library, with buffers like those of `voxwire-tokio`.
    SameBuffers,
    /// The same, but it waits for a message no longer than `voxwire-tokio` does: that takes a timer.
    Timed,
    /// The bare library as it comes.
    Defaults,
}

impl Server {
    pub(crate) const ALL: [Self; 5] =
        [Self::Relay, Self::Recode, Self::SameBuffers, Self::Timed, Self::Defaults];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Relay => "voxwire-tokio, relayed",
            Self::Recode => "voxwire-tokio, decoded and encoded",
            Self::SameBuffers => "tungstenite, 4 KiB",
            Self::Timed => "tungstenite, 4 KiB, timed",
            Self::Defaults => "tungstenite, defaults",
        }
    }

    /// Serves on a free port, which it prints, until the standard input ends: no longer than who started it.
    pub(crate) fn serve(self, dialect: Dialect) -> ! {
        thread::spawn(|| {
            let _ = io::stdin().read(&mut [0]);
            exit(0);
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let accepting = runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            println!("{}", listener.local_addr().expect("an address"));
            loop {
                let (socket, _) = listener.accept().await.expect("a caller");
                socket.set_nodelay(true).expect("a socket");
                match self {
                    Self::Relay => drop(tokio::spawn(relay(socket, dialect))),
                    Self::Recode => drop(tokio::spawn(recode(socket, dialect))),
                    Self::SameBuffers => drop(tokio::spawn(bare(socket, dialect, same_buffers(dialect)))),
                    Self::Timed => drop(tokio::spawn(timed(socket, dialect, same_buffers(dialect)))),
                    Self::Defaults => drop(tokio::spawn(bare(socket, dialect, WebSocketConfig::default()))),
                }
            }
        });
        match runtime.block_on(accepting) {
            Ok(never) => never,
            Err(_) => exit(1),
        }
    }
}

fn config(dialect: Dialect) -> Config {
    let config = Config::new(dialect);
    match dialect {
        // Its own format is known.
        Dialect::Wavix => config,
        _ => config.format(AudioFormat::pcm16(16_000).expect("a documented rate")),
    }
}

/// Without pings: the bare library sends none, and a busy machine may take longer than it is to the first.
fn quiet(dialect: Dialect) -> CallConfig {
    CallConfig::from(config(dialect)).ping_every(Duration::from_secs(24 * 60 * 60))
}

async fn relay(socket: TcpStream, dialect: Dialect) -> Result<(), CallError> {
    let mut call = Upgrade::read(socket).await?.accept(quiet(dialect), None).await?;
    let mut inbox = Inbox::new();
    while !call.is_closed() {
        match call.next(&mut inbox).await {
            Ok(Event::Start(_)) => call.send(Command::Answer).await?,
            Ok(Event::Audio(audio)) => call.send(Command::Audio(audio)).await?,
            Ok(_) => {}
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

async fn recode(socket: TcpStream, dialect: Dialect) -> Result<(), CallError> {
    let mut call = Upgrade::read(socket).await?.accept(quiet(dialect), None).await?;
    let mut inbox = Inbox::new();
    let mut pcm = Vec::new();
    while !call.is_closed() {
        match call.next(&mut inbox).await {
            Ok(Event::Start(_)) => call.send(Command::Answer).await?,
            Ok(Event::Audio(audio)) => {
                pcm.resize(audio.len(), 0);
                match audio.copy_to(&mut pcm) {
                    Ok(pcm) => call.send(Command::Audio(Audio::raw(pcm))).await?,
                    Err(error) => eprintln!("{error}"),
                }
            }
            Ok(_) => {}
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

async fn bare(socket: TcpStream, dialect: Dialect, config: WebSocketConfig) -> Option<()> {
    let mut socket = answered(socket, dialect, config).await?;
    loop {
        let message = socket.next().await?;
        echo(&mut socket, message).await?;
    }
}

async fn timed(socket: TcpStream, dialect: Dialect, config: WebSocketConfig) -> Option<()> {
    let mut socket = answered(socket, dialect, config).await?;
    loop {
        let message = timeout(SILENCE, socket.next()).await.ok()??;
        echo(&mut socket, message).await?;
    }
}

/// The bare library, once the call has been announced and answered.
async fn answered(socket: TcpStream, dialect: Dialect, config: WebSocketConfig) -> Option<Bare> {
    let mut socket = accept_async_with_config(socket, Some(config)).await.ok()?;
    let Some(Ok(Message::Text(_announcement))) = socket.next().await else { return None };
    if let Some(answer) = words::answer(dialect) {
        socket.send(Message::text(answer)).await.ok()?;
    }
    Some(socket)
}

async fn echo(socket: &mut Bare, message: Result<Message, Error>) -> Option<()> {
    let message = message.ok()?;
    if message.is_text() || message.is_binary() {
        socket.send(message).await.ok()?;
    }
    Some(())
}

/// Buffers as small as those of `voxwire-line`, which reads as much at once.
fn same_buffers(dialect: Dialect) -> WebSocketConfig {
    let limit = config(dialect).message_limit();
    WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(limit + 1024)
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit))
}
