#![doc = include_str!("../README.md")]

mod call;
mod handle;
mod opening;
mod shared;
mod socket;
mod upgrade;
mod watch;

pub use call::{Call, Hearing, Speaking};
pub use handle::Handle;
pub use socket::Socket;
pub use upgrade::{OPEN_WITHIN, Upgrade, connect, connect_within};
pub use voxwire_line::{CallConfig, CallError, Cleared, Inbox, tungstenite};
