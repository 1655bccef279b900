use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::time::Instant as Clock;

/// What a [`Call`](crate::Call) needs of an async runtime: its timer, and its sockets of type `S`. An adapter is an
/// implementation of it, and whatever opens sockets. A socket keeps a waker for what is read and one for what is written,
/// for they are not the same.
pub trait Runtime<S>: Alarm {
    /// Reads what there is, at most `buf`; nothing at the end of the stream.
    ///
    /// # Errors
    /// Those of the socket, as for all of these.
    fn poll_read(socket: &mut S, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes what the socket takes.
    ///
    /// # Errors
    /// Those of the socket.
    fn poll_write(socket: &mut S, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// Ready once everything written is on its way.
    ///
    /// # Errors
    /// Those of the socket.
    fn poll_flush(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Ends what is written, for which the peer may wait. What it still says can be read.
    ///
    /// # Errors
    /// Those of the socket.
    fn poll_close(socket: &mut S, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// A runtime's timer, which wakes one task.
pub trait Alarm: Unpin {
    /// An alarm that is not set.
    fn new() -> Self;

    /// The runtime's time, which a test may have stopped.
    fn now() -> Clock;

    /// Ready at `at`, which takes the place of the time that was set before, and not earlier by [`now`](Self::now). While
    /// it is pending it is set: the task is woken at `at` without being polled again before.
    fn poll_at(&mut self, at: Clock, cx: &mut Context<'_>) -> Poll<()>;
}

/// What a future comes to, or `None` if it takes longer.
pub(super) async fn within<A: Alarm, T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = core::pin::pin!(future);
    let mut alarm = A::new();
    // A limit may be longer than time.
    let at = A::now().checked_add(limit);
    core::future::poll_fn(|cx| match (future.as_mut().poll(cx), at) {
        (Poll::Ready(done), _) => Poll::Ready(Some(done)),
        (Poll::Pending, Some(at)) => alarm.poll_at(at, cx).map(|()| None),
        (Poll::Pending, None) => Poll::Pending,
    })
    .await
}
