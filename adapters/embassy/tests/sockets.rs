//! Calls over real sockets, against the adapter for tokio: each as application against the other as platform.

use std::io;
use std::time::Instant as Began;

use embassy_futures::join::join;
use embedded_io_adapters::tokio_1::FromTokio;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{LocalSet, spawn_local};
use voxwire::{Audio, AudioFormat, Command, Config, Dialect, Event, Instant, Start};
use voxwire_embassy::{Call, CallError, Clock, Dial, Inbox, Upgrade};

const FRAMES: usize = 500;

#[tokio::test]
async fn calls_with_the_tokio_adapter_are_echoed_both_ways() {
    LocalSet::new()
        .run_until(async {
            for dialect in Dialect::ALL {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("ws://{}/echo", listener.local_addr().unwrap());
                let echo = spawn_local(async move {
                    answer(listener.accept().await.unwrap().0, *dialect).await.unwrap();
                });
                let mut call = voxwire_tokio::connect(&url, config(*dialect)).await.unwrap();
                let mut inbox = voxwire_tokio::Inbox::new();
                call.send(Event::Start(start(*dialect))).await.unwrap();
                if *dialect == Dialect::Sinch {
                    assert_eq!(call.next(&mut inbox).await.unwrap(), Command::Answer);
                }
                for number in 0..FRAMES {
                    call.send(Event::Audio(Audio::raw(&frame(number)))).await.unwrap();
                    assert_eq!(
                        call.next(&mut inbox).await.unwrap(),
                        Command::Audio(Audio::raw(&frame(number)))
                    );
                }
                call.hang_up(1000, "").await.unwrap();
                echo.await.unwrap();
            }
        })
        .await;
}

#[tokio::test]
async fn calls_to_the_tokio_adapter_are_echoed_both_ways() {
    LocalSet::new()
        .run_until(async {
            for dialect in Dialect::ALL {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url = format!("ws://{}/echo", listener.local_addr().unwrap());
                let echo = spawn_local(async move {
                    let (socket, _) = listener.accept().await.unwrap();
                    let upgrade = voxwire_tokio::Upgrade::read(socket).await.unwrap();
                    let mut call = upgrade.accept(config(*dialect), None).await.unwrap();
                    let mut inbox = voxwire_tokio::Inbox::new();
                    while !call.is_closed() {
                        match call.next(&mut inbox).await.unwrap() {
                            Event::Start(_) => call.send(Command::Answer).await.unwrap(),
                            Event::Audio(audio) => call.send(Command::Audio(audio)).await.unwrap(),
                            _ => {}
                        }
                    }
                });
                place(&url, *dialect).await.unwrap();
                echo.await.unwrap();
            }
        })
        .await;
}

/// Answers a call, and echoes it.
async fn answer(mut socket: TcpStream, dialect: Dialect) -> Result<(), CallError<io::Error>> {
    let (mut received, mut queue) = ([0; 2048], [0; 4096]);
    let mut inbox = Inbox::new(&mut received);
    let (input, output) = socket.split();
    let (input, output) = (FromTokio::new(input), FromTokio::new(output));
    let upgrade = Upgrade::read(input, output, &mut inbox).await?;
    assert_eq!(upgrade.path(), "/echo");
    let mut call = upgrade.accept(config(dialect), None, &mut queue, Tokio(Began::now())).await?;
    while !call.is_closed() {
        match call.next(&mut inbox).await? {
            Event::Start(_) => call.send(Command::Answer).await?,
            Event::Audio(audio) => call.send(Command::Audio(audio)).await?,
            _ => {}
        }
    }
    call.flush().await;
    Ok(())
}

/// Calls, speaks and hears at once, and hangs up.
async fn place(url: &str, dialect: Dialect) -> Result<(), CallError<io::Error>> {
    let dial = Dial::new(url, [3; 16])?;
    let mut socket = TcpStream::connect((dial.host(), dial.port())).await.map_err(CallError::Socket)?;
    let (input, output) = socket.split();
    let (input, output) = (FromTokio::new(input), FromTokio::new(output));
    let (mut received, mut queue) = ([0; 2048], [0; 4096]);
    let mut inbox = Inbox::new(&mut received);
    let mut masks = masks();
    let clock = Tokio(Began::now());
    let mut call =
        Call::dial(input, output, &dial, &mut inbox, &mut queue, &mut masks, config(dialect), clock).await?;
    call.send(Event::Start(start(dialect))).await?;
    if dialect == Dialect::Sinch {
        assert_eq!(call.next(&mut inbox).await?, Command::Answer);
    }
    let (mut hearing, mut speaking) = call.split();
    let speak = async {
        for number in 0..FRAMES {
            speaking.send(Event::Audio(Audio::raw(&frame(number)))).await?;
        }
        speaking.flush().await;
        Ok::<_, CallError<io::Error>>(())
    };
    let hear = async {
        for number in 0..FRAMES {
            assert_eq!(hearing.next(&mut inbox).await?, Command::Audio(Audio::raw(&frame(number))));
        }
        Ok::<_, CallError<io::Error>>(())
    };
    let (spoke, heard) = join(speak, hear).await;
    spoke?;
    heard?;
    call.hang_up(1000, "", &mut inbox).await
}

fn config(dialect: Dialect) -> Config {
    Config::new(dialect).format(AudioFormat::pcm16(16_000).unwrap())
}

fn start(dialect: Dialect) -> Start<'static> {
    let start = Start::new("c1");
    if dialect == Dialect::Wavix { start.with_stream_id("s1") } else { start }
}

/// 20 ms at 16 kHz, each another.
fn frame(number: usize) -> Vec<u8> {
    (0..640).map(|at| (number * 31 + at * 7) as u8).collect()
}

fn masks() -> impl FnMut() -> [u8; 4] {
    let mut seed = 1_u32;
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()
    }
}

/// Tokio's timer, and when it began.
struct Tokio(Began);

impl Clock for Tokio {
    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep(at.since(self.now())).await;
    }
}
