//! What is done to victims, by bytes. An error is the end of the connection, which is for whoever is behind the attacker to
//! judge.

use core::time::Duration;

use crate::victim::Victim;

pub(crate) mod departures;
pub(crate) mod floods;
pub(crate) mod messages;
pub(crate) mod opening;
pub(crate) mod violations;

/// The most that is said by an attacker who is to be refused, in bytes: more than any victim may keep.
const TOO_MUCH: usize = 32 << 20;

/// An attack on a whole victim.
pub(crate) struct Siege<'v> {
    pub(crate) victim: &'v Victim,
    /// How long connections are made.
    pub(crate) storm: Duration,
}
