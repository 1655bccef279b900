//! Calls on sockets: what the tokio adapter promises beyond the session.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, accept_async, connect_async};
use voxwire::{
    Application, Audio, AudioFormat, Close, Command, Config, Deadline, Dialect, Event, Mark, Platform,
    SendError, Start,
};
use voxwire_tokio::{Call, CallConfig, CallError, Inbox, Upgrade, connect};

const CONNECT: &str = r#"{"command":"connect","CallId":"c1"}"#;
const START: &str = r#"{"event":"start","call_id":"c1","stream_id":"s1","stream_type":"twoway"}"#;

fn sinch() -> CallConfig {
    Config::new(Dialect::Sinch).into()
}

/// An application's call over a pipe that holds `pipe` bytes each way, and a bare WebSocket at its other end.
async fn over_pipe(
    pipe: usize,
    config: CallConfig,
) -> (Call<Application, DuplexStream>, WebSocketStream<DuplexStream>) {
    let (ours, theirs) = duplex(pipe);
    let ours = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
    let theirs = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    (Call::application(ours, config), theirs)
}

/// The same, announced and answered.
async fn answered(
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

async fn words(peer: &mut WebSocketStream<impl AsyncRead + AsyncWrite + Unpin>) -> String {
    peer.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// Both ends of a call over TCP, announced.
async fn whole_call(config: CallConfig) -> (Call<Application, TcpStream>, Call<Platform, TcpStream>) {
    let (listener, url) = listen().await;
    tokio::join!(async { read_upgrade(&listener).await.accept(config, None).await.unwrap() }, async {
        let mut call = connect(&url, config).await.unwrap();
        call.send(Event::Start(Start::new("c1"))).await.unwrap();
        call
    })
}

async fn read_upgrade(listener: &TcpListener) -> Upgrade<TcpStream> {
    let (socket, _) = listener.accept().await.unwrap();
    Upgrade::read(socket).await.unwrap()
}

#[tokio::test]
async fn a_declined_upgrade_is_told_with_its_status() {
    let (listener, url) = listen().await;
    let application = async { read_upgrade(&listener).await.decline(503).await };
    let (declined, called) = tokio::join!(application, connect(&url, sinch()));
    declined.unwrap();
    assert!(matches!(called, Err(CallError::Declined(503))));
}

#[tokio::test]
async fn an_upgrade_shows_what_is_asked_for() {
    let (listener, url) = listen().await;
    let request =
        tungstenite::ClientRequestBuilder::new(format!("{url}/calls/t0ken?tenant=north").parse().unwrap())
            .with_header("X-Region", "eu")
            .with_sub_protocol("audio.v1")
            .with_sub_protocol("audio.v2");
    let application = async {
        let upgrade = read_upgrade(&listener).await;
        assert_eq!(upgrade.path(), "/calls/t0ken");
        assert_eq!(upgrade.query(), Some("tenant=north"));
        assert_eq!(upgrade.header("x-region"), Some("eu"));
        assert_eq!(upgrade.subprotocols().collect::<Vec<_>>(), ["audio.v1", "audio.v2"]);
        upgrade.accept(sinch(), Some("audio.v2")).await
    };
    let (accepted, connected) = tokio::join!(application, connect_async(request));
    accepted.unwrap();
    let (_, response) = connected.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "audio.v2");
}

#[tokio::test]
async fn a_request_for_something_else_is_declined_as_bad() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (listener, url) = listen().await;
    let browser = async {
        let mut socket = TcpStream::connect(url.trim_start_matches("ws://")).await.unwrap();
        socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let application = async { read_upgrade(&listener).await.accept(sinch(), None).await };
    let (accepted, answer) = tokio::join!(application, browser);
    assert!(matches!(accepted, Err(CallError::Handshake(_))));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn a_request_that_never_ends_is_refused() {
    use tokio::io::AsyncWriteExt;
    let (ours, mut theirs) = duplex(1024);
    let flood = async move {
        let _ = theirs.write_all(b"GET / HTTP/1.1\r\n").await;
        while theirs
            .write_all(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")
            .await
            .is_ok()
        {}
    };
    let (read, ()) = tokio::join!(async { Upgrade::read(ours).await.map(|_| ()) }, flood);
    assert!(matches!(read, Err(CallError::Handshake(_))));
}

#[tokio::test]
async fn a_socket_that_another_server_has_upgraded_carries_a_call() {
    let (listener, url) = listen().await;
    let application = async {
        let (socket, _) = listener.accept().await.unwrap();
        let mut call = Call::application(accept_async(socket).await.unwrap(), sinch());
        let mut inbox = Inbox::new();
        assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[7; 640])));
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::new(1000, "bye")));
        assert!(call.is_closed());
    };
    let platform = async {
        let mut call = connect(&url, sinch()).await.unwrap();
        call.send(Event::Start(Start::new("c1"))).await.unwrap();
        assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
        call.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
        call.hang_up(1000, "bye").await.unwrap();
        assert!(call.is_closed());
    };
    tokio::join!(application, platform);
}

