//! Answers every call and gives the caller's voice back.
//!
//! `cargo run -p voxwire-futures --example echo`, then `cargo run -- call ws://127.0.0.1:8080 --dialect sinch`.

use smol::net::{TcpListener, TcpStream};
use voxwire::{AudioFormat, Command, Config, Dialect, Event};
use voxwire_futures::{CallError, Inbox, Upgrade};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    smol::block_on(serve())
}

async fn serve() -> Result<(), Box<dyn core::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("listening on ws://{}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept().await?;
        socket.set_nodelay(true)?;
        smol::spawn(async move {
            let ended = echo(socket).await;
            match ended {
                Ok(()) => println!("{peer}: hung up"),
                Err(error) => println!("{peer}: {error}"),
            }
        })
        .detach();
    }
}

async fn echo(socket: TcpStream) -> Result<(), CallError> {
    let format = AudioFormat::pcm16(16_000).expect("a documented rate");
    let config = Config::new(Dialect::Sinch).format(format);
    let mut call = Upgrade::read(socket).await?.accept(config, None).await?;
    let mut inbox = Inbox::new();
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
