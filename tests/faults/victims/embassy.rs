//! The adapter for microcontrollers, on tokio's sockets: all calls on one thread, each on memory of its own.
//!
//! Its clock can be injected, so it is also what a clock that jumps is tried on: an announcement names the jump.

use core::cell::Cell;
use core::pin::pin;
use core::time::Duration;
use std::io;
use std::net::TcpStream;
use std::time::Instant as Began;

use embedded_io_adapters::tokio_1::FromTokio;
use futures_util::future::{Either, select};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::task::{LocalSet, spawn_local};
use voxwire::{Application, Event, Instant, Platform, Text};
use voxwire_embassy::{Call, CallConfig, CallError, Clock, Dial, End, Inbox, Upgrade};

use super::{Counted, Echo, OPENING, Order, Orders, STALL, path, session, stall};

/// Bytes of the longest text, and of the opening.
const INBOX: usize = 2 * 1024;
/// Bytes that wait for the socket.
const QUEUE: usize = 8 * 1024;

type Outcome = Result<(), CallError<io::Error>>;

pub(super) fn run(mut orders: Orders) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async move {
        while let Some(order) = orders.recv().await {
            let counted = Counted::new();
            spawn_local(async move {
                // What went wrong is the attacker's doing, and he sees it.
                let _ = hold(order).await;
                drop(counted);
            });
        }
    });
}

/// Holds a call, on memory of its own.
async fn hold(order: Order) -> Outcome {
    let (mut received, mut queue) = ([0; INBOX], [0; QUEUE]);
    let mut inbox = Inbox::new(&mut received);
    let clock = Jumping::new();
    let (socket, url) = match order {
        Order::Answer(socket) => (socket, None),
        Order::Call(socket, url) => (socket, Some(url)),
    };
    let mut socket = adopt(socket).map_err(CallError::Socket)?;
    let (input, output) = socket.split();
    let (input, output) = (FromTokio::new(input), FromTokio::new(output));
    if let Some(url) = &url {
        let dial = Dial::new(url, [3; 16])?;
        let mut masks = || [7, 1, 9, 4];
        let path = path(url);
        let opened =
            Call::dial(input, output, &dial, &mut inbox, &mut queue, &mut masks, config(path), &clock);
        if let Some(call) = within(OPENING, opened).await {
            talk(call?, &mut inbox, &clock, stall(path)).await?;
        }
    } else {
        let opened = within(OPENING, async {
            let upgrade = Upgrade::read(input, output, &mut inbox).await?;
            let stall = stall(upgrade.path());
            let config = config(upgrade.path());
            Ok::<_, CallError<_>>((upgrade.accept(config, None, &mut queue, &clock).await?, stall))
        });
        if let Some((call, stall)) = opened.await.transpose()? {
            talk(call, &mut inbox, &clock, stall).await?;
        }
    }
    Ok(())
}

type OnTokio<'m, 's, 'c, R> = Call<'m, R, FromTokio<ReadHalf<'s>>, FromTokio<WriteHalf<'s>>, &'c Jumping>;

/// Says what it hears.
async fn talk<R: Jumps>(
    mut call: OnTokio<'_, '_, '_, R>,
    inbox: &mut Inbox<'_>,
    clock: &Jumping,
    stall: Duration,
) -> Outcome {
    if let Some(first) = R::first() {
        call.send(first).await?;
    }
    while !call.is_closed() {
        let reply = match call.next(inbox).await {
            Ok(heard) => {
                R::jump(heard).into_iter().for_each(|jump| clock.jump(jump));
                R::reply(heard)
            }
            Err(CallError::Receive(_)) => None,
            Err(CallError::Expired(_)) => break,
            Err(error) => {
                call.flush().await;
                return Err(error);
            }
        };
        match reply {
            None => {}
            Some(reply) => match within(stall, call.send(reply)).await {
                Some(sent) => sent?,
                None => break,
            },
        }
    }
    // Who gave no sign of life, or took nothing, is hung up on.
    call.hang_up(1000, "", inbox).await?;
    within(STALL, call.flush()).await;
    Ok(())
}

async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(tokio::time::sleep(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

fn adopt(socket: TcpStream) -> io::Result<tokio::net::TcpStream> {
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    tokio::net::TcpStream::from_std(socket)
}

fn config(path: &str) -> CallConfig {
    CallConfig::new(session(path)).ping_every(Duration::from_secs(1)).drain_within(Duration::from_millis(200))
}

/// Where a clock goes.
#[derive(Clone, Copy)]
enum Jump {
    Ahead(Duration),
    Back(Duration),
    ToTheEnd,
}

/// A role that can be told of a jump.
trait Jumps: Echo + End {
    fn jump(heard: Self::Hears<'_>) -> Option<Jump>;
}

impl Jumps for Application {
    fn jump(heard: Self::Hears<'_>) -> Option<Jump> {
        let Event::Start(start) = heard else { return None };
        let hour = Duration::from_secs(3_600);
        let jumps = [("ahead", Jump::Ahead(hour)), ("back", Jump::Back(hour)), ("the end", Jump::ToTheEnd)];
        let (_, jump) = jumps.into_iter().find(|(name, _)| start.call_id == Some(Text::new(name)))?;
        Some(jump)
    }
}

impl Jumps for Platform {
    fn jump(_: Self::Hears<'_>) -> Option<Jump> {
        None
    }
}

/// Tokio's timer, and a clock that may be set.
struct Jumping {
    /// What it shows, and since when it has gone on from there.
    from: Cell<(Instant, Began)>,
}

impl Jumping {
    fn new() -> Self {
        // Late enough that it can be set back.
        Self { from: Cell::new((Instant::from_millis(7_200_000), Began::now())) }
    }

    fn jump(&self, jump: Jump) {
        let now = self.now();
        let then = match jump {
            Jump::Ahead(time) => now + time,
            Jump::Back(time) => Instant::ZERO + now.since(Instant::ZERO + time),
            Jump::ToTheEnd => Instant::from_micros(u64::MAX),
        };
        self.from.set((then, Began::now()));
    }
}

impl Clock for Jumping {
    fn now(&self) -> Instant {
        let (from, since) = self.from.get();
        from + since.elapsed()
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep(at.since(self.now())).await;
    }
}
