//! What a call may cost at most. A bound that is missed is told and fails nothing: a busy machine misses them too.

use voxwire::Dialect;

use crate::Heat;
use crate::results::Results;
use crate::servers::Server;

struct Bound {
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

const BOUNDS: [Bound; 7] = {
    use Dialect::{Sinch, Wavix};
    use Figure::{Cost, Growth, Memory};
    use Server::{Defaults, Recode, Relay, SameBuffers};
    const MANY: &[usize] = &[1, 100, 1_000];
    [
        Bound {
            figure: Cost { server: Relay, rival: SameBuffers },
            dialect: Sinch,
            calls: MANY,
            at_most: 1.05,
        },
        Bound {
            figure: Cost { server: Relay, rival: SameBuffers },
            dialect: Wavix,
            calls: MANY,
            at_most: 1.05,
        },
        Bound {
            figure: Cost { server: Recode, rival: SameBuffers },
            dialect: Wavix,
            calls: MANY,
            at_most: 1.15,
        },
        Bound {
            figure: Cost { server: Relay, rival: Defaults },
            dialect: Sinch,
            calls: &[1_000],
            at_most: 0.5,
        },
        Bound { figure: Growth { server: Relay, from: 100 }, dialect: Sinch, calls: &[5_000], at_most: 1.5 },
        Bound { figure: Memory { server: Relay }, dialect: Sinch, calls: &[1_000], at_most: 10.0 },
        Bound { figure: Memory { server: Relay }, dialect: Wavix, calls: &[1_000], at_most: 10.0 },
    ]
};

/// Tells of each bound whether it was kept, as far as what it is about has been measured.
pub(crate) fn print(results: &Results) {
    println!("{:<98} {:>7} {:>8}", "adapters, bounds", "at most", "measured");
    for bound in &BOUNDS {
        for calls in bound.calls {
            let heat = Heat { dialect: bound.dialect, calls: *calls, ahead: 1 };
            let Some(measured) = bound.figure.measured(results, heat) else { continue };
            let verdict = if measured <= bound.at_most { "held" } else { "NOT MET" };
            let what = format!("{heat}: {}", bound.figure.name());
            println!("{what:<98} {:>7.2} {measured:>8.2} {verdict}", bound.at_most);
        }
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

    fn name(&self) -> String {
        match self {
            Self::Cost { server, rival } => format!("{} / {}", server.name(), rival.name()),
            Self::Growth { server, from } => format!("{} / the same with {from} calls", server.name()),
            Self::Memory { server } => format!("{}, KiB of a silent call", server.name()),
        }
    }
}
