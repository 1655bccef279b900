//! Whole calls, and messages that are no good.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use voxwire::{Audio, Command, Config, Dialect, Event, SendError};
use voxwire_tokio::{CallError, Inbox};

use crate::line::{answered, listen, read_upgrade, sinch, whole_call};

#[tokio::test]
async fn a_malformed_message_is_an_error_and_the_call_goes_on() {
    let (mut call, mut peer) = answered(4096, sinch()).await;
    peer.send(Message::text("{\"command\":")).await.unwrap();
    peer.send(Message::binary(vec![5])).await.unwrap();
    let mut inbox = Inbox::new();
    assert!(matches!(call.next(&mut inbox).await, Err(CallError::Receive(_))));
    assert_eq!(call.next(&mut inbox).await.unwrap(), Event::Audio(Audio::raw(&[5])));
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_call_with_the_code_for_it() {
    let config = Config::new(Dialect::Sinch).max_message(4_000);
    let (listener, url) = listen().await;
    let application = async {
        let mut call = read_upgrade(&listener).await.accept(config, None).await.unwrap();
        assert!(matches!(call.next(&mut Inbox::new()).await, Err(CallError::Socket(_))));
        assert!(call.is_closed());
        assert!(matches!(call.send(Command::Heartbeat).await, Err(CallError::Send(SendError::Closed))));
        call
    };
    let platform = async {
        let (mut socket, _) = connect_async(&url).await.unwrap();
        socket.send(Message::binary(vec![0; 4_001])).await.unwrap();
        socket.next().await.unwrap().unwrap()
    };
    let (_call, told) = tokio::join!(application, platform);
    assert!(matches!(told, Message::Close(Some(CloseFrame { code: CloseCode::Size, .. }))), "{told:?}");
}

#[tokio::test]
async fn what_can_never_be_queued_is_refused_at_once() {
    let (mut call, _peer) = answered(4096, sinch().queue(4096)).await;
    call.send(Command::Audio(Audio::raw(&[0; 4096]))).await.unwrap();
    let sent = call.send(Command::Audio(Audio::raw(&[0; 4097]))).await;
    assert!(matches!(sent, Err(CallError::Send(SendError::Limit { bound: voxwire::Bound::Queue }))));
}

#[tokio::test]
async fn the_longest_message_that_can_be_heard_can_be_said() {
    const LONGEST: usize = 256 * 1024;
    let (mut application, mut platform) = whole_call(sinch()).await;
    let mut inbox = Inbox::new();
    assert!(matches!(application.next(&mut inbox).await, Ok(Event::Start(_))));
    application.send(Command::Answer).await.unwrap();
    assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
    let voice = vec![3; LONGEST];
    let echo = async {
        let Event::Audio(audio) = application.next(&mut inbox).await.unwrap() else { panic!("no audio") };
        application.send(Command::Audio(audio)).await.unwrap();
        application.flush().await;
    };
    let caller = async {
        platform.send(Event::Audio(Audio::raw(&voice))).await.unwrap();
        assert_eq!(platform.next(&mut Inbox::new()).await.unwrap(), Command::Audio(Audio::raw(&voice)));
    };
    tokio::join!(echo, caller);
}
