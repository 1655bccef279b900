use core::time::Duration;

use embassy_futures::select::{Either, select};
use voxwire_embassy::Clock;

/// How long a platform may take over something that is its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a future comes to, or `None` if that takes too long.
pub(crate) async fn patiently<T, C: Clock>(clock: &C, future: impl Future<Output = T>) -> Option<T> {
    match select(future, clock.sleep_until(clock.now().saturating_add(PATIENCE))).await {
        Either::First(done) => Some(done),
        Either::Second(()) => None,
    }
}
