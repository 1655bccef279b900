//! The blocking adapter: two threads for each call, one that hears and one that speaks.

use core::time::Duration;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, Receiver, SyncSender, sync_channel};
use std::thread;

use voxwire::{Application, Audio, Command, Event, Platform};
use voxwire_tungstenite::{Call, CallError, Hearing, Inbox, Speaking, Upgrade};

use super::{Counted, Echo, OPENING, Order, Orders, config, dial, path, stall};

/// What a thread of a call needs.
const STACK: usize = 256 * 1024;

/// Frames between the two threads, at most.
const BETWEEN: usize = 128;

pub(super) fn run(mut orders: Orders) {
    while let Some(order) = orders.blocking_recv() {
        let counted = Counted::new();
        let call = move || {
            // What went wrong is the attacker's doing, and he sees it.
            let _ = match order {
                Order::Answer(socket) => answer(socket),
                Order::Call(socket, url) => place(socket, &url),
            };
            drop(counted);
        };
        // Without a thread the call is dropped, and with it the socket.
        let _ = thread::Builder::new().stack_size(STACK).spawn(call);
    }
}

fn answer(socket: TcpStream) -> Result<(), CallError> {
    let line = adopt(&socket)?;
    let upgrade = Upgrade::read_within(socket, OPENING)?;
    let (config, stall) = (config(upgrade.path()), stall(upgrade.path()));
    talk(upgrade.accept(config, None)?, &line, stall)
}

fn place(socket: TcpStream, url: &str) -> Result<(), CallError> {
    let line = adopt(&socket)?;
    let (config, stall) = (config(path(url)), stall(path(url)));
    talk(Call::dial_within(socket, &dial(url), config, OPENING)?, &line, stall)
}

/// The same socket, to be cut.
fn adopt(socket: &TcpStream) -> Result<TcpStream, CallError> {
    socket.set_nodelay(true).and_then(|()| socket.try_clone()).map_err(CallError::opening)
}

fn talk<R: Spoken>(mut call: Call<R, TcpStream>, line: &TcpStream, stall: Duration) -> Result<(), CallError>
where
    Speaking<R, TcpStream>: Send + 'static,
{
    if let Some(first) = R::first() {
        call.send(first)?;
    }
    let (mut hearing, speaking) = call.split();
    let (words, said) = sync_channel(BETWEEN);
    let (silent, fell_silent) = mpsc::channel::<()>();
    let speaker = thread::Builder::new().stack_size(STACK).spawn(move || {
        speak(speaking, &said);
        drop(silent);
    });
    let speaker = speaker.map_err(CallError::opening)?;
    let heard = hear(&mut hearing, words);
    // Who speaks hangs up now, unless he still waits for a peer that takes nothing: then the line is cut.
    if fell_silent.recv_timeout(stall) == Err(mpsc::RecvTimeoutError::Timeout) {
        let _ = line.shutdown(Shutdown::Both);
    }
    let mut inbox = Inbox::new();
    while !hearing.is_closed() {
        if let Err(CallError::Socket(_)) = hearing.next(&mut inbox) {
            break;
        }
    }
    let _ = speaker.join();
    heard
}

/// Hears until the call is to end.
fn hear<R: Spoken>(hearing: &mut Hearing<R, TcpStream>, words: SyncSender<Word>) -> Result<(), CallError> {
    let mut inbox = Inbox::new();
    while !hearing.is_closed() {
        let reply = match hearing.next(&mut inbox) {
            Ok(heard) => R::reply(heard),
            Err(CallError::Receive(_)) => None,
            Err(CallError::Expired(_)) => break,
            Err(error) => return Err(error),
        };
        if let Some(word) = reply.and_then(R::keep)
            && words.try_send(word).is_err()
        {
            break;
        }
    }
    Ok(())
}

/// Speaks until there is no more to say, and hangs up.
fn speak<R: Spoken>(mut speaking: Speaking<R, TcpStream>, words: &Receiver<Word>) {
    while let Ok(word) = words.recv() {
        if speaking.send(R::say(&word)).is_err() {
            break;
        }
    }
    let _ = speaking.hang_up(1000, "over");
}

/// What the thread that speaks is to say.
enum Word {
    Answer,
    Audio(Vec<u8>),
}

/// How the words of a role are kept until they are said.
trait Spoken: Echo {
    fn keep(says: Self::Says<'_>) -> Option<Word>;
    fn say(word: &Word) -> Self::Says<'_>;
}

impl Spoken for Application {
    fn keep(says: Self::Says<'_>) -> Option<Word> {
        match says {
            Command::Audio(audio) => audio.as_raw().map(|bytes| Word::Audio(bytes.to_vec())),
            _ => Some(Word::Answer),
        }
    }

    fn say(word: &Word) -> Command<'_> {
        match word {
            Word::Answer => Command::Answer,
            Word::Audio(bytes) => Command::Audio(Audio::raw(bytes)),
        }
    }
}

impl Spoken for Platform {
    fn keep(says: Self::Says<'_>) -> Option<Word> {
        match says {
            Event::Audio(audio) => audio.as_raw().map(|bytes| Word::Audio(bytes.to_vec())),
            _ => None,
        }
    }

    fn say(word: &Word) -> Event<'_> {
        match word {
            Word::Answer => Event::Stop,
            Word::Audio(bytes) => Event::Audio(Audio::raw(bytes)),
        }
    }
}
