//! Random bytes, from the system.

use std::io;

use crate::exit::Failure;

/// Bytes that nobody can guess.
///
/// # Errors
/// [`Failure::Read`] when the system has none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(cause) => {
            Err(Failure::Read { name: "the system's random numbers".into(), cause: io::Error::other(cause) })
        }
    }
}
