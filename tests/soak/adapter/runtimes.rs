//! The runtimes. They run on two threads where that can be said; who starts the soak says it to those that look at their
//! environment.

use core::time::Duration;
use std::io;
use std::net::TcpStream;
use std::thread;

use voxwire::{Application, Platform};
use voxwire_line::{CallConfig, CallError, Dial};

use super::{Adapter, Answered};

/// Where a platform calls, whoever is there.
const URL: &str = "ws://127.0.0.1/soak";

/// The stack of a thread of the blocking adapter: there are thousands.
const STACK: usize = 256 * 1024;

pub(crate) enum Tokio {}

impl Adapter for Tokio {
    const NAME: &'static str = "tokio";
    type ApplicationEar = voxwire_tokio::Hearing<Application, tokio::net::TcpStream>;
    type ApplicationMouth = voxwire_tokio::Speaking<Application, tokio::net::TcpStream>;
    type PlatformEar = voxwire_tokio::Hearing<Platform, tokio::net::TcpStream>;
    type PlatformMouth = voxwire_tokio::Speaking<Platform, tokio::net::TcpStream>;
    type Handle = voxwire_tokio::Handle<tokio::net::TcpStream>;

    fn block_on(future: impl Future<Output = ()>) {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap().block_on(future);
    }

    fn spawn<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        let task = tokio::spawn(future);
        async { task.await.unwrap() }
    }

    async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn answer(socket: TcpStream, config: CallConfig) -> Result<Answered<Self>, CallError> {
        let call = voxwire_tokio::Upgrade::read(adopt(socket)?).await?.accept(config, None).await?;
        let handle = call.handle();
        let (ear, mouth) = call.split();
        Ok((ear, mouth, handle))
    }

    async fn dial(
        socket: TcpStream,
        config: CallConfig,
    ) -> Result<(Self::PlatformEar, Self::PlatformMouth), CallError> {
        Ok(voxwire_tokio::Call::dial(adopt(socket)?, &Dial::ws(URL)?, config).await?.split())
    }
}

fn adopt(socket: TcpStream) -> Result<tokio::net::TcpStream, CallError> {
    let adopted = || {
        socket.set_nonblocking(true)?;
        tokio::net::TcpStream::from_std(socket)
    };
    adopted().map_err(CallError::opening)
}

/// Makes an adapter of a runtime with sockets of `futures-io`.
macro_rules! on_futures_io {
    (
        $name:ident = $word:literal, socket $socket:ty, adopt $adopt:expr,
        block_on $block_on:path, spawn $spawn:path, sleep $sleep:path
    ) => {
        pub(crate) enum $name {}

        impl Adapter for $name {
            const NAME: &'static str = $word;
            type ApplicationEar = voxwire_futures::Hearing<Application, $socket>;
            type ApplicationMouth = voxwire_futures::Speaking<Application, $socket>;
            type PlatformEar = voxwire_futures::Hearing<Platform, $socket>;
            type PlatformMouth = voxwire_futures::Speaking<Platform, $socket>;
            type Handle = voxwire_futures::Handle<$socket>;

            fn block_on(future: impl Future<Output = ()>) {
                $block_on(future);
            }

            fn spawn<T: Send + 'static>(
                future: impl Future<Output = T> + Send + 'static,
            ) -> impl Future<Output = T> + Send {
                $spawn(future)
            }

            async fn sleep(duration: Duration) {
                $sleep(duration).await;
            }

            async fn answer(socket: TcpStream, config: CallConfig) -> Result<Answered<Self>, CallError> {
                let adopt: fn(TcpStream) -> io::Result<$socket> = $adopt;
                let socket = adopt(socket).map_err(CallError::opening)?;
                let call = voxwire_futures::Upgrade::read(socket).await?.accept(config, None).await?;
                let handle = call.handle();
                let (ear, mouth) = call.split();
                Ok((ear, mouth, handle))
            }

            async fn dial(
                socket: TcpStream,
                config: CallConfig,
            ) -> Result<(Self::PlatformEar, Self::PlatformMouth), CallError> {
                let adopt: fn(TcpStream) -> io::Result<$socket> = $adopt;
                let socket = adopt(socket).map_err(CallError::opening)?;
                Ok(voxwire_futures::Call::dial(socket, &Dial::ws(URL)?, config).await?.split())
            }
        }
    };
}

on_futures_io! {
    Smol = "smol", socket smol::net::TcpStream, adopt smol::net::TcpStream::try_from,
    block_on smol::block_on, spawn smol::spawn, sleep smol::Timer::after
}
on_futures_io! {
    AsyncStd = "async-std", socket async_std::net::TcpStream, adopt |socket| Ok(socket.into()),
    block_on async_std::task::block_on, spawn async_std::task::spawn, sleep async_std::task::sleep
}

pub(crate) enum Blocking {}

impl Adapter for Blocking {
    const NAME: &'static str = "blocking";
    type ApplicationEar = voxwire_tungstenite::Hearing<Application, TcpStream>;
    type ApplicationMouth = voxwire_tungstenite::Speaking<Application, TcpStream>;
    type PlatformEar = voxwire_tungstenite::Hearing<Platform, TcpStream>;
    type PlatformMouth = voxwire_tungstenite::Speaking<Platform, TcpStream>;
    type Handle = voxwire_tungstenite::Handle<TcpStream>;

    fn block_on(future: impl Future<Output = ()>) {
        smol::future::block_on(future);
    }

    fn spawn<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send {
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn(|| smol::future::block_on(future)).unwrap();
        async { thread.join().unwrap() }
    }

    async fn sleep(duration: Duration) {
        thread::sleep(duration);
    }

    async fn answer(socket: TcpStream, config: CallConfig) -> Result<Answered<Self>, CallError> {
        let call = voxwire_tungstenite::Upgrade::read(socket)?.accept(config, None)?;
        let handle = call.handle();
        let (ear, mouth) = call.split();
        Ok((ear, mouth, handle))
    }

    async fn dial(
        socket: TcpStream,
        config: CallConfig,
    ) -> Result<(Self::PlatformEar, Self::PlatformMouth), CallError> {
        Ok(voxwire_tungstenite::Call::dial(socket, &Dial::ws(URL)?, config)?.split())
    }
}
