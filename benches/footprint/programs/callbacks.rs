//! A call on Sinch, and before it the callback that announces it: verified, read, and answered with SVAML that leads
//! the call to the socket.

#![no_std]
#![no_main]

use voxwire::callback::Callback;
use voxwire::signature::{Credentials, Received, Verifier};
use voxwire::svaml::{ConnectStream, NOTHING, Reply};
use voxwire::{Config, Dialect, Utc};
use voxwire_footprint::board::{self, Payload, Socket};
use voxwire_footprint::{on_board, show};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut sockets = [const { Socket::new() }; 6];
    loop {
        answer(&mut sockets);
        on_board(Config::new(Dialect::Sinch));
    }
}

/// Answers one HTTP request, if it can be trusted.
fn answer(sockets: &mut [Socket; 6]) -> Option<()> {
    let [key, path, authorization, content_type, timestamp, body] = sockets.each_mut().map(text);
    let verifier = Verifier::new(Credentials::new(key, path).ok()?);
    let received = Received {
        method: "POST",
        path,
        authorization: Some(authorization),
        content_type: Some(content_type),
        timestamp: Some(timestamp),
        body: body.as_bytes(),
    };
    verifier.verify(Utc::new(board::number() as u64, 0), &received).ok()?;

    let mut reply = [0; 512];
    let reply = match Callback::parse(body.as_bytes()).ok()? {
        Callback::Ice(ice) => {
            show(ice.call.call_id.unwrap_or_default());
            let stream = ConnectStream::to("wss://media.example/calls").sample_rate(16_000);
            Reply::ice().answer().connect_stream(stream).ok()?.write(&mut reply).ok()?
        }
        _ => NOTHING,
    };
    board::write(reply);
    Some(())
}

fn text(socket: &mut Socket) -> &str {
    match socket.receive() {
        Some(Payload::Text(text)) => text,
        _ => "",
    }
}