#[tokio::test]
async fn a_wavix_call_runs_from_connected_to_stop() {
    let config = CallConfig::from(Config::new(Dialect::Wavix));
    let (listener, url) = listen().await;
    let application = async {
        let mut call =
            read_upgrade(&listener).await.accept(CallConfig::from(Config::detect()), None).await.unwrap();
        let mut inbox = Inbox::new();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hello);
        let Event::Start(start) = call.next(&mut inbox).await.unwrap() else { panic!("no start") };
        assert_eq!(start.heard, AudioFormat::pcm16(24_000));
        assert_eq!(call.dialect(), Some(Dialect::Wavix));
        call.send(Command::Answer).await.unwrap();
        call.send(Command::Audio(Audio::raw(&[9; 960]))).await.unwrap();
        call.send(Command::Mark(Mark::new("end"))).await.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Mark(Mark::new("end")));
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Stop);
        assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::NORMAL));
    };
    let platform = async {
        let mut call = connect(&url, config).await.unwrap();
        let mut inbox = Inbox::new();
        call.send(Event::Hello).await.unwrap();
        call.send(Event::Start(Start::new("c1").with_stream_id("s1"))).await.unwrap();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Audio(Audio::raw(&[9; 960])));
        let Command::Mark(mark) = call.next(&mut inbox).await.unwrap() else { panic!("no mark") };
        call.send(Event::Mark(mark)).await.unwrap();
        call.send(Event::Stop).await.unwrap();
        call.hang_up(1000, "").await.unwrap();
    };
    tokio::join!(application, platform);
}

