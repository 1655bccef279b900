//! Time as an argument: the core has no clock of its own.

use core::ops::Add;
use core::time::Duration;

/// A point on the caller's monotonic clock, in microseconds since an origin of the caller's choice.
///
/// Arithmetic saturates, so no clock value can make it overflow.
///
/// ```
/// use core::time::Duration;
/// use voxwire::Instant;
///
/// let answered = Instant::from_millis(1_500);
/// assert_eq!(answered + Duration::from_micros(7), Instant::from_micros(1_500_007));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The origin.
    pub const ZERO: Self = Self(0);

    /// The end of time, which never comes.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// The instant `micros` microseconds after the origin.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The instant `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Microseconds since the origin.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Time since `earlier`; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Microseconds since `earlier`; zero if `earlier` is later.
    pub(crate) const fn micros_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant `micros` microseconds later.
    pub(crate) const fn plus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The instant `micros` microseconds earlier; `None` where that lies before the origin.
    pub(crate) const fn checked_minus_micros(self, micros: u64) -> Option<Self> {
        match self.0.checked_sub(micros) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The instant `micros` microseconds earlier, or the origin.
    pub(crate) const fn minus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_sub(micros))
    }

    /// The instant `duration` later, in whole microseconds.
    #[must_use]
    pub const fn saturating_add(self, duration: Duration) -> Self {
        let micros = duration.as_micros();
        Self(self.0.saturating_add(if micros > u64::MAX as u128 { u64::MAX } else { micros as u64 }))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self.saturating_add(duration)
    }
}
