//! Phone calls on tokio sockets.
