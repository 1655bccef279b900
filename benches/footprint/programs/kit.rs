//! The parts of the audio kit, each alone: what is built is the one whose feature is on.

#![no_std]
#![no_main]

use core::time::Duration;

use voxwire::audio::{
    Arithmetic, Arrivals, Fixed, G711, Level, Pacer, PcmResampler, Playback, Resampler, Speech, Voice,
};
use voxwire::{AudioFormat, Framer};
use voxwire_footprint::board::{self, Payload, Socket, now};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut socket, mut memory) = (Socket::new(), [0; Socket::CAPACITY]);
    loop {
        board::keep(&mut socket, &mut memory);
        if cfg!(feature = "framer") {
            framer(&mut socket, &mut memory);
        }
        if cfg!(feature = "g711") {
            g711(&mut socket, &mut memory);
        }
        if cfg!(feature = "resampler-fixed") {
            resampler(Resampler::fixed(rate(), rate()), &mut socket, &mut memory);
        }
        if cfg!(feature = "resampler-float") {
            resampler(Resampler::float(rate(), rate()), &mut socket, &mut memory);
        }
        if cfg!(feature = "pacer") {
            pacer();
        }
        if cfg!(feature = "voice") {
            voice(&mut socket, &mut memory);
        }
        if cfg!(feature = "playback") {
            playback(&mut socket);
        }
        if cfg!(feature = "level") {
            level(&mut socket);
        }
        if cfg!(feature = "arrivals") {
            arrivals();
        }
    }
}

/// Cuts what comes into frames, and ends with what is left.
fn framer(socket: &mut Socket, memory: &mut [u8]) {
    let Some(format) = AudioFormat::pcm16(rate()) else { return };
    let Ok(mut framer) = Framer::lasting(AudioFormat::FRAME, format, memory) else { return };
    while let Some(mut bytes) = audio(socket) {
        while let Some(frame) = framer.next(&mut bytes) {
            board::write(frame);
        }
    }
    match board::number() {
        0 => board::write(&framer.finish(0)),
        1 => board::write(&framer.finish_short()),
        _ => framer.clear(),
    }
}

/// Encodes and decodes what comes.
fn g711(socket: &mut Socket, memory: &mut [u8]) {
    let law = if board::number() == 0 { G711::MuLaw } else { G711::ALaw };
    if let Some(bytes) = audio(socket) {
        board::write(&law.encode_to(bytes, memory));
        board::write(&law.decode_to(bytes, memory));
    }
}

/// Brings what comes to another rate.
fn resampler<A: Arithmetic>(resampler: Option<Resampler<A>>, socket: &mut Socket, memory: &mut [u8]) {
    let Some(resampler) = resampler else { return };
    let mut resampler = PcmResampler::new(resampler);
    while let Some(mut bytes) = audio(socket) {
        while !bytes.is_empty() {
            let made = resampler.next(&mut bytes, memory);
            board::write(memory.get(..made).unwrap_or_default());
        }
    }
    let made = resampler.finish(memory);
    board::write(memory.get(..made).unwrap_or_default());
}

/// Says frames when they are due.
fn pacer() {
    let Some(format) = AudioFormat::pcm16(rate()) else { return };
    let mut pacer = Pacer::new(format, Pacer::AHEAD);
    while board::number() > 0 {
        match board::number() {
            0 => pacer.clear(),
            samples => board::write(&pacer.take(now(), samples as u64)),
        }
        board::write(&(pacer.poll_timeout(), pacer.due()));
    }
}

/// Speaks at any rate, and is interrupted.
fn voice(socket: &mut Socket, memory: &mut [u8]) {
    let Some(format) = AudioFormat::pcm16(rate()) else { return };
    let Ok(mut voice) = Voice::<_, Fixed>::new(rate(), format, memory) else { return };
    while let Some(mut bytes) = audio(socket) {
        loop {
            match voice.poll(now(), &mut bytes) {
                Speech::Frame(frame) => board::write(frame),
                Speech::Wait(until) => board::write(&until),
                Speech::Spent => break,
            }
            voice.sent(now());
        }
    }
    match board::number() {
        0 => board::write(&voice.finish(now())),
        _ => voice.clear(),
    }
}

/// Follows what the far end hears.
fn playback(socket: &mut Socket) {
    let Some(format) = AudioFormat::pcm16(rate()) else { return };
    let mut playback = Playback::new(format)
        .buffer(u32::try_from(board::number()).ok())
        .delay(Duration::from_millis(10), Duration::from_millis(90));
    loop {
        match (board::number(), socket.receive()) {
            (0, _) => playback.push(now(), board::number() as u64),
            (1, Some(Payload::Text(name))) => board::write(&playback.mark(now(), name.into())),
            (2, Some(Payload::Text(name))) => board::write(&playback.handle_mark(now(), name.into())),
            (3, _) => board::write(&playback.clear(now())),
            (4, _) => {
                board::write(&(playback.heard(now()), playback.queued(now()), playback.runs_dry(now())))
            }
            _ => return,
        }
    }
}

/// Measures how loud it is.
fn level(socket: &mut Socket) {
    let mut level = Level::default();
    while let Some(bytes) = audio(socket) {
        level.add(bytes);
    }
    board::write(&(level.peak(), level.rms(), level.millibels()));
}

/// Measures how it comes in.
fn arrivals() {
    let Some(format) = AudioFormat::pcm16(rate()) else { return };
    let mut arrivals = Arrivals::new(format);
    while board::number() > 0 {
        arrivals.add(now(), board::number() as u64);
    }
    board::write(&(arrivals.gaps(), arrivals.dry(), arrivals.burst(), arrivals.jitter(), arrivals.drift()));
}

fn audio(socket: &mut Socket) -> Option<&[u8]> {
    match socket.receive()? {
        Payload::Binary(bytes) => Some(bytes),
        _ => None,
    }
}

fn rate() -> u32 {
    board::number() as u32
}
