//! Callbacks: whose they are, and what is replied.

use core::error::Error;
use core::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::{Body, Bytes};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::http::request::Parts;
use tokio::time::timeout;
use voxwire::callback::{Callback, CallbackEvent, MAX_BODY};
use voxwire::signature::{Received, Refusal, Verifier};
use voxwire::svaml::{ConnectStream, Invalid, NOTHING, Reply, Svaml};
use voxwire::{AudioFormat, Utc};

use super::admission::Admission;
use super::public::PublicUrl;
use super::refused::Refused;
use crate::exit::Failure;

/// How long the body of a callback may take.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// The longest id of a call that is taken, in bytes: it goes into the endpoint's URL.
const MAX_CALL_ID: usize = 128;

/// Room for a reply, in bytes: its endpoint is the longest part.
const MAX_REPLY: usize = 4 * 1024;

/// How callbacks are answered: whoever calls is connected to a stream on this very server, and goes on from there.
pub(crate) struct Callbacks {
    public: PublicUrl,
    format: AudioFormat,
    verifier: Option<Verifier>,
    max_duration: Option<u32>,
}

/// The answer to a callback.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) json: String,
    /// The action of the SVAML, if it is any.
    pub(super) action: Option<&'static str>,
}

impl Callbacks {
    /// Streams are opened at `public`, with audio of this format.
    pub(crate) const fn new(public: PublicUrl, format: AudioFormat) -> Self {
        Self { public, format, verifier: None, max_duration: None }
    }

    /// Only what is signed is taken.
    pub(crate) fn verified(self, verifier: Verifier) -> Self {
        Self { verifier: Some(verifier), ..self }
    }

    /// The platform is to end calls after so many seconds.
    pub(crate) fn max_duration(self, seconds: u32) -> Self {
        Self { max_duration: Some(seconds), ..self }
    }

    /// Where they are posted.
    pub(crate) fn url(&self) -> String {
        self.public.callbacks()
    }

    /// Whether only what is signed is taken.
    pub(crate) const fn are_verified(&self) -> bool {
        self.verifier.is_some()
    }

    /// Reads a callback whose body has come.
    pub(super) fn read<'b>(&self, head: &Parts, body: &'b [u8], now: Utc) -> Result<Callback<'b>, Refused> {
        if let Some(verifier) = &self.verifier {
            let received = Received {
                method: head.method.as_str(),
                path: head.uri.path(),
                authorization: sole(&head.headers, AUTHORIZATION.as_str()),
                content_type: sole(&head.headers, CONTENT_TYPE.as_str()),
                timestamp: sole(&head.headers, "x-timestamp"),
                body,
            };
            verifier.verify(now, &received).map_err(unsigned)?;
        }
        let content_type = sole(&head.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("application/json") {
            return Err(Refused::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "its content is not application/json",
            ));
        }
        Callback::parse(body).map_err(|error| Refused::new(StatusCode::BAD_REQUEST, error.to_string()))
    }

    /// What a callback is replied.
    pub(super) fn reply(
        &self,
        callback: &Callback<'_>,
        admission: &Admission,
        now: Utc,
    ) -> Result<Answer, Refused> {
        match callback.event() {
            CallbackEvent::Ice => {
                let call_id = callback.call().call_id.map(|id| id.to_string()).unwrap_or_default();
                if call_id.is_empty() || call_id.len() > MAX_CALL_ID {
                    let why = "no stream can be opened for a call without an id of 1 to 128 bytes";
                    return Err(Refused::new(StatusCode::BAD_REQUEST, why));
                }
                self.connect_stream(&admission.suffix(&call_id, now))
            }
            CallbackEvent::Ace => Answer::svaml("continue", Reply::ace().go_on()),
            CallbackEvent::Pie => Answer::svaml("continue", Reply::pie().go_on()),
            _ => Ok(Answer { json: NOTHING.into(), action: None }),
        }
    }

    /// Whether every call can be connected.
    ///
    /// # Errors
    /// [`Failure::Usage`] if not: the public URL or the token will not do.
    pub(super) fn prove(&self, admission: &Admission) -> Result<(), Failure> {
        let longest = admission.suffix(&"x".repeat(MAX_CALL_ID), Utc::default());
        let refuse = |refused: Refused| {
            Failure::Usage(format!("callbacks cannot be answered: {}", refused.why.unwrap_or_default()))
        };
        self.connect_stream(&longest).map(drop).map_err(refuse)
    }

    fn connect_stream(&self, suffix: &str) -> Result<Answer, Refused> {
        let endpoint = self.public.stream() + suffix;
        let stream = ConnectStream::to(endpoint.as_str()).sample_rate(self.format.rate());
        let stream = match self.max_duration {
            Some(seconds) => stream.max_duration(seconds),
            None => stream,
        };
        Answer::svaml("connectStream", Reply::ice().connect_stream(stream))
    }
}

