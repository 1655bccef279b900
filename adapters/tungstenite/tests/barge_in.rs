//! Clearing: what was said and not yet sent is taken back, to the byte.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::thread;

use voxwire::{Application, Audio, Close, Command, Platform};
use voxwire_tungstenite::{Call, CallError, Inbox, Socket};

use crate::ends::{live_call, sinch};

mod ends;

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
    let times = Arc::new(AtomicU32::new(0));
    let interrupted = times.clone();
    let speaker = thread::spawn(move || {
        let mut said = 0;
        // It may be done before the other has begun.
        for n in (0..100 * FRAMES).take_while(|n| *n < FRAMES || interrupted.load(Ordering::SeqCst) == 0) {
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
        let mut cleared = 0;
        while let Ok(taken) = handle.clear() {
            cleared += taken.bytes;
            times.fetch_add(1, Ordering::SeqCst);
            thread::yield_now();
        }
        (cleared, times.load(Ordering::SeqCst))
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