#[tokio::test]
async fn next_cancelled_at_every_await_point_loses_and_doubles_nothing() {
    let (ours, theirs) = duplex(64 * 1024);
    let ours = WebSocketStream::from_raw_socket(Trickle::new(ours), Role::Server, None).await;
    let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut call = Call::application(ours, Config::new(Dialect::Wavix));
    peer.send(Message::text(START)).await.unwrap();
    for n in 0..20_u8 {
        let name = "m".repeat(usize::from(n) * 10 + 1);
        peer.send(Message::text(format!(r#"{{"event":"mark","mark":{{"name":"{name}"}}}}"#))).await.unwrap();
        peer.send(Message::Ping(vec![n].into())).await.unwrap();
    }
    peer.close(None).await.unwrap();

    let mut inbox = Inbox::new();
    let (mut heard, mut cancelled) = (Vec::new(), 0);
    while !call.is_closed() {
        match once(call.next(&mut inbox)).await {
            Some(Ok(Event::Start(_))) => heard.push(0),
            Some(Ok(Event::Mark(mark))) => heard.push(mark.name.len()),
            Some(Ok(Event::Hangup(_))) => {}
            Some(other) => panic!("{other:?}"),
            None => {
                cancelled += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(heard[0], 0);
    assert_eq!(heard[1..], (0..20).map(|n| n * 10 + 1).collect::<Vec<_>>());
    assert!(cancelled > 2_000, "cancelled only {cancelled} times");
}

#[tokio::test]
async fn send_cancelled_at_every_await_point_loses_and_doubles_nothing() {
    let (ours, theirs) = duplex(64);
    let ours = WebSocketStream::from_raw_socket(Trickle::new(ours), Role::Server, None).await;
    let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let mut call = Call::application(ours, sinch().queue(0));
    let listener = tokio::spawn(async move {
        peer.send(Message::text(CONNECT)).await.unwrap();
        let mut heard = Vec::new();
        while let Some(Ok(message)) = peer.next().await {
            if let Message::Binary(bytes) = message {
                heard.push(bytes);
            }
        }
        heard
    });
    assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    call.send(Command::Answer).await.unwrap();

    let mut cancelled = 0;
    for n in 0..60_u8 {
        let frame = [n; 640];
        loop {
            match once(call.send(Command::Audio(Audio::raw(&frame)))).await {
                Some(sent) => break sent.unwrap(),
                None => cancelled += 1,
            }
            tokio::task::yield_now().await;
        }
    }
    call.hang_up(1000, "").await.unwrap();
    let heard = listener.await.unwrap();
    assert_eq!(heard.len(), 60);
    assert!(heard.iter().zip(0..).all(|(frame, n)| **frame == [n; 640]));
    assert!(cancelled > 100, "cancelled only {cancelled} times");
}

#[tokio::test]
async fn clear_overtakes_a_full_queue_to_a_peer_that_does_not_read() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (mut call, mut peer) =
            over_pipe(2_000, CallConfig::from(Config::new(dialect)).queue(16 * 1024)).await;
        peer.send(Message::text(if dialect == Dialect::Sinch { CONNECT } else { START })).await.unwrap();
        assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        let handle = call.handle();
        let (_hearing, mut speaking) = call.split();

        let said = Arc::new(AtomicUsize::new(0));
        let counted = said.clone();
        let speaker = tokio::spawn(async move {
            let before = loop {
                match speaking.send(Command::Audio(Audio::raw(&[1; 640]))).await {
                    Ok(()) => counted.fetch_add(640, Ordering::SeqCst),
                    Err(error) => break error,
                };
            };
            assert!(matches!(before, CallError::Cleared));
            speaking.send(Command::Audio(Audio::raw(&[2; 640]))).await.unwrap();
            speaking.flush().await;
            speaking
        });
        parked(&said).await;

        let cleared = handle.clear().unwrap();
        let again = handle.clear().unwrap();
        assert_eq!(again.bytes, 0, "the second clear finds nothing left");
        let said = said.load(Ordering::SeqCst);
        let mut platform = voxwire::Session::platform(Config::new(dialect), voxwire::Instant::ZERO);
        announce(&mut platform);
        let (mut before, mut after, mut clears) = (0, 0, 0);
        while after == 0 {
            let message = peer.next().await.unwrap().unwrap();
            let message = match &message {
                Message::Text(text) => voxwire::Message::Text(text),
                Message::Binary(bytes) => voxwire::Message::Binary(bytes),
                other => panic!("{other:?}"),
            };
            match platform.handle_message(voxwire::Instant::ZERO, message).unwrap() {
                Command::Audio(audio) if audio == Audio::raw(&[1; 640]) => {
                    assert_eq!(clears, 0, "{dialect}: heard after the clear");
                    before += 640;
                }
                Command::Audio(audio) => after += audio.len(),
                Command::Clear => clears += 1,
                Command::Answer => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(clears, 1, "{dialect}");
        assert!(cleared.bytes >= 10 * 640 && before > 0, "{dialect}");
        assert_eq!(cleared.bytes + before, said, "{dialect}");
        assert_eq!(after, 640, "{dialect}");
        drop(speaker.await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clears_at_any_moment_account_for_every_byte() {
    const FRAMES: u32 = 20_000;
    let (mut application, mut platform) = whole_call(sinch().queue(8 * 1024)).await;
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    let handle = application.handle();
    let (_hearing, mut speaking) = application.split();
    let speaker = tokio::spawn(async move {
        let mut said = 0;
        for n in 0..FRAMES {
            let mut frame = [0; 640];
            frame[..4].copy_from_slice(&n.to_le_bytes());
            match speaking.send(Command::Audio(Audio::raw(&frame))).await {
                Ok(()) => said += frame.len(),
                Err(CallError::Cleared) => {}
                Err(error) => panic!("{error}"),
            }
        }
        speaking.hang_up(1000, "").await.unwrap();
        said
    });
    let interrupter = tokio::spawn(async move {
        let (mut cleared, mut times) = (0, 0_u32);
        while let Ok(taken) = handle.clear() {
            cleared += taken.bytes;
            times += 1;
            tokio::task::yield_now().await;
        }
        (cleared, times)
    });
    let (mut heard, mut last, mut inbox) = (0, None, Inbox::new());
    loop {
        match platform.next(&mut inbox).await.unwrap() {
            Command::Audio(audio) => {
                let number = u32::from_le_bytes(audio.as_raw().unwrap()[..4].try_into().unwrap());
                assert!(last < Some(number), "{number} after {last:?}");
                last = Some(number);
                heard += audio.len();
            }
            Command::Answer | Command::Clear => {}
            Command::Hangup(close) => break assert_eq!(close, Close::NORMAL),
            other => panic!("{other:?}"),
        }
    }
    let said = speaker.await.unwrap();
    let (cleared, times) = interrupter.await.unwrap();
    assert_eq!(heard + cleared, said);
    assert!(times > 0);
}

#[tokio::test(start_paused = true)]
async fn only_the_hearing_half_polled_still_sends_heartbeats_and_pongs() {
    let (call, mut peer) = answered(4096, sinch()).await;
    let (mut hearing, _speaking) = call.split();
    let hearer = tokio::spawn(async move {
        let mut inbox = Inbox::new();
        hearing.next(&mut inbox).await.map(|event| event == Event::Hangup(Close::NORMAL)).unwrap()
    });
    let answered = Instant::now();
    peer.send(Message::Ping("alive?".into())).await.unwrap();
    let (mut pongs, mut heartbeats) = (0, Vec::new());
    while heartbeats.len() < 3 {
        match peer.next().await.unwrap().unwrap() {
            Message::Pong(payload) => {
                assert_eq!(payload, "alive?");
                pongs += 1;
            }
            Message::Text(text) => {
                assert_eq!(text, r#"{"command":"heartbeat"}"#);
                heartbeats.push(answered.elapsed().as_secs());
            }
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pongs, 1);
    assert_eq!(heartbeats, [25, 50, 75]);
    peer.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await.unwrap();
    assert!(hearer.await.unwrap());
}

#[tokio::test]
async fn only_the_hearing_half_polled_still_sends_what_was_queued() {
    let (call, mut peer) = answered(1_000, sinch()).await;
    let (mut hearing, mut speaking) = call.split();
    for n in 0..20 {
        speaking.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
    }
    let hearer = tokio::spawn(async move { hearing.next(&mut Inbox::new()).await.map(|_| ()) });
    for n in 0..20 {
        assert_eq!(peer.next().await.unwrap().unwrap().into_data(), vec![n; 640]);
    }
    drop(peer);
    hearer.await.unwrap().unwrap();
}

#[tokio::test]
async fn only_the_speaking_half_polled_still_sends_audio() {
    let (call, mut peer) = answered(1_000, sinch().queue(0)).await;
    let (_hearing, mut speaking) = call.split();
    let speaker = tokio::spawn(async move {
        for n in 0..100 {
            speaking.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
        }
        speaking.flush().await;
        speaking
    });
    for n in 0..100 {
        assert_eq!(peer.next().await.unwrap().unwrap().into_data(), vec![n; 640]);
    }
    speaker.await.unwrap();
}

#[tokio::test]
async fn both_halves_run_at_full_speed_from_two_tasks() {
    const FRAMES: u32 = 5_000;
    let (listener, url) = listen().await;
    let (accepted, called) =
        tokio::join!(async { read_upgrade(&listener).await.accept(sinch(), None).await.unwrap() }, async {
            let mut call = connect(&url, sinch()).await.unwrap();
            call.send(Event::Start(Start::new("c1"))).await.unwrap();
            call
        });
    let (mut application, mut platform) = (accepted, called);
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Answer);

    let (mut a_hears, mut a_speaks) = application.split();
    let (mut p_hears, mut p_speaks) = platform.split();
    let frame = |n: u32| n.to_le_bytes();
    let speakers = (
        tokio::spawn(async move {
            for n in 0..FRAMES {
                a_speaks.send(Command::Audio(Audio::raw(&frame(n)))).await.unwrap();
            }
            a_speaks.flush().await;
            a_speaks
        }),
        tokio::spawn(async move {
            for n in 0..FRAMES {
                p_speaks.send(Event::Audio(Audio::raw(&frame(n)))).await.unwrap();
            }
            p_speaks.flush().await;
            p_speaks
        }),
    );
    let hearers = (
        tokio::spawn(async move {
            let mut inbox = Inbox::new();
            for n in 0..FRAMES {
                assert_eq!(a_hears.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&frame(n))));
            }
        }),
        tokio::spawn(async move {
            let mut inbox = Inbox::new();
            for n in 0..FRAMES {
                assert_eq!(p_hears.next(&mut inbox).await.unwrap(), Command::Audio(Audio::raw(&frame(n))));
            }
        }),
    );
    hearers.0.await.unwrap();
    hearers.1.await.unwrap();
    drop((speakers.0.await.unwrap(), speakers.1.await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_reported_and_the_call_goes_on() {
    // Nobody polls the peer, so it answers no ping.
    let (mut call, mut peer) = answered(4096, sinch()).await;
    let began = Instant::now();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Silence))));
    assert_eq!(began.elapsed().as_secs(), 60);
    peer.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[1, 2])));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_pings_may_be_silent_for_hours() {
    let (mut call, mut peer) = answered(4096, sinch()).await;
    let peer = tokio::spawn(async move { while let Some(Ok(_)) = peer.next().await {} });
    assert!(timeout(Duration::from_secs(7_200), call.next(&mut Inbox::new())).await.is_err());
    drop(call);
    peer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn deadlines_of_the_session_are_told_by_next() {
    let (mut call, mut peer) = over_pipe(4096, sinch()).await;
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Start))));
    peer.send(Message::text(CONNECT)).await.unwrap();
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Expired(Deadline::Answer))));
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_is_closed_by_us_if_the_platform_does_not() {
    let (mut call, mut peer) = over_pipe(4096, sinch()).await;
    peer.send(Message::text(CONNECT)).await.unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Ok(Event::Start(_))));
    let began = Instant::now();
    call.send(Command::Busy).await.unwrap();
    let platform = async {
        assert_eq!(words(&mut peer).await, r#"{"command":"busy"}"#);
        let close = peer.next().await.unwrap().unwrap();
        assert_eq!(close, Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })));
        assert_eq!(began.elapsed().as_secs(), 5);
        while peer.next().await.is_some() {}
    };
    let application =
        async { assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::NORMAL)) };
    tokio::join!(platform, application);
}

