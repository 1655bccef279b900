//! What the server prints.

use core::fmt::{self, Display};
use core::net::SocketAddr;

use serde::Serialize;
use voxwire::Dialect;

use crate::report::{Ended, Flow, Millis};

#[derive(Serialize)]
pub(super) struct Listening {
    pub(super) url: String,
}

impl Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listening on {}", self.url)
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

#[derive(Serialize)]
pub(super) struct TurnedAway {
    pub(super) peer: SocketAddr,
    pub(super) why: String,
}

impl Display for TurnedAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no call from {}: {}", self.peer, self.why)
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
    pub(super) heard: Flow,
    pub(super) said: Flow,
    pub(super) failure: Option<String>,
    pub(super) ended: Ended,
}

impl Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, heard, said) = (self.duration_ms.0.as_secs_f64(), self.heard.bytes, self.said.bytes);
        write!(f, "call {} from {} ended after {seconds:.2} s: ", self.call, self.peer)?;
        write!(f, "{heard} bytes heard, {said} said; {}", self.ended)
    }
}
