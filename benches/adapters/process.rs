//! A server as a process of its own, and what Linux knows about it.

use core::net::SocketAddr;
use core::str::FromStr;
use core::time::Duration;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use voxwire::Dialect;

use crate::servers::Server;

/// Ends when it is dropped.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    /// Starts this program again, as a server of a dialect.
    pub(crate) fn start(server: Server, dialect: Dialect) -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(["--server", server.name(), dialect.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| io::Error::other("the server did not begin"))?;
        Ok(Self { child, address })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CPU time of all its threads so far, to the nanosecond where nothing runs.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in fs::read_dir(self.folder().join("task"))? {
            let times = fs::read_to_string(thread?.path().join("schedstat"))?;
            sum += Duration::from_nanos(number(times.split_whitespace().next())?);
        }
        Ok(sum)
    }

    /// Its memory that is resident, in bytes. Counted page by page: the sum that `status` tells is an estimate.
    pub(crate) fn resident(&self) -> io::Result<u64> {
        let kib = entry(&self.folder().join("smaps_rollup"), "Rss:")?;
        Ok(number::<u64>(kib.split_whitespace().next())? * 1024)
    }

    fn folder(&self) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets this process and those that it starts hold so many files open, and run on one core only.
///
/// On two cores it is chance whether a server is woken for each message or finds many, and what a waking costs is as
/// much as a message. On one they take turns: all is said, all is echoed, all is heard.
#[cfg(target_os = "linux")]
pub(crate) fn prepare(files: u64) -> io::Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < files) {
        if limit.maximum.is_some_and(|maximum| maximum < files) {
            let why = format!("each process needs {files} open files: `ulimit -n {files}` first, as root");
            return Err(io::Error::other(why));
        }
        limit.current = Some(files);
        setrlimit(Resource::Nofile, limit)?;
    }
    let cores = sched_getaffinity(None)?;
    // The first core is often the one that takes the interrupts.
    if let Some(last) = (0..CpuSet::MAX_CPU).rev().find(|core| cores.is_set(*core)) {
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one)?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare(_: u64) -> io::Result<()> {
    Ok(())
}

/// What follows a name at the beginning of a line.
fn entry(path: &Path, name: &str) -> io::Result<String> {
    let file = fs::read_to_string(path)?;
    let line = file.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.ok_or_else(|| io::Error::other(format!("{} has no {name}", path.display())))?.to_owned())
}

fn number<N: FromStr>(text: Option<&str>) -> io::Result<N> {
    text.and_then(|text| text.parse().ok()).ok_or_else(|| io::Error::other("no number where one should be"))
}
