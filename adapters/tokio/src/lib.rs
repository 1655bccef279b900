#![doc = include_str!("../README.md")]

mod call;
mod config;
mod error;
mod inbox;
mod library;
mod line;
mod upgrade;

pub use call::{Call, Cleared, Handle, Hearing, Speaking};
pub use config::CallConfig;
pub use error::CallError;
pub use inbox::Inbox;
pub use tokio_tungstenite;
pub use upgrade::{Upgrade, connect};
