//! Answers every call and gives the caller's voice back.
//!
//! `cargo run -p voxwire-tungstenite --example echo`, then `cargo run -- call ws://127.0.0.1:8080 --dialect sinch`.

use std::net::{TcpListener, TcpStream};
use std::thread;
use voxwire::{AudioFormat, Command, Config, Dialect, Event};
use voxwire_tungstenite::{CallError, Inbox, Upgrade};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:8080")?;
    println!("listening on ws://{}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept()?;
        socket.set_nodelay(true)?;
        thread::spawn(move || {
            let ended = echo(socket);
            match ended {
                Ok(()) => println!("{peer}: hung up"),
                Err(error) => println!("{peer}: {error}"),
            }
        });
    }
}

fn echo(socket: TcpStream) -> Result<(), CallError> {
    let format = AudioFormat::pcm16(16_000).expect("a documented rate");
    let config = Config::new(Dialect::Sinch).format(format);
    let mut call = Upgrade::read(socket)?.accept(config, None)?;
    let mut inbox = Inbox::new();
    while !call.is_closed() {
        match call.next(&mut inbox) {
            Ok(Event::Start(_)) => call.send(Command::Answer)?,
            Ok(Event::Audio(audio)) => call.send(Command::Audio(audio))?,
            Ok(_) => {}
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}
