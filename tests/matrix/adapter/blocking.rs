use core::marker::PhantomData;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::net::TcpStream;
use std::thread;

use voxwire::{Application, Platform};
use voxwire_tungstenite::{Call, CallConfig, CallError, Upgrade, connect, connect_tls};

use super::{Adapter, Plain, Runtime, TRUST, Tls};
use crate::stage::here;

/// The blocking adapter, on threads.
pub(crate) struct Blocking<Security>(PhantomData<Security>);

impl<Security: 'static> Runtime for Blocking<Security> {
    const NAME: &'static str = "blocking";
    const CANCELS: bool = false;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => done,
            Poll::Pending => panic!("a blocking call is done when it returns"),
        }
    }

    async fn both<A: Send + 'static, B: Send + 'static>(
        one: impl Future<Output = A> + Send + 'static,
        other: impl Future<Output = B> + Send,
    ) -> (A, B) {
        let one = here(one);
        let thread = thread::spawn(|| Self::block_on(one));
        let other = other.await;
        (thread.join().unwrap(), other)
    }
}

impl Adapter for Blocking<Plain> {
    type Security = Plain;
    type Upgrade = Upgrade<TcpStream>;
    type Application = Call<Application, TcpStream>;
    type Platform = Call<Platform, TcpStream>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(socket)
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect(url, config)
    }
}

impl Adapter for Blocking<Tls> {
    type Security = Tls;
    type Upgrade = Upgrade<voxwire_tungstenite::Tls>;
    type Application = Call<Application, voxwire_tungstenite::Tls>;
    type Platform = Call<Platform, voxwire_tungstenite::Tls>;

    async fn read(socket: TcpStream) -> Result<Self::Upgrade, CallError> {
        Upgrade::read(voxwire_tungstenite::Tls::accept(socket, &TRUST.0)?)
    }

    async fn connect(url: &str, config: CallConfig) -> Result<Self::Platform, CallError> {
        connect_tls(url, config, &TRUST.1)
    }
}
