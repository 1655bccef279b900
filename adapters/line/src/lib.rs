#![doc = include_str!("../README.md")]

#[cfg(feature = "async")]
mod call;
mod config;
mod dial;
mod duties;
mod error;
mod far_end;
mod frame;
mod head;
mod inbox;
mod library;
mod line;
mod memory;
mod outgoing;
mod request;
#[cfg(feature = "rustls")]
pub mod tls;
mod turn;
mod voice;
mod websocket;

#[cfg(feature = "async")]
pub use call::{
    Alarm, Call, Handle, Hearing, HearingStream, OwnedCommand, OwnedEvent, Runtime, Speaking, SpeakingSink,
    Upgrade,
};
pub use config::CallConfig;
pub use dial::Dial;
pub use duties::{Cleared, Duties};
pub use error::CallError;
pub use head::MAX_HEAD;
pub use inbox::Inbox;
pub use line::Line;
pub use request::UpgradeRequest;
#[cfg(feature = "rustls")]
pub use rustls;
pub use tungstenite;
pub use turn::Turn;
pub use voice::Voice;
pub use voxwire::Heard;
