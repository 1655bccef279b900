//! RFC 6455, strictly, without IO: bytes to messages in the caller's memory, and headers for what is said.
//!
//! A [`Decoder`] reads what lies in an [`Inbox`](crate::Inbox); [`Header`] and [`Mask`] make frames. Extensions are never offered, so reserved bits
//! are always a violation. Everything that the RFC says must fail a connection is a [`Violation`] that names its section.

mod close;
mod decoder;
mod header;
mod mask;
mod violation;

pub(crate) use close::read_close;
pub use decoder::{Decoder, Found};
pub use header::{Header, Opcode};
pub use mask::Mask;
pub use violation::Violation;

/// Which end of the connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Was connected to: the application. It masks nothing, and hears nothing that is not masked.
    Server,
    /// Has connected: the platform. It masks everything, and hears nothing that is masked.
    Client,
}
