use core::marker::PhantomData;
use std::net::TcpStream;

use ::tokio::runtime::Builder;
use futures_util::future::join;
use voxwire::{Application, Platform};
use voxwire_tokio::{Call, CallConfig, CallError, TlsStream, Upgrade, accept_tls, connect, connect_tls};

use super::{Adapter, Plain, Runtime, TRUST, Tls};
use crate::stage::here;

/// The tokio adapter. The runtime has a worker besides the thread that it is called on.
pub(crate) struct Tokio<Security>(PhantomData<Security>);

impl<Security: 'static> Runtime for Tokio<Security> {
    const NAME: &'static str = "tokio";
    const CANCELS: bool = true;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(future)
    }

    async fn both<A: Send + 'static, B: Send + 'static>(
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send,
    ) -> (A, B) {
        let (one, other) = join(::tokio::spawn(here(one)), other).await;
        (one.unwrap(), other)
    }
}

impl Adapter for Tokio<Plain> {
    type Security = Plain;
    type Upgrade = Upgrade<::tokio::net::TcpStream>;
    type Application = Call<Application, ::tokio::net::TcpStream>;
    type Platform = Call<Platform, ::tokio::net::TcpStream>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(adopt(socket)).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect(url, config).await
    }
}

impl Adapter for Tokio<Tls> {
    type Security = Tls;
    type Upgrade = Upgrade<TlsStream<::tokio::net::TcpStream>>;
    type Application = Call<Application, TlsStream<::tokio::net::TcpStream>>;
    type Platform = Call<Platform, TlsStream<::tokio::net::TcpStream>>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(accept_tls(adopt(socket), &TRUST.0).await?).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect_tls(url, config, &TRUST.1).await
    }
}

fn adopt(socket: TcpStream) -> ::tokio::net::TcpStream {
    socket.set_nonblocking(true).unwrap();
    ::tokio::net::TcpStream::from_std(socket).unwrap()
}
