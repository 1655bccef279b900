//! What the halves of a call share: its state and a clock. The state is borrowed for one poll, never across an await.

use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Context, Poll};
use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_io_async::Write;
use voxwire::{Application, Deadline, Heard, Instant};

use super::state::State;
use crate::{CallError, Cleared, Clock, End};

/// One for both halves.
pub(super) struct Shared<'m, R: End, Out, C> {
    pub(super) state: RefCell<State<'m, R, Out>>,
    pub(super) clock: C,
}

impl<'m, R: End, Out: Write, C: Clock> Shared<'m, R, Out, C> {
    /// Does something with the state at this time. Nothing that it calls comes back here, so `busy` is never given: it
    /// stands for a panic.
    pub(super) fn with<D>(&self, busy: D, act: impl FnOnce(&mut State<'m, R, Out>, Instant) -> D) -> D {
        match self.state.try_borrow_mut() {
            Ok(mut state) => act(&mut state, self.clock.now()),
            Err(_) => busy,
        }
    }

    /// Polls something of the state.
    pub(super) async fn poll<D>(
        &self,
        mut poll: impl FnMut(&mut State<'m, R, Out>, Instant, &mut Context<'_>) -> Poll<D>,
    ) -> D {
        poll_fn(|cx| self.with(Poll::Pending, |state, now| poll(state, now, cx))).await
    }

    /// While nothing is heard: writes what waits, and says what becomes due. Over when a deadline has expired, which it
    /// tells, or with the call.
    pub(super) async fn tend(&self) -> Option<Deadline> {
        loop {
            let until = self.with(Instant::ZERO, |state, _| state.sleep_until());
            let roused = self.poll(|state, now, cx| state.poll_roused(now, until, cx));
            match select(self.clock.sleep_until(until), roused).await {
                Either::First(()) => {
                    let expired = self.with(None, |state, now| state.wake(now));
                    if expired.is_some() || self.is_closed() {
                        return expired;
                    }
                }
                Either::Second(()) => {}
            }
        }
    }

    /// What a future comes to, or `None` if it takes longer.
    pub(super) async fn within<D>(&self, limit: Duration, future: impl Future<Output = D>) -> Option<D> {
        match select(future, self.clock.sleep_until(self.clock.now().saturating_add(limit))).await {
            Either::First(done) => Some(done),
            Either::Second(()) => None,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.with(true, |state, _| state.session.is_closed())
    }
}

impl<Out: Write, C: Clock> Shared<'_, Application, Out, C> {
    pub(super) fn clear(&self) -> Result<Cleared, CallError<Out::Error>> {
        self.with(Ok(Cleared { bytes: 0, stopped: None }), |state, now| state.clear(now))
    }

    pub(super) fn heard(&self) -> Option<Heard> {
        self.with(None, |state, now| state.heard(now))
    }
}
