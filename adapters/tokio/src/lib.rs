#![doc = include_str!("../README.md")]

mod connect;
mod runtime;
#[cfg(feature = "rustls")]
mod secure;

pub use connect::connect;
#[cfg(feature = "rustls")]
pub use connect::connect_tls;
pub use runtime::Tokio;
#[cfg(feature = "rustls")]
pub use secure::{accept_tls, dial_tls};
#[cfg(feature = "rustls")]
pub use tokio_rustls::TlsStream;
pub use voxwire_line::{
    CallConfig, CallError, Cleared, Dial, Heard, Inbox, OwnedCommand, OwnedEvent, UpgradeRequest, Voice,
    tungstenite,
};
#[cfg(feature = "rustls")]
pub use voxwire_line::{rustls, tls};

/// One call on a tokio socket. See [`voxwire_line::Call`] for what it does.
pub type Call<R, S> = voxwire_line::Call<R, S, Tokio>;
/// The half of a call that hears. See [`voxwire_line::Hearing`] for what it does.
pub type Hearing<R, S> = voxwire_line::Hearing<R, S, Tokio>;
/// The half of a call that speaks. See [`voxwire_line::Speaking`] for what it does.
pub type Speaking<R, S> = voxwire_line::Speaking<R, S, Tokio>;
/// Interrupts a call from anywhere. See [`voxwire_line::Handle`] for what it does.
pub type Handle<S> = voxwire_line::Handle<S, Tokio>;
/// A platform that asks to open a call. See [`voxwire_line::Upgrade`] for what it does.
pub type Upgrade<S> = voxwire_line::Upgrade<S, Tokio>;
/// What is heard, as a `Stream`: [`Hearing::into_stream`].
pub type HearingStream<R, S> = voxwire_line::HearingStream<R, S, Tokio>;
/// What is to be said, as a `Sink` of items: [`Speaking::into_sink`].
pub type SpeakingSink<R, S, Item> = voxwire_line::SpeakingSink<R, S, Tokio, Item>;