#[tokio::test(start_paused = true)]
async fn hanging_up_on_a_peer_that_does_not_read_takes_a_bounded_time() {
    let (mut call, _peer) = answered(1_000, sinch()).await;
    for _ in 0..100 {
        call.send(Command::Audio(Audio::raw(&[0; 640]))).await.unwrap();
    }
    let began = Instant::now();
    call.hang_up(1000, "enough").await.unwrap();
    assert!(call.is_closed());
    assert!(began.elapsed() <= Duration::from_secs(8), "{:?}", began.elapsed());
}

#[tokio::test]
async fn hanging_up_drains_what_was_said_and_carries_code_and_reason() {
    let (mut call, mut peer) = answered(1_000, sinch()).await;
    for n in 0..20 {
        call.send(Command::Audio(Audio::raw(&[n; 640]))).await.unwrap();
    }
    let platform = async {
        for n in 0..20 {
            assert_eq!(peer.next().await.unwrap().unwrap().into_data(), vec![n; 640]);
        }
        let close = CloseFrame { code: CloseCode::Library(4001), reason: "all said".into() };
        assert_eq!(peer.next().await.unwrap().unwrap(), Message::Close(Some(close)));
        while peer.next().await.is_some() {}
    };
    let (hung_up, ()) = tokio::join!(call.hang_up(4001, "all said"), platform);
    hung_up.unwrap();
    assert!(matches!(call.send(Command::Heartbeat).await, Err(CallError::Send(SendError::Closed))));
}

