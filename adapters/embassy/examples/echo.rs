//! Answers every call and gives the caller's voice back, on the host: the same calls as on a board, over tokio's sockets.
//!
//! `cargo run -p voxwire-embassy --example echo`, then `cargo run -- call ws://127.0.0.1:8080 --dialect sinch`.

use embedded_io_adapters::tokio_1::FromTokio;
use tokio::net::{TcpListener, TcpStream};
use voxwire::{AudioFormat, Command, Config, Dialect, Event, Instant};
use voxwire_embassy::{CallError, Clock, Inbox, Upgrade};

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening on ws://{}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::task::spawn_local(async move {
            let ended = echo(socket).await;
            match ended {
                Ok(()) => println!("{peer}: hung up"),
                Err(error) => println!("{peer}: {error}"),
            }
        });
    }
}

async fn echo(mut socket: TcpStream) -> Result<(), CallError<std::io::Error>> {
    let format = AudioFormat::pcm16(16_000).expect("a documented rate");
    let config = Config::new(Dialect::Sinch).format(format);
    let (mut received, mut queue) = ([0; 2048], [0; 4096]);
    let mut inbox = Inbox::new(&mut received);
    let clock = Tokio(std::time::Instant::now());
    let (input, output) = socket.split();
    let (input, output) = (FromTokio::new(input), FromTokio::new(output));
    let upgrade = Upgrade::read(input, output, &mut inbox).await?;
    let mut call = upgrade.accept(config, None, &mut queue, clock).await?;
    while !call.is_closed() {
        match call.next(&mut inbox).await {
            Ok(Event::Start(_)) => call.send(Command::Answer).await?,
            Ok(Event::Audio(audio)) => call.send(Command::Audio(audio)).await?,
            Ok(_) => {}
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

/// Tokio's timer, and when it began. On a board it is `EmbassyTime`.
struct Tokio(std::time::Instant);

impl Clock for Tokio {
    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep(at.since(self.now())).await;
    }
}
