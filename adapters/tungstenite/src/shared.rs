//! What the halves of a call share, and how they wait.
//!
//! **The trap.** Two threads on one blocking WebSocket deadlock or starve: reading writes pongs, so both need both
//! directions, and whoever blocks in one of them with the lock keeps the other half, `clear` and the heartbeat out.
//! Nor does it help to block outside the lock, in a plain read or write: a thread blocked in a read cannot be told to
//! write what a silent other half has left behind or what has become due earlier, and a thread blocked in a write cannot
//! be cleared. Both would have to wake up now and then to look, which is a busy loop, if a slow one.
//!
//! **The way out.** Nobody blocks in a read or a write. The socket is non-blocking and lies under the lock with the
//! line; the lock is held for one step that cannot wait. So frames never interleave, whoever writes them, and what is
//! queued stays in the line, where a clear finds it. What a thread blocks in, without the lock, is a wait for one of four
//! things: the socket has become usable, the other half has called it, somebody clears, a deadline has come.
//!
//! **One watch, two who wait.** A socket is watched by one thread at a time. The half that finds the watch free takes
//! it; the other, if it has to wait too, sleeps on the condition variable. Who comes back from the watch, for whatever
//! reason, wakes the other, which finds what there is to find, and takes the free watch if it has to wait again.
//!
//! **Why there is no deadlock.** There is one lock, and nothing is waited for while it is held. A half goes to wait under
//! the same lock under which it has just seen the socket take and give nothing more; whatever happens after that ends the
//! wait of the watching half, for the watch keeps a change until it is told of. And a half sleeps on the condition
//! variable only while the other has the watch, and is woken when it is given back. So as long as one half waits, every
//! change of the socket is acted on; and a half that acts moves both directions as far as they go, so the peer is read
//! while it does not read, and both ends may be full at once.
//!
//! **Why there is no busy loop.** A wait ends by a change of the socket, a call, or a deadline. The watch tells of each
//! change once. A call is made by a half that has itself changed something or come back from the watch, once: who is
//! awake is not called; but the hearing half, whose turn is over before all is read, calls itself, and goes on once the lock
//! has been free. A deadline that has passed is acted on, and the next lies after it (the session's eighth law).

use core::mem;
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant as Clock;

use mio::Waker;
use voxwire::{Instant, Role};
use voxwire_line::Line;

use crate::Socket;
use crate::watch::Watch;

/// Longer than any deadline lies ahead.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct Shared<R: Role, S> {
    state: Mutex<State<R, S>>,
    /// Wakes the half that sleeps while the other watches.
    roused: Condvar,
    /// Wakes the half that watches.
    waker: Arc<Waker>,
}

struct State<R: Role, S> {
    line: Line<R>,
    socket: S,
    began: Clock,
    /// `None` while a half watches.
    watch: Option<Watch>,
    hearing: Rest,
    speaking: Rest,
    /// How often either half has waited.
    #[cfg(test)]
    waits: u32,
}

/// Who of the two waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Hearing,
    Speaking,
}

/// How a half waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Not, or not for long: it will look again before it waits.
    Awake,
    Watches,
    /// While the other watches.
    Sleeps,
}

/// The shared, locked.
pub(crate) struct Held<'s, R: Role, S> {
    shared: &'s Shared<R, S>,
    state: MutexGuard<'s, State<R, S>>,
}

impl<R: Role, S: Socket> Shared<R, S> {
    /// A call that begins now.
    pub(crate) fn new(socket: S, watch: Watch, line: impl FnOnce(Instant) -> Line<R>) -> Self {
        let waker = watch.waker();
        let state = State {
            line: line(Instant::ZERO),
            socket,
            began: Clock::now(),
            watch: Some(watch),
            hearing: Rest::Awake,
            speaking: Rest::Awake,
            #[cfg(test)]
            waits: 0,
        };
        Self { state: Mutex::new(state), roused: Condvar::new(), waker }
    }

    pub(crate) fn lock(&self) -> Held<'_, R, S> {
        Held { shared: self, state: self.state() }
    }

    /// A panic elsewhere leaves nothing half done here: every change is whole before anything can fail.
    fn state(&self) -> MutexGuard<'_, State<R, S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Role, S: Socket> Held<'_, R, S> {
    /// Does something with the line and a clock, and what is owed because of it.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Line<R>, &dyn Fn() -> Instant, &mut S) -> T) -> T {
        let state = &mut *self.state;
        let now = || Instant::ZERO + state.began.elapsed();
        let done = act(&mut state.line, &now, &mut state.socket);
        let duties = state.line.duties();
        if duties.shut_down {
            let _ = state.socket.shut_down();
        }
        if duties.hear_again {
            // The wait that comes next is over at once, and yet the lock has been free for the speaking half.
            drop(self.shared.waker.wake());
        }
        if duties.wake_hearing {
            self.rouse(Half::Hearing);
        }
        if duties.wake_speaking {
            self.rouse(Half::Speaking);
        }
        done
    }

    pub(crate) fn line(&mut self) -> &mut Line<R> {
        &mut self.state.line
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::ZERO + self.state.began.elapsed()
    }

    /// Waits, unlocked, until there may be something to do for this half, which has just found nothing; at most `until`.
    pub(crate) fn rest(mut self, half: Half, until: Option<Instant>) -> Self {
        let limit = until.map_or(LONG, |until| until.since(self.now()).min(LONG));
        #[cfg(test)]
        {
            self.state.waits += 1;
        }
        let shared = self.shared;
        match self.state.watch.take() {
            Some(mut watch) => {
                *self.state.of(half) = Rest::Watches;
                drop(self.state);
                watch.wait(Some(limit));
                self.state = shared.state();
                self.state.watch = Some(watch);
                self.rouse(half.other());
            }
            None => {
                *self.state.of(half) = Rest::Sleeps;
                let woken = shared.roused.wait_timeout(self.state, limit);
                self.state = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        *self.state.of(half) = Rest::Awake;
        self
    }

    fn rouse(&mut self, half: Half) {
        match mem::replace(self.state.of(half), Rest::Awake) {
            Rest::Awake => {}
            Rest::Sleeps => self.shared.roused.notify_one(),
            // A waker that fails would have run out of memory; the deadline is left.
            Rest::Watches => drop(self.shared.waker.wake()),
        }
    }
}

impl<R: Role, S> State<R, S> {
    const fn of(&mut self, half: Half) -> &mut Rest {
        match half {
            Half::Hearing => &mut self.hearing,
            Half::Speaking => &mut self.speaking,
        }
    }
}

impl Half {
    const fn other(self) -> Self {
        match self {
            Self::Hearing => Self::Speaking,
            Self::Speaking => Self::Hearing,
        }
    }
}

#[cfg(test)]
mod tests;