impl Answer {
    /// That SVAML is written at all is proven when the server starts.
    fn svaml(action: &'static str, svaml: Result<Svaml<'_>, Invalid>) -> Result<Self, Refused> {
        let failed = |why: String| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, why);
        let svaml = svaml.map_err(|invalid| failed(invalid.to_string()))?;
        let mut buf = [0; MAX_REPLY];
        let json = svaml.write(&mut buf).map_err(|error| failed(error.to_string()))?;
        Ok(Self { json: json.to_owned(), action: Some(action) })
    }
}

/// Reads the body of a callback, and no more of it than a callback may have.
pub(super) async fn body<B>(body: B) -> Result<Bytes, Refused>
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>,
{
    let too_long = || Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "its body is longer than 64 KiB");
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_long());
    }
    match timeout(BODY_WITHIN, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long()),
        Ok(Err(_)) => Err(Refused::new(StatusCode::BAD_REQUEST, "its body did not come whole")),
        Err(_) => Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "its body came too slowly")),
    }
}

/// A header that came once. Of two it could not be told which one others have gone by.
fn sole<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn unsigned(refusal: Refusal) -> Refused {
    let status = StatusCode::from_u16(Refusal::STATUS).unwrap_or(StatusCode::UNAUTHORIZED);
    Refused::new(status, refusal.to_string())
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;
    use core::pin::Pin;
    use core::task::{Context, Poll, ready};

    use http_body_util::Full;
    use hyper::body::Frame;
    use tokio::time::{Interval, interval};

    use super::*;

    /// A body of which a byte comes every second.
    struct Dripping {
        drops: Interval,
        left: usize,
    }

    impl Dripping {
        fn of(length: usize) -> Self {
            Self { drops: interval(Duration::from_secs(1)), left: length }
        }
    }

    impl Body for Dripping {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            ready!(self.drops.poll_tick(cx));
            self.left -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_take_ten_seconds_and_no_longer() {
        assert_eq!(body(Dripping::of(10)).await.unwrap().len(), 10);
        assert_eq!(body(Dripping::of(12)).await.unwrap_err().status, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound() {
        let full = |length| Full::new(Bytes::from(vec![b' '; length]));
        assert_eq!(body(full(MAX_BODY)).await.unwrap().len(), MAX_BODY);
        assert_eq!(body(full(MAX_BODY + 1)).await.unwrap_err().status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn a_header_that_came_twice_is_as_good_as_none() {
        let mut headers = HeaderMap::new();
        headers.insert("x-timestamp", "2026-02-03T08:15:30Z".parse().unwrap());
        assert_eq!(sole(&headers, "X-Timestamp"), Some("2026-02-03T08:15:30Z"));
        headers.append("x-timestamp", "2026-02-03T08:15:30Z".parse().unwrap());
        assert_eq!(sole(&headers, "x-timestamp"), None);
    }
}
