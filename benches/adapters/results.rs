//! What was measured: as a table, and as a file.

use std::io;

use common::results::{self, Bound, Row, median};

use crate::Heat;
use crate::servers::Server;

/// Every server of every heat, in the order of the heats.
pub(crate) struct Results(Vec<Lane>);

/// One server in one heat.
pub(crate) struct Lane {
    heat: Heat,
    server: Server,
    /// One of each round.
    samples: Vec<Sample>,
}

/// What one server did in one round.
pub(crate) struct Sample {
    /// Nanoseconds of CPU time for each message.
    pub(crate) cpu: f64,
    /// Bytes that are resident for each call while it is silent.
    pub(crate) memory: f64,
}

impl Results {
    pub(crate) fn new(heats: &[Heat]) -> Self {
        let lanes = heats.iter().flat_map(|heat| heat.servers().iter().map(|server| (*heat, *server)));
        Self(lanes.map(|(heat, server)| Lane { heat, server, samples: Vec::new() }).collect())
    }

    pub(crate) fn add(&mut self, heat: Heat, server: Server, sample: Sample) {
        let lane = self.0.iter_mut().find(|lane| lane.heat == heat && lane.server == server);
        lane.expect("a lane of these heats").samples.push(sample);
    }

    /// `None` where it has not run.
    pub(crate) fn lane(&self, heat: Heat, server: Server) -> Option<&Lane> {
        self.0.iter().find(|lane| lane.heat == heat && lane.server == server && !lane.samples.is_empty())
    }

    pub(crate) fn print(&self) {
        println!(
            "{:<26} {:<34} {:>10} {:>9} {:>14} {:>10} {:>11} {:>11}",
            "adapters, CPU time of a message",
            "",
            "median",
            "fastest",
            "/ same buffers",
            "/ defaults",
            "/ 100 calls",
            "silent call"
        );
        let figure = |figure: Option<f64>| figure.map_or("-".to_owned(), |figure| format!("{figure:.2}"));
        for lane in &self.0 {
            let Lane { heat, server, .. } = lane;
            let memory = lane.memory().map_or("-".to_owned(), |bytes| format!("{:.1} KiB", bytes / 1024.0));
            println!(
                "{:<26} {:<34} {:>7.2} µs {:>6.2} µs {:>14} {:>10} {:>11} {memory:>11}",
                heat.to_string(),
                server.name(),
                lane.median() / 1e3,
                lane.fastest() / 1e3,
                figure(self.ratio(lane, *heat, Server::SameBuffers)),
                figure(self.ratio(lane, *heat, Server::Defaults)),
                figure(self.ratio(lane, Heat { calls: 100, ..*heat }, *server)),
            );
        }
        println!();
    }

    /// Writes `bench-results/adapters.json` into the target folder, each bound beside the lane that it is of.
    pub(crate) fn write(&self, bounds: &[(Heat, Server, Bound)]) -> io::Result<()> {
        let rows: Vec<_> = self.0.iter().map(|lane| self.row(lane, bounds)).collect();
        results::write("adapters", &rows)
    }

    fn row(&self, lane: &Lane, bounds: &[(Heat, Server, Bound)]) -> Row {
        let own = bounds.iter().filter(|(heat, server, _)| (*heat, *server) == (lane.heat, lane.server));
        Row {
            bench: "adapters".to_owned(),
            task: lane.heat.to_string(),
            lane: lane.server.name().to_owned(),
            median: lane.median(),
            fastest: Some(lane.fastest()),
            unit: "ns".to_owned(),
            ratio: self.ratio(lane, lane.heat, Server::SameBuffers),
            memory: lane.memory(),
            bounds: own.map(|(_, _, bound)| bound.clone()).collect(),
            ..Row::default()
        }
    }

    fn ratio(&self, lane: &Lane, heat: Heat, rival: Server) -> Option<f64> {
        Some(lane.ratio_to(self.lane(heat, rival)?))
    }
}

impl Lane {
    /// Of the CPU time of a message, round by round.
    pub(crate) fn ratio_to(&self, rival: &Self) -> f64 {
        median(self.samples.iter().zip(&rival.samples).map(|(own, its)| own.cpu / its.cpu))
    }

    /// Bytes that a silent call keeps resident; `None` of one call, where it would be what the process needs for its
    /// first.
    pub(crate) fn memory(&self) -> Option<f64> {
        (self.heat.calls > 1).then(|| median(self.samples.iter().map(|sample| sample.memory)))
    }

    fn median(&self) -> f64 {
        median(self.samples.iter().map(|sample| sample.cpu))
    }

    fn fastest(&self) -> f64 {
        self.samples.iter().map(|sample| sample.cpu).fold(f64::INFINITY, f64::min)
    }
}
