//! One connection: its requests, and what they are answered.

use core::convert::Infallible;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;

use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::watch;
use voxwire::callback::CallbackEvent;
use voxwire_tokio::UpgradeRequest;
use voxwire_tokio::tungstenite::handshake::server::create_response_with_body;

use super::gate::Seat;
use super::lines::{Replied, TurnedAway, Wanted};
use super::refused::Refused;
use super::{Reception, callbacks};
use crate::clock::wall_clock;

/// One connection.
pub(super) struct Visit<'r> {
    pub(super) reception: &'r Reception,
    pub(super) peer: SocketAddr,
    /// Whether there is no room for it.
    pub(super) declined: bool,
    pub(super) closing: watch::Receiver<bool>,
    /// Whether there has been a request.
    pub(super) asked: AtomicBool,
    /// Set once a stream is opened.
    pub(super) admitted: OnceLock<Admitted>,
}

/// A stream that is being opened.
pub(super) struct Admitted {
    /// The id of the call that its token names.
    pub(super) call_id: Option<String>,
    pub(super) seat: Seat,
}

impl Visit<'_> {
    /// Answers a request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        self.asked.store(true, Ordering::Relaxed);
        let wanted = match *request.method() {
            Method::POST => Wanted::Callback,
            _ => Wanted::Call,
        };
        let answered = match wanted {
            _ if self.declined => Err(Refused::full()),
            _ if *self.closing.borrow() => {
                Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the server takes no more calls"))
            }
            Wanted::Callback => self.reply(request).await,
            Wanted::Call => self.open(&request).await,
        };
        Ok(answered.unwrap_or_else(|refused| {
            if let Some(why) = &refused.why {
                self.tell_turned_away(wanted, Some(refused.status), why);
            }
            refused.response()
        }))
    }

    /// Replies to a callback.
    async fn reply(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Refused> {
        let Reception { admission, callbacks, gate, output, .. } = self.reception;
        let callbacks =
            callbacks.as_ref().ok_or(Refused::new(StatusCode::NOT_FOUND, "none are taken here"))?;
        let (head, body) = request.into_parts();
        let body = callbacks::body(body).await?;
        let now = wall_clock();
        let callback = callbacks.read(&head, &body, now)?;
        // A call that there is no room for now shall not be connected to be declined then.
        if callback.event() == CallbackEvent::Ice {
            gate.seat().ok_or_else(Refused::full)?;
        }
        let reply = callbacks.reply(&callback, admission, now)?;
        output.line("callback", &Replied { peer: self.peer, reply: reply.action, callback });
        let mut response = Response::new(Full::from(reply.json));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    /// Opens a stream, if that is asked for.
    async fn open(&self, request: &Request<impl Body>) -> Result<Response<Full<Bytes>>, Refused> {
        if request.method() != Method::GET {
            return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "it neither posts nor gets"));
        }
        let upgrade = request.headers().get(UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
        if !upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
            return match request.uri().path() {
                "/health" => Ok(Response::default()),
                _ => Err(Refused::new(StatusCode::UPGRADE_REQUIRED, "it asks for no WebSocket")),
            };
        }
        // What is taken for a body here could be read as frames.
        if !request.body().is_end_stream() {
            return Err(Refused::new(StatusCode::BAD_REQUEST, "a request for a WebSocket has no body"));
        }
        let response = create_response_with_body(request, Full::default)
            .map_err(|error| Refused::new(UpgradeRequest::status(&error), error.to_string()))?;
        let Reception { admission, gate, .. } = self.reception;
        // Whose token is good once shall have it still when there is room.
        gate.seat().ok_or_else(Refused::full)?;
        let call_id = admission.admit(request.uri().path(), wall_clock())?;
        let seat = self.seat_in_turn().await.inspect_err(|_| admission.give_back(call_id.as_deref()))?;
        let _ = self.admitted.set(Admitted { call_id, seat });
        Ok(response)
    }

    /// A seat for a call that begins now, unless the server has become full or is stopping by then.
    async fn seat_in_turn(&self) -> Result<Seat, Refused> {
        let gate = &self.reception.gate;
        if !gate.turn().await {
            return Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, "too many calls begin at once"));
        }
        if *self.closing.borrow() {
            return Err(Refused::full());
        }
        gate.seat().ok_or_else(Refused::full)
    }

    /// Tells why a connection ended, unless it did what it came for or the server is closing.
    pub(super) fn tell_end(&self, ended: Option<hyper::Result<()>>) {
        let asked = self.asked.load(Ordering::Relaxed);
        if self.declined || *self.closing.borrow() {
            return;
        }
        let why = match ended {
            Some(Err(error)) if error.is_parse() => error.to_string(),
            _ if asked => return,
            Some(Err(error)) if error.is_timeout() => "it asked for nothing in time".into(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(())) | None => "it asked for nothing".into(),
        };
        self.tell_turned_away(Wanted::Call, None, &why);
    }

    fn tell_turned_away(&self, wanted: Wanted, status: Option<StatusCode>, why: &str) {
        let status = status.map(|status| status.as_u16());
        self.reception.output.line("turned_away", &TurnedAway { peer: self.peer, wanted, status, why });
    }
}
