use core::marker::PhantomData;
use std::net::TcpStream;

use futures_util::future::join;
use voxwire::{Application, Platform};
use voxwire_futures::smol::{connect, connect_tls};
use voxwire_futures::{Call, CallConfig, CallError, TlsStream, Upgrade, accept_tls};

use super::{Adapter, Plain, Runtime, TRUST, Tls};
use crate::stage::here;

/// The futures adapter under smol.
pub(crate) struct Smol<Security>(PhantomData<Security>);

impl<Security: 'static> Runtime for Smol<Security> {
    const NAME: &'static str = "smol";
    const CANCELS: bool = true;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        ::smol::block_on(future)
    }

    async fn both<A: Send + 'static, B: Send + 'static>(
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send,
    ) -> (A, B) {
        join(::smol::spawn(here(one)), other).await
    }
}

impl Adapter for Smol<Plain> {
    type Security = Plain;
    type Upgrade = Upgrade<::smol::net::TcpStream>;
    type Application = Call<Application, ::smol::net::TcpStream>;
    type Platform = Call<Platform, ::smol::net::TcpStream>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(::smol::net::TcpStream::try_from(socket).unwrap()).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect(url, config).await
    }
}

impl Adapter for Smol<Tls> {
    type Security = Tls;
    type Upgrade = Upgrade<TlsStream<::smol::net::TcpStream>>;
    type Application = Call<Application, TlsStream<::smol::net::TcpStream>>;
    type Platform = Call<Platform, TlsStream<::smol::net::TcpStream>>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        let socket = ::smol::net::TcpStream::try_from(socket).unwrap();
        Upgrade::read(accept_tls(socket, &TRUST.0).await?).await
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect_tls(url, config, &TRUST.1).await
    }
}
