//! One end of a call on one of the adapters, for `tests/foreign/run` to set against programs in other languages.
//!
//! - `peer ADAPTER answer`: an application that echoes Sinch calls to `/calls`, until it is killed; it has no time for
//!   `/busy`, and knows no other path.
//! - `peer ADAPTER call URL`: a platform that places one Wavix call, and wants back what it says.
//!
//! ADAPTER is tokio, smol, async-std or blocking.

use core::error::Error;
use std::io::Write;
use std::process::ExitCode;

use voxwire::{Audio, Close, Command, Config, Dialect, Event, Start};

type Outcome = Result<(), Box<dyn Error>>;

enum Part {
    Answer,
    Call(String),
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let adapter = words.next().unwrap_or_default();
    let part = match (words.next().as_deref(), words.next()) {
        (Some("answer"), None) => Part::Answer,
        (Some("call"), Some(url)) => Part::Call(url),
        _ => return usage(),
    };
    let played = match adapter.as_str() {
        "tokio" => on_tokio::run(part),
        "smol" => on_smol::run(part),
        "async-std" => on_async_std::run(part),
        "blocking" => on_threads::run(part),
        _ => return usage(),
    };
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peer {adapter}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: peer tokio|smol|async-std|blocking answer|call URL");
    ExitCode::from(2)
}

/// Both parts, the same on every adapter. It is given `async` and `await` where there is something to wait for, and
/// finds around it `TcpListener`, `TcpStream`, the adapter's `CallError`, `Inbox`, `Upgrade` and `connect`, and `begin`,
/// which serves one more socket while others are served.
macro_rules! parts {
    ($($async:ident $await:ident)?) => {
        $($async)? fn play(part: Part) -> Outcome {
            match part {
                Part::Answer => answer()$(.$await)*,
                Part::Call(url) => call(&url)$(.$await)*,
            }
        }

        $($async)? fn answer() -> Outcome {
            let listener = TcpListener::bind("127.0.0.1:0")$(.$await)*?;
            println!("listening on ws://{}/calls", listener.local_addr()?);
            std::io::stdout().flush()?;
            loop {
                let (socket, _) = listener.accept()$(.$await)*?;
                socket.set_nodelay(true)?;
                begin(socket);
            }
        }

        $($async)? fn serve(socket: TcpStream) {
            match echo(socket)$(.$await)* {
                // Whoever asked for something else has been told.
                Ok(()) | Err(CallError::Handshake(_)) => {}
                Err(error) => eprintln!("a call went wrong: {error}"),
            }
        }

        $($async)? fn echo(socket: TcpStream) -> Result<(), CallError> {
            let upgrade = Upgrade::read(socket)$(.$await)*?;
            let mut call = match upgrade.path() {
                "/calls" => upgrade.accept(Config::new(Dialect::Sinch), None)$(.$await)*?,
                "/busy" => return upgrade.decline(503)$(.$await)*,
                _ => return upgrade.decline(404)$(.$await)*,
            };
            let mut inbox = Inbox::new();
            while !call.is_closed() {
                match call.next(&mut inbox)$(.$await)*? {
                    Event::Start(_) => call.send(Command::Answer)$(.$await)*?,
                    Event::Audio(audio) => call.send(Command::Audio(audio))$(.$await)*?,
                    _ => {}
                }
            }
            Ok(())
        }

        $($async)? fn call(url: &str) -> Outcome {
            let mut call = connect(url, Config::new(Dialect::Wavix))$(.$await)*?;
            let mut caller = Caller::new();
            let mut inbox = Inbox::new();
            call.send(Event::Hello)$(.$await)*?;
            call.send(Event::Start(Start::new("a call").with_stream_id("a stream")))$(.$await)*?;
            for frame in caller.said.chunks(FRAME) {
                call.send(Event::Audio(Audio::raw(frame)))$(.$await)*?;
            }
            while !caller.is_done() {
                match call.next(&mut inbox)$(.$await)*? {
                    Command::Audio(audio) => caller.hear(audio)?,
                    // All audio before it has been heard here.
                    Command::Mark(mark) => {
                        call.send(Event::Mark(mark))$(.$await)*?;
                        caller.marks += 1;
                    }
                    other => return Err(format!("{other:?} came instead of the echo").into()),
                }
            }
            call.send(Event::Stop)$(.$await)*?;
            call.send(Event::Hangup(GOODBYE))$(.$await)*?;
            let reply = call.next(&mut inbox)$(.$await)*?;
            caller.sum_up(reply)
        }
    };
}

