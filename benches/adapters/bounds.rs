//! What a call may cost at most. A bound that is missed is told and fails nothing: a busy machine misses them too.

use common::results::Bound;
use voxwire::Dialect;

use crate::Heat;
use crate::results::Results;
use crate::servers::Server;

struct Promise {
    figure: Figure,
    dialect: Dialect,
    /// It holds with each of these counts of calls, and one message ahead.
    calls: &'static [usize],
    at_most: f64,
}

enum Figure {
    /// The CPU time of a message, of that of a rival.
    Cost { server: Server, rival: Server },
    /// The CPU time of a message, of that with fewer calls.
    Growth { server: Server, from: usize },
    /// What a silent call keeps resident over the idle process, in KiB.
    Memory { server: Server },
}

static PROMISES: [Promise; 7] = {
    use Dialect::{Sinch, Wavix};
    use Figure::{Cost, Growth, Memory};
    use Server::{Defaults, Recode, Relay, SameBuffers};
    const MANY: &[usize] = &[1, 100, 1_000];
    [
        Promise {
            figure: Cost { server: Relay, rival: SameBuffers },
            dialect: Sinch,
            calls: MANY,
            at_most: 1.05,
        },
        Promise {
            figure: Cost { server: Relay, rival: SameBuffers },
            dialect: Wavix,
            calls: MANY,
            at_most: 1.05,
        },
        Promise {
            figure: Cost { server: Recode, rival: SameBuffers },
            dialect: Wavix,
            calls: MANY,
            at_most: 1.15,
        },
        Promise {
            figure: Cost { server: Relay, rival: Defaults },
            dialect: Sinch,
            calls: &[1_000],
            at_most: 0.5,
        },
        Promise {
            figure: Growth { server: Relay, from: 100 },
            dialect: Sinch,
            calls: &[5_000],
            at_most: 1.5,
        },
        Promise { figure: Memory { server: Relay }, dialect: Sinch, calls: &[1_000], at_most: 10.0 },
        Promise { figure: Memory { server: Relay }, dialect: Wavix, calls: &[1_000], at_most: 10.0 },
    ]
};

/// What has come of each bound, as far as what it is about has been measured, and in which lane.
pub(crate) fn judge(results: &Results) -> Vec<(Heat, Server, Bound)> {
    let of = |promise: &'static Promise, calls: usize| {
        let heat = Heat { dialect: promise.dialect, calls, ahead: 1 };
        let measured = promise.figure.measured(results, heat)?;
        let what = promise.figure.name();
        Some((heat, promise.figure.server(), Bound::at_most(what, promise.at_most, measured)))
    };
    PROMISES
        .iter()
        .flat_map(|promise| promise.calls.iter().filter_map(move |calls| of(promise, *calls)))
        .collect()
}

pub(crate) fn print(bounds: &[(Heat, Server, Bound)]) {
    println!("{:<98} {:>12} {:>8}", "adapters, bounds", "is to be", "measured");
    for (heat, _, bound) in bounds {
        let what = format!("{heat}: {}", bound.what);
        println!("{what:<98} {:>12} {:>8.2} {}", bound.limit.to_string(), bound.measured, bound.verdict());
    }
    println!();
}

impl Figure {
    fn measured(&self, results: &Results, heat: Heat) -> Option<f64> {
        match *self {
            Self::Cost { server, rival } => {
                Some(results.lane(heat, server)?.ratio_to(results.lane(heat, rival)?))
            }
            Self::Growth { server, from } => {
                let fewer = Heat { calls: from, ..heat };
                Some(results.lane(heat, server)?.ratio_to(results.lane(fewer, server)?))
            }
            Self::Memory { server } => Some(results.lane(heat, server)?.memory()? / 1024.0),
        }
    }

    const fn server(&self) -> Server {
        match *self {
            Self::Cost { server, .. } | Self::Growth { server, .. } | Self::Memory { server } => server,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Cost { server, rival } => format!("{} / {}", server.name(), rival.name()),
            Self::Growth { server, from } => format!("{} / the same with {from} calls", server.name()),
            Self::Memory { server } => format!("{}, KiB of a silent call", server.name()),
        }
    }
}
