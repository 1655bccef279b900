//! Halves of a call as `Stream` and `Sink`.

use futures_util::{SinkExt, StreamExt, stream};
use tokio::io::{DuplexStream, duplex};
use voxwire::{Application, Audio, Command, Config, Dialect, Event, Message, Platform, SendError, Start};
use voxwire_tokio::{Call, CallError, Inbox, OwnedCommand, OwnedEvent};

use crate::line::once;

#[tokio::test]
async fn a_call_is_heard_and_said_by_streams_alone() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        let (application, platform) = answered(dialect).await;
        let (heard, said) = application.split();
        let echo = tokio::spawn(async move {
            let mut heard = heard.into_stream();
            let mut said = said.into_sink();
            while let Some(event) = heard.next().await {
                if let Event::Audio(audio) = event.unwrap().get() {
                    let mut bytes = vec![0; audio.len()];
                    audio.copy_to(&mut bytes).unwrap();
                    said.send(OwnedCommand::audio(bytes)).await.unwrap();
                }
            }
        });

        let (heard, said) = platform.split();
        let speech: Vec<Vec<u8>> = (0..50).map(|n| vec![n; 640]).collect();
        let mut said = said.into_sink();
        let frames = stream::iter(speech.clone()).map(|frame| Ok(OwnedEvent::audio(frame)));
        let mut heard = heard.into_stream();
        let voice = async {
            let mut voice = Vec::new();
            while voice.len() < 50 * 640 {
                let command = heard.next().await.unwrap().unwrap();
                let Command::Audio(audio) = command.get() else { panic!("{command:?}") };
                let before = voice.len();
                voice.resize(before + audio.len(), 0);
                audio.copy_to(&mut voice[before..]).unwrap();
            }
            voice
        };
        let mut frames = frames.boxed();
        let (sent, voice) = tokio::join!(said.send_all(&mut frames), voice);
        sent.unwrap();
        assert_eq!(voice, speech.concat());

        // Closing the sink is hanging up. The hang-up is heard once, then nothing.
        said.close().await.unwrap();
        let end = heard.next().await.unwrap().unwrap();
        assert!(matches!(end.get(), Command::Hangup(close) if close.code == Some(1000)), "{end:?}");
        assert!(heard.next().await.is_none());
        echo.await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_goes_on_after_an_error() {
    let (application, mut platform) = answered(Dialect::Wavix).await;
    let (heard, _said) = application.split();
    let mut heard = heard.into_stream();
    platform.send(Event::Other(Message::Text("{"))).await.unwrap();
    platform.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
    platform.flush().await;
    assert!(matches!(heard.next().await, Some(Err(CallError::Receive(_)))));
    assert!(matches!(heard.next().await.unwrap().unwrap().get(), Event::Audio(_)));
}

#[tokio::test]
async fn raw_audio_shares_the_memory_of_its_message() {
    let (application, mut platform) = answered(Dialect::Sinch).await;
    let (heard, _said) = application.split();
    let mut heard = heard.into_stream();
    platform.send(Event::Audio(Audio::raw(&[7; 640]))).await.unwrap();
    platform.flush().await;
    let event = heard.next().await.unwrap().unwrap();
    let Event::Audio(audio) = event.get() else { panic!("{event:?}") };
    let shared = event.raw_audio().unwrap();
    assert_eq!(shared.as_ptr(), audio.as_raw().unwrap().as_ptr());
    drop(event);
    assert_eq!(shared, &[7; 640][..]);
}

#[test]
fn audio_that_lies_elsewhere_is_copied() {
    static TONE: [u8; 4] = [1, 2, 3, 4];
    let event = OwnedEvent::new("elsewhere", |_| Event::Audio(Audio::raw(&TONE)));
    assert_eq!(event.raw_audio().unwrap(), &TONE[..]);
    assert_eq!(OwnedEvent::from(Event::Stop).raw_audio(), None);
}

#[tokio::test]
async fn what_a_clear_overtakes_in_a_sink_is_no_error() {
    let (application, mut platform) = answered(Dialect::Sinch).await;
    let handle = application.handle();
    let (_heard, said) = application.split();
    let mut said = said.into_sink();
    // The platform reads nothing, so at last a frame waits for room.
    while once(said.feed(OwnedCommand::audio(vec![1; 640]))).await.is_some() {}
    assert!(handle.clear().unwrap().bytes > 0);
    said.feed(OwnedCommand::audio(vec![2; 640])).await.unwrap();

    let mut inbox = Inbox::new();
    let mut cleared = false;
    let after = async {
        loop {
            match platform.next(&mut inbox).await.unwrap() {
                Command::Clear => cleared = true,
                Command::Audio(audio) if cleared => break audio.as_raw().unwrap().to_vec(),
                _ => {}
            }
        }
    };
    let (flushed, after) = tokio::join!(said.flush(), after);
    flushed.unwrap();
    assert_eq!(after, [2; 640]);
}

#[tokio::test]
async fn a_sink_says_when_the_call_is_over() {
    let (application, mut platform) = answered(Dialect::Sinch).await;
    let (heard, said) = application.split();
    let mut heard = heard.into_stream();
    let (ended, ()) =
        tokio::join!(platform.hang_up(1000, "enough"), async { while heard.next().await.is_some() {} });
    ended.unwrap();
    let mut said = said.into_sink();
    let late = said.send(OwnedCommand::audio(vec![0; 2])).await;
    assert!(matches!(late, Err(CallError::Send(SendError::Closed))), "{late:?}");
}

/// Both ends of a call over a pipe, announced and answered.
async fn answered(dialect: Dialect) -> (Call<Application, DuplexStream>, Call<Platform, DuplexStream>) {
    let (one, other) = duplex(2_000);
    let mut application = Call::application(one, &[], Config::new(dialect));
    let mut platform = Call::platform(other, &[], Config::new(dialect));
    let start = match dialect {
        Dialect::Wavix => Start::new("c1").with_stream_id("s1"),
        _ => Start::new("c1"),
    };
    platform.send(Event::Start(start)).await.unwrap();
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    application.flush().await;
    if dialect == Dialect::Sinch {
        assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
    }
    (application, platform)
}
