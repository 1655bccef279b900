//! Whoever comes to the server's port over HTTP: who posts a callback, and who opens a stream.
//!
//! | request | reply | file |
//! |---|---|---|
//! | `POST`, any path | a callback, if they are taken here | `callbacks.rs` |
//! | `GET` that asks for a WebSocket | a stream, if it may be opened | `admission.rs`, `tokens.rs` |
//! | `GET /health` | 200 | |
//!
//! Requests follow one another on a connection, until one opens a stream, which the connection then is.

use core::future::poll_fn;
use core::net::{IpAddr, SocketAddr};
use core::sync::atomic::AtomicBool;
use core::time::Duration;
use std::sync::{Arc, OnceLock};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use voxwire::Application;
use voxwire_tokio::{Call, CallConfig};

use crate::agent::stopping;
use crate::exit::Failure;
use crate::report::Output;
use crate::socket::{Identity, Socket};

mod admission;
mod callbacks;
mod gate;
mod lateness;
mod lines;
mod public;
mod refused;
mod shedding;
mod tally;
mod tokens;
mod visit;

pub(crate) use admission::Admission;
pub(crate) use callbacks::Callbacks;
pub(crate) use gate::{Limits, Place, Seat};
pub(crate) use public::PublicUrl;
pub(crate) use tokens::Tokens;

use gate::Gate;
use lines::{TurnedAway, Wanted};
use visit::{Admitted, Visit};

/// How long the request may take of whom there is no room for.
const DECLINED_WITHIN: Duration = Duration::from_secs(1);

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
    gate: Arc<Gate>,
    output: Arc<Output>,
}

