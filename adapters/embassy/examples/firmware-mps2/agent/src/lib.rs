//! What the firmware does with a call. Nothing here knows of a board, so it runs on any socket, on the host's in tests.

#![no_std]

mod loudness;
mod route;
mod tone;

pub use loudness::is_loud;
pub use route::{Agent, Route};
pub use tone::Tone;
