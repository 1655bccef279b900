use core::marker::PhantomData;
use std::net::TcpStream;

use futures_util::future::join;
use voxwire::{Application, Platform};
use voxwire_futures::async_std::{connect, connect_tls};
use voxwire_futures::{Call, CallConfig, CallError, TlsStream, Upgrade, accept_tls};

use super::{Adapter, Plain, Runtime, TRUST, Tls};
use crate::stage::here;

/// The futures adapter under async-std.
pub(crate) struct AsyncStd<Security>(PhantomData<Security>);

impl<Security: 'static> Runtime for AsyncStd<Security> {
    const NAME: &'static str = "async-std";
    const CANCELS: bool = true;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        ::async_std::task::block_on(future)
    }

    async fn both<A: Send + 'static, B: Send + 'static>(
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send,
    ) -> (A, B) {
        join(::async_std::task::spawn(here(one)), other).await
    }
}

impl Adapter for AsyncStd<Plain> {
    type Security = Plain;
    type Upgrade = Upgrade<::async_std::net::TcpStream>;
    type Application = Call<Application, ::async_std::net::TcpStream>;
    type Platform = Call<Platform, ::async_std::net::TcpStream>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(::async_std::net::TcpStream::from(socket)).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect(url, config).await
    }
}

impl Adapter for AsyncStd<Tls> {
    type Security = Tls;
    type Upgrade = Upgrade<TlsStream<::async_std::net::TcpStream>>;
    type Application = Call<Application, TlsStream<::async_std::net::TcpStream>>;
    type Platform = Call<Platform, TlsStream<::async_std::net::TcpStream>>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        let socket = ::async_std::net::TcpStream::from(socket);
        Upgrade::read(accept_tls(socket, &TRUST.0).await?).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect_tls(url, config, &TRUST.1).await
    }
}
