use core::time::Duration;

use tungstenite::protocol::WebSocketConfig;
use voxwire::audio::Playback;
use voxwire::{Config, Outbox};

const DAY: u64 = 24 * 60 * 60;

/// What a call on a socket is told once: the session's [`Config`], and what the socket needs besides.
///
/// ```
/// use voxwire::{Config, Dialect};
/// use voxwire_line::CallConfig;
///
/// let config = CallConfig::from(Config::new(Dialect::Wavix)).queue(64 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallConfig {
    pub(crate) session: Config,
    queue: usize,
    pub(crate) ping_every: Duration,
    pub(crate) drain_within: Duration,
    pub(crate) delay: [Duration; 2],
    pub(crate) jitter: Duration,
}

impl CallConfig {
    /// The smallest queue, in bytes.
    pub const MIN_QUEUE: usize = 4 * 1024;

    /// The defaults around a session's configuration.
    pub const fn new(session: Config) -> Self {
        Self {
            session,
            queue: Self::MIN_QUEUE,
            ping_every: Duration::from_secs(20),
            drain_within: Duration::from_secs(2),
            delay: Playback::DELAY,
            jitter: Playback::JITTER,
        }
        .queue(session.message_limit())
    }

    /// How many bytes of messages may be said ahead of the socket before `send` waits; so also the longest message that
    /// can be said. Default [`Config::max_message`]; at least [`MIN_QUEUE`](Self::MIN_QUEUE). Memory that has never
    /// been filled is not resident.
    #[must_use]
    pub const fn queue(self, bytes: usize) -> Self {
        Self { queue: if bytes < Self::MIN_QUEUE { Self::MIN_QUEUE } else { bytes }, ..self }
    }

    /// How often the peer is pinged, so that a call whose caller is silent still shows signs of life. Default 20 s
    /// (assumed); from one second to one day, to which anything else is cut.
    #[must_use]
    pub const fn ping_every(self, interval: Duration) -> Self {
        let seconds = interval.as_secs();
        let ping_every = match seconds {
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

    /// How long, at least and at most, the way to the far end takes without jitter, until sound is heard there
    /// ([`Playback::delay`]): what is told of what was heard holds as long as this does. Default [`Playback::DELAY`].
    #[must_use]
    pub const fn delay(self, least: Duration, most: Duration) -> Self {
        Self { delay: [least, most], ..self }
    }

    /// How much longer than that one message may take than another ([`Playback::jitter`]). Default
    /// [`Playback::JITTER`].
    #[must_use]
    pub const fn jitter(self, jitter: Duration) -> Self {
        Self { jitter, ..self }
    }

    /// The queue, and what it keeps free or takes for itself.
    pub(crate) const fn memory(&self) -> usize {
        self.queue.saturating_add(Outbox::<Box<[u8]>>::RESERVE).saturating_add(Outbox::<Box<[u8]>>::OVERHEAD)
    }

    /// What the socket library is told.
    ///
    /// Small buffers: the library's default of 128 KiB for reading is taken for every connection at once, and cleared for
    /// each read; it grows where a message is longer, and messages of one frame do not come to it. A write buffer would put
    /// audio out of reach of a clear.
    pub(crate) fn websocket(&self) -> WebSocketConfig {
        let limit = self.session.message_limit();
        WebSocketConfig::default()
            .read_buffer_size(512)
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
