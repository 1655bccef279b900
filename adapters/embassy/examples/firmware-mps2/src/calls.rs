//! Takes calls: a few lines, and on each one call after the other.

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, with_timeout};
use semihosting::println;
use static_cell::ConstStaticCell;
use voxwire_embassy::EmbassyTime;
use voxwire_firmware_agent::{Memory, Outcome, attend};

use crate::{board, network};

/// How many calls are held at once.
pub(crate) const LINES: usize = 2;

const PORT: u16 = 8080;

/// How long a peer may take to acknowledge what it was sent.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a peer may take to close its end after ours.
const CLOSING: Duration = Duration::from_secs(1);

/// What a line keeps between polls and beside its task.
struct Line {
    /// Received by TCP.
    heard: [u8; 4096],
    /// Sent by TCP, or about to be: more would wait where a clear no longer finds it.
    said: [u8; 2048],
    memory: Memory,
}

/// Starts listening. To be called once.
pub(crate) fn start(stack: Stack<'static>, spawner: Spawner) {
    static ALL: ConstStaticCell<[Line; LINES]> =
        ConstStaticCell::new([const { Line { heard: [0; _], said: [0; _], memory: Memory::new() } }; LINES]);
    for line in ALL.take() {
        spawner.spawn(serve(stack, line).expect("the pool has a task for every line"));
    }
    println!("listening on {}:{PORT}", network::ADDRESS);
}

#[embassy_executor::task(pool_size = LINES)]
async fn serve(stack: Stack<'static>, line: &'static mut Line) -> ! {
    let Line { heard, said, memory } = line;
    loop {
        let mut socket = TcpSocket::new(stack, heard, said);
        socket.set_nagle_enabled(false);
        socket.set_timeout(Some(PATIENCE));
        if socket.accept(PORT).await.is_err() {
            continue;
        }
        let (input, output) = socket.split();
        let ended = attend(input, output, memory, &EmbassyTime, |line| println!("{line}")).await;
        let stack = board::stack_high_water();
        match ended {
            Ok(Outcome::Held(route)) => println!("{route}: hung up; at most {stack} bytes of stack"),
            Ok(Outcome::Declined) => println!("declined"),
            Ok(Outcome::Silent) => println!("nothing was asked for"),
            Err(error) => println!("{error}"),
        }
        let _ = with_timeout(CLOSING, close(&mut socket)).await;
    }
}

/// Closes, and waits until the peer has too: a socket that is dropped before is reset.
async fn close(socket: &mut TcpSocket<'_>) {
    socket.close();
    while let Ok(1..) = socket.read_with(|heard| (heard.len(), heard.len())).await {}
    let _ = socket.flush().await;
}
