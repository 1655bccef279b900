use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;
use std::time::Instant as Clock;

use async_io::Timer;
use futures_util::io::{AsyncRead, AsyncWrite};
use voxwire_line::{Alarm, Runtime};

/// Sockets of `futures-io`, and a timer for whatever runs them: `async-io` wakes from a thread of its own where no
/// runtime lends it one.
#[derive(Debug)]
pub struct FuturesIo {
    timer: Timer,
    /// When it is to ring, unless it has.
    at: Option<Clock>,
}

impl Alarm for FuturesIo {
    fn new() -> Self {
        Self { timer: Timer::never(), at: None }
    }

    fn now() -> Clock {
        Clock::now()
    }

    fn poll_at(&mut self, at: Clock, cx: &mut Context<'_>) -> Poll<()> {
        if self.at != Some(at) {
            self.timer.set_at(at);
            self.at = Some(at);
        }
        Pin::new(&mut self.timer).poll(cx).map(|_| self.at = None)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Runtime<S> for FuturesIo {
    fn poll_read(socket: &mut S, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(socket).poll_read(cx, buf)
    }

    fn poll_write(socket: &mut S, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(socket).poll_write(cx, bytes)
    }

    fn poll_flush(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(socket).poll_flush(cx)
    }

    fn poll_close(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(socket).poll_close(cx)
    }
}
