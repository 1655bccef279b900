//! How often threads wait: a number of turns that a busy loop would exceed at once.

use core::time::Duration;
use std::net::{TcpListener, TcpStream};
use std::thread;

use voxwire::{Application, Audio, AudioFormat, Command, Config, Dialect, Event, Start};

use super::{Half, Rest, Shared};
use crate::watch::Watch;
use crate::{Call, Inbox, Upgrade, Voice, connect};

#[test]
fn two_who_wait_for_a_deadline_wait_about_once_each() {
    let (shared, _peer) = idle();
    thread::scope(|scope| {
        for half in [Half::Hearing, Half::Speaking] {
            let shared = &shared;
            scope.spawn(move || {
                let mut held = shared.lock();
                let until = held.now() + Duration::from_millis(300);
                while held.now() < until {
                    held = held.rest(half, Some(until));
                }
            });
        }
    });
    // Who watches may wake the other a moment early, on leaving.
    let waits = shared.lock().state.waits;
    assert!((2..=4).contains(&waits), "{waits}");
}

#[test]
fn a_call_that_is_idle_for_a_second_takes_a_few_turns() {
    let (mut call, mut peer) = live();
    let shared = call.shared().clone();
    let before = shared.lock().state.waits;
    let hearer = thread::spawn(move || call.next(&mut Inbox::new()).map(|_| ()));
    thread::sleep(Duration::from_secs(1));
    let turns = shared.lock().state.waits - before;
    assert!(turns <= 2, "{turns} turns");
    peer.hang_up(1000, "").unwrap();
    hearer.join().unwrap().unwrap();
}

#[test]
fn a_speaker_whose_peer_does_not_read_waits_without_turning() {
    let (call, peer) = live();
    let shared = call.shared().clone();
    let (mut hearing, mut speaking) = call.split();
    let speaker =
        thread::spawn(move || while speaking.send(Command::Audio(Audio::raw(&[1; 640]))).is_ok() {});
    let hearer =
        thread::spawn(move || while hearing.next(&mut Inbox::new()).is_ok() && !hearing.is_closed() {});
    // What the system buffers on both sides fills; then comes a second in which both rest. A busy loop never has one.
    loop {
        let before = shared.lock().state.waits;
        thread::sleep(Duration::from_secs(1));
        let state = &shared.lock().state;
        if state.hearing != Rest::Awake && state.speaking != Rest::Awake && state.waits - before <= 2 {
            break;
        }
    }
    drop(peer);
    hearer.join().unwrap();
    speaker.join().unwrap();
}

#[test]
fn a_voice_waits_about_once_for_each_frame() {
    const FRAMES: u32 = 25;
    let format = AudioFormat::pcm16(8_000).unwrap();
    let (call, mut peer) = live();
    let shared = call.shared().clone();
    let before = shared.lock().state.waits;
    let (mut hearing, mut speaking) = call.split();
    let hearer = thread::spawn(move || hearing.next(&mut Inbox::new()).map(|_| ()));
    let mut voice = Voice::new(8_000, format).unwrap().ahead(Duration::ZERO);
    speaking.speak(&mut voice, &mut &vec![1; format.frame_bytes() * FRAMES as usize][..]).unwrap();
    // Whoever comes back from the watch wakes the other.
    let waits = shared.lock().state.waits - before;
    assert!((FRAMES / 2..=4 * FRAMES).contains(&waits), "{waits}");
    peer.hang_up(1000, "").unwrap();
    hearer.join().unwrap().unwrap();
}

/// The shared of a call on which nothing happens, and the socket at its other end.
fn idle() -> (Shared<Application, TcpStream>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (socket, _) = listener.accept().unwrap();
    let mut watch = Watch::new(&socket).unwrap();
    // A new watch tells that the socket can be written.
    watch.wait(None);
    let config = Config::new(Dialect::Sinch);
    (Shared::new(socket, watch, |now| voxwire_line::Line::application(config, &[], now)), peer)
}

fn live() -> (Call<Application, TcpStream>, Call<voxwire::Platform, TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let config = Config::new(Dialect::Sinch);
    let platform = thread::spawn(move || {
        let mut call = connect(&url, config).unwrap();
        call.send(Event::Start(Start::new("c1"))).unwrap();
        assert_eq!(call.next(&mut Inbox::new()).unwrap(), Command::Answer);
        call
    });
    let (socket, _) = listener.accept().unwrap();
    let mut call = Upgrade::read(socket).unwrap().accept(config, None).unwrap();
    assert!(matches!(call.next(&mut Inbox::new()), Ok(Event::Start(_))));
    call.send(Command::Answer).unwrap();
    (call, platform.join().unwrap())
}
