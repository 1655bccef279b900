#![doc = include_str!("../README.md")]

#[cfg(feature = "async-std")]
pub mod async_std;
mod call;
mod clock;
mod shared;
#[cfg(feature = "smol")]
pub mod smol;
mod upgrade;

pub use call::{Call, Handle, Hearing, Speaking};
pub use upgrade::{Upgrade, dial};
pub use voxwire_line::{CallConfig, CallError, Cleared, Inbox, tungstenite};
