//! Two threads on one call, and one that does for both.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use voxwire::{Application, Audio, Close, Command, Config, Dialect, Event, Platform};
use voxwire_tungstenite::tungstenite::Message;
use voxwire_tungstenite::tungstenite::protocol::CloseFrame;
use voxwire_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire_tungstenite::{Call, CallConfig, Inbox, Socket};

use crate::ends::gauged::Gauged;
#[cfg(feature = "rustls")]
use crate::ends::{answer, secure};
use crate::ends::{answered, answered_gauged, live_call, live_over, sinch, tcp_pair};

mod ends;

#[test]
fn both_halves_run_at_full_speed_from_two_threads() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        full_speed(live_call(busy(dialect)), 50_000);
    }
}

#[cfg(feature = "rustls")]
#[test]
fn both_halves_run_at_full_speed_from_two_threads_over_tls() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        full_speed(answer(secure::whole_tls_call(busy(dialect))), 50_000);
    }
}

/// `cargo test --release -p voxwire-tungstenite --features rustls --test halves -- --ignored --nocapture`
#[test]
#[ignore = "half a minute in a release build"]
fn a_million_frames_each_way() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let began = Instant::now();
        full_speed(live_call(busy(dialect)), 1_000_000);
        println!("{dialect}, plain: {:?}", began.elapsed());
        #[cfg(feature = "rustls")]
        {
            let began = Instant::now();
            full_speed(answer(secure::whole_tls_call(busy(dialect))), 1_000_000);
            println!("{dialect}, TLS: {:?}", began.elapsed());
        }
    }
}

/// A short queue and many pings.
fn busy(dialect: Dialect) -> CallConfig {
    CallConfig::from(Config::new(dialect)).ping_every(Duration::from_secs(1)).queue(8 * 1024)
}

/// Frames in both directions at once, with pings: every one is heard, in order.
fn full_speed<S: Socket + Send>(
    (application, platform): (Call<Application, S>, Call<Platform, S>),
    frames: u32,
) {
    let (mut a_hears, mut a_speaks) = application.split();
    let (mut p_hears, mut p_speaks) = platform.split();
    let frame = |n: u32| n.to_le_bytes();
    thread::scope(|scope| {
        let a_speaks = scope.spawn(move || {
            for n in 0..frames {
                a_speaks.send(Command::Audio(Audio::raw(&frame(n)))).unwrap();
            }
            a_speaks.flush();
            a_speaks
        });
        let p_speaks = scope.spawn(move || {
            for n in 0..frames {
                p_speaks.send(Event::Audio(Audio::raw(&frame(n)))).unwrap();
            }
            p_speaks.flush();
            p_speaks
        });
        let a_hears = scope.spawn(move || {
            let mut inbox = Inbox::new();
            for n in 0..frames {
                let Event::Audio(audio) = a_hears.next(&mut inbox).unwrap() else { panic!("no audio") };
                assert_eq!(audio.copy_to(&mut [0; 4]).unwrap(), frame(n));
            }
            a_hears
        });
        let p_hears = scope.spawn(move || {
            let mut inbox = Inbox::new();
            for n in 0..frames {
                let Command::Audio(audio) = p_hears.next(&mut inbox).unwrap() else { panic!("no audio") };
                assert_eq!(audio.copy_to(&mut [0; 4]).unwrap(), frame(n));
            }
            p_hears
        });
        // A socket that closes with a ping unread resets, and takes back what the other end has not heard yet: so none
        // is dropped before all is heard.
        drop((
            a_hears.join().unwrap(),
            p_hears.join().unwrap(),
            a_speaks.join().unwrap(),
            p_speaks.join().unwrap(),
        ));
    });
}

#[test]
fn pings_amid_both_directions_are_all_answered_and_break_no_frame() {
    const FRAMES: u32 = 20_000;
    let (call, mut peer) = answered(sinch());
    let (mut hearing, mut speaking) = call.split();
    let speaker = thread::spawn(move || {
        for n in 0..FRAMES {
            speaking.send(Command::Audio(Audio::raw(&n.to_le_bytes()))).unwrap();
        }
        speaking.flush();
        speaking
    });
    let hearer = thread::spawn(move || {
        let mut inbox = Inbox::new();
        for n in 0..FRAMES {
            assert_eq!(hearing.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&n.to_le_bytes())));
        }
        // The last pong is written while it waits for more.
        assert!(matches!(hearing.next(&mut inbox), Ok(Event::Hangup(_))));
    });
    // A ping with each frame, and not the next before its pong.
    let mut heard = 0_u32;
    for n in 0..FRAMES {
        peer.send(Message::binary(n.to_le_bytes().to_vec())).unwrap();
        peer.send(Message::Ping(n.to_le_bytes().to_vec().into())).unwrap();
        loop {
            match peer.read().unwrap() {
                Message::Binary(bytes) => {
                    assert_eq!(bytes, heard.to_le_bytes().to_vec());
                    heard += 1;
                }
                Message::Pong(payload) => break assert_eq!(payload, n.to_le_bytes().to_vec()),
                other => panic!("{other:?}"),
            }
        }
    }
    while heard < FRAMES {
        if let Message::Binary(bytes) = peer.read().unwrap() {
            assert_eq!(bytes, heard.to_le_bytes().to_vec());
            heard += 1;
        }
    }
    peer.close(None).unwrap();
    hearer.join().unwrap();
    drop(speaker.join().unwrap());
}

#[test]
fn both_ends_may_be_full_at_once() {
    both_full(tcp_pair());
}

#[cfg(feature = "rustls")]
#[test]
fn both_ends_may_be_full_at_once_over_tls() {
    both_full(secure::tls_pair());
}

