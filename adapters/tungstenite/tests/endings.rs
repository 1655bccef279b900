//! How calls end: hang-ups, deadlines, losses.

use core::time::Duration;
use std::io::{Read, Write};
use std::thread;
use std::time::Instant;

use voxwire::{Audio, Close, Command, Config, Deadline, Dialect, Event, SendError};
use voxwire_tungstenite::tungstenite::Message;
use voxwire_tungstenite::tungstenite::protocol::CloseFrame;
use voxwire_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire_tungstenite::{CallConfig, CallError, Inbox};

use crate::ends::gauged::said_one;
use crate::ends::{answered, answered_gauged, live_call, sinch};

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
    let (mut call, _peer, gauge) = answered_gauged(config);
    gauge.set_room(1_000);
    for _ in 0..100 {
        call.send(Command::Audio(Audio::raw(&[0; 640]))).unwrap();
    }
    let began = Instant::now();
    call.hang_up(1000, "enough").unwrap();
    assert!(call.is_closed());
    // The limit to drain, then what the session grants the peer's close.
    assert!(began.elapsed() >= Duration::from_millis(450), "{:?}", began.elapsed());
}

#[test]
fn a_silent_peer_is_reported_and_the_call_goes_on() {
    // Nobody reads at the peer, so it answers no ping.
    let config = Config::new(Dialect::Sinch).silence_limit(Some(Duration::from_millis(300)));
    let (mut call, mut peer) = answered(config.into());
    let began = Instant::now();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox), Err(CallError::Expired(Deadline::Silence))));
    assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
    peer.send(Message::binary(vec![1, 2])).unwrap();
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&[1, 2])));
}

#[test]
fn a_deadline_that_the_speaker_brings_forward_wakes_the_hearer() {
    let config = Config::new(Dialect::Sinch).end_within(Duration::from_millis(200)).silence_limit(None);
    let (call, _peer, gauge) = answered_gauged(CallConfig::from(config).ping_every(Duration::MAX));
    let (mut hearing, mut speaking) = call.split();
    let dry = gauge.refused_reads();
    let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|event| format!("{event:?}")));
    gauge.read_dry(dry);
    let began = Instant::now();
    speaking.hang_up(1000, "").unwrap();
    // The peer does not close; and nothing else would wake the hearer for a day.
    assert!(hearer.join().unwrap().unwrap().starts_with("Hangup"));
    assert!(began.elapsed() >= Duration::from_millis(150), "{:?}", began.elapsed());
}

#[test]
fn a_reset_in_the_middle_of_a_frame_is_a_hang_up() {
    let (mut call, mut peer) = answered(sinch());
    call.send(Command::Audio(Audio::raw(&[1; 640]))).unwrap();
    // A masked binary frame of 640 bytes, of which ten come. What lies unread makes the close a reset.
    peer.get_mut().write_all(&[0x82, 0xfe, 0x02, 0x80, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).unwrap();
    assert_eq!(peer.get_mut().peek(&mut [0]).unwrap(), 1);
    drop(peer);
    let mut inbox = Inbox::new();
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
    assert_eq!(call.next(&mut inbox).unwrap(), Event::Hangup(Close::LOST));
    assert!(call.is_closed());
}

#[test]
fn a_lost_socket_wakes_both_who_wait() {
    for end in ["close", "loss"] {
        let (call, mut peer, gauge) = answered_gauged(sinch().queue(4096));
        gauge.set_room(0);
        let dry = gauge.refused_reads();
        let (mut hearing, mut speaking) = call.split();
        let speaker = thread::spawn(move || {
            loop {
                match speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))) {
                    Ok(()) => said_one(),
                    Err(error) => break error,
                }
            }
        });
        let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|_| ()));
        // One is on its way to the socket, one in the queue, the third waits.
        gauge.full_after(2);
        gauge.read_dry(dry);
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
    let (hearing, mut speaking) = call.split();
    drop(hearing);
    speaking.send(Command::Audio(Audio::raw(&[7]))).unwrap();
    assert_eq!(peer.read().unwrap().into_data(), [7].as_slice(), "half of the call is left");
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
