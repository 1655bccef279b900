//! Where a call is connected to that becomes a stream.

use core::time::Duration;

use voxwire::svaml::{Action, ConnectStream};
use voxwire::{AudioFormat, Text};

use super::Reply;
use crate::exit::{Failure, RATES, address};
use crate::url::{self, Scheme};

/// The rate of a stream that names none, in Hz: Voice 2.0's default, v1 has none of its own.
const RATE: u32 = 8_000;

/// What the application asks for with `connectStream`.
pub(crate) struct Stream {
    /// A `ws://` or `wss://` URL. Its path may be a secret.
    pub(crate) endpoint: String,
    pub(crate) format: AudioFormat,
    pub(crate) headers: Vec<(String, String)>,
    /// How long the call may last.
    pub(crate) limit: Option<Duration>,
}

impl Stream {
    /// The stream that a reply asks for, if it does.
    ///
    /// # Errors
    /// [`Failure::Callback`] for a rate that no stream has, [`Failure::Unreachable`] for an endpoint that cannot be
    /// dialled.
    pub(crate) fn of(reply: &Reply) -> Result<Option<Self>, Failure> {
        let svaml = reply.svaml()?;
        let Some(Action::ConnectStream(stream)) = svaml.action() else { return Ok(None) };
        let rate = rate(stream);
        let format = AudioFormat::pcm16(rate).ok_or_else(|| Failure::Callback {
            event: reply.event(),
            why: format!("a sample rate of {rate} Hz; it is one of {RATES}"),
        })?;
        let endpoint = stream.destination.endpoint.to_string();
        if let Err(why) = url::refusal(&endpoint, Scheme::Ws) {
            return Err(Failure::Unreachable { url: address(&endpoint).to_owned(), why });
        }
        let own = |text: Text<'_>| text.to_string();
        let headers =
            stream.call_headers.iter().map(|header| (own(header.name), own(header.value))).collect();
        let limit = stream.max_duration.map(|seconds| Duration::from_secs(seconds.into()));
        Ok(Some(Self { endpoint, format, headers, limit }))
    }

    /// The endpoint without what may be a secret.
    pub(crate) fn address(&self) -> &str {
        address(&self.endpoint)
    }
}

fn rate(stream: &ConnectStream<'_>) -> u32 {
    stream.streaming_options.and_then(|options| options.sample_rate).unwrap_or(RATE)
}
