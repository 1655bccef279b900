//! Clearing: what was said and not yet sent is taken back, to the byte.

use voxwire::{Audio, Close, Command, Event};
use voxwire_tokio::{CallError, Inbox};

use crate::line::{sinch, whole_call};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clears_at_any_moment_account_for_every_byte() {
    const FRAMES: u32 = 20_000;
    let (mut application, mut platform) = whole_call(sinch().queue(8 * 1024)).await;
    assert!(matches!(application.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    let handle = application.handle();
    let (_hearing, mut speaking) = application.split();
    let speaker = tokio::spawn(async move {
        let mut said = 0;
        for n in 0..FRAMES {
            let mut frame = [0; 640];
            frame[..4].copy_from_slice(&n.to_le_bytes());
            match speaking.send(Command::Audio(Audio::raw(&frame))).await {
                Ok(()) => said += frame.len(),
                Err(CallError::Cleared) => {}
                Err(error) => panic!("{error}"),
            }
        }
        speaking.hang_up(1000, "").await.unwrap();
        said
    });
    let interrupter = tokio::spawn(async move {
        let (mut cleared, mut times) = (0, 0_u32);
        while let Ok(taken) = handle.clear() {
            cleared += taken.bytes;
            times += 1;
            tokio::task::yield_now().await;
        }
        (cleared, times)
    });
    let (mut heard, mut last, mut inbox) = (0, None, Inbox::new());
    loop {
        match platform.next(&mut inbox).await.unwrap() {
            Command::Audio(audio) => {
                let number = u32::from_le_bytes(audio.as_raw().unwrap()[..4].try_into().unwrap());
                assert!(last < Some(number), "{number} after {last:?}");
                last = Some(number);
                heard += audio.len();
            }
            Command::Answer | Command::Clear => {}
            Command::Hangup(close) => break assert_eq!(close, Close::NORMAL),
            other => panic!("{other:?}"),
        }
    }
    let said = speaker.await.unwrap();
    let (cleared, times) = interrupter.await.unwrap();
    assert_eq!(heard + cleared, said);
    assert!(times > 0);
}
