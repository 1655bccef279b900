#![doc = include_str!("../README.md")]

mod call;
mod connect;
mod halves;
mod opening;
#[cfg(feature = "rustls")]
mod secure;
mod shared;
mod socket;
mod upgrade;
mod watch;

pub use call::Call;
pub use connect::{connect, connect_within};
#[cfg(feature = "rustls")]
pub use connect::{connect_tls, connect_tls_within};
pub use halves::{Handle, Hearing, Speaking};
#[cfg(feature = "rustls")]
pub use secure::Tls;
pub use socket::Socket;
pub use upgrade::{OPEN_WITHIN, Upgrade};
pub use voxwire_line::{
    CallConfig, CallError, Cleared, Dial, Heard, Inbox, UpgradeRequest, Voice, tungstenite,
};
#[cfg(feature = "rustls")]
pub use voxwire_line::{rustls, tls};
