//! The servers: each echoes, with what one would write who uses the library as its page shows.

use std::io::{self, Read};
use std::process::exit;
use std::thread;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use voxwire::{AudioFormat, Command, Config, Dialect, Event};
use voxwire_tokio::{CallError, Inbox, Upgrade};

/// What Sinch is told by who takes the call.
pub(crate) const ANSWER: &str = r#"{"command":"answer"}"#;

/// Who races.
#[derive(Clone, Copy)]
pub(crate) enum Server {
    Voxwire,
    SameBuffers,
    Defaults,
}

impl Server {
    /// The first is measured by the others.
    pub(crate) const ALL: [Self; 3] = [Self::Voxwire, Self::SameBuffers, Self::Defaults];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Voxwire => "voxwire-tokio",
            Self::SameBuffers => "tungstenite, 4 KiB",
            Self::Defaults => "tungstenite, defaults",
        }
    }

    /// Serves on a free port, which it prints, until the standard input ends: no longer than who started it.
    pub(crate) fn serve(self) -> ! {
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
                    Self::Voxwire => drop(tokio::spawn(voxwire(socket))),
                    Self::SameBuffers => drop(tokio::spawn(tungstenite(socket, same_buffers()))),
                    Self::Defaults => drop(tokio::spawn(tungstenite(socket, WebSocketConfig::default()))),
                }
            }
        });
        match runtime.block_on(accepting) {
            Ok(never) => never,
            Err(_) => exit(1),
        }
    }
}

fn config() -> Config {
    Config::new(Dialect::Sinch).format(AudioFormat::pcm16(16_000).expect("a documented rate"))
}

async fn voxwire(socket: TcpStream) -> Result<(), CallError> {
    let mut call = Upgrade::read(socket).await?.accept(config(), None).await?;
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

async fn tungstenite(socket: TcpStream, config: WebSocketConfig) {
    let Ok(mut socket) = accept_async_with_config(socket, Some(config)).await else { return };
    while let Some(Ok(message)) = socket.next().await {
        let reply = match message {
            Message::Text(_) => Message::text(ANSWER),
            Message::Binary(audio) => Message::Binary(audio),
            _ => continue,
        };
        if socket.send(reply).await.is_err() {
            return;
        }
    }
}

/// Buffers as small as those of `voxwire-line`, which reads as much at once.
fn same_buffers() -> WebSocketConfig {
    let limit = config().message_limit();
    WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(limit + 1024)
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit))
}
