//! Requests that are refused.

use std::borrow::Cow;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CONNECTION, HeaderName, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};

/// A request that is refused: the peer is told the status, and only we are told why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// `None` if that has been told.
    pub(super) why: Option<Cow<'static, str>>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, why: impl Into<Cow<'static, str>>) -> Self {
        Self { status, why: Some(why.into()) }
    }

    /// There is no room for it. The gate tells when that begins and when it is over.
    pub(super) const fn full() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, why: None }
    }

    /// The same for everybody who is refused with this status.
    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        *response.status_mut() = self.status;
        for (name, value) in headers(self.status) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// What goes with a status (RFC 9110, section 15). What is left of a body that was too much is not waited for.
fn headers(status: StatusCode) -> Vec<(HeaderName, &'static str)> {
    match status {
        StatusCode::UNAUTHORIZED => vec![(WWW_AUTHENTICATE, "application")],
        StatusCode::METHOD_NOT_ALLOWED => vec![(ALLOW, "GET, POST")],
        StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => vec![(CONNECTION, "close")],
        StatusCode::SERVICE_UNAVAILABLE => vec![(CONNECTION, "close"), (RETRY_AFTER, "2")],
        StatusCode::UPGRADE_REQUIRED => {
            vec![(CONNECTION, "upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_VERSION, "13")]
        }
        _ => Vec::new(),
    }
}
