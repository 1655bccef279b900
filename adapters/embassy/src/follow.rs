//! What follows a call to tell what was heard of it.

use voxwire::audio::Stopped;
use voxwire::{Dialect, Event, FarEnd, Heard, Instant, Message};

/// A [`FarEnd`] behind a table of functions, so that a firmware that lends none to its calls has none of its code.
pub(crate) trait Follow: Send {
    fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>);

    fn put(&mut self, now: Instant, message: Message<'_>);

    fn await_clear(&mut self);

    fn stops(&self, now: Instant) -> Option<Stopped>;

    fn heard(&self, now: Instant) -> Option<Heard>;
}

impl Follow for FarEnd {
    fn hear(&mut self, now: Instant, dialect: Option<Dialect>, event: &Event<'_>) {
        self.hear(now, dialect, event);
    }

    fn put(&mut self, now: Instant, message: Message<'_>) {
        self.put(now, message);
    }

    fn await_clear(&mut self) {
        self.await_clear();
    }

    fn stops(&self, now: Instant) -> Option<Stopped> {
        self.stops(now)
    }

    fn heard(&self, now: Instant) -> Option<Heard> {
        self.heard(now)
    }
}
