//! Plays a melody, hears meanwhile, and lets itself be interrupted: when the caller speaks it takes back what has not
//! been heard yet, and begins again once the caller is silent.
//!
//! `cargo run -p voxwire-tokio --example agent`, then
//! `cargo run -- call ws://127.0.0.1:8080/calls --dialect sinch --duration 10`. An address to listen on may follow.

use core::f32::consts::TAU;
use core::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use voxwire::{Application, Audio, AudioFormat, Command, Config, Dialect, Event, SendError};
use voxwire_tokio::{CallError, Hearing, Inbox, Speaking, Upgrade, Voice};

/// The rate at which `voxwire call` speaks, unless told otherwise.
const FORMAT: AudioFormat = AudioFormat::pcm16(24_000).expect("a documented rate");
/// That of the melody, in Hz.
const RATE: u32 = 44_100;
/// The root of the mean square from which on sound is speech.
const LOUD: f64 = 500.0;
/// How long a caller is silent who has finished.
const PAUSE: Duration = Duration::from_millis(600);
/// The melody in Hz, four notes a second.
const NOTES: [f32; 16] = [
    262.0, 330.0, 392.0, 330.0, 294.0, 349.0, 440.0, 349.0, 262.0, 330.0, 392.0, 523.0, 440.0, 392.0, 330.0,
    262.0,
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn core::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on ws://{}", listener.local_addr()?);
    loop {
        let (socket, peer) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(async move {
            match attend(socket).await {
                Ok(()) => println!("{peer}: hung up"),
                Err(error) => println!("{peer}: {error}"),
            }
        });
    }
}

/// Answers, and then hears and speaks in two tasks.
async fn attend(socket: TcpStream) -> Result<(), CallError> {
    let config = Config::new(Dialect::Sinch).format(FORMAT);
    let mut call = Upgrade::read(socket).await?.accept(config, None).await?;
    let mut inbox = Inbox::new();
    while !matches!(call.next(&mut inbox).await?, Event::Start(_)) {
        if call.is_closed() {
            return Ok(());
        }
    }
    call.send(Command::Answer).await?;
    let (hearing, speaking) = call.split();
    let (caller, interrupted) = watch::channel(false);
    let speaks = tokio::spawn(speak(speaking, interrupted));
    hear(hearing, caller).await?;
    match speaks.await.expect("no panic") {
        Err(CallError::Send(SendError::Closed)) => Ok(()),
        spoke => spoke,
    }
}

/// Tells the other task whether the caller speaks.
async fn hear(
    mut hearing: Hearing<Application, TcpStream>,
    caller: watch::Sender<bool>,
) -> Result<(), CallError> {
    let mut inbox = Inbox::new();
    let mut silent = Duration::ZERO;
    while !hearing.is_closed() {
        // A platform may send silence or nothing at all. What is cut off here is heard by the next `next`.
        match timeout(PAUSE, hearing.next(&mut inbox)).await {
            Ok(Ok(Event::Audio(audio))) if is_speech(&audio) => {
                silent = Duration::ZERO;
                if !caller.send_replace(true) {
                    // Wherever it waits, what was said until now is not heard any more.
                    if let Some(stopped) = hearing.clear()?.stopped {
                        let [least, most] = [stopped.heard.lower, stopped.heard.upper].map(lasts);
                        println!("interrupted, {least:.2?} to {most:.2?} were heard");
                    }
                }
            }
            Ok(Ok(Event::Audio(audio))) => silent += FORMAT.duration_of(audio.len() as u64),
            Ok(Err(error @ CallError::Socket(_))) => return Err(error),
            Ok(Err(error)) => println!("{error}"),
            Ok(Ok(_)) => {}
            Err(_) => silent = PAUSE,
        }
        if silent >= PAUSE {
            caller.send_replace(false);
        }
    }
    Ok(())
}

/// Plays the melody in real time, over and over, while the caller is silent.
async fn speak(
    mut speaking: Speaking<Application, TcpStream>,
    mut interrupted: watch::Receiver<bool>,
) -> Result<(), CallError> {
    let melody = melody();
    let mut voice = Voice::new(RATE, FORMAT).expect("a rate that can be converted");
    while interrupted.wait_for(|speaks| !speaks).await.is_ok() {
        match speaking.speak(&mut voice, &mut &melody[..]).await {
            Ok(()) => {}
            Err(CallError::Cleared) => println!("from the beginning"),
            Err(error) => return Err(error),
        }
    }
    Ok(()) // nobody hears any more
}

/// How long so many samples of the call last.
fn lasts(samples: u64) -> Duration {
    FORMAT.duration_of(samples * AudioFormat::SAMPLE_BYTES as u64)
}

/// Whether it is loud enough to be.
fn is_speech(audio: &Audio<'_>) -> bool {
    let mut pcm = vec![0; audio.len()];
    let Ok(pcm) = audio.copy_to(&mut pcm) else { return false };
    let (samples, _) = pcm.as_chunks::<2>();
    let squares = samples.iter().map(|sample| f64::from(i16::from_le_bytes(*sample)).powi(2));
    squares.sum::<f64>() > LOUD.powi(2) * samples.len() as f64
}

fn melody() -> Vec<u8> {
    let length = RATE / 4;
    let note = |pitch: f32| {
        (0..length).flat_map(move |sample| {
            let fading = 1.0 - sample as f32 / length as f32;
            let wave = (TAU * pitch * sample as f32 / RATE as f32).sin();
            ((8_000.0 * fading * wave) as i16).to_le_bytes()
        })
    };
    NOTES.into_iter().flat_map(note).collect()
}
