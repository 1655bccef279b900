//! Clearing: what was said and not yet sent is taken back, to the byte.

use std::thread;

use voxwire::{Application, Audio, Close, Command, Config, Dialect, Event, Platform};
use voxwire_tungstenite::tungstenite::Message;
use voxwire_tungstenite::tungstenite::WebSocket;
use voxwire_tungstenite::tungstenite::protocol::Role;
use voxwire_tungstenite::{Call, CallConfig, CallError, Inbox, Socket};

use crate::ends::gauged::{Gauged, said_one};
use crate::ends::{CONNECT, START, live_call, sinch, tcp_pair};

mod ends;

const FRAME: usize = 4_000;

#[test]
fn clear_overtakes_a_full_queue_to_a_peer_that_does_not_read() {
    // What a frame is on the wire, nearly.
    for (dialect, length) in [(Dialect::Sinch, FRAME), (Dialect::Wavix, FRAME * 4 / 3 + 50)] {
        let (ours, theirs) = tcp_pair();
        let mut peer = WebSocket::from_raw_socket(theirs, Role::Client, None);
        let (ours, gauge) = Gauged::new(ours);
        let config = CallConfig::from(Config::new(dialect)).queue(8 * length + length / 2);
        let mut call = Call::application(ours, &[], config).unwrap();
        peer.send(Message::text(if dialect == Dialect::Sinch { CONNECT } else { START })).unwrap();
        assert!(matches!(call.next(&mut Inbox::new()), Ok(Event::Start(_))));
        call.send(Command::Answer).unwrap();
        let handle = call.handle();
        let (_hearing, mut speaking) = call.split();

        gauge.set_room(0);
        let speaker = thread::spawn(move || {
            let before = loop {
                match speaking.send(Command::Audio(Audio::raw(&[1; FRAME]))) {
                    Ok(()) => said_one(),
                    Err(error) => break error,
                }
            };
            assert!(matches!(before, CallError::Cleared), "{before}");
            speaking.send(Command::Audio(Audio::raw(&[2; FRAME]))).unwrap();
            speaking.flush();
            speaking
        });
        // One is on its way to the socket, eight are in the queue, the tenth waits.
        gauge.full_after(9);

        let cleared = handle.clear().unwrap();
        gauge.set_room(usize::MAX);
        peer.send(Message::Ping("more room".into())).unwrap();
        let mut platform = voxwire::Session::platform(Config::new(dialect), voxwire::Instant::ZERO);
        let start = Event::Start(voxwire::Start::new("c1"));
        platform.send(voxwire::Instant::ZERO, start, &mut [0; 256]).unwrap();
        let (mut before, mut after, mut clears) = (0, 0, 0);
        while after == 0 {
            let message = peer.read().unwrap();
            let message = match &message {
                Message::Text(text) => voxwire::Message::Text(text),
                Message::Binary(bytes) => voxwire::Message::Binary(bytes),
                other => panic!("{other:?}"),
            };
            match platform.handle_message(voxwire::Instant::ZERO, message).unwrap() {
                Command::Audio(audio) if audio == Audio::raw(&[1; FRAME]) => {
                    assert_eq!(clears, 0, "{dialect}: heard after the clear");
                    before += FRAME;
                }
                Command::Audio(audio) => after += audio.len(),
                Command::Clear => clears += 1,
                Command::Answer => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(clears, 1, "{dialect}");
        assert_eq!((cleared.bytes, before), (8 * FRAME, FRAME), "{dialect}");
        assert_eq!(after, FRAME, "{dialect}");
        drop(speaker.join().unwrap());
    }
}

#[test]
fn clears_at_any_moment_account_for_every_byte() {
    account_for_every_byte(live_call(sinch().queue(8 * 1024)));
}

#[cfg(feature = "rustls")]
#[test]
fn clears_at_any_moment_account_for_every_byte_over_tls() {
    account_for_every_byte(ends::answer(ends::secure::whole_tls_call(sinch().queue(8 * 1024))));
}

fn account_for_every_byte<S: Socket + Send + 'static>(
    (application, mut platform): (Call<Application, S>, Call<Platform, S>),
) {
    const FRAMES: u32 = 20_000;
    let handle = application.handle();
    let (_hearing, mut speaking) = application.split();
    let speaker = thread::spawn(move || {
        let mut said = 0;
        for n in 0..FRAMES {
            let mut frame = [0; 640];
            frame[..4].copy_from_slice(&n.to_le_bytes());
            match speaking.send(Command::Audio(Audio::raw(&frame))) {
                Ok(()) => said += frame.len(),
                Err(CallError::Cleared) => {}
                Err(error) => panic!("{error}"),
            }
        }
        speaking.hang_up(1000, "").unwrap();
        said
    });
    let interrupter = thread::spawn(move || {
        let (mut cleared, mut times) = (0, 0_u32);
        while let Ok(taken) = handle.clear() {
            cleared += taken.bytes;
            times += 1;
            thread::yield_now();
        }
        (cleared, times)
    });
    let (mut heard, mut last, mut inbox) = (0, None, Inbox::new());
    loop {
        match platform.next(&mut inbox).unwrap() {
            Command::Audio(audio) => {
                let number = u32::from_le_bytes(audio.as_raw().unwrap()[..4].try_into().unwrap());
                assert!(last < Some(number), "{number} after {last:?}");
                last = Some(number);
                heard += audio.len();
            }
            Command::Clear => {}
            Command::Hangup(close) => break assert_eq!(close, Close::NORMAL),
            other => panic!("{other:?}"),
        }
    }
    let said = speaker.join().unwrap();
    let (cleared, times) = interrupter.join().unwrap();
    assert_eq!(heard + cleared, said);
    assert!(times > 0);
}

#[test]
fn either_half_can_clear_and_so_can_the_whole() {
    let (call, _platform) = live_call(sinch());
    assert_eq!(call.clear().unwrap().bytes, 0);
    let (hearing, speaking) = call.split();
    assert_eq!(hearing.clear().unwrap().bytes, 0);
    assert_eq!(speaking.clear().unwrap().bytes, 0);
}
