//! Whoever comes to the server's port over HTTP: who posts a callback, and who opens a stream.
//!
//! | request | reply | file |
//! |---|---|---|
//! | `POST`, any path | a callback, if they are taken here | `callbacks.rs` |
//! | `GET` that asks for a WebSocket | a stream, if it may be opened | `admission.rs`, `tokens.rs` |
//! | `GET /health` | 200 | |
//!
//! Requests follow one another on a connection, until one opens a stream, which the connection then is.

use core::convert::Infallible;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Arc, OnceLock};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use voxwire::Application;
use voxwire_tokio::tungstenite::handshake::server::create_response_with_body;
use voxwire_tokio::{Call, CallConfig, UpgradeRequest};

use crate::agent::stopping;
use crate::clock::wall_clock;
use crate::exit::Failure;
use crate::report::Output;
use crate::socket::{Identity, Socket};

mod admission;
mod callbacks;
mod lines;
mod public;
mod refused;
mod tokens;

pub(crate) use admission::Admission;
pub(crate) use callbacks::Callbacks;
pub(crate) use public::PublicUrl;
pub(crate) use tokens::Tokens;

use lines::{Replied, TurnedAway, Wanted};
use refused::Refused;

/// How long the next request may take to come, up to the end of its headers; and TLS before the first.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);

/// The longest headers of a request, in bytes.
const MAX_HEADERS: usize = 16 * 1024;

/// How long requests may follow one another on a connection. Whoever reads no replies holds it no longer.
const CONNECTION_LASTS: Duration = Duration::from_secs(300);

/// How long the last reply on a connection may take.
const LAST_REPLY_WITHIN: Duration = Duration::from_secs(1);

/// How long a peer is heard out who goes on sending what nobody wants.
const HEARD_OUT_WITHIN: Duration = Duration::from_secs(2);

/// Receives whoever comes.
pub(crate) struct Reception {
    config: CallConfig,
    admission: Admission,
    callbacks: Option<Callbacks>,
    /// What the server proves itself with, if it speaks TLS.
    identity: Option<Identity>,
    output: Arc<Output>,
}

/// A stream that has been opened.
pub(crate) struct Arrival<S> {
    pub(crate) call: Call<Application, S>,
    /// The id of the call that it was opened for, if its token names one.
    pub(crate) call_id: Option<String>,
}

impl Reception {
    /// Streams become calls with this configuration. Without `callbacks` none are taken.
    ///
    /// # Errors
    /// If callbacks could not be answered.
    pub(crate) fn new(
        config: CallConfig,
        admission: Admission,
        callbacks: Option<Callbacks>,
        identity: Option<Identity>,
        output: Arc<Output>,
    ) -> Result<Self, Failure> {
        callbacks.as_ref().map_or(Ok(()), |callbacks| callbacks.prove(&admission))?;
        Ok(Self { config, admission, callbacks, identity, output })
    }

    /// Takes a connection, with TLS if it is spoken here; then answers the requests on it.
    pub(crate) async fn take(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
        mut closing: watch::Receiver<bool>,
    ) -> Option<Arrival<Socket>> {
        let Some(identity) = &self.identity else {
            return self.receive(Socket::Left(socket), peer, closing).await;
        };
        let proven = select! {
            proven = timeout(REQUEST_WITHIN, identity.prove(socket)) => proven,
            () = stopping(&mut closing) => return None,
        };
        let why = match proven {
            Ok(Ok(socket)) => return self.receive(socket, peer, closing).await,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no TLS handshake in time".into(),
        };
        self.output.line("turned_away", &TurnedAway { peer, wanted: Wanted::Call, status: None, why: &why });
        None
    }

