use core::time::Duration;

use voxwire::Config;
use voxwire::audio::Stopped;

const DAY: u64 = 24 * 60 * 60;

/// What a call on a socket is told once: the session's [`Config`], and what the socket needs besides.
///
/// ```
/// use core::time::Duration;
/// use voxwire::{Config, Dialect};
/// use voxwire_embassy::CallConfig;
///
/// let config = CallConfig::from(Config::new(Dialect::Wavix)).ping_every(Duration::from_secs(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallConfig {
    pub(crate) session: Config,
    pub(crate) ping_every: Duration,
    pub(crate) drain_within: Duration,
}

impl CallConfig {
    /// The defaults around a session's configuration.
    pub const fn new(session: Config) -> Self {
        Self { session, ping_every: Duration::from_secs(20), drain_within: Duration::from_secs(2) }
    }

    /// How often the peer is pinged, so that a call whose caller is silent still shows signs of life. Default 20 s
    /// (assumed); from one second to one day, to which anything else is cut.
    #[must_use]
    pub const fn ping_every(self, interval: Duration) -> Self {
        let ping_every = match interval.as_secs() {
            0 => Duration::from_secs(1),
            1..DAY => interval,
            _ => Duration::from_secs(DAY),
        };
        Self { ping_every, ..self }
    }

    /// How long hanging up lets the queue drain; audio that is left then is thrown away. Default 2 s (assumed).
    #[must_use]
    pub const fn drain_within(self, limit: Duration) -> Self {
        Self { drain_within: limit, ..self }
    }
}

impl From<Config> for CallConfig {
    fn from(session: Config) -> Self {
        Self::new(session)
    }
}

/// What a clear threw away: here, before it left this machine, and there, before it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cleared {
    /// Bytes of audio, decoded, that had been said and were not yet on the socket.
    pub bytes: usize,
    /// Where it stops what is played at the far end, and how much has been heard there, of the audio that was on the
    /// socket. `None` if there was none, its format is not known ([`Start::said`](voxwire::Start::said)), or nobody
    /// [follows](crate::Call::follow) the call. While the clear itself must wait for the socket, which it does only behind
    /// a message that the peer is slow to take, all that is certain is told: that it stops somewhere from here to the end.
    pub stopped: Option<Stopped>,
}
