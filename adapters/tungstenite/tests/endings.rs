//! How calls end: hang-ups, deadlines, losses.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use voxwire::{Audio, Command, Config, Dialect, SendError};
use voxwire_tungstenite::tungstenite::Message;
use voxwire_tungstenite::tungstenite::protocol::CloseFrame;
use voxwire_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire_tungstenite::{CallConfig, CallError, Inbox};

use crate::ends::gauged::said_one;
use crate::ends::{answered, answered_gauged, sinch};

mod ends;

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
fn a_message_beyond_the_limit_ends_the_call_with_the_code_for_it() {
    let (mut call, mut peer) = answered(Config::new(Dialect::Sinch).max_message(4_000).into());
    peer.send(Message::binary(vec![0; 4_001])).unwrap();
    assert!(matches!(call.next(&mut Inbox::new()), Err(CallError::Socket(_))));
    assert!(call.is_closed());
    assert!(matches!(call.send(Command::Heartbeat), Err(CallError::Send(SendError::Closed))));
    let told = peer.read().unwrap();
    assert!(matches!(told, Message::Close(Some(CloseFrame { code: CloseCode::Size, .. }))), "{told:?}");
}