mod on_tokio {
    use super::*;
    use tokio::net::{TcpListener, TcpStream};
    use voxwire_tokio::{CallError, Inbox, Upgrade, connect};

    pub(super) fn run(part: Part) -> Outcome {
        tokio::runtime::Runtime::new()?.block_on(play(part))
    }

    fn begin(socket: TcpStream) {
        tokio::spawn(serve(socket));
    }

    parts!(async await);
}

mod on_smol {
    use super::*;
    use smol::net::{TcpListener, TcpStream};
    use voxwire_futures::smol::connect;
    use voxwire_futures::{CallError, Inbox, Upgrade};

    pub(super) fn run(part: Part) -> Outcome {
        smol::block_on(play(part))
    }

    fn begin(socket: TcpStream) {
        smol::spawn(serve(socket)).detach();
    }

    parts!(async await);
}

mod on_async_std {
    use super::*;
    use async_std::net::{TcpListener, TcpStream};
    use voxwire_futures::async_std::connect;
    use voxwire_futures::{CallError, Inbox, Upgrade};

    pub(super) fn run(part: Part) -> Outcome {
        async_std::task::block_on(play(part))
    }

    fn begin(socket: TcpStream) {
        async_std::task::spawn(serve(socket));
    }

    parts!(async await);
}

mod on_threads {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use voxwire_tungstenite::{CallError, Inbox, Upgrade, connect};

    pub(super) fn run(part: Part) -> Outcome {
        play(part)
    }

    fn begin(socket: TcpStream) {
        std::thread::spawn(|| serve(socket));
    }

    parts!();
}

/// 20 ms at Wavix's rate, in bytes.
const FRAME: usize = 960;

/// How the caller hangs up: what comes back must be the same, beyond ASCII too.
const GOODBYE: Close<'static> = Close::new(1000, "said and heard, adjö");

/// What is said in a call, and what has come back.
struct Caller {
    said: Vec<u8>,
    heard: Vec<u8>,
    marks: u32,
}

impl Caller {
    /// Two seconds in which no two frames are alike.
    fn new() -> Self {
        let samples = 2 * 24_000u32;
        let said = (0..samples).flat_map(|n| (n.wrapping_mul(40_503) >> 4).to_le_bytes().into_iter().take(2));
        Self { said: said.collect(), heard: Vec::new(), marks: 0 }
    }

    fn is_done(&self) -> bool {
        self.heard.len() >= self.said.len()
    }

    fn hear(&mut self, audio: Audio<'_>) -> Outcome {
        let begin = self.heard.len();
        self.heard.resize(begin + audio.len(), 0);
        let heard = audio.copy_to(&mut self.heard[begin..])?;
        if self.said.get(begin..begin + heard.len()) != Some(heard) {
            return Err(format!("the echo differs after byte {begin}").into());
        }
        Ok(())
    }

    fn sum_up(&self, reply: Command<'_>) -> Outcome {
        if reply != Command::Hangup(GOODBYE) {
            return Err(format!("the close was answered with {reply:?}").into());
        }
        if self.marks == 0 {
            return Err("the application asked for no mark".into());
        }
        println!("said {} bytes and heard them back, with {} marks", self.said.len(), self.marks);
        Ok(())
    }
}
