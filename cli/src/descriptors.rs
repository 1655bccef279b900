//! Descriptors: each socket and each file takes one, and the system allows a program only so many.

/// How many the system allows, if it says so.
#[cfg(unix)]
pub(crate) fn allowed() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|most| usize::try_from(most).ok())
}

/// As many as the system lets a program give itself, taken. Tells how many that are, if it says so.
#[cfg(unix)]
pub(crate) fn raised() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Where it may not be, it stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    allowed()
}

#[cfg(not(unix))]
pub(crate) const fn allowed() -> Option<usize> {
    None
}

#[cfg(not(unix))]
pub(crate) const fn raised() -> Option<usize> {
    None
}
