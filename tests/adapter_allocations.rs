//! What a frame costs the tokio adapter in allocations, once a call runs.

use std::net::{TcpListener, TcpStream};
use std::thread;

use support::allocations;
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept, client};
use voxwire::{Application, Audio, Command, Config, Dialect, Event, Platform, Start};
use voxwire_tokio::{Call, Inbox, Upgrade, connect};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const FRAMES: u32 = 10_000;
/// Buffers reach their size in the first frames,
const WARM_UP: u32 = 100;
/// and once more when the socket first takes no more.
const GROWTH: u64 = 4;

#[test]
fn an_application_allocates_for_no_frame_heard_or_said() {
    for (dialect, start, frame) in [
        (Dialect::Sinch, r#"{"command":"connect","CallId":"c1"}"#.to_owned(), Message::binary(vec![1; 640])),
        (
            Dialect::Wavix,
            r#"{"event":"start","call_id":"c1","stream_id":"s1"}"#.to_owned(),
            Message::text(format!(r#"{{"event":"media","media":{{"payload":"{}"}}}}"#, "AAAA".repeat(320))),
        ),
    ] {
        let runtime = runtime();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let peer = thread::spawn(move || {
            let socket = TcpStream::connect(address).unwrap();
            let (mut socket, _) = client(format!("ws://{address}/"), socket).unwrap();
            socket.send(Message::text(start)).unwrap();
            exchange(&mut socket, &frame);
        });
        let mut call = runtime.block_on(async {
            let (socket, _) = listener.accept().unwrap();
            socket.set_nonblocking(true).unwrap();
            let upgrade = Upgrade::read(tokio::net::TcpStream::from_std(socket).unwrap()).await.unwrap();
            let mut call = upgrade.accept(Config::new(dialect), None).await.unwrap();
            assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
            call.send(Command::Answer).await.unwrap();
            call
        });
        let (heard, said) = (
            count(&runtime, &mut call, hear_event),
            count(&runtime, &mut call, async |call| {
                call.send(Command::Audio(Audio::raw(&[2; 960]))).await.unwrap();
            }),
        );
        println!("{dialect}: {heard} allocations for {FRAMES} frames heard, {said} for {FRAMES} said");
        assert!(heard <= GROWTH);
        assert!(said <= GROWTH);
        runtime.block_on(call.flush());
        peer.join().unwrap();
    }
}

#[test]
fn a_platform_allocates_for_no_frame_heard_or_said() {
    let runtime = runtime();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let peer = thread::spawn(move || {
        let mut socket = accept(listener.accept().unwrap().0).unwrap();
        socket.read().unwrap();
        socket.send(Message::text(r#"{"command":"answer"}"#)).unwrap();
        exchange(&mut socket, &Message::binary(vec![1; 640]));
    });
    let mut call = runtime.block_on(async {
        let mut call = connect(&url, Config::new(Dialect::Sinch)).await.unwrap();
        call.send(Event::Start(Start::new("c1"))).await.unwrap();
        assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
        call
    });
    let heard = count(&runtime, &mut call, hear_command);
    let said = count(&runtime, &mut call, async |call| {
        call.send(Event::Audio(Audio::raw(&[2; 640]))).await.unwrap();
    });
    println!("{heard} allocations for {FRAMES} frames heard, {said} for {FRAMES} said");
    assert!(heard <= GROWTH);
    assert!(said <= GROWTH);
    runtime.block_on(call.flush());
    peer.join().unwrap();
}

/// The peer's part: speaks all its frames, then listens to as many.
fn exchange<S: std::io::Read + std::io::Write>(socket: &mut WebSocket<S>, frame: &Message) {
    for _ in 0..FRAMES + WARM_UP {
        socket.send(frame.clone()).unwrap();
    }
    for _ in 0..FRAMES + WARM_UP {
        while !matches!(socket.read().unwrap(), Message::Binary(_) | Message::Text(_)) {}
    }
}

async fn hear_event(call: &mut Call<Application, tokio::net::TcpStream>) {
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Audio(_))));
}

async fn hear_command(call: &mut Call<Platform, tokio::net::TcpStream>) {
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Ok(Command::Audio(_))));
}

fn count<C>(runtime: &Runtime, call: &mut C, frame: impl AsyncFn(&mut C)) -> u64 {
    runtime.block_on(async {
        for _ in 0..WARM_UP {
            frame(call).await;
        }
    });
    allocations::during(|| {
        runtime.block_on(async {
            for _ in 0..FRAMES {
                frame(call).await;
            }
        });
    })
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
