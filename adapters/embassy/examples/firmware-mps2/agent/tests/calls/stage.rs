//! Where the agent takes a call: pipes for sockets, and a clock that jumps to whatever is waited for next.

use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

use embassy_futures::join::join;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::pipe;
use voxwire::{AudioFormat, Command, Config, Dialect, Event, Headers, Instant, Platform, Start};
use voxwire_embassy::{Call, CallError, Dial, Inbox};
use voxwire_firmware_agent::{Memory, Outcome, attend};

type Pipe = pipe::Pipe<NoopRawMutex, 4096>;

/// A platform that has placed a call.
pub(crate) struct Caller<'c> {
    call: Call<'c, Platform, &'c Pipe, &'c Pipe, &'c Clock>,
    inbox: Inbox<'c>,
    pub(crate) clock: &'c Clock,
}

impl Caller<'_> {
    pub(crate) async fn say(&mut self, event: impl Into<Event<'_>>) {
        self.call.send(event).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> Command<'_> {
        self.call.next(&mut self.inbox).await.unwrap()
    }

    /// Hears audio, and decodes it.
    pub(crate) async fn hear_audio(&mut self) -> Vec<u8> {
        let Command::Audio(audio) = self.hear().await else { panic!("no audio") };
        let mut bytes = vec![0; audio.len()];
        audio.copy_to(&mut bytes).unwrap();
        bytes
    }

    pub(crate) async fn hang_up(mut self) {
        self.call.hang_up(1000, "", &mut self.inbox).await.unwrap();
    }
}

/// Calls the agent at a URL, announces the call, and lets it be answered; tells what came of it at either end.
pub(crate) fn call(
    dialect: Dialect,
    url: &str,
    scene: impl AsyncFnOnce(Caller<'_>),
) -> (Result<(), CallError<Infallible>>, Result<Outcome, CallError<Infallible>>) {
    logged_call(dialect, url, scene, |_| {})
}

/// The same, with a log.
pub(crate) fn logged_call(
    dialect: Dialect,
    url: &str,
    scene: impl AsyncFnOnce(Caller<'_>),
    log: impl FnMut(&str),
) -> (Result<(), CallError<Infallible>>, Result<Outcome, CallError<Infallible>>) {
    let clock = Clock::default();
    let (there, back) = (Pipe::new(), Pipe::new());
    let mut memory = Memory::new();
    let caller = async {
        let (mut inbox, mut queue) = ([0; 8192], [0; 8192]);
        let mut inbox = Inbox::new(&mut inbox);
        let mut masks = || [1, 2, 3, 4];
        let config = Config::new(dialect).format(AudioFormat::pcm16(16_000).unwrap());
        let dial = Dial::new(url, [7; 16]).unwrap();
        let call =
            Call::dial(&back, &there, &dial, &mut inbox, &mut queue, &mut masks, config, &clock).await?;
        let mut caller = Caller { call, inbox, clock: &clock };
        let start = Start::new("c1");
        caller
            .say(Event::Start(match dialect {
                Dialect::Wavix => start.with_stream_id("s1"),
                _ => start.with_headers(Headers::from(&[("tenant", "s3cr3t")])),
            }))
            .await;
        if dialect == Dialect::Sinch {
            assert_eq!(caller.hear().await, Command::Answer);
        }
        scene(caller).await;
        Ok(())
    };
    clock.run(join(caller, attend(&there, &back, &mut memory, &clock, log)))
}

/// A clock that stands still while there is anything to do.
#[derive(Default)]
pub(crate) struct Clock {
    now: Cell<Instant>,
    sleepers: RefCell<Vec<(Instant, Waker)>>,
}

impl voxwire_embassy::Clock for Clock {
    fn now(&self) -> Instant {
        self.now.get()
    }

    async fn sleep_until(&self, at: Instant) {
        poll_fn(|cx| {
            if self.now.get() >= at {
                return Poll::Ready(());
            }
            self.sleepers.borrow_mut().push((at, cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl Clock {
    /// Runs a task to its end. When nothing has woken it, time passes.
    fn run<T>(&self, task: impl Future<Output = T>) -> T {
        let mut task = pin!(task);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = woken.clone().into();
        loop {
            if !woken.0.swap(false, Ordering::Relaxed) {
                self.jump();
            } else if let Poll::Ready(done) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
                return done;
            }
        }
    }

    /// Jumps to whatever is waited for next, and wakes who waits for it.
    fn jump(&self) {
        let mut sleepers = self.sleepers.borrow_mut();
        let next = sleepers.iter().map(|(at, _)| *at).min().expect("everybody waits for ever");
        self.now.set(next);
        sleepers.retain(|(at, waker)| {
            if *at <= next {
                waker.wake_by_ref();
            }
            *at > next
        });
    }
}

/// Whether a task was woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
