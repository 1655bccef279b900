//! What the server prints.

use core::fmt::{self, Display};
use core::net::SocketAddr;

use serde::Serialize;
use voxwire::{Dialect, Text};

use crate::report::{Ended, Flow, Heard, Millis, Times};
use crate::words::dialect_name;

#[derive(Serialize)]
pub(super) struct Listening {
    pub(super) url: String,
    /// Where callbacks are posted, if they are taken.
    pub(super) callbacks: Option<String>,
    /// Whether callbacks must be signed.
    pub(super) verified: bool,
}

impl Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listening on {}", self.url)?;
        match &self.callbacks {
            Some(url) if self.verified => write!(f, "\ntaking callbacks on {url}, if they are signed"),
            Some(url) => write!(f, "\ntaking callbacks on {url}, signed or not"),
            None => Ok(()),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Draining {
    pub(super) calls: usize,
}

impl Display for Draining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.calls == 1 { "" } else { "s" };
        write!(f, "taking no more calls; {} call{s} to end", self.calls)
    }
}

/// A stream that was opened with the token of another call. No source says that a stream keeps the call's id.
#[derive(Serialize)]
pub(super) struct OtherCall<'l> {
    pub(super) call: u64,
    /// The id in the token.
    pub(super) expected: &'l str,
    /// The id in the announcement.
    pub(super) announced: Option<Text<'l>>,
}

impl Display for OtherCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} has the token of call {:?}, and is announced as ", self.call, self.expected)?;
        match self.announced {
            Some(call_id) => write!(f, "{call_id:?}"),
            None => f.write_str("none"),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Began {
    pub(super) call: u64,
    pub(super) peer: SocketAddr,
    pub(super) dialect: Dialect,
    pub(super) rate: Option<u32>,
}

impl Display for Began {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} from {} begins: {}", self.call, self.peer, self.dialect)?;
        match self.rate {
            Some(rate) => write!(f, ", {rate} Hz"),
            None => write!(f, ", sample rate unknown"),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Over {
    pub(super) call: u64,
    pub(super) peer: SocketAddr,
    pub(super) duration_ms: Millis,
    pub(super) heard: Heard,
    pub(super) said: Flow,
    /// Messages that could not be read.
    pub(super) unreadable: Times,
    /// Messages that could not be said.
    pub(super) unsaid: Times,
    /// Messages that mean nothing in the call's dialect.
    pub(super) unknown: u64,
    pub(super) failure: Option<String>,
    pub(super) ended: Ended,
    /// The dialect expected, if any, of a call that was never announced but by words that mean nothing in it.
    #[serde(skip)]
    pub(super) misunderstood: Option<Option<Dialect>>,
}

impl Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, heard, said) =
            (self.duration_ms.0.as_secs_f64(), self.heard.flow.bytes, self.said.bytes);
        write!(f, "call {} from {} ended after {seconds:.2} s: ", self.call, self.peer)?;
        write!(f, "{heard} bytes heard, {said} said; {}", self.ended)?;
        match self.misunderstood {
            Some(Some(dialect)) => write!(f, "; what came means nothing in {}", dialect_name(dialect))?,
            Some(None) => f.write_str("; what came means nothing in any dialect")?,
            None => {}
        }
        for (Times { count, first }, what) in [(&self.unreadable, "read"), (&self.unsaid, "said")] {
            let s = if *count == 1 { "" } else { "s" };
            if *count > 0 {
                write!(f, " ({count} message{s} could not be {what}: {first})")?;
            }
        }
        Ok(())
    }
}
