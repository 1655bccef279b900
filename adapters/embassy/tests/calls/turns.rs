//! A peer that speaks without a pause.

use core::cell::Cell;
use core::convert::Infallible;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use embedded_io_async::{ErrorType, Read, Write};
use voxwire::{Application, Config, Deadline, Dialect, Instant};
use voxwire_embassy::{Call, CallError, Clock, Inbox};

const PINGS: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];
const FRAGMENTS: [u8; 6] = [0x00, 0x80, 0, 0, 0, 0];
/// What the fragments belong to.
const TEXT_BEGINS: [u8; 6] = [0x01, 0x80, 0, 0, 0, 0];

#[test]
fn it_hides_no_deadline_and_leaves_others_their_turn() {
    for (first, rest) in [(PINGS, PINGS), (TEXT_BEGINS, FRAGMENTS)] {
        let (mut memory, mut queue) = ([0; 1024], [0; 2048]);
        let mut inbox = Inbox::new(&mut memory);
        let input = Babble { next: first, rest, reads: 100_000 };
        let clock = Impatient::default();
        let config = Config::new(Dialect::Sinch);
        let mut call =
            Call::<Application, _, _, _>::application(input, Sink, &inbox, &mut queue, config, &clock);
        let mut next = pin!(call.next(&mut inbox));
        let mut turns = 0;
        let expired = loop {
            match next.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(heard) => break heard.unwrap_err(),
                Poll::Pending => turns += 1,
            }
        };
        assert_eq!(expired, CallError::Expired(Deadline::Start));
        assert!(turns > 5, "{turns}");
    }
}

/// Always has something to say, until it ends after so many reads.
struct Babble {
    next: [u8; 6],
    rest: [u8; 6],
    reads: u32,
}

impl ErrorType for Babble {
    type Error = Infallible;
}

impl Read for Babble {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        self.reads = self.reads.saturating_sub(1);
        if self.reads == 0 {
            return Ok(0);
        }
        buf[..6].copy_from_slice(&core::mem::replace(&mut self.next, self.rest));
        Ok(6)
    }
}

/// Takes all.
struct Sink;

impl ErrorType for Sink {
    type Error = Infallible;
}

impl Write for Sink {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Infallible> {
        Ok(buf.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A clock on which a millisecond passes each time somebody looks at it.
#[derive(Default)]
struct Impatient(Cell<Instant>);

impl Clock for Impatient {
    fn now(&self) -> Instant {
        self.0.replace(self.0.get() + Duration::from_millis(1))
    }

    async fn sleep_until(&self, at: Instant) {
        core::future::poll_fn(|_| if self.now() >= at { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}
