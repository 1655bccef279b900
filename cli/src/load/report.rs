//! The report of a load: one file for a browser, which needs nothing else.

use core::fmt::Write;
use std::path::Path;
use std::thread::available_parallelism;
use std::{env, fs};

use super::crowd::Crowd;
use super::limit::Limit;
use super::plot::Plot;
use super::summary::Summary;
use crate::exit::{Failure, address};
use crate::timeline::Xml;

const TEMPLATE: &str = include_str!("../../assets/load.html");

pub(super) struct Report<'r> {
    pub(super) crowd: &'r Crowd,
    pub(super) summary: &'r Summary,
    /// What a search has found, and what it tried.
    pub(super) limit: Option<(&'r Limit, &'r [Summary])>,
    /// Its path, which may be a secret, is not told.
    pub(super) url: &'r str,
}

impl Report<'_> {
    /// # Errors
    /// [`Failure::Write`].
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let written = fs::write(path, self.html());
        written.map_err(|cause| Failure::Write { name: path.display().to_string(), cause })
    }

    fn html(&self) -> String {
        let tally = &self.crowd.tally;
        let s = if self.summary.calls == 1 { "" } else { "s" };
        let title = format!("voxwire load: {} call{s} to {}", self.summary.calls, address(self.url));
        let parts = [
            ("{{title}}", Xml(&title).to_string()),
            ("{{table}}", table(&self.summary.rows())),
            ("{{limit}}", self.limit()),
            ("{{distribution}}", Plot::distribution(&tally.latency).to_string()),
            ("{{over_time}}", Plot::over_time(tally).to_string()),
            ("{{machine}}", table(&self.machine())),
        ];
        parts.into_iter().fold(TEMPLATE.to_owned(), |page, (place, part)| page.replace(place, &part))
    }

    fn limit(&self) -> String {
        let Some((limit, probes)) = self.limit else { return String::new() };
        let row = |probe: &Summary| {
            let (p99, late) = (probe.latency_ms.p99, probe.own_lateness_ms.p99);
            let Summary { held, frames, verdict, .. } = probe;
            let figures = format!("{held} held, {} frames lost, p99 {p99}, own late {late}", frames.lost);
            let s = if probe.calls == 1 { "" } else { "s" };
            (format!("{} call{s}", probe.calls), format!("{figures}: {verdict}"))
        };
        let rows: Vec<_> = probes.iter().map(row).collect();
        format!("<h2>Limit</h2>\n<p>{}.</p>\n<table>\n{}</table>\n", Xml(&limit.found()), table(&rows))
    }

    fn machine(&self) -> [(&'static str, String); 3] {
        let cpus = available_parallelism().map_or("unknown".into(), |cpus| cpus.to_string());
        let line = env::args_os().map(|arg| match arg.to_string_lossy().into_owned() {
            arg if arg == self.url => address(self.url).to_owned(),
            arg => arg,
        });
        [
            ("system", format!("{} on {}, {cpus} CPUs", env::consts::OS, env::consts::ARCH)),
            ("program", format!("voxwire {}", env!("CARGO_PKG_VERSION"))),
            ("command line", line.collect::<Vec<_>>().join(" ")),
        ]
    }
}

fn table<N: AsRef<str>>(rows: &[(N, String)]) -> String {
    rows.iter().fold(String::new(), |mut table, (name, value)| {
        let (name, value) = (Xml(name.as_ref()), Xml(value));
        // Writing to a string does not fail.
        let _ = writeln!(table, "<tr><th>{name}</th><td>{value}</td></tr>");
        table
    })
}
