#![doc = include_str!("../README.md")]

mod call;
mod shared;
mod upgrade;

pub use call::{Call, Handle, Hearing, Speaking};
pub use upgrade::{Upgrade, connect};
pub use voxwire_line::{CallConfig, CallError, Cleared, Inbox, tungstenite};
