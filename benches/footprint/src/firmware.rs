//! A phone call as a firmware has it: a session, its buffers, and every word that can be heard, said or come due.

use voxwire::{
    Application, Audio, Close, Command, Config, Due, Event, Instant, Mark, Message, ReceiveError, SendError,
    Session, Start, Text,
};

use crate::board::{self, Payload, Socket, now};

/// One call, and all the memory that it takes.
pub struct Firmware {
    session: Session<Application>,
    /// The audio of one frame of 20 ms at 16 kHz.
    frame: [u8; 640],
    /// The message that is put on the socket next.
    message: [u8; Socket::CAPACITY],
}

impl Firmware {
    /// A call with the socket just open.
    pub fn new(config: Config, now: Instant) -> Self {
        Self { session: Session::application(config, now), frame: [0; 640], message: [0; Socket::CAPACITY] }
    }

    /// Whether the call is over.
    pub const fn is_over(&self) -> bool {
        self.session.is_closed()
    }

    /// When time brings something.
    pub fn wakes_at(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    /// Hears a message and does what it asks for: a call is answered, audio is sent back. Gives what is to be put on
    /// the socket.
    pub fn hear(&mut self, now: Instant, message: Message<'_>) -> Result<Option<Message<'_>>, Failed> {
        let reply = match self.session.handle_message(now, message)? {
            Event::Start(start) => {
                announce(&start);
                Command::Answer
            }
            Event::Audio(audio) => {
                board::write(&(audio.timestamp(), audio.chunk()));
                if let Some(track) = audio.track() {
                    show(track.name());
                }
                let Ok(frame) = audio.copy_to(&mut self.frame) else { return Err(Failed) };
                board::write(frame);
                Command::Audio(Audio::raw(frame))
            }
            event => {
                match event {
                    Event::Mark(mark) => show(mark.name),
                    Event::Hangup(close) => board::write(&close),
                    Event::Dropped(dropped) => board::write(&dropped.bytes),
                    Event::Other(message) => board::write(&message),
                    Event::Hello => board::write("hello"),
                    _ => board::write("stop"),
                }
                return Ok(None);
            }
        };
        Ok(self.session.send(now, reply, &mut self.message)?)
    }

    /// Says something. Gives what is to be put on the socket.
    pub fn say<'s: 'f, 'f>(
        &'f mut self,
        now: Instant,
        command: Command<'s>,
    ) -> Result<Option<Message<'f>>, Failed> {
        Ok(self.session.send(now, command, &mut self.message)?)
    }

    /// Does what has become due. Gives what is to be put on the socket.
    pub fn wake(&mut self, now: Instant) -> Result<Option<Message<'_>>, Failed> {
        Ok(match self.session.handle_timeout(now, &mut self.message)? {
            Due::Nothing => None,
            Due::Send(message) => Some(message),
            Due::Expired(deadline) => {
                board::write(&deadline);
                None
            }
        })
    }
}

/// Something went wrong, and has been written down.
#[derive(Debug)]
pub struct Failed;

impl From<ReceiveError> for Failed {
    fn from(error: ReceiveError) -> Self {
        board::write(&error);
        Self
    }
}

impl From<SendError> for Failed {
    fn from(error: SendError) -> Self {
        board::write(&error);
        Self
    }
}

fn announce(start: &Start<'_>) {
    for text in [start.call_id, start.stream_id, start.application_id, start.headers.find("tenant")] {
        show(text.unwrap_or_default());
    }
    board::write(&(start.heard, start.said, start.oneway));
}

/// Shows a text on the screen, as much as fits.
pub fn show(text: Text<'_>) {
    if let Some(text) = text.copy_to(&mut [0; 64]) {
        board::write(text);
    }
}

/// A call on a board: what is heard, what is said and what time it is, nobody knows.
pub fn on_board(config: Config) {
    let mut call = Firmware::new(config, now());
    let (mut socket, mut keypad) = (Socket::new(), Socket::new());
    while !call.is_over() {
        board::write(&call.wakes_at());
        let next = match board::number() {
            0 => call.wake(now()),
            1 => match socket.receive() {
                Some(Payload::Text(text)) => call.hear(now(), Message::Text(text)),
                Some(Payload::Binary(bytes)) => call.hear(now(), Message::Binary(bytes)),
                Some(Payload::Close(code, reason)) => {
                    call.hear(now(), Message::Close(Close::new(code, reason)))
                }
                None => continue,
            },
            wish => match wished(wish, &mut keypad) {
                Some(command) => call.say(now(), command),
                None => continue,
            },
        };
        if let Ok(Some(message)) = next {
            board::write(&message);
        }
    }
}

fn wished(wish: usize, keypad: &mut Socket) -> Option<Command<'_>> {
    Some(match (wish, keypad.receive()?) {
        (2, _) => Command::Answer,
        (3, _) => Command::Busy,
        (4, _) => Command::Reject,
        (5, _) => Command::Clear,
        (6, _) => Command::Heartbeat,
        (7, Payload::Text(name)) => Command::Mark(Mark::new(name)),
        (_, Payload::Binary(bytes)) => Command::Audio(Audio::raw(bytes)),
        (_, Payload::Text(text)) => Command::Other(Message::Text(text)),
        (_, Payload::Close(code, reason)) => Command::Hangup(Close::new(code, reason)),
    })
}
