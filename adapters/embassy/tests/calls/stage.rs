//! Where calls are played: pipes for sockets, a clock that jumps to whatever is waited for next, and tasks of which only
//! those are polled that have been woken.

use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Wake;

use embassy_futures::poll_once;
use embedded_io_async::{ErrorType, Read, Write};
use voxwire::{Application, Audio, AudioFormat, Command, Config, Dialect, Event, Instant, Platform, Start};
use voxwire_embassy::{CallConfig, Dial, FarEnd, Inbox, Upgrade};

/// The application's end of a call on a pipe.
pub(crate) type ApplicationCall<'q> = voxwire_embassy::Call<'q, Application, Hears, Says, Clock>;
/// The platform's end of it.
pub(crate) type PlatformCall<'q> = voxwire_embassy::Call<'q, Platform, Hears, Says, Clock>;
pub(crate) const URL: &str = "ws://door.example.org/calls/t0ken?rate=16000";

pub(crate) fn config(dialect: Dialect) -> CallConfig {
    Config::new(dialect).format(AudioFormat::pcm16(16_000).unwrap()).into()
}

/// Both ends of a call, answered, with an inbox each.
pub(crate) struct Stage<'s, 'm, 'q> {
    pub(crate) clock: Clock,
    pub(crate) application: ApplicationCall<'q>,
    pub(crate) platform: PlatformCall<'q>,
    /// The application's.
    pub(crate) near: &'s mut Inbox<'m>,
    /// The platform's.
    pub(crate) far: &'s mut Inbox<'m>,
    /// How much the socket takes that the platform has not read.
    pub(crate) narrow: &'s dyn Fn(usize),
}

