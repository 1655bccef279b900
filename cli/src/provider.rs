//! The provider behind `voxwire call --callback`: what Sinch does over HTTP before, during and after a call.
//!
//! | | |
//! |---|---|
//! | one POST | `http.rs` |
//! | the bodies of callbacks | `bodies.rs` |
//! | one leg of a call, its callbacks and the replies to them | `leg.rs`, `reply.rs`, `end.rs`, `exchange.rs` |
//! | doing what the replies say | `course.rs`, `menu.rs`, `stream.rs`, `people.rs` |
//! | calls that the application starts | `callout.rs` |

use hyper::Uri;
use hyper::body::Bytes;
use voxwire::Utc;
use voxwire::callback::CallbackEvent;
use voxwire::signature::{Credentials, Request};

use crate::clock::wall_clock;
use crate::exit::{Failure, address};
use crate::socket::Trust;
use crate::url::{self, Scheme};

mod bodies;
mod callout;
mod course;
mod end;
mod exchange;
mod http;
mod leg;
mod menu;
mod people;
mod reply;
mod stream;

pub(crate) use callout::{Begins, Errand};
pub(crate) use course::{A_MOMENT, Course, Outcome};
pub(crate) use end::End;
pub(crate) use leg::{Guide, Leg, Parties, Says};
pub(crate) use people::{Answerer, Callee, People, Presses};
pub(crate) use reply::Reply;
pub(crate) use stream::Stream;

use http::{Answer, PostError};

/// What Sinch says of its bodies.
pub(crate) const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// Who calls, unless it is said. No such numbers are given out (NANPA: 555-0100 to 555-0199).
pub(crate) const FROM: &str = "+12025550101";

/// Who is called, unless it is said.
pub(crate) const TO: &str = "+12025550199";

/// Who posts callbacks to an application.
pub(crate) struct Provider {
    url: Uri,
    credentials: Option<Credentials>,
    trust: Trust,
}

impl Provider {
    /// Posts to a `http://` or `https://` URL; signed, if there are credentials.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a URL that nothing can be posted to.
    pub(crate) fn new(url: &str, credentials: Option<Credentials>, trust: Trust) -> Result<Self, Failure> {
        Ok(Self { url: url::check(url, Scheme::Http)?, credentials, trust })
    }

    /// The key of the application that is told.
    pub(crate) fn application_key(&self) -> Option<&str> {
        self.credentials.as_ref().map(Credentials::key)
    }

    /// Posts a callback, and gives what is replied to it with a status of success.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when nobody is there, [`Failure::Callback`] for whatever else keeps the application from
    /// replying.
    async fn post(&self, event: CallbackEvent, body: String) -> Result<Answer, Failure> {
        let timestamp = timestamp(wall_clock());
        let mut headers = vec![("Content-Type", CONTENT_TYPE.to_owned()), ("x-timestamp", timestamp.clone())];
        if let Some(credentials) = &self.credentials {
            let request = Request {
                method: "POST",
                path: self.url.path(),
                content_type: CONTENT_TYPE,
                timestamp: &timestamp,
                body: body.as_bytes(),
            };
            headers.push(("Authorization", credentials.authorization(&request).to_string()));
        }
        let refused = |why: String| Failure::Callback { event, why };
        match http::post(&self.trust, &self.url, &headers, Bytes::from(body)).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(answer),
            Ok(Answer { status: 401, .. }) => {
                let why =
                    if self.credentials.is_some() { "with these credentials" } else { "without a signature" };
                Err(refused(format!("HTTP status 401, {why}")))
            }
            Ok(answer) => Err(refused(format!("HTTP status {}", answer.status))),
            Err(error @ PostError::Unreachable(_)) => {
                let url = address(&self.url.to_string()).to_owned();
                Err(Failure::Unreachable { url, why: error.to_string() })
            }
            Err(error) => Err(refused(error.to_string())),
        }
    }
}

/// A time as Sinch's `x-timestamp` has it: seven digits of a second, always.
pub(crate) fn timestamp(now: Utc) -> String {
    let whole = Utc::new(now.seconds(), 0).to_string();
    format!("{}.{:07}Z", whole.trim_end_matches('Z'), now.nanos() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_has_seven_digits_of_a_second() {
        assert_eq!(timestamp(Utc::new(1_770_106_530, 555_000_199)), "2026-02-03T08:15:30.5550001Z");
        assert_eq!(timestamp(Utc::new(1_770_106_530, 0)), "2026-02-03T08:15:30.0000000Z");
    }
}
