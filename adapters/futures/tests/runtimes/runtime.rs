//! What differs from runtime to runtime, and both ends of a call on either.

use core::time::Duration;

use futures_util::io::{AsyncRead, AsyncWrite};
use smol::future::{or, zip};
use voxwire::{Application, Config, Dialect, Event, Platform, Start};
use voxwire_futures::{Call, CallConfig, CallError, Upgrade};

pub(crate) trait Runtime {
    type Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    type Listener;

    fn block_on<T>(future: impl Future<Output = T>) -> T;
    async fn bind() -> (Self::Listener, String);
    async fn accept(listener: &Self::Listener) -> Self::Socket;
    async fn connect(
        url: &str,
        config: impl Into<CallConfig>,
    ) -> Result<Call<Platform, Self::Socket>, CallError>;
}

pub(crate) enum Smol {}

impl Runtime for Smol {
    type Socket = smol::net::TcpStream;
    type Listener = smol::net::TcpListener;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        smol::block_on(future)
    }

    async fn bind() -> (Self::Listener, String) {
        let listener = smol::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    async fn accept(listener: &Self::Listener) -> Self::Socket {
        listener.accept().await.unwrap().0
    }

    async fn connect(
        url: &str,
        config: impl Into<CallConfig>,
    ) -> Result<Call<Platform, Self::Socket>, CallError> {
        voxwire_futures::smol::connect(url, config).await
    }
}

pub(crate) enum AsyncStd {}

impl Runtime for AsyncStd {
    type Socket = async_std::net::TcpStream;
    type Listener = async_std::net::TcpListener;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        async_std::task::block_on(future)
    }

    async fn bind() -> (Self::Listener, String) {
        let listener = async_std::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        (listener, url)
    }

    async fn accept(listener: &Self::Listener) -> Self::Socket {
        listener.accept().await.unwrap().0
    }

    async fn connect(
        url: &str,
        config: impl Into<CallConfig>,
    ) -> Result<Call<Platform, Self::Socket>, CallError> {
        voxwire_futures::async_std::connect(url, config).await
    }
}

/// Runs a test, and fails it if it hangs. The watch is looked at first: waking the test with it could end the hanging.
pub(crate) fn run<R: Runtime>(test: impl Future<Output = ()>) {
    let watch = async {
        async_io::Timer::after(Duration::from_secs(60)).await;
        panic!("it hangs");
    };
    R::block_on(or(watch, test));
}

/// Both ends of a call, connected.
pub(crate) async fn connected<R: Runtime>(
    config: impl Into<CallConfig>,
) -> (Call<Application, R::Socket>, Call<Platform, R::Socket>) {
    let config = config.into();
    let (listener, url) = R::bind().await;
    let application = async {
        let upgrade = Upgrade::read(R::accept(&listener).await).await.unwrap();
        upgrade.accept(config, None).await.unwrap()
    };
    zip(application, async { R::connect(&url, config).await.unwrap() }).await
}

pub(crate) async fn announce(platform: &mut Call<Platform, impl AsyncRead + AsyncWrite + Unpin>) {
    let start = start(platform.dialect().expect("a platform's dialect is known"));
    platform.send(Event::Start(start)).await.unwrap();
    platform.flush().await;
}

/// A call, with what its dialect carries.
pub(crate) fn start(dialect: Dialect) -> Start<'static> {
    match dialect {
        Dialect::Wavix => Start::new("c1").with_stream_id("s1"),
        _ => Start::new("c1"),
    }
}

pub(crate) fn sinch() -> CallConfig {
    Config::new(Dialect::Sinch).into()
}
