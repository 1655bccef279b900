use core::time::Duration;

use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use voxwire::Config;

/// What a call on a socket is told once: the session's [`Config`], and what the socket needs besides.
///
/// ```
/// use voxwire::{Config, Dialect};
/// use voxwire_tokio::CallConfig;
///
/// let config = CallConfig::from(Config::new(Dialect::Wavix)).queue(64 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallConfig {
    pub(crate) session: Config,
    pub(crate) queue: usize,
    pub(crate) ping_every: Duration,
    pub(crate) drain_within: Duration,
}

impl CallConfig {
    /// The defaults around a session's configuration.
    pub const fn new(session: Config) -> Self {
        Self {
            session,
            queue: 256 * 1024,
            ping_every: Duration::from_secs(20),
            drain_within: Duration::from_secs(2),
        }
    }

    /// The memory of the outgoing queue, in bytes: how much may be said ahead of the socket before `send` waits, and
    /// the longest message that can be said. Default 256 KiB; at least 4 KiB. Memory that has never been filled is
    /// not resident.
    #[must_use]
    pub const fn queue(self, bytes: usize) -> Self {
        const LEAST: usize = 4 * 1024;
        Self { queue: if bytes < LEAST { LEAST } else { bytes }, ..self }
    }

    /// How often the peer is pinged, so that a call whose caller is silent still shows signs of life. Default 20 s.
    #[must_use]
    pub const fn ping_every(self, interval: Duration) -> Self {
        Self { ping_every: interval, ..self }
    }

    /// How long hanging up waits for the queue to drain. Default 2 s.
    #[must_use]
    pub const fn drain_within(self, limit: Duration) -> Self {
        Self { drain_within: limit, ..self }
    }

    /// Small buffers: the library's default of 128 KiB for reading is taken for every connection at once, and a
    /// write buffer would put audio out of reach of a clear.
    pub(crate) fn websocket(&self) -> WebSocketConfig {
        let limit = self.session.message_limit();
        WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_write_buffer_size(limit.max(self.queue).saturating_add(1024))
            .max_message_size(Some(limit))
            .max_frame_size(Some(limit))
    }
}

impl From<Config> for CallConfig {
    fn from(session: Config) -> Self {
        Self::new(session)
    }
}
