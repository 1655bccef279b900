//! Clearing: what was said and not yet sent is taken back, to the byte.

use core::sync::atomic::Ordering;

use smol::LocalExecutor;
use smol::future::{poll_once, yield_now, zip};
use voxwire::{Audio, Command, Config, Dialect, Event};
use voxwire_futures::{CallConfig, CallError, Inbox, Upgrade};

use crate::runtime::{DIALECTS, Runtime, announce, answered, once, sinch};
use crate::sockets::Watched;

const VOICE: Command<'_> = Command::Audio(Audio::raw(&[1; 640]));

on_each_runtime! {
    clear_overtakes_a_full_queue_to_a_peer_that_does_not_read
    clear_wakes_who_waits_for_a_socket_that_does_not
    either_half_can_clear_and_so_can_the_whole
}

async fn clear_overtakes_a_full_queue_to_a_peer_that_does_not_read<R: Runtime>() {
    for dialect in DIALECTS {
        let config = CallConfig::from(Config::new(dialect)).queue(16 * 1024);
        let (call, mut platform) = answered::<R>(dialect, config).await;
        let handle = call.handle();
        let (_hearing, mut speaking) = call.split();

        let mut said = 0;
        let waiting = loop {
            let mut waiting = Box::pin(speaking.send(VOICE));
            match poll_once(&mut waiting).await {
                Some(sent) => sent.unwrap(),
                None => break waiting,
            }
            said += 640;
        };
        let cleared = handle.clear().unwrap();
        let again = handle.clear().unwrap();
        assert!(matches!(waiting.await, Err(CallError::Cleared)), "{dialect}");
        assert_eq!(again.bytes, 0, "the second clear finds nothing left");

        let application = async {
            speaking.send(Command::Audio(Audio::raw(&[2; 640]))).await.unwrap();
            speaking.flush().await;
        };
        let platform = async {
            let (mut before, mut clears, mut inbox) = (0, 0, Inbox::new());
            loop {
                match platform.next(&mut inbox).await.unwrap() {
                    heard if heard == VOICE => {
                        assert_eq!(clears, 0, "{dialect}: heard after the clear");
                        before += 640;
                    }
                    Command::Audio(audio) => {
                        assert_eq!(audio, Audio::raw(&[2; 640]));
                        break (before, clears);
                    }
                    Command::Clear => clears += 1,
                    other => panic!("{other:?}"),
                }
            }
        };
        let ((), (before, clears)) = zip(application, platform).await;
        assert!(clears >= 1, "{dialect}");
        assert!(cleared.bytes >= 10 * 640 && before > 0, "{dialect}");
        assert_eq!(cleared.bytes + before, said, "{dialect}");
    }
}

async fn clear_wakes_who_waits_for_a_socket_that_does_not<R: Runtime>() {
    let (listener, url) = R::bind().await;
    let application = async {
        let (socket, watch) = Watched::new(R::accept(&listener).await);
        let mut call = Upgrade::read(socket).await.unwrap().accept(sinch(), None).await.unwrap();
        assert!(matches!(call.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
        call.send(Command::Answer).await.unwrap();
        watch.stuck.store(true, Ordering::SeqCst);
        let handle = call.handle();
        let tasks = LocalExecutor::new();
        let speaker = tasks.spawn(async move {
            loop {
                if let Err(error) = call.send(VOICE).await {
                    break error;
                }
            }
        });
        let interrupter = async {
            yield_now().await;
            assert!(handle.clear().unwrap().bytes > 0);
            assert!(matches!(speaker.await, CallError::Cleared));
        };
        tasks.run(interrupter).await;
    };
    let platform = async {
        let mut call = R::connect(&url, sinch()).await.unwrap();
        announce(&mut call).await;
        call
    };
    zip(application, platform).await;
}

async fn either_half_can_clear_and_so_can_the_whole<R: Runtime>() {
    let (mut call, _platform) = answered::<R>(Dialect::Sinch, sinch().queue(16 * 1024)).await;
    while let Some(sent) = once(call.send(VOICE)).await {
        sent.unwrap();
    }
    assert!(call.clear().unwrap().bytes >= 10 * 640);
    let (hearing, mut speaking) = call.split();
    while let Some(sent) = once(speaking.send(VOICE)).await {
        sent.unwrap();
    }
    assert!(hearing.clear().unwrap().bytes >= 10 * 640);
    while let Some(sent) = once(speaking.send(VOICE)).await {
        sent.unwrap();
    }
    assert!(speaking.clear().unwrap().bytes >= 10 * 640);
}
