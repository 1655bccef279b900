//! Calls with a bare WebSocket, or another call, at the other end.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use voxwire::{Application, Command, Config, Dialect, Event, Platform, Start};
use voxwire_tokio::{Call, CallConfig, Inbox, Upgrade, connect};

pub(crate) const CONNECT: &str = r#"{"command":"connect","CallId":"c1"}"#;

pub(crate) fn sinch() -> CallConfig {
    Config::new(Dialect::Sinch).into()
}

/// An application's call over a pipe that holds `pipe` bytes each way, and a bare WebSocket at its other end.
pub(crate) async fn over_pipe(
    pipe: usize,
    config: CallConfig,
) -> (Call<Application, DuplexStream>, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = duplex(pipe);
    let theirs = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    (Call::application(ours, &[], config), theirs)
}

/// The same, announced and answered.
pub(crate) async fn answered(
    pipe: usize,
    config: CallConfig,
) -> (Call<Application, DuplexStream>, WebSocketStream<DuplexStream>) {
    let (mut call, mut peer) = over_pipe(pipe, config).await;
    peer.send(Message::text(CONNECT)).await.unwrap();
    assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    call.send(Command::Answer).await.unwrap();
    call.flush().await;
    assert_eq!(words(&mut peer).await, r#"{"command":"answer"}"#);
    (call, peer)
}

pub(crate) async fn words(peer: &mut WebSocketStream<impl AsyncRead + AsyncWrite + Unpin>) -> String {
    peer.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// Both ends of a call over TCP, announced.
pub(crate) async fn whole_call(
    config: CallConfig,
) -> (Call<Application, TcpStream>, Call<Platform, TcpStream>) {
    let (listener, url) = listen().await;
    tokio::join!(async { read_upgrade(&listener).await.accept(config, None).await.unwrap() }, async {
        let mut call = connect(&url, config).await.unwrap();
        call.send(Event::Start(Start::new("c1"))).await.unwrap();
        call
    })
}

pub(crate) async fn read_upgrade(listener: &TcpListener) -> Upgrade<TcpStream> {
    let (socket, _) = listener.accept().await.unwrap();
    Upgrade::read(socket).await.unwrap()
}

/// Polls a future once and drops it.
pub(crate) async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}
