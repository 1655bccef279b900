//! What happens in calls. Each file is one story, told from both ends.

use voxwire::{Audio, Command, Deadline, Dialect, Event, Platform, Role, Start};
use voxwire_line::{CallConfig, CallError, Inbox};

use crate::adapter::Adapter;
use crate::stage::Stage;
use crate::surface::{Asks, Hears, Speaks};

/// One adapter's two parts in a scenario.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) application: fn(Stage),
    pub(crate) platform: fn(Stage),
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// Both parts of all scenarios, played by an adapter.
        pub(crate) fn all<A: Adapter>() -> Vec<Scenario> {
            vec![$(Scenario {
                name: stringify!($name),
                application: |stage| A::block_on($name::application::<A>(stage)),
                platform: |stage| A::block_on($name::platform::<A>(stage)),
            }),*]
        }
    };
}

scenarios! {
    whole_call
    declined
    full_speed
    barge_in
    speech
    interrupted
    back_pressure
    cancellation
    application_hangs_up
    platform_hangs_up
    silence
    half_open
    reset
    dropped
}

/// Opens the next call at the application's door.
async fn accept<A: Adapter>(stage: &Stage, config: impl Into<CallConfig>) -> A::Application {
    let upgrade = A::read(stage.accept()).await.unwrap();
    upgrade.accept(config.into(), None).await.unwrap()
}

/// The same, announced and answered.
async fn answer<A: Adapter>(stage: &Stage, config: impl Into<CallConfig>) -> A::Application {
    let mut call = accept::<A>(stage, config).await;
    assert!(matches!(call.next(&mut Inbox::new()).await.unwrap(), Event::Start(_)));
    call.send(Command::Answer).await.unwrap();
    call
}

/// Calls the application.
async fn connect<P: Adapter>(stage: &Stage, config: impl Into<CallConfig>) -> P::Platform {
    P::connect(&stage.url::<P>(), config.into()).await.unwrap()
}

/// The same, announced and answered.
async fn call<P: Adapter>(stage: &Stage, config: impl Into<CallConfig>) -> P::Platform {
    let mut call = connect::<P>(stage, config).await;
    announce(&mut call).await;
    if stage.dialect() == Dialect::Sinch {
        assert_eq!(call.next(&mut Inbox::new()).await.unwrap(), Command::Answer);
    }
    call
}

async fn announce(call: &mut (impl Hears<Platform> + Speaks<Platform>)) {
    let start = Start::new("c1");
    let start = if call.dialect() == Some(Dialect::Wavix) { start.with_stream_id("s1") } else { start };
    call.send(Event::Start(start)).await.unwrap();
    call.flush().await;
}

/// Hears what comes next. On a machine that is slow the peer may look silent before.
async fn hear<R: Role>(call: &mut impl Hears<R>, take: impl FnOnce(R::Hears<'_>)) {
    loop {
        let mut inbox = Inbox::new();
        match call.next(&mut inbox).await {
            Ok(heard) => return take(heard),
            Err(CallError::Expired(Deadline::Silence)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Waits for a deadline, which is told next.
async fn expired<R: Role>(call: &mut impl Hears<R>, deadline: Deadline) {
    let mut inbox = Inbox::new();
    let told = call.next(&mut inbox).await;
    assert!(matches!(told, Err(CallError::Expired(told)) if told == deadline), "{told:?}");
}

/// Audio of which no two frames are equal.
fn frame<const LENGTH: usize>(n: u32) -> [u8; LENGTH] {
    let mut frame = [n as u8; LENGTH];
    frame[..4].copy_from_slice(&n.to_le_bytes());
    frame
}

/// The bytes of audio, however they are written on the wire.
fn bytes(audio: Audio<'_>) -> Vec<u8> {
    let mut bytes = vec![0; audio.len()];
    audio.copy_to(&mut bytes).unwrap();
    bytes
}

/// What an application hears if it is audio.
fn voice(event: Event<'_>) -> Vec<u8> {
    let Event::Audio(audio) = event else { panic!("{event:?}") };
    bytes(audio)
}

/// What a platform hears if it is audio.
fn speech(command: Command<'_>) -> Vec<u8> {
    let Command::Audio(audio) = command else { panic!("{command:?}") };
    bytes(audio)
}
