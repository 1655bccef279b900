#![doc = include_str!("../README.md")]

mod connect;
mod runtime;
#[cfg(feature = "rustls")]
mod secure;

#[cfg(feature = "async-std")]
pub use connect::async_std;
#[cfg(feature = "smol")]
pub use connect::smol;
#[cfg(feature = "rustls")]
pub use futures_rustls::TlsStream;
pub use runtime::FuturesIo;
#[cfg(feature = "rustls")]
pub use secure::{accept_tls, dial_tls};
pub use voxwire_line::{
    CallConfig, CallError, Cleared, Dial, Heard, Inbox, OwnedCommand, OwnedEvent, UpgradeRequest, Voice,
    tungstenite,
};
#[cfg(feature = "rustls")]
pub use voxwire_line::{rustls, tls};

/// One call on a `futures-io` socket.
///
/// ```
/// use smol::net::{TcpListener, TcpStream};
/// use voxwire::{Command, Config, Dialect, Event, Start};
/// use voxwire_futures::{Call, Dial, Inbox, Upgrade};
///
/// # smol::block_on(async {
/// let config = Config::new(Dialect::Sinch);
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let dial = Dial::new(&format!("ws://{}/calls", listener.local_addr()?))?;
/// let application = smol::spawn(async move {
///     let (socket, _) = listener.accept().await?;
///     let mut call = Upgrade::read(socket).await?.accept(config, None).await?;
///     assert!(matches!(call.next(&mut Inbox::new()).await?, Event::Start(_)));
///     call.send(Command::Answer).await?;
///     call.hang_up(1000, "nothing to say").await?;
///     Ok::<(), Box<dyn core::error::Error + Send + Sync>>(())
/// });
///
/// let socket = TcpStream::connect((dial.host(), dial.port())).await?;
/// let mut call = Call::dial(socket, &dial, config).await?;
/// let mut inbox = Inbox::new();
/// call.send(Event::Start(Start::new("c1"))).await?;
/// assert_eq!(call.next(&mut inbox).await?, Command::Answer);
/// assert!(matches!(call.next(&mut inbox).await?, Command::Hangup(close) if close.reason == "nothing to say"));
/// application.await?;
/// # Ok::<(), Box<dyn core::error::Error + Send + Sync>>(())
/// # }).unwrap();
/// ```
///
/// See [`voxwire_line::Call`] for what it does.
pub type Call<R, S> = voxwire_line::Call<R, S, FuturesIo>;
/// The half of a call that hears. See [`voxwire_line::Hearing`] for what it does.
pub type Hearing<R, S> = voxwire_line::Hearing<R, S, FuturesIo>;
/// The half of a call that speaks. See [`voxwire_line::Speaking`] for what it does.
pub type Speaking<R, S> = voxwire_line::Speaking<R, S, FuturesIo>;
/// Interrupts a call from anywhere. See [`voxwire_line::Handle`] for what it does.
pub type Handle<S> = voxwire_line::Handle<S, FuturesIo>;
/// A platform that asks to open a call. See [`voxwire_line::Upgrade`] for what it does.
pub type Upgrade<S> = voxwire_line::Upgrade<S, FuturesIo>;
/// What is heard, as a `Stream`: [`Hearing::into_stream`].
pub type HearingStream<R, S> = voxwire_line::HearingStream<R, S, FuturesIo>;
/// What is to be said, as a `Sink` of items: [`Speaking::into_sink`].
pub type SpeakingSink<R, S, Item> = voxwire_line::SpeakingSink<R, S, FuturesIo, Item>;
