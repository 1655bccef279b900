//! Cancelled at every await point, nothing is lost and nothing doubled.

use smol::future::yield_now;
use voxwire::{Audio, Close, Command, Config, Dialect, Event, Mark};
use voxwire_futures::{Inbox, Upgrade};

use crate::runtime::{Runtime, announce, once, sinch};
use crate::sockets::Trickle;

on_each_runtime! {
    next_cancelled_at_every_await_point_loses_and_doubles_nothing
    send_cancelled_at_every_await_point_loses_and_doubles_nothing
}

async fn next_cancelled_at_every_await_point_loses_and_doubles_nothing<R: Runtime>() {
    let config = Config::new(Dialect::Wavix);
    let (listener, url) = R::bind().await;
    let platform = async move {
        let mut call = R::connect(&url, config).await.unwrap();
        announce(&mut call).await;
        for n in 0..20 {
            call.send(Event::Mark(Mark::new(&"m".repeat(n * 10 + 1)))).await.unwrap();
        }
        call.hang_up(1000, "").await.unwrap();
    };
    let application = async {
        let upgrade = Upgrade::read(Trickle::new(R::accept(&listener).await)).await.unwrap();
        let mut call = upgrade.accept(config, None).await.unwrap();
        let mut inbox = Inbox::new();
        let (mut heard, mut cancelled) = (Vec::new(), 0);
        while !call.is_closed() {
            match once(call.next(&mut inbox)).await {
                Some(Ok(Event::Start(_))) => heard.push(0),
                Some(Ok(Event::Mark(mark))) => heard.push(mark.name.len()),
                Some(Ok(Event::Hangup(close))) => assert_eq!(close, Close::NORMAL),
                Some(other) => panic!("{other:?}"),
                None => {
                    cancelled += 1;
                    yield_now().await;
                }
            }
        }
        assert_eq!(heard[0], 0);
        assert_eq!(heard[1..], (0..20).map(|n| n * 10 + 1).collect::<Vec<_>>());
        assert!(cancelled > 2_000, "cancelled only {cancelled} times");
    };
    smol::future::zip(application, platform).await;
}

async fn send_cancelled_at_every_await_point_loses_and_doubles_nothing<R: Runtime>() {
    let (listener, url) = R::bind().await;
    let platform = async {
        let mut call = R::connect(&url, sinch()).await.unwrap();
        announce(&mut call).await;
        let mut inbox = Inbox::new();
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
        for n in 0..60 {
            assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Audio(Audio::raw(&[n; 640])));
        }
        assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Hangup(Close::NORMAL));
    };
    let application = async {
        let upgrade = Upgrade::read(Trickle::new(R::accept(&listener).await)).await.unwrap();
        let mut call = upgrade.accept(sinch().queue(0), None).await.unwrap();
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
                yield_now().await;
            }
        }
        call.hang_up(1000, "").await.unwrap();
        assert!(cancelled > 100, "cancelled only {cancelled} times");
    };
    smol::future::zip(application, platform).await;
}
