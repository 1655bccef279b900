//! How much the server takes on, from the command line.

use core::ops::RangeInclusive;
use core::time::Duration;

use crate::agent::Agent;
use crate::call::seconds;
use crate::clock::LEAST_BOUND;
use crate::descriptors;
use crate::reception::Limits;

/// The most connections that are taken unless it is said otherwise. Each may hold half a mebibyte of what it is owed and
/// of what it has begun to say.
const CONNECTIONS: usize = 4_096;

/// How often a peer that says nothing is asked for a sign of life before it is given up.
const ASKED: u32 = 3;

/// How much the server takes on at once, and how long it waits.
#[derive(clap::Args)]
pub(super) struct LimitArgs {
    /// How many connections are held at once; more are declined with 503, and with TLS closed. Default: 4096, or three
    /// quarters of the descriptors that the system allows (ulimit -n), half of that where calls are recorded.
    #[arg(long, value_name = "N", value_parser = some)]
    max_connections: Option<usize>,
    /// How many connections of one address are held at once, or of one IPv6 network of 64 bits. Behind a proxy all have
    /// its address. Default: half of --max-connections.
    #[arg(long, value_name = "N", value_parser = some)]
    max_per_address: Option<usize>,
    /// How many calls are held at once; more are declined with 503. Default: as many as do not make the server late.
    #[arg(long, value_name = "N", value_parser = some)]
    max_calls: Option<usize>,
    /// How many milliseconds late the server may be, at least 5, before it declines new calls with 503 for the sake of
    /// those it has; or never. How late it is, shows only once calls go on, so no more than 200 begin a second; with
    /// never, as many as come.
    #[arg(long, value_name = "MS", default_value = "20", value_parser = lateness)]
    shed_late: Lateness,
    /// How many seconds the TLS handshake may take, and how many the next request, up to the end of its headers.
    #[arg(long, value_name = "S", default_value = "10", value_parser = lapse(0.001..=86_400.0))]
    handshake_timeout: Duration,
    /// After how many seconds a call is hung up in which nothing came, not even the reply to a ping; at least 3.
    #[arg(long, value_name = "S", default_value = "60", value_parser = lapse(3.0..=86_400.0))]
    idle_timeout: Duration,
}

/// How late the server may be, if it matters.
#[derive(Clone, Copy)]
struct Lateness(Option<Duration>);

impl LimitArgs {
    /// How much is taken on with this agent.
    pub(super) fn limits(&self, agent: &Agent) -> Limits {
        let connections = self.max_connections.unwrap_or_else(|| {
            let each = if matches!(agent, Agent::Record(_)) { 2 } else { 1 };
            descriptors::allowed().map_or(CONNECTIONS, |all| (all - all / 4) / each).clamp(1, CONNECTIONS)
        });
        Limits {
            connections,
            per_address: self.max_per_address.unwrap_or(connections.div_ceil(2)),
            calls: self.max_calls,
            apart: self.shed_late().map_or(Duration::ZERO, |_| Limits::APART),
            request_within: self.handshake_timeout,
        }
    }

    /// How late the server may be, unless calls are never shed.
    pub(super) const fn shed_late(&self) -> Option<Duration> {
        self.shed_late.0
    }

    /// How long a call may go on in which nothing comes.
    pub(super) const fn idle_timeout(&self) -> Duration {
        self.idle_timeout
    }

    /// How often the peer of a call is asked for a sign of life: no less often than by default.
    pub(super) fn ping_every(&self) -> Duration {
        (self.idle_timeout / ASKED).min(Duration::from_secs(20))
    }
}

/// Reads how many there may be: at least one.
fn some(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&most| most > 0).ok_or("a number of at least 1".into())
}

/// Reads a number of seconds within bounds.
fn lapse(bounds: RangeInclusive<f64>) -> impl Fn(&str) -> Result<Duration, String> + Clone {
    move |text| {
        let lapse = seconds(text)?;
        let (least, most) = (bounds.start(), bounds.end());
        let fits = bounds.contains(&lapse.as_secs_f64());
        fits.then_some(lapse).ok_or(format!("a number of seconds from {least} to {most}"))
    }
}

/// Reads `--shed-late`.
fn lateness(text: &str) -> Result<Lateness, String> {
    if text == "never" {
        return Ok(Lateness(None));
    }
    let bounds = LEAST_BOUND..=Duration::from_secs(10);
    let bound = text.parse().ok().map(Duration::from_millis).filter(|bound| bounds.contains(bound));
    let (least, most) = (bounds.start().as_millis(), bounds.end().as_millis());
    let why = || format!("a number of milliseconds from {least} to {most}, or never; timers show no less");
    Ok(Lateness(Some(bound.ok_or_else(why)?)))
}
