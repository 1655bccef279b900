//! A TCP server that says what it hears.

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_net::tcp::{Error, TcpSocket};
use embassy_time::Duration;
use semihosting::println;

use crate::{board, network};

/// How many connections are held at once.
pub(crate) const CONNECTIONS: usize = 2;

const PORT: u16 = 8080;

/// How long a peer may be silent while something is expected of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts listening.
pub(crate) fn start(stack: Stack<'static>, spawner: Spawner) {
    for _ in 0..CONNECTIONS {
        spawner.spawn(serve(stack).expect("the pool has a task for every connection"));
    }
    println!("listening on {}:{PORT}", network::ADDRESS);
}

#[embassy_executor::task(pool_size = CONNECTIONS)]
async fn serve(stack: Stack<'static>) -> ! {
    let (mut heard, mut said) = ([0; 4096], [0; 4096]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut heard, &mut said);
        socket.set_nagle_enabled(false);
        socket.set_timeout(Some(PATIENCE));
        if socket.accept(PORT).await.is_err() {
            continue;
        }
        match echo(&mut socket).await {
            Ok(bytes) => println!("echoed {bytes} bytes; at most {} of stack", board::stack_high_water()),
            Err(error) => println!("lost a connection: {error:?}"),
        }
    }
}

/// Echoes until the peer has no more to say, and closes. Answers how many bytes there were.
async fn echo(socket: &mut TcpSocket<'_>) -> Result<usize, Error> {
    let mut bytes = 0;
    let mut buffer = [0; 1024];
    loop {
        let len = socket.read(&mut buffer).await?;
        if len == 0 {
            break;
        }
        let mut rest = &buffer[..len];
        while !rest.is_empty() {
            let written = socket.write(rest).await?;
            rest = &rest[written..];
        }
        bytes += len;
    }
    socket.close();
    socket.flush().await?;
    Ok(bytes)
}
