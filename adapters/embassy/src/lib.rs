#![doc = include_str!("../README.md")]
#![no_std]
// As in the core: nothing panics on input, so what could is not written.
#![warn(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

mod call;
mod clock;
mod config;
mod end;
mod error;
mod follow;
pub mod handshake;
mod inbox;
mod outgoing;
pub mod websocket;

pub use call::{Call, Handle, Hearing, Speaking, Upgrade, Voice};
pub use clock::Clock;
#[cfg(feature = "embassy-time")]
pub use clock::EmbassyTime;
pub use config::{CallConfig, Cleared};
pub use end::End;
pub use error::CallError;
pub use handshake::{Dial, HandshakeError};
pub use inbox::Inbox;
pub use voxwire::{FarEnd, Heard};
