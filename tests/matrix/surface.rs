//! What every call can do. The scenarios know calls by these traits only, so the calls of all adapters stay equal: what
//! one of them lacks, or does with other arguments, does not compile.
//!
//! The futures of a blocking call block where others wait, and are ready at once.

use core::fmt::Debug;

use voxwire::{Application, Counters, Dialect, Platform, Role};
use voxwire_line::{CallConfig, CallError, Cleared, Heard, Inbox, Voice};

mod same;

/// A platform that asks to open a call.
pub(crate) trait Asks: Debug + Send + Sized {
    type Call: Answers;

    fn path(&self) -> &str;
    fn query(&self) -> Option<&str>;
    fn header(&self, name: &str) -> Option<&str>;
    fn subprotocols(&self) -> impl Iterator<Item = &str>;
    fn accept(
        self,
        config: CallConfig,
        subprotocol: Option<&str>,
    ) -> impl Future<Output = Result<Self::Call, CallError>> + Send;
    fn decline(self, status: u16) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// What hears: a call, or half of one.
pub(crate) trait Hears<R: Role>: Debug + Send + 'static {
    fn next<'i>(
        &mut self,
        inbox: &'i mut Inbox,
    ) -> impl Future<Output = Result<R::Hears<'i>, CallError>> + Send;
    fn is_closed(&self) -> bool;
    fn dialect(&self) -> Option<Dialect>;
}

/// What speaks: a call, or half of one.
pub(crate) trait Speaks<R: Role>: Debug + Send + 'static {
    fn send(&mut self, says: R::Says<'_>) -> impl Future<Output = Result<(), CallError>> + Send;
    fn flush(&mut self) -> impl Future<Output = ()> + Send;
    fn hang_up(&mut self, code: u16, reason: &str) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// What takes back what was said, and tells what was heard: an application's call, either half of it, or a handle.
pub(crate) trait Clears: Debug + Send + 'static {
    fn clear(&self) -> Result<Cleared, CallError>;
    fn heard(&self) -> Option<Heard>;
}

/// What speaks with a voice and gives handles: an application's call, or the half that speaks.
pub(crate) trait Handles: Clears {
    type Handle: Clears + Clone;

    fn speak(
        &mut self,
        voice: &mut Voice,
        pcm: &mut &[u8],
    ) -> impl Future<Output = Result<(), CallError>> + Send;
    fn finish(&mut self, voice: &mut Voice) -> impl Future<Output = Result<(), CallError>> + Send;

    fn handle(&self) -> Self::Handle;
}

/// A whole call.
pub(crate) trait Splits<R: Role>: Hears<R> + Speaks<R> {
    type Hearing: Hears<R>;
    type Speaking: Speaks<R>;

    fn split(self) -> (Self::Hearing, Self::Speaking);
    fn counters(&self) -> Counters;
}

/// An application's call.
pub(crate) trait Answers:
    Splits<Application, Hearing: Clears, Speaking: Handles<Handle = Self::Handle>> + Handles
{
}

/// A platform's call.
pub(crate) trait Places: Splits<Platform> {}
