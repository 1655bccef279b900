#![doc = include_str!("../README.md")]
#![no_std]

mod call;
mod clock;
mod config;
mod end;
mod error;
pub mod handshake;
mod inbox;
mod outgoing;
pub mod websocket;

pub use call::{Call, Handle, Hearing, Speaking, Upgrade};
pub use clock::Clock;
#[cfg(feature = "embassy-time")]
pub use clock::EmbassyTime;
pub use config::{CallConfig, Cleared};
pub use end::End;
pub use error::CallError;
pub use handshake::{Dial, HandshakeError};
pub use inbox::Inbox;