    /// Answers the requests on a connection, until one of them opens a stream or the connection ends.
    ///
    /// When `closing` turns true, a request that is being answered may end; no other is taken. Small frames should be
    /// sent at once on the socket.
    pub(crate) async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: S,
        peer: SocketAddr,
        mut closing: watch::Receiver<bool>,
    ) -> Option<Arrival<S>> {
        let visit = Visit {
            reception: self,
            peer,
            closing: closing.clone(),
            asked: AtomicBool::new(false),
            admitted: OnceLock::new(),
        };
        let service = service_fn(|request| Box::pin(visit.answer(request)));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(REQUEST_WITHIN)
            // Who has asked may say that he asks for nothing more, and is replied nevertheless.
            .half_close(true)
            .max_buf_size(MAX_HEADERS)
            .serve_connection(TokioIo::new(socket), service);
        // An upgrade ends the connection for hyper, which gives the socket back as it was: no box, no downcast.
        let ended = select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => Some(ended),
            () = until_closing(&mut closing) => {
                Pin::new(&mut connection).graceful_shutdown();
                timeout(LAST_REPLY_WITHIN, poll_fn(|cx| connection.poll_without_shutdown(cx))).await.ok()
            }
        };
        let parts = connection.into_parts();
        let (socket, early) = (parts.io.into_inner(), parts.read_buf);
        match (ended, visit.admitted.get()) {
            (Some(Ok(())), Some(call_id)) => {
                let call = Call::application(socket, &early, self.config);
                Some(Arrival { call, call_id: call_id.clone() })
            }
            (ended, _) => {
                visit.tell_end(ended);
                select! {
                    biased;
                    () = hear_out(socket) => {}
                    () = stopping(&mut closing) => {}
                }
                None
            }
        }
    }
}

async fn until_closing(closing: &mut watch::Receiver<bool>) {
    select! {
        () = stopping(closing) => {}
        () = sleep(CONNECTION_LASTS) => {}
    }
}

/// Says that nothing more comes, and lets the peer do so: closing a socket that holds something unread would take back
/// what was said last.
async fn hear_out<S: AsyncRead + AsyncWrite + Unpin>(mut socket: S) {
    let heard_out = async {
        socket.shutdown().await?;
        copy(&mut socket, &mut sink()).await
    };
    let _ = timeout(HEARD_OUT_WITHIN, heard_out).await;
}

/// One connection.
struct Visit<'r> {
    reception: &'r Reception,
    peer: SocketAddr,
    closing: watch::Receiver<bool>,
    /// Whether there has been a request.
    asked: AtomicBool,
    /// Set once a stream is opened, to the id of the call that its token names.
    admitted: OnceLock<Option<String>>,
}