/// A stream that has been opened.
pub(crate) struct Arrival<S> {
    pub(crate) call: Call<Application, S>,
    /// The id of the call that it was opened for, if its token names one.
    pub(crate) call_id: Option<String>,
    /// Kept for as long as the call goes on.
    pub(crate) seat: Seat,
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
        limits: Limits,
        output: Arc<Output>,
    ) -> Result<Self, Failure> {
        callbacks.as_ref().map_or(Ok(()), |callbacks| callbacks.prove(&admission))?;
        let gate = Gate::new(limits, output.clone());
        Ok(Self { config, admission, callbacks, identity, gate, output })
    }

    /// Lets a connection in, if only to tell that there is no room. `None`: it is to be closed.
    pub(crate) fn enter(&self, from: IpAddr) -> Option<Place> {
        // TLS would cost more than it is worth to be told so.
        self.gate.enter(from).filter(|place| self.identity.is_none() || !place.is_declined())
    }

    /// How many calls go on.
    pub(crate) fn calls(&self) -> usize {
        self.gate.calls()
    }

    /// Sheds calls while the server is later than that, for ever. To be run where calls are.
    pub(crate) async fn shed(&self, bound: Duration) {
        lateness::watch(&self.gate, bound).await;
    }

    /// Takes a connection, with TLS if it is spoken here; then answers the requests on it.
    pub(crate) async fn take(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
        place: &Place,
        mut closing: watch::Receiver<bool>,
    ) -> Option<Arrival<Socket>> {
        let Some(identity) = &self.identity else {
            return self.receive(Socket::Left(socket), peer, place, closing).await;
        };
        let proven = select! {
            proven = timeout(self.gate.limits().request_within, identity.prove(socket)) => proven,
            () = stopping(&mut closing) => return None,
        };
        let why = match proven {
            Ok(Ok(socket)) => return self.receive(socket, peer, place, closing).await,
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
        place: &Place,
        mut closing: watch::Receiver<bool>,
    ) -> Option<Arrival<S>> {
        let declined = place.is_declined();
        let request_within = if declined { DECLINED_WITHIN } else { self.gate.limits().request_within };
        let mut visit = Visit {
            reception: self,
            peer,
            declined,
            closing: closing.clone(),
            asked: AtomicBool::new(false),
            admitted: OnceLock::new(),
        };
        let service = service_fn(|request| Box::pin(visit.answer(request)));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(request_within)
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
        match (ended, visit.admitted.take()) {
            (Some(Ok(())), Some(Admitted { call_id, seat })) => {
                let call = Call::application(socket, &early, self.config);
                Some(Arrival { call, call_id, seat })
            }
            (ended, admitted) => {
                drop(admitted);
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};
    use tokio::time::Instant;
    use voxwire::{AudioFormat, Config, Dialect};

    use super::*;
    use crate::clock::wall_clock;

    const DICE: &[u8] =
        b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"event\":\"dice\"}";

    /// A visitor, the server's word that it closes, and how long the visit lasts.
    struct Visited {
        visitor: DuplexStream,
        close: watch::Sender<bool>,
        lasts: tokio::task::JoinHandle<Duration>,
    }

    /// Somebody's address.
    const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(core::net::Ipv4Addr::LOCALHOST), 1);

    fn reception(limits: Limits) -> Arc<Reception> {
        reception_of(Admission::Open, limits)
    }

    fn reception_of(admission: Admission, limits: Limits) -> Arc<Reception> {
        let output = Output::new(false, false);
        output.finish().unwrap();
        let public = PublicUrl::parse("ws://127.0.0.1").unwrap();
        let callbacks = Callbacks::new(public, AudioFormat::pcm16(16_000).unwrap());
        let config = CallConfig::new(Config::new(Dialect::Sinch));
        let reception = Reception::new(config, admission, Some(callbacks), None, limits, Arc::new(output));
        Arc::new(reception.unwrap())
    }

    /// A visitor to whom so many bytes can be said that he has not read.
    fn visit(unread: usize) -> Visited {
        visit_to(&reception(Limits::AMPLE), unread)
    }

    fn visit_to(reception: &Arc<Reception>, unread: usize) -> Visited {
        let (close, closing) = watch::channel(false);
        let (visitor, socket) = duplex(unread);
        let place = reception.enter(PEER.ip()).unwrap();
        let reception = reception.clone();
        let lasts = tokio::spawn(async move {
            let begun = Instant::now();
            assert!(reception.receive(socket, PEER, &place, closing).await.is_none());
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
            assert_eq!(lasts.await.unwrap().as_secs(), Limits::AMPLE.request_within.as_secs());
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

    const STREAM: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    const ICE: &[u8] = b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 29\r\n\r\n\
        {\"event\":\"ice\",\"callid\":\"c1\"}";

    /// The call that a request opens, or the head of what it is replied.
    async fn ask(reception: &Reception, request: &[u8]) -> Result<Arrival<DuplexStream>, String> {
        let (mut visitor, socket) = duplex(4096);
        let place = reception.enter(PEER.ip()).unwrap();
        let (_open, closing) = watch::channel(false);
        visitor.write_all(request).await.unwrap();
        visitor.shutdown().await.unwrap();
        if let Some(arrival) = reception.receive(socket, PEER, &place, closing).await {
            return Ok(arrival);
        }
        let mut head = String::new();
        visitor.read_to_string(&mut head).await.unwrap();
        Err(head)
    }

    fn is_full(reply: Result<Arrival<DuplexStream>, String>) {
        let head = reply.err().unwrap();
        assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("\r\nretry-after: 2\r\n"), "{head}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_there_is_no_room_for_is_told_so_or_not_waited_for() {
        let reception = reception(Limits { connections: 1, ..Limits::AMPLE });
        let first = reception.enter(PEER.ip()).unwrap();
        for request in [DICE, STREAM, b"GET /health HTTP/1.1\r\n\r\n"] {
            is_full(ask(&reception, request).await);
        }
        let Visited { visitor, close: _open, lasts } = visit_to(&reception, 4096);
        assert!(reception.enter(PEER.ip()).is_none(), "one is told at once, no more");
        assert_eq!(lasts.await.unwrap(), DECLINED_WITHIN + HEARD_OUT_WITHIN);
        drop((first, visitor));
        assert!(ask(&reception, STREAM).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn calls_have_a_limit_of_their_own_and_callbacks_of_those_there_are_have_none() {
        let reception = reception(Limits { calls: Some(1), ..Limits::AMPLE });
        let call = ask(&reception, STREAM).await.unwrap();
        is_full(ask(&reception, STREAM).await);
        is_full(ask(&reception, ICE).await);
        assert!(ask(&reception, DICE).await.err().unwrap().starts_with("HTTP/1.1 200 "));
        drop(call);
        assert!(ask(&reception, ICE).await.err().unwrap().starts_with("HTTP/1.1 200 "));
        assert!(ask(&reception, STREAM).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_server_is_late_no_call_joins_those_there_are() {
        let reception = reception(Limits::AMPLE);
        let shedding = tokio::spawn({
            let reception = reception.clone();
            async move { reception.shed(Duration::from_millis(20)).await }
        });
        sleep(Duration::from_millis(10)).await;
        let call = ask(&reception, STREAM).await.unwrap();
        drop(ask(&reception, STREAM).await.unwrap());
        // All the time passes at once, as for a task that is not given any.
        tokio::time::advance(Duration::from_millis(100)).await;
        tokio::task::yield_now().await;
        is_full(ask(&reception, STREAM).await);
        is_full(ask(&reception, ICE).await);
        assert!(ask(&reception, DICE).await.err().unwrap().starts_with("HTTP/1.1 200 "));
        sleep(Duration::from_millis(2_200)).await;
        drop(ask(&reception, STREAM).await.unwrap());

        tokio::time::advance(Duration::from_millis(100)).await;
        tokio::task::yield_now().await;
        is_full(ask(&reception, STREAM).await);
        drop(call);
        let _first = ask(&reception, STREAM).await.unwrap();
        shedding.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_for_which_there_is_no_room_after_all_is_good_once_more() {
        let tokens = Tokens::random().unwrap();
        let [one, other] = ["c1", "c2"].map(|call| {
            let path = format!("GET /{} ", tokens.issue(call, wall_clock()));
            String::from_utf8(STREAM.to_vec()).unwrap().replacen("GET / ", &path, 1)
        });
        let reception = reception_of(Admission::PerCall(tokens), Limits::AMPLE);
        let call = ask(&reception, one.as_bytes()).await.unwrap();
        let late = async { reception.gate.is_late() };
        let (reply, ()) = tokio::join!(ask(&reception, other.as_bytes()), late);
        is_full(reply);
        drop(call);
        assert!(ask(&reception, other.as_bytes()).await.is_ok());
        assert!(ask(&reception, one.as_bytes()).await.err().unwrap().starts_with("HTTP/1.1 403 "));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_turn_is_declined_if_the_server_is_late_by_then() {
        let reception = reception(Limits::AMPLE);
        let _call = ask(&reception, STREAM).await.unwrap();
        let late = async { reception.gate.is_late() };
        let (reply, ()) = tokio::join!(ask(&reception, STREAM), late);
        is_full(reply);
    }
}