fn both_full<S: Socket + Send>((ours, theirs): (S, S)) {
    const FRAME: usize = 4_000;
    let ((ours, a_gauge), (theirs, p_gauge)) = (Gauged::new(ours), Gauged::new(theirs));
    let (application, platform) = live_over(ours, theirs, sinch().queue(16 * 1024));
    let (mut a_hears, mut a_speaks) = application.split();
    let (mut p_hears, mut p_speaks) = platform.split();
    let frames = 8_000_u32;
    let frame = |n: u32| [n.to_le_bytes()[0]; FRAME];
    thread::scope(|scope| {
        let a_speaks = scope.spawn(move || {
            for n in 0..frames {
                a_speaks.send(Command::Audio(Audio::raw(&frame(n)))).unwrap();
            }
            a_speaks.flush();
            a_speaks
        });
        let p_speaks = scope.spawn(move || {
            for n in 0..frames {
                p_speaks.send(Event::Audio(Audio::raw(&frame(n)))).unwrap();
            }
            p_speaks.flush();
            p_speaks
        });
        // Nobody hears until the system has taken all it can of either.
        a_gauge.full();
        p_gauge.full();
        let a_hears = scope.spawn(move || {
            let mut inbox = Inbox::new();
            for n in 0..frames {
                assert_eq!(a_hears.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&frame(n))));
            }
            a_hears
        });
        let p_hears = scope.spawn(move || {
            let mut inbox = Inbox::new();
            for n in 0..frames {
                assert_eq!(p_hears.next(&mut inbox).unwrap(), Command::Audio(Audio::raw(&frame(n))));
            }
            p_hears
        });
        drop((
            a_hears.join().unwrap(),
            p_hears.join().unwrap(),
            a_speaks.join().unwrap(),
            p_speaks.join().unwrap(),
        ));
    });
}

#[test]
fn the_hearing_half_hears_while_the_speaking_half_waits_for_a_peer_that_does_not_read() {
    let (call, mut peer, gauge) = answered_gauged(sinch().queue(4096));
    let (mut hearing, mut speaking) = call.split();
    let said = Arc::new(AtomicUsize::new(0));
    let counted = said.clone();
    let speaker = thread::spawn(move || {
        while speaking.send(Command::Audio(Audio::raw(&[1; 4_000]))).is_ok() {
            counted.fetch_add(4_000, Ordering::SeqCst);
        }
    });
    let (all_heard, heard) = mpsc::channel();
    let hearer = thread::spawn(move || {
        let mut inbox = Inbox::new();
        for n in 0..2_000_u32 {
            assert_eq!(hearing.next(&mut inbox).unwrap(), Event::Audio(Audio::raw(&n.to_le_bytes())));
        }
        all_heard.send(()).unwrap();
        assert!(matches!(hearing.next(&mut inbox), Ok(Event::Hangup(_))));
    });
    gauge.full();
    for n in 0..2_000_u32 {
        peer.send(Message::binary(n.to_le_bytes().to_vec())).unwrap();
    }
    heard.recv().unwrap();
    // One frame on its way, one in the queue.
    let (said, written) = (said.load(Ordering::SeqCst), gauge.written());
    assert!(said <= written + 2 * 4_000, "what waits is bounded: {said} said, {written} written");
    // It begins to read, and the speaker goes on.
    let mut read = 0;
    while read < 2 * said {
        read += peer.read().unwrap().into_data().len();
    }
    drop(peer);
    hearer.join().unwrap();
    speaker.join().unwrap();
}

#[test]
fn heartbeats_pings_and_pongs_go_out_while_the_only_thread_waits_in_next() {
    let config = Config::new(Dialect::Sinch).heartbeat_after(Duration::from_millis(400));
    // Its answer is what was said last.
    let began = Instant::now();
    let (call, mut peer) = answered(CallConfig::from(config).ping_every(Duration::from_secs(1)));
    let (mut hearing, _speaking) = call.split();
    let hearer = thread::spawn(move || {
        let mut inbox = Inbox::new();
        hearing.next(&mut inbox).map(|event| event == Event::Hangup(Close::NORMAL)).unwrap()
    });
    peer.send(Message::Ping("alive?".into())).unwrap();
    let (mut pongs, mut pings, mut heartbeats) = (0, 0, 0);
    while heartbeats < 3 {
        match peer.read().unwrap() {
            Message::Pong(payload) => {
                assert_eq!(payload, "alive?");
                pongs += 1;
            }
            Message::Text(text) => {
                assert_eq!(text, r#"{"command":"heartbeat"}"#);
                heartbeats += 1;
            }
            Message::Ping(_) => pings += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(began.elapsed() >= Duration::from_millis(1_200), "{:?}", began.elapsed());
    assert!(pongs == 1 && pings >= 1, "{pongs} pongs, {pings} pings");
    peer.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).unwrap();
    assert!(hearer.join().unwrap());
}

#[test]
fn only_the_hearing_half_called_still_sends_what_was_queued() {
    const FRAMES: usize = 20_000;
    let (call, mut peer, gauge) = answered_gauged(sinch());
    let (mut hearing, mut speaking) = call.split();
    let speaker = thread::spawn(move || {
        for n in 0..FRAMES {
            speaking.send(Command::Audio(Audio::raw(&[n.to_le_bytes()[0]; 640]))).unwrap();
        }
    });
    let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|_| ()));
    gauge.full();
    for n in 0..FRAMES {
        assert_eq!(peer.read().unwrap().into_data(), vec![n.to_le_bytes()[0]; 640]);
    }
    speaker.join().unwrap();
    drop(peer);
    hearer.join().unwrap().unwrap();
}
