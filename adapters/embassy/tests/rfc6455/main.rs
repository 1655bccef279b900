//! RFC 6455, rule by rule: what must be taken, what must be refused, and the section that says so.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test panics where a promise does not hold"
)]

mod client;
mod closing;
#[path = "../oracles/frame.rs"]
mod frame;
mod frames;
#[path = "../oracles/ours.rs"]
mod ours;
mod rule;
mod server;
