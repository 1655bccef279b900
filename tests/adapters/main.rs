//! Calls on sockets: what the tokio adapter promises beyond the session.

mod barge_in;
mod calls;
mod endings;
mod halves;
mod line;
mod sockets;
mod speech;
mod streams;
mod upgrade;
