//! Answers calls on one route of an axum server, and gives the caller's voice back.
//!
//! `cargo run -p voxwire-tokio --example axum`, then
//! `cargo run -- call ws://127.0.0.1:8080/calls --dialect sinch`. An address to listen on may follow.
//!
//! axum's feature `ws` is not needed: it would bring a second WebSocket library. The upgrade itself is hyper's.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use voxwire::{AudioFormat, Command, Config, Dialect, Event};
use voxwire_tokio::tungstenite::handshake::server::create_response_with_body;
use voxwire_tokio::{Call, CallError, Inbox, UpgradeRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on ws://{}/calls", listener.local_addr()?);
    // Frames of audio are small, and should leave at once.
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    let router = Router::new().route("/", get("up and running\n")).route("/calls", get(calls));
    axum::serve(listener, router).await?;
    Ok(())
}

/// Opens the WebSocket. What the platform sent is all in the request: look at its path and headers here.
async fn calls(request: Request) -> Response {
    let response = match create_response_with_body(&request, Body::empty) {
        Ok(response) => response,
        Err(error) => return (UpgradeRequest::status(&error), format!("{error}\n")).into_response(),
    };
    // The socket is ours once the response has been written, so somebody else must wait for it.
    tokio::spawn(async {
        match hyper::upgrade::on(request).await {
            Ok(socket) => match echo(socket).await {
                Ok(()) => println!("hung up"),
                Err(error) => println!("{error}"),
            },
            Err(error) => println!("not upgraded: {error}"),
        }
    });
    response
}

async fn echo(socket: Upgraded) -> Result<(), CallError> {
    let format = AudioFormat::pcm16(16_000).expect("a documented rate");
    let config = Config::new(Dialect::Sinch).format(format);
    // Nothing came early: hyper gives back with the socket what it had read of it.
    let mut call = Call::application(TokioIo::new(socket), &[], config);
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
