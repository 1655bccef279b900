//! What the firmware does with a call. Nothing here knows of a board, so it runs on any socket, in tests on the host's.

#![no_std]

mod attend;
mod echo;
mod greet;
mod log;
mod loudness;
mod memory;
mod patience;
mod play;
mod route;
mod tone;

pub use attend::{Outcome, attend};
pub use loudness::is_loud;
pub use memory::Memory;
pub use route::{Agent, Route};
pub use tone::Tone;
