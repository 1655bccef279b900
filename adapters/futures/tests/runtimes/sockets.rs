//! Sockets that are hard to use.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use std::io;
use std::sync::Arc;

use futures_util::io::{AsyncRead, AsyncWrite};

/// A socket that can be stuck, as one is whose peer reads nothing, and that tells when it is shut down.
pub(crate) struct Watched<S> {
    socket: S,
    watch: Arc<Watch>,
}

#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) stuck: AtomicBool,
    pub(crate) shut: AtomicBool,
}

impl<S> Watched<S> {
    pub(crate) fn new(socket: S) -> (Self, Arc<Watch>) {
        let watch = Arc::new(Watch::default());
        (Self { socket, watch: watch.clone() }, watch)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.watch.stuck.load(Ordering::SeqCst) {
            return Poll::Pending;
        }
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.watch.shut.store(true, Ordering::SeqCst);
        Pin::new(&mut self.socket).poll_close(cx)
    }
}