impl Visit<'_> {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        self.asked.store(true, Ordering::Relaxed);
        let wanted = match *request.method() {
            Method::POST => Wanted::Callback,
            _ => Wanted::Call,
        };
        let answered = match wanted {
            _ if *self.closing.borrow() => {
                Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the server takes no more calls"))
            }
            Wanted::Callback => self.reply(request).await,
            Wanted::Call => self.open(&request),
        };
        Ok(answered.unwrap_or_else(|refused| {
            self.tell_turned_away(wanted, Some(refused.status), &refused.why);
            refused.response()
        }))
    }

    /// Replies to a callback.
    async fn reply(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Refused> {
        let Reception { admission, callbacks, output, .. } = self.reception;
        let callbacks =
            callbacks.as_ref().ok_or(Refused::new(StatusCode::NOT_FOUND, "none are taken here"))?;
        let (head, body) = request.into_parts();
        let body = callbacks::body(body).await?;
        let now = wall_clock();
        let callback = callbacks.read(&head, &body, now)?;
        let reply = callbacks.reply(&callback, admission, now)?;
        output.line("callback", &Replied { peer: self.peer, reply: reply.action, callback });
        let mut response = Response::new(Full::from(reply.json));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }

    /// Opens a stream, if that is asked for.
    fn open(&self, request: &Request<impl Body>) -> Result<Response<Full<Bytes>>, Refused> {
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
        let call_id = self.reception.admission.admit(request.uri().path(), wall_clock())?;
        let _ = self.admitted.set(call_id);
        Ok(response)
    }

    /// Tells why a connection ended, unless it did what it came for or the server is closing.
    fn tell_end(&self, ended: Option<hyper::Result<()>>) {
        let asked = self.asked.load(Ordering::Relaxed);
        if *self.closing.borrow() {
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};
    use tokio::time::Instant;
    use voxwire::{AudioFormat, Config, Dialect};

    use super::*;

    const DICE: &[u8] =
        b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"event\":\"dice\"}";

    /// A visitor, the server's word that it closes, and how long the visit lasts.
    struct Visited {
        visitor: DuplexStream,
        close: watch::Sender<bool>,
        lasts: tokio::task::JoinHandle<Duration>,
    }

    /// A visitor to whom so many bytes can be said that he has not read.
    fn visit(unread: usize) -> Visited {
        let output = Output::new(false, false);
        output.finish().unwrap();
        let public = PublicUrl::parse("ws://127.0.0.1").unwrap();
        let callbacks = Callbacks::new(public, AudioFormat::pcm16(16_000).unwrap());
        let config = CallConfig::new(Config::new(Dialect::Sinch));
        let reception =
            Reception::new(config, Admission::Open, Some(callbacks), None, Arc::new(output)).unwrap();
        let (close, closing) = watch::channel(false);
        let (visitor, socket) = duplex(unread);
        let lasts = tokio::spawn(async move {
            let begun = Instant::now();
            assert!(reception.receive(socket, ([127, 0, 0, 1], 1).into(), closing).await.is_none());
            begun.elapsed()
        });
        Visited { visitor, close, lasts }
    }

    async fn status(visitor: &mut DuplexStream) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(visitor.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()[9..12].to_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_nothing_is_not_waited_for() {
        for said in [b"".as_slice(), b"GET / HTT", DICE] {
            let Visited { mut visitor, close: _open, lasts } = visit(4096);
            visitor.write_all(said).await.unwrap();
            if said == DICE {
                assert_eq!(status(&mut visitor).await, "200");
                assert_eq!(visitor.read_u16().await.unwrap(), u16::from_be_bytes(*b"{}"));
            }
            assert_eq!(visitor.read(&mut [0]).await.unwrap(), 0);
            drop(visitor);
            assert_eq!(lasts.await.unwrap().as_secs(), REQUEST_WITHIN.as_secs());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_no_replies_is_let_go() {
        let Visited { mut visitor, close: _open, lasts } = visit(64);
        tokio::spawn(async move {
            let _ = visitor.write_all(&DICE.repeat(1_000)).await;
            core::future::pending::<()>().await;
        });
        let longest = CONNECTION_LASTS + LAST_REPLY_WITHIN + HEARD_OUT_WITHIN;
        assert!(lasts.await.unwrap().as_secs() <= longest.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_now_and_then_comes_back_after_a_while() {
        let Visited { mut visitor, close: _open, lasts } = visit(4096);
        let mut replies = 0;
        while visitor.write_all(DICE).await.is_ok() && visitor.read(&mut [0; 4096]).await.unwrap() > 0 {
            replies += 1;
            sleep(Duration::from_secs(7)).await;
        }
        drop(visitor);
        assert_eq!((replies, lasts.await.unwrap().as_secs()), (1 + 300 / 7, 301));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_closes_waits_for_nobody_and_takes_nothing_more() {
        let Visited { mut visitor, close, lasts } = visit(4096);
        visitor.write_all(DICE).await.unwrap();
        assert_eq!(status(&mut visitor).await, "200");
        close.send_replace(true);
        assert_eq!(lasts.await.unwrap(), Duration::ZERO);

        let Visited { mut visitor, close, lasts } = visit(4096);
        let (begun, rest) = DICE.split_at(20);
        visitor.write_all(begun).await.unwrap();
        tokio::task::yield_now().await;
        close.send_replace(true);
        tokio::task::yield_now().await;
        visitor.write_all(rest).await.unwrap();
        assert_eq!(status(&mut visitor).await, "503");
        assert_eq!(lasts.await.unwrap(), Duration::ZERO);
    }
}
