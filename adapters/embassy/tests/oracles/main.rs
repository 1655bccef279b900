//! The codec against two others, `tungstenite` and `ws-framer`: the same bytes, the same words, except for a list of
//! differences that have names.
//!
//! A long run is `cargo test --release -p voxwire-embassy --test oracles -- --ignored --nocapture`; `FRAMES` says how
//! many frames it takes at least.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics where a promise does not hold"
)]

mod differences;
mod frame;
mod handshakes;
mod long;
mod masks;
mod mutated;
mod ours;
mod said;
mod streams;
mod theirs;
mod valid;