#[tokio::test]
async fn a_close_that_may_not_travel_is_refused() {
    let (mut call, _peer) = answered(4096, sinch()).await;
    for (code, reason) in [(1006, ""), (999, ""), (1000, "x".repeat(124).as_str())] {
        assert!(matches!(call.hang_up(code, reason).await, Err(CallError::Send(SendError::InvalidClose))));
    }
}

#[tokio::test]
async fn a_lost_socket_is_a_hang_up() {
    let (mut call, peer) = answered(4096, sinch()).await;
    drop(peer);
    let mut inbox = Inbox::new();
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::LOST));
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Hangup(Close::LOST));
    assert!(call.is_closed());
}

#[tokio::test]
async fn dropping_the_call_closes_the_socket_though_handles_live_on() {
    let (call, mut peer) = answered(4096, sinch()).await;
    let handle = call.handle();
    let (hearing, speaking) = call.split();
    drop(hearing);
    drop(speaking);
    assert!(matches!(peer.next().await, Some(Err(_)) | None));
    assert!(matches!(handle.clear(), Err(CallError::Send(SendError::Closed))));
}

#[tokio::test]
async fn a_malformed_message_is_an_error_and_the_call_goes_on() {
    let (mut call, mut peer) = answered(4096, sinch()).await;
    peer.send(Message::text("{\"command\":")).await.unwrap();
    peer.send(Message::binary(vec![5])).await.unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Receive(_))));
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[5])));
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_call_with_the_code_for_it() {
    let config = Config::new(Dialect::Sinch).max_message(4_000);
    let (listener, url) = listen().await;
    let application = async {
        let mut call = read_upgrade(&listener).await.accept(config, None).await.unwrap();
        assert!(matches!(call.next(&mut Inbox::new()).await, Err(CallError::Socket(_))));
        assert!(call.is_closed());
        assert!(matches!(call.send(Command::Heartbeat).await, Err(CallError::Send(SendError::Closed))));
        call
    };
    let platform = async {
        let (mut socket, _) = connect_async(&url).await.unwrap();
        socket.send(Message::binary(vec![0; 4_001])).await.unwrap();
        socket.next().await.unwrap().unwrap()
    };
    let (_call, told) = tokio::join!(application, platform);
    assert!(matches!(told, Message::Close(Some(CloseFrame { code: CloseCode::Size, .. }))), "{told:?}");
}

