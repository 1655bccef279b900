//! The adapters for async runtimes: one program, on one thread each, where whoever keeps it keeps it from all.

use core::pin::pin;
use core::time::Duration;
use std::io;
use std::net::TcpStream;

use futures_util::future::{Either, select};
use voxwire_line::{Call, CallError, Inbox, Runtime, Upgrade};

use super::{Counted, Echo, OPENING, Order, Orders, config, dial, path, stall};

/// A runtime, and the adapter for it.
pub(super) trait Host: 'static {
    type Socket: Send + 'static;
    type Adapter: Runtime<Self::Socket> + Send + 'static;

    fn block_on(program: impl Future<Output = ()>);
    fn spawn(call: impl Future<Output = ()> + Send + 'static);
    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;
    fn adopt(socket: TcpStream) -> io::Result<Self::Socket>;
}

pub(super) fn run<H: Host>(mut orders: Orders) {
    H::block_on(async move {
        while let Some(order) = orders.recv().await {
            let counted = Counted::new();
            H::spawn(async move {
                // What went wrong is the attacker's doing, and he sees it.
                let _ = match order {
                    Order::Answer(socket) => answer::<H>(socket).await,
                    Order::Call(socket, url) => place::<H>(socket, &url).await,
                };
                drop(counted);
            });
        }
    });
}

async fn answer<H: Host>(socket: TcpStream) -> Result<(), CallError> {
    let socket = adopt::<H>(socket)?;
    let opened = within::<H, _>(OPENING, async {
        let upgrade = Upgrade::<_, H::Adapter>::read(socket).await?;
        let stall = stall(upgrade.path());
        let config = config(upgrade.path());
        Ok::<_, CallError>((upgrade.accept(config, None).await?, stall))
    });
    match opened.await.transpose()? {
        Some((call, stall)) => talk::<H, _>(call, stall).await,
        None => Ok(()),
    }
}

async fn place<H: Host>(socket: TcpStream, url: &str) -> Result<(), CallError> {
    let socket = adopt::<H>(socket)?;
    let (dial, config) = (dial(url), config(path(url)));
    match within::<H, _>(OPENING, Call::<_, _, H::Adapter>::dial(socket, &dial, config)).await {
        Some(call) => talk::<H, _>(call?, stall(path(url))).await,
        None => Ok(()),
    }
}

/// Says what it hears.
async fn talk<H: Host, R: Echo>(
    mut call: Call<R, H::Socket, H::Adapter>,
    stall: Duration,
) -> Result<(), CallError> {
    if let Some(first) = R::first() {
        call.send(first).await?;
    }
    let mut inbox = Inbox::new();
    while !call.is_closed() {
        let reply = match call.next(&mut inbox).await {
            Ok(heard) => R::reply(heard),
            Err(CallError::Receive(_)) => None,
            Err(CallError::Expired(_)) => break,
            Err(error) => return Err(error),
        };
        match reply {
            None => {}
            Some(reply) => match within::<H, _>(stall, call.send(reply)).await {
                Some(sent) => sent?,
                None => break,
            },
        }
    }
    // Who gave no sign of life, or took nothing, is hung up on.
    call.hang_up(1000, "").await
}

fn adopt<H: Host>(socket: TcpStream) -> Result<H::Socket, CallError> {
    socket.set_nodelay(true).map_err(CallError::opening)?;
    H::adopt(socket).map_err(CallError::opening)
}

async fn within<H: Host, T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(H::sleep(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

pub(super) enum OnTokio {}

impl Host for OnTokio {
    type Socket = tokio::net::TcpStream;
    type Adapter = voxwire_tokio::Tokio;

    fn block_on(program: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(program);
    }

    fn spawn(call: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(call);
    }

    async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn adopt(socket: TcpStream) -> io::Result<tokio::net::TcpStream> {
        socket.set_nonblocking(true)?;
        tokio::net::TcpStream::from_std(socket)
    }
}

/// Its executor has one thread unless it is told otherwise.
pub(super) enum OnSmol {}

impl Host for OnSmol {
    type Socket = smol::net::TcpStream;
    type Adapter = voxwire_futures::FuturesIo;

    fn block_on(program: impl Future<Output = ()>) {
        smol::block_on(program);
    }

    fn spawn(call: impl Future<Output = ()> + Send + 'static) {
        smol::spawn(call).detach();
    }

    async fn sleep(duration: Duration) {
        smol::Timer::after(duration).await;
    }

    fn adopt(socket: TcpStream) -> io::Result<smol::net::TcpStream> {
        smol::net::TcpStream::try_from(socket)
    }
}

/// Who starts it says in the environment how many threads it has.
pub(super) enum OnAsyncStd {}

impl Host for OnAsyncStd {
    type Socket = async_std::net::TcpStream;
    type Adapter = voxwire_futures::FuturesIo;

    fn block_on(program: impl Future<Output = ()>) {
        async_std::task::block_on(program);
    }

    fn spawn(call: impl Future<Output = ()> + Send + 'static) {
        drop(async_std::task::spawn(call));
    }

    async fn sleep(duration: Duration) {
        async_std::task::sleep(duration).await;
    }

    fn adopt(socket: TcpStream) -> io::Result<async_std::net::TcpStream> {
        Ok(socket.into())
    }
}
