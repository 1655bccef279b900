//! A call's halves as `Stream` and `Sink`.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, Waker, ready};

use futures_util::{Sink, Stream};
use voxwire::{Application, Close, Platform, Role, SendError};

use super::{Hearing, OwnedCommand, OwnedEvent, Runtime, Speaking};
use crate::{CallError, Inbox, Turn};

/// What is heard, as a `Stream`. It ends after the hang-up, which comes once. Errors do not end it.
pub struct HearingStream<R: Role, S, T> {
    hearing: Hearing<R, S, T>,
    ended: bool,
}

/// What is to be said, as a `Sink`. It takes one more when the queue has taken the one before.
///
/// What a clear overtakes is thrown away, which is no error here. Closing the sink waits until everything said is on the
/// socket, however long the peer does not read, and then hangs up normally: bound it with your runtime's timer.
pub struct SpeakingSink<R: Role, S, T, Item> {
    speaking: Speaking<R, S, T>,
    /// What waits for room in the queue, and since when.
    waiting: Option<(Item, Turn)>,
}

impl<R: Role, S, T> Hearing<R, S, T> {
    /// What is heard from now on, each in memory of its own.
    pub const fn into_stream(self) -> HearingStream<R, S, T> {
        HearingStream { hearing: self, ended: false }
    }
}

impl<S, T> Speaking<Application, S, T> {
    /// A sink for commands in memory of their own. Keep a [`handle`](Self::handle) for barge-in.
    pub const fn into_sink(self) -> SpeakingSink<Application, S, T, OwnedCommand> {
        SpeakingSink { speaking: self, waiting: None }
    }
}

impl<S, T> Speaking<Platform, S, T> {
    /// A sink for events in memory of their own.
    pub const fn into_sink(self) -> SpeakingSink<Platform, S, T, OwnedEvent> {
        SpeakingSink { speaking: self, waiting: None }
    }
}

/// Implements both for a role that hears the one and says the other.
macro_rules! streams {
    ($role:ident hears $hears:ident says $says:ident) => {
        impl<S, T: Runtime<S>> Stream for HearingStream<$role, S, T> {
            type Item = Result<$hears, CallError>;

            fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                let Self { hearing, ended } = self.get_mut();
                if *ended {
                    return Poll::Ready(None);
                }
                let mut inbox = Inbox::new();
                let mut held = ready!(hearing.poll_receive(cx, &mut inbox))?;
                let heard = $hears::heard(inbox, |inbox| held.hear(inbox));
                *ended = held.session().is_closed();
                Poll::Ready(Some(heard))
            }
        }

        impl<S, T: Runtime<S>> Sink<$says> for SpeakingSink<$role, S, T, $says> {
            type Error = CallError;

            fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
                let Self { speaking, waiting } = self.get_mut();
                let Some((says, turn)) = waiting else { return Poll::Ready(Ok(())) };
                let sent = ready!(speaking.poll_send(cx, says.get(), turn));
                *waiting = None;
                Poll::Ready(unless_cleared(sent))
            }

            fn start_send(self: Pin<&mut Self>, says: $says) -> Result<(), CallError> {
                let Self { speaking, waiting } = self.get_mut();
                let mut turn = Turn::new();
                match speaking.poll_send(&mut Context::from_waker(Waker::noop()), says.get(), &mut turn) {
                    Poll::Ready(sent) => unless_cleared(sent),
                    Poll::Pending => {
                        *waiting = Some((says, turn));
                        Ok(())
                    }
                }
            }

            fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
                ready!(self.as_mut().poll_ready(cx))?;
                self.speaking.poll_flush(cx).map(Ok)
            }

            fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
                ready!(self.as_mut().poll_flush(cx))?;
                match self.speaking.say(Close::NORMAL) {
                    Ok(()) | Err(SendError::Closed) => self.speaking.poll_flush(cx).map(Ok),
                    Err(error) => Poll::Ready(Err(error.into())),
                }
            }
        }
    };
}

streams!(Application hears OwnedEvent says OwnedCommand);
streams!(Platform hears OwnedCommand says OwnedEvent);

fn unless_cleared(sent: Result<(), CallError>) -> Result<(), CallError> {
    match sent {
        Err(CallError::Cleared) => Ok(()),
        sent => sent,
    }
}

/// Nothing that is polled is pinned.
impl<R: Role, S, T, Item> Unpin for SpeakingSink<R, S, T, Item> {}

impl<R: Role, S, T> fmt::Debug for HearingStream<R, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HearingStream").finish_non_exhaustive()
    }
}

impl<R: Role, S, T, Item> fmt::Debug for SpeakingSink<R, S, T, Item> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeakingSink").finish_non_exhaustive()
    }
}