#[tokio::test]
async fn what_can_never_be_queued_is_refused_at_once() {
    let (mut call, _peer) = answered(4096, sinch().queue(4096)).await;
    let sent = call.send(Command::Audio(Audio::raw(&[0; 4096]))).await;
    assert!(matches!(sent, Err(CallError::Send(SendError::Limit { bound: voxwire::Bound::Message }))));
}

/// Waits until the speaker has made no progress for a long while of turns: it is parked.
async fn parked(progress: &AtomicUsize) {
    let mut seen = (0, 0);
    while seen.1 < 100 {
        tokio::task::yield_now().await;
        let now = progress.load(Ordering::SeqCst);
        seen = if now == seen.0 && now > 0 { (now, seen.1 + 1) } else { (now, 0) };
    }
}

/// Brings a platform's session to a live call.
fn announce(platform: &mut voxwire::Session<Platform>) {
    let start = Event::Start(Start::new("c1"));
    platform.send(voxwire::Instant::ZERO, start, &mut [0; 256]).unwrap();
}

/// Polls a future once and drops it.
async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

/// A socket that carries one byte at a time and makes its user wait in between.
struct Trickle<S> {
    socket: S,
    wait: bool,
}

impl<S> Trickle<S> {
    fn new(socket: S) -> Self {
        Self { socket, wait: true }
    }

    fn waits(&mut self, cx: &Context<'_>) -> bool {
        self.wait = !self.wait;
        if !self.wait {
            cx.waker().wake_by_ref();
        }
        !self.wait
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Trickle<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.waits(cx) {
            return Poll::Pending;
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        let read = Pin::new(&mut self.socket).poll_read(cx, &mut one);
        buf.put_slice(one.filled());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Trickle<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.waits(cx) {
            return Poll::Pending;
        }
        Pin::new(&mut self.socket).poll_write(cx, &buf[..buf.len().min(16)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
