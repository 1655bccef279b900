//! What the programs share: a board, and a firmware that has phone calls on it.
//!
//! The programs in `programs/` say which parts of `voxwire` they measure; `run` builds, measures and judges them.

#![no_std]

pub mod board;
#[cfg(any(feature = "sinch", feature = "wavix"))]
mod firmware;

#[cfg(any(feature = "sinch", feature = "wavix"))]
pub use firmware::{Firmware, on_board, show};

// Start-up; and what a panic does, which a program that has none does not link.
use cortex_m_rt as _;
use semihosting as _;
