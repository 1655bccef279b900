//! The servers: each echoes, with what one would write who uses the library as its page shows.

use core::time::Duration;
use std::io::{self, Read};
use std::process::exit;
use std::thread;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use voxwire::{Audio, AudioFormat, Command, Config, Dialect, Event};
use voxwire_tokio::{CallConfig, CallError, Inbox, Upgrade};

use crate::words;

/// Who races.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// `voxwire-tokio`: what was heard is said again as it came.
    Relay,
    /// `voxwire-tokio`: what was heard is decoded, and said again as an agent would say what is its own.
    Recode,
    /// The bare library, with buffers like those of `voxwire-tokio`.
    SameBuffers,
    /// The bare library as it comes.
    Defaults,
}

impl Server {
    pub(crate) const ALL: [Self; 4] = [Self::Relay, Self::Recode, Self::SameBuffers, Self::Defaults];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Relay => "voxwire-tokio, relayed",
            Self::Recode => "voxwire-tokio, decoded and encoded",
            Self::SameBuffers => "tungstenite, 4 KiB",
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

async fn bare(socket: TcpStream, dialect: Dialect, config: WebSocketConfig) {
    let Ok(mut socket) = accept_async_with_config(socket, Some(config)).await else { return };
    let Some(Ok(Message::Text(_announcement))) = socket.next().await else { return };
    if let Some(answer) = words::answer(dialect)
        && socket.send(Message::text(answer)).await.is_err()
    {
        return;
    }
    while let Some(Ok(message)) = socket.next().await {
        let is_audio = message.is_text() || message.is_binary();
        if is_audio && socket.send(message).await.is_err() {
            return;
        }
    }
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
