//! Answers calls on one path of a hyper server, and gives the caller's voice back.
//!
//! `cargo run -p voxwire-tokio --example hyper`, then
//! `cargo run -- call ws://127.0.0.1:8080/calls --dialect sinch`. An address to listen on may follow.

use core::convert::Infallible;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use voxwire::{AudioFormat, Command, Config, Dialect, Event};
use voxwire_tokio::tungstenite::handshake::server::create_response_with_body;
use voxwire_tokio::{Call, CallError, Inbox, UpgradeRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on ws://{}/calls", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(socket), service_fn(reply))
            .with_upgrades();
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                println!("{peer}: {error}");
            }
        });
    }
}

async fn reply(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(match request.uri().path() {
        "/" => Response::new("up and running\n".into()),
        "/calls" => open(request),
        _ => status(StatusCode::NOT_FOUND, String::new()),
    })
}

/// Opens the WebSocket. What the platform sent is all in the request: look at its path and headers here.
fn open(request: Request<Incoming>) -> Response<String> {
    let response = match create_response_with_body(&request, String::new) {
        Ok(response) => response,
        Err(error) => return status(UpgradeRequest::status(&error), format!("{error}\n")),
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
    // Back to the socket that was accepted: `Upgraded` would do, with an indirection for each read and write.
    let parts = socket.downcast::<TokioIo<TcpStream>>().expect("what was served");
    let mut call = Call::application(parts.io.into_inner(), &parts.read_buf, config);
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

fn status(status: StatusCode, why: String) -> Response<String> {
    let mut response = Response::new(why);
    *response.status_mut() = status;
    response
}
