//! The WebSocket codec of `voxwire-embassy` without the call: an opening is answered or declined, frames are put together,
//! and headers written for what is said.

#![no_std]
#![no_main]

use voxwire_embassy::Inbox;
use voxwire_embassy::handshake::{Decline, Request};
use voxwire_embassy::websocket::{Decoder, Found, Header, Opcode, Side, Violation};
use voxwire_footprint::board::{self, Payload, Socket};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut socket, mut memory) = (Socket::new(), [0; Socket::CAPACITY]);
    loop {
        if open(&mut socket).is_some()
            && let Err(violation) = hear(&mut socket, &mut memory)
        {
            say(Opcode::Close, &violation.code().to_be_bytes());
        }
    }
}

/// Answers a request, or says why not.
fn open(socket: &mut Socket) -> Option<()> {
    let Payload::Binary(bytes) = socket.receive()? else { return None };
    let accepted = Request::read(bytes).and_then(|request| {
        request
            .map(|(request, _)| {
                board::write(request.path());
                request.accept(None)
            })
            .transpose()
    });
    match accepted {
        Ok(accepted) => accepted?.parts().into_iter().for_each(board::write),
        Err(_) => {
            Decline::new(board::number() as u16).ok()?.parts().into_iter().for_each(board::write);
            return None;
        }
    }
    Some(())
}

/// Hears whatever comes, and says it again.
fn hear(socket: &mut Socket, memory: &mut [u8]) -> Result<(), Violation> {
    let mut inbox = Inbox::new(memory);
    let mut decoder = Decoder::new(Side::Server);
    loop {
        match decoder.decode(&mut inbox)? {
            Found::Nothing => match socket.receive() {
                Some(Payload::Binary(bytes)) => {
                    let room = inbox.room();
                    let len = room.len().min(bytes.len());
                    room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                    inbox.fill(len);
                }
                _ => return Ok(()),
            },
            Found::Ping => say(Opcode::Pong, inbox.payload()),
            Found::Pong => {}
            Found::Message => match inbox.message()? {
                voxwire::Message::Text(text) => say(Opcode::Text, text.as_bytes()),
                voxwire::Message::Binary(bytes) => say(Opcode::Binary, bytes),
                voxwire::Message::Close(close) => board::write(&close),
            },
        }
    }
}

fn say(opcode: Opcode, payload: &[u8]) {
    let mut header = [0; Header::MAX];
    let len = Header { fin: true, opcode, len: payload.len() as u64, mask: None }.write(&mut header);
    board::write(header.get(..len).unwrap_or_default());
    board::write(payload);
}