/// Plays a scene in an answered call, on sockets that take `capacity` bytes which are not read.
pub(crate) fn live(dialect: Dialect, capacity: usize, scene: impl AsyncFnOnce(Stage<'_, '_, '_>)) {
    play(dialect, capacity, None, scene);
}

/// The same, where a far end follows the application's end of the call.
pub(crate) fn followed(
    dialect: Dialect,
    capacity: usize,
    mut far_end: FarEnd,
    scene: impl AsyncFnOnce(Stage<'_, '_, '_>),
) {
    play(dialect, capacity, Some(&mut far_end), scene);
}

fn play(
    dialect: Dialect,
    capacity: usize,
    far_end: Option<&mut FarEnd>,
    scene: impl AsyncFnOnce(Stage<'_, '_, '_>),
) {
    let clock = Clock::default();
    let play = async {
        let ((input, output), far) = sockets(capacity);
        let narrow = output.limit();
        let (mut near_memory, mut far_memory) = ([0; 2048], [0; 2048]);
        let (mut near, mut far_inbox) = (Inbox::new(&mut near_memory), Inbox::new(&mut far_memory));
        let (mut near_queue, mut far_queue) = ([0; 4096], [0; 4096]);
        let mut seed = 1_u32;
        let mut masks = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()
        };
        let dial = Dial::new(URL, [7; 16]).unwrap();
        let answering = async {
            let upgrade = Upgrade::read(input, output, &mut near).await.unwrap();
            let call = upgrade.accept(config(dialect), None, &mut near_queue, clock.clone()).await.unwrap();
            match far_end {
                Some(far_end) => call.follow(far_end),
                None => call,
            }
        };
        let calling = PlatformCall::dial(
            far.0,
            far.1,
            &dial,
            &mut far_inbox,
            &mut far_queue,
            &mut masks,
            config(dialect),
            clock.clone(),
        );
        let (mut application, platform) = both(answering, calling).await;
        let mut platform = platform.unwrap();
        platform.send(Event::Start(start(dialect))).await.unwrap();
        both(platform.flush(), async {
            assert!(matches!(application.next(&mut near).await, Ok(Event::Start(_))));
        })
        .await;
        if dialect == Dialect::Sinch {
            both(async { assert_eq!(platform.next(&mut far_inbox).await, Ok(Command::Answer)) }, async {
                application.send(Command::Answer).await.unwrap();
                application.flush().await;
            })
            .await;
        }
        let (near, far) = (&mut near, &mut far_inbox);
        scene(Stage { clock: clock.clone(), application, platform, near, far, narrow: &narrow }).await;
    };
    run(&clock, pin!(play));
}

/// How a call is announced.
pub(crate) fn start(dialect: Dialect) -> Start<'static> {
    let start = Start::new("c1");
    if dialect == Dialect::Wavix { start.with_stream_id("s1") } else { start }
}

/// 20 ms at 16 kHz, each another.
pub(crate) fn frame(number: usize) -> Vec<u8> {
    (0..640).map(|at| (number * 31 + at * 7 + at / 256) as u8).collect()
}

/// What audio holds.
pub(crate) fn bytes(audio: Audio<'_>) -> Vec<u8> {
    let mut bytes = vec![0; audio.len()];
    audio.copy_to(&mut bytes).unwrap();
    bytes
}

/// A clock that stands still while there is anything to do.
#[derive(Clone, Default)]
pub(crate) struct Clock(Rc<Hands>);

#[derive(Default)]
struct Hands {
    now: Cell<Instant>,
    sleepers: RefCell<Vec<(Instant, Waker)>>,
}

impl voxwire_embassy::Clock for Clock {
    fn now(&self) -> Instant {
        self.0.now.get()
    }

    async fn sleep_until(&self, at: Instant) {
        poll_fn(|cx| {
            if self.0.now.get() >= at {
                return Poll::Ready(());
            }
            self.0.sleepers.borrow_mut().push((at, cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl Clock {
    /// Jumps to whatever is waited for next, and wakes who waits for it.
    fn jump(&self) {
        let mut sleepers = self.0.sleepers.borrow_mut();
        let next = sleepers.iter().map(|(at, _)| *at).min().expect("everybody waits for ever");
        self.0.now.set(next);
        sleepers.retain(|(at, waker)| {
            if *at <= next {
                waker.wake_by_ref();
            }
            *at > next
        });
    }
}

/// Whether a task was woken.
struct Flag {
    woken: AtomicBool,
    outer: Waker,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.outer.wake_by_ref();
    }
}

/// Runs a task to its end. When nothing has woken it, time passes.
fn run(clock: &Clock, mut task: Pin<&mut dyn Future<Output = ()>>) {
    let flag = Arc::new(Flag { woken: AtomicBool::new(true), outer: Waker::noop().clone() });
    let waker = flag.clone().into();
    loop {
        if !flag.woken.swap(false, Ordering::Relaxed) {
            clock.jump();
        } else if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            return;
        }
    }
}

/// Runs two tasks, each of which is polled only when it was woken itself.
pub(crate) async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    let mut flags: Option<[Arc<Flag>; 2]> = None;
    poll_fn(|cx| {
        let new = || Arc::new(Flag { woken: AtomicBool::new(true), outer: cx.waker().clone() });
        let [flag_one, flag_other] = flags.get_or_insert_with(|| [new(), new()]);
        if first.is_none() && flag_one.woken.swap(false, Ordering::Relaxed) {
            let waker = flag_one.clone().into();
            first = ready(one.as_mut().poll(&mut Context::from_waker(&waker)));
        }
        if second.is_none() && flag_other.woken.swap(false, Ordering::Relaxed) {
            let waker = flag_other.clone().into();
            second = ready(other.as_mut().poll(&mut Context::from_waker(&waker)));
        }
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

fn ready<T>(polled: Poll<T>) -> Option<T> {
    match polled {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// Polls a future once: pending, it is cancelled.
pub(crate) async fn cancelled<F: Future>(future: F) -> Option<F::Output> {
    match poll_once(pin!(future)) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => {
            // Whoever is to answer must have a turn.
            embassy_futures::yield_now().await;
            None
        }
    }
}

/// Two sockets, connected, each of which takes so many bytes that are not read.
pub(crate) fn sockets(capacity: usize) -> ((Hears, Says), (Hears, Says)) {
    let pipe = || Rc::new(Pipe { capacity: Cell::new(capacity), ..Pipe::default() });
    let (up, down) = (pipe(), pipe());
    ((Hears(up.clone()), Says(down.clone())), (Hears(down), Says(up)))
}

#[derive(Default)]
struct Pipe {
    bytes: RefCell<VecDeque<u8>>,
    capacity: Cell<usize>,
    ended: Cell<bool>,
    /// As sockets do, it knows one reader and one writer.
    reader: Cell<Option<Waker>>,
    writer: Cell<Option<Waker>>,
}

/// The direction of a socket that is read.
pub(crate) struct Hears(Rc<Pipe>);

/// The direction of a socket that is written.
pub(crate) struct Says(Rc<Pipe>);

impl Says {
    /// How much the socket takes that is not read, from now on.
    pub(crate) fn limit(&self) -> impl Fn(usize) + 'static {
        let pipe = self.0.clone();
        move |capacity| {
            pipe.capacity.set(capacity);
            wake(&pipe.writer);
        }
    }
}

fn wake(waker: &Cell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl ErrorType for Hears {
    type Error = Infallible;
}

impl ErrorType for Says {
    type Error = Infallible;
}

impl Read for Hears {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|cx| {
            let mut bytes = self.0.bytes.borrow_mut();
            if bytes.is_empty() && !self.0.ended.get() {
                self.0.reader.set(Some(cx.waker().clone()));
                return Poll::Pending;
            }
            let len = buf.len().min(bytes.len());
            for (place, byte) in buf.iter_mut().zip(bytes.drain(..len)) {
                *place = byte;
            }
            wake(&self.0.writer);
            Poll::Ready(Ok(len))
        })
        .await
    }
}

impl Write for Says {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Infallible> {
        poll_fn(|cx| {
            let mut bytes = self.0.bytes.borrow_mut();
            let room = self.0.capacity.get().saturating_sub(bytes.len());
            if room == 0 {
                self.0.writer.set(Some(cx.waker().clone()));
                return Poll::Pending;
            }
            let len = room.min(buf.len());
            bytes.extend(&buf[..len]);
            wake(&self.0.reader);
            Poll::Ready(Ok(len))
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Drop for Says {
    fn drop(&mut self) {
        self.0.ended.set(true);
        wake(&self.0.reader);
    }
}
