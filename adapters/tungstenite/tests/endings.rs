//! How calls end: hang-ups, deadlines, losses.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use voxwire::{Audio, Close, Command, Config, Deadline, Dialect, Event, SendError};
use voxwire_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use voxwire_tungstenite::tungstenite::{Message, WebSocket};
use voxwire_tungstenite::{Call, CallConfig, CallError, Inbox};

use crate::ends::{CONNECT, Narrow, answered, listen, live_call, parked, sinch};

mod ends;

#[test]
fn either_side_hangs_up_with_code_and_reason() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (mut application, mut platform) = live_call(Config::new(dialect).into());
        let other = thread::spawn(move || {
            let heard = platform.next(&mut Inbox::new()).map(|heard| format!("{heard:?}")).unwrap();
            assert!(platform.is_closed());
            heard
        });
        application.hang_up(4001, "all said").unwrap();
        assert!(application.is_closed());
        let told = format!("{:?}", Command::Hangup(Close::new(4001, "all said")));
        assert_eq!(other.join().unwrap(), told, "{dialect}");
        let late = application.send(Command::Heartbeat);
        assert!(matches!(late, Err(CallError::Send(SendError::Closed | SendError::Unsupported))), "{late:?}");

        let (mut application, mut platform) = live_call(Config::new(dialect).into());
        let other = thread::spawn(move || {
            let mut inbox = Inbox::new();
            loop {
                if let Event::Hangup(close) = application.next(&mut inbox).unwrap() {
                    break assert_eq!(close, Close::new(4002, "gone"));
                }
            }
        });
        if dialect == Dialect::Wavix {
            platform.send(Event::Stop).unwrap();
        }
        platform.hang_up(4002, "gone").unwrap();
        other.join().unwrap();
    }
}

#[test]
fn a_close_that_may_not_travel_is_refused() {
    let (mut call, _peer) = answered(sinch());
    for (code, reason) in [(1006, ""), (999, ""), (1000, "x".repeat(124).as_str())] {
        assert!(matches!(call.hang_up(code, reason), Err(CallError::Send(SendError::InvalidClose))));
    }
}

#[test]
fn hanging_up_drains_what_was_said() {
    const FRAMES: usize = 5_000;
    let (mut call, mut peer) = answered(sinch());
    let platform = thread::spawn(move || {
        for n in 0..FRAMES {
            assert_eq!(peer.read().unwrap().into_data(), vec![n.to_le_bytes()[0]; 640]);
        }
        let close = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        assert_eq!(peer.read().unwrap(), Message::Close(Some(close)));
        while peer.read().is_ok() {}
    });
    for n in 0..FRAMES {
        call.send(Command::Audio(Audio::raw(&[n.to_le_bytes()[0]; 640]))).unwrap();
    }
    call.hang_up(1000, "").unwrap();
    platform.join().unwrap();
}

#[test]
fn hanging_up_on_a_peer_that_does_not_read_takes_a_bounded_time() {
    let config = Config::new(Dialect::Sinch).end_within(Duration::from_millis(300));
    let config = CallConfig::from(config).drain_within(Duration::from_millis(200));
    let (listener, _) = listen();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut peer = WebSocket::from_raw_socket(peer, Role::Client, None);
    let (tcp, _) = listener.accept().unwrap();
    let mut call = Call::application(Narrow { tcp, room: 1_000 }, &[], config).unwrap();
    peer.send(Message::text(CONNECT)).unwrap();
    assert!(matches!(call.next(&mut Inbox::new()), Ok(Event::Start(_))));
    call.send(Command::Answer).unwrap();
    for _ in 0..100 {
        call.send(Command::Audio(Audio::raw(&[0; 640]))).unwrap();
    }
    let began = Instant::now();
    call.hang_up(1000, "enough").unwrap();
    assert!(call.is_closed());
    // The limit to drain, then what the session grants the peer's close.
    assert!((450..10_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

#[test]
fn a_silent_peer_is_reported_and_the_call_goes_on() {
    // Nobody reads at the peer, so it answers no ping.
    let config = Config::new(Dialect::Sinch).silence_limit(Some(Duration::from_millis(300)));
    let (mut call, mut peer) = answered(config.into());
    let began = Instant::now();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox), Err(CallError::Expired(Deadline::Silence))));
    assert!((250..10_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    peer.send(Message::binary(vec![1, 2])).unwrap();
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&[1, 2])));
}

#[test]
fn a_deadline_that_the_speaker_brings_forward_wakes_the_hearer() {
    let config = Config::new(Dialect::Sinch).end_within(Duration::from_millis(200)).silence_limit(None);
    let (call, _peer) = answered(config.into());
    let (mut hearing, mut speaking) = call.split();
    let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|event| format!("{event:?}")));
    thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    speaking.hang_up(1000, "").unwrap();
    // The peer does not close, so the hearer has slept for the limit only.
    assert!(hearer.join().unwrap().unwrap().starts_with("Hangup"));
    assert!((150..10_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

#[test]
fn a_reset_in_the_middle_of_a_frame_is_a_hang_up() {
    let (mut call, mut peer) = answered(sinch());
    call.send(Command::Audio(Audio::raw(&[1; 640]))).unwrap();
    // A masked binary frame of 640 bytes, of which ten come. What lies unread makes the close a reset.
    peer.get_mut().write_all(&[0x82, 0xfe, 0x02, 0x80, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).unwrap();
    thread::sleep(Duration::from_millis(50));
    drop(peer);
    let mut inbox = Inbox::new();
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
    assert!(call.is_closed());
}

#[test]
fn a_lost_socket_wakes_both_who_wait() {
    for end in ["close", "loss"] {
        let (call, mut peer) = answered(sinch().queue(4096));
        let (mut hearing, mut speaking) = call.split();
        let said = Arc::new(AtomicUsize::new(0));
        let counted = said.clone();
        let speaker = thread::spawn(move || {
            loop {
                match speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))) {
                    Ok(()) => counted.fetch_add(1, Ordering::SeqCst),
                    Err(error) => break error,
                };
            }
        });
        let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|_| ()));
        parked(&said);
        match end {
            "close" => peer.write(Message::Close(None)).and_then(|()| peer.flush()).unwrap(),
            _ => drop(peer),
        }
        hearer.join().unwrap().unwrap();
        let told = speaker.join().unwrap();
        assert!(matches!(told, CallError::Send(SendError::Closed)), "{end}: {told}");
    }
}

#[test]
fn dropping_the_call_closes_the_socket_though_handles_live_on() {
    let (call, mut peer) = answered(sinch());
    let handle = call.handle();
    let (hearing, speaking) = call.split();
    drop(hearing);
    peer.get_mut().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(peer.get_mut().read(&mut [0]).is_err(), "half of the call is left");
    drop(speaking);
    assert_eq!(peer.get_mut().read(&mut [0]).unwrap(), 0);
    assert!(matches!(handle.clear(), Err(CallError::Send(SendError::Closed))));
}

#[test]
fn a_message_beyond_the_limit_ends_the_call_with_the_code_for_it() {
    let (mut call, mut peer) = answered(Config::new(Dialect::Sinch).max_message(4_000).into());
    peer.send(Message::binary(vec![0; 4_001])).unwrap();
    assert!(matches!(call.next(&mut Inbox::new()), Err(CallError::Socket(_))));
    assert!(call.is_closed());
    assert!(matches!(call.send(Command::Heartbeat), Err(CallError::Send(SendError::Closed))));
    let told = peer.read().unwrap();
    assert!(matches!(told, Message::Close(Some(CloseFrame { code: CloseCode::Size, .. }))), "{told:?}");
}
