//! What is told of requests.

use core::fmt::{self, Debug, Display};
use core::net::{IpAddr, SocketAddr};

use serde::Serialize;
use voxwire::callback::Callback;

/// Somebody who asked for something and did not get it.
#[derive(Serialize)]
pub(super) struct TurnedAway<'l> {
    pub(super) peer: SocketAddr,
    pub(super) wanted: Wanted,
    /// The HTTP status, if it came to one.
    pub(super) status: Option<u16>,
    pub(super) why: &'l str,
}

/// What there is no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "limit", content = "address", rename_all = "snake_case")]
pub(super) enum Full {
    Connections,
    Address(IpAddr),
    Calls,
    /// Another call would make those late that there are.
    Late,
}

/// From now on more are turned away.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Filled {
    #[serde(flatten)]
    pub(super) limit: Full,
    /// How many there are.
    pub(super) held: usize,
}

impl Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.held;
        let s = if held == 1 { "" } else { "s" };
        match self.limit {
            Full::Connections => write!(f, "full: {held} connection{s} at once"),
            Full::Address(address) => write!(f, "full: {held} connection{s} at once of {address}"),
            Full::Calls => write!(f, "full: {held} call{s} at once"),
            Full::Late => write!(f, "late, with {held} call{s} at once"),
        }?;
        f.write_str("; more are declined")
    }
}

/// From now on there is room again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Room {
    #[serde(flatten)]
    pub(super) limit: Full,
    /// How many were declined or turned away in the meantime.
    pub(super) refused: u64,
}

impl Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.refused;
        match self.limit {
            Full::Connections => f.write_str("room again for connections"),
            Full::Address(address) => write!(f, "room again for connections of {address}"),
            Full::Calls => f.write_str("room again for calls"),
            Full::Late => f.write_str("late no more: room again for calls"),
        }?;
        match refused {
            1 => f.write_str("; 1 was declined"),
            _ => write!(f, "; {refused} were declined"),
        }
    }
}

/// What somebody asked for, as far as it can be told.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    Call,
    Callback,
}

impl Display for TurnedAway<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = match self.wanted {
            Wanted::Call => "call",
            Wanted::Callback => "callback",
        };
        write!(f, "no {wanted} from {}: {}", self.peer, self.why)?;
        match self.status {
            Some(status) => write!(f, ": declined with {status}"),
            None => Ok(()),
        }
    }
}

/// A callback, and what was replied.
#[derive(Serialize)]
pub(super) struct Replied<'l> {
    pub(super) peer: SocketAddr,
    /// The action of the SVAML, if any was wanted.
    pub(super) reply: Option<&'static str>,
    pub(super) callback: Callback<'l>,
}

/// The other side's words are escaped: they end on a terminal.
impl Display for Replied<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "callback {}", self.callback.event())?;
        tell(f, " of call ", self.callback.call().call_id)?;
        match &self.callback {
            Callback::Ice(ice) => {
                tell(f, " from ", ice.cli)?;
                tell(f, " to ", ice.to.and_then(|to| to.endpoint))?;
            }
            Callback::Pie(pie) => {
                let menu = pie.menu_result.unwrap_or_default();
                tell(f, ", menu ", menu.menu_id)?;
                tell(f, ", ", menu.kind)?;
            }
            Callback::Dice(dice) => {
                tell(f, " from ", dice.from)?;
                tell(f, " to ", dice.to.and_then(|to| to.endpoint))?;
                tell(f, ", ", dice.reason)?;
                tell(f, ", ", dice.result)?;
                if let Some(seconds) = dice.duration {
                    write!(f, ", {seconds} s")?;
                }
            }
            Callback::Notify(notify) => tell(f, ", ", notify.kind)?,
            _ => {}
        }
        match self.reply {
            Some(action) => write!(f, ": {action}"),
            None => Ok(()),
        }
    }
}

fn tell(f: &mut fmt::Formatter<'_>, before: &str, what: Option<impl Debug>) -> fmt::Result {
    match what {
        Some(what) => write!(f, "{before}{what:?}"),
        None => Ok(()),
    }
}
