//! The adapters: runtimes, and both ends of calls on their sockets. A blocking adapter is one whose futures are ready at
//! once, and whose tasks are threads.

use core::time::Duration;
use std::net::TcpStream;

use voxwire::{Audio, Close, Command, Dialect, Event, Start};
use voxwire_line::{CallConfig, CallError, Cleared, Inbox};

mod halves;
mod runtimes;

pub(crate) use runtimes::{AsyncStd, Blocking, Smol, Tokio};

pub(crate) trait Adapter: Sized + 'static {
    const NAME: &'static str;
    type ApplicationEar: Ear;
    type ApplicationMouth: Mouth;
    type PlatformEar: Ear;
    type PlatformMouth: Mouth;
    type Handle: Interrupt;

    fn block_on(future: impl Future<Output = ()>);

    /// Begins at once. What it gives waits for the end.
    fn spawn<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = T> + Send;

    fn sleep(duration: Duration) -> impl Future<Output = ()> + Send;

    fn answer(
        socket: TcpStream,
        config: CallConfig,
    ) -> impl Future<Output = Result<Answered<Self>, CallError>> + Send;

    fn dial(
        socket: TcpStream,
        config: CallConfig,
    ) -> impl Future<Output = Result<(Self::PlatformEar, Self::PlatformMouth), CallError>> + Send;
}

/// The application's end of a call.
pub(crate) type Answered<A> =
    (<A as Adapter>::ApplicationEar, <A as Adapter>::ApplicationMouth, <A as Adapter>::Handle);

/// The half that hears.
pub(crate) trait Ear: Send + 'static {
    fn next<'i>(&mut self, inbox: &'i mut Inbox)
    -> impl Future<Output = Result<Heard<'i>, CallError>> + Send;
}

/// The half that speaks.
pub(crate) trait Mouth: Send + 'static {
    fn say(&mut self, word: Word<'_>) -> impl Future<Output = Result<(), CallError>> + Send;
    fn flush(&mut self) -> impl Future<Output = ()> + Send;
    fn hang_up(&mut self, close: Close<'static>) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// What interrupts a call from anywhere.
pub(crate) trait Interrupt: Clone + Send + 'static {
    fn clear(&self) -> Result<Cleared, CallError>;
}

/// What either end says.
#[derive(Clone, Copy)]
pub(crate) enum Word<'s> {
    Hello,
    Start(Dialect),
    Answer,
    Audio(&'s [u8]),
    Stop,
}

/// What either end hears.
pub(crate) enum Heard<'i> {
    /// The call has been announced, or answered.
    Begin,
    Audio(Audio<'i>),
    Clear,
    /// So many bytes of audio that crossed a stop.
    Dropped(u64),
    End(Close<'i>),
    Other,
}

impl<'s> From<Word<'s>> for Command<'s> {
    fn from(word: Word<'s>) -> Self {
        match word {
            Word::Answer => Self::Answer,
            Word::Audio(bytes) => Self::Audio(Audio::raw(bytes)),
            Word::Hello | Word::Start(_) | Word::Stop => unreachable!("a platform's words"),
        }
    }
}

impl<'s> From<Word<'s>> for Event<'s> {
    fn from(word: Word<'s>) -> Self {
        match word {
            Word::Hello => Self::Hello,
            Word::Start(Dialect::Wavix) => Self::Start(Start::new("c1").with_stream_id("s1")),
            Word::Start(_) => Self::Start(Start::new("c1")),
            Word::Audio(bytes) => Self::Audio(Audio::raw(bytes)),
            Word::Stop => Self::Stop,
            Word::Answer => unreachable!("an application's word"),
        }
    }
}

impl<'i> From<Command<'i>> for Heard<'i> {
    fn from(command: Command<'i>) -> Self {
        match command {
            Command::Answer => Self::Begin,
            Command::Audio(audio) => Self::Audio(audio),
            Command::Clear => Self::Clear,
            Command::Dropped(dropped) => Self::Dropped(dropped.bytes as u64),
            Command::Hangup(close) => Self::End(close),
            _ => Self::Other,
        }
    }
}

impl<'i> From<Event<'i>> for Heard<'i> {
    fn from(event: Event<'i>) -> Self {
        match event {
            Event::Start(_) => Self::Begin,
            Event::Audio(audio) => Self::Audio(audio),
            Event::Dropped(dropped) => Self::Dropped(dropped.bytes as u64),
            Event::Hangup(close) => Self::End(close),
            _ => Self::Other,
        }
    }
}
