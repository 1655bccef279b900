use core::fmt;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::io;
use std::time::Instant as Clock;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use voxwire_line::{Alarm, Runtime};

/// Tokio's sockets, and one of its timers.
#[derive(Default)]
pub struct Tokio(Option<Pin<Box<Sleep>>>);

impl Alarm for Tokio {
    fn new() -> Self {
        Self::default()
    }

    fn now() -> Clock {
        Instant::now().into_std()
    }

    fn poll_at(&mut self, at: Clock, cx: &mut Context<'_>) -> Poll<()> {
        let at = Instant::from_std(at);
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        // A task that has used up its turn would be woken at once instead, and the timer not be set.
        pin!(unconstrained(sleep.as_mut())).poll(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Runtime<S> for Tokio {
    fn poll_read(socket: &mut S, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(socket).poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }

    fn poll_write(socket: &mut S, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(socket).poll_write(cx, bytes)
    }

    fn poll_flush(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(socket).poll_flush(cx)
    }

    fn poll_close(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(socket).poll_shutdown(cx)
    }
}

impl fmt::Debug for Tokio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokio").finish_non_exhaustive()
    }
}
