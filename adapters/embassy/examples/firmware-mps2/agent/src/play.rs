//! Speaking in real time while hearing.

use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_io_async::{Read, Write};
use voxwire::{Application, Audio, AudioFormat, Command, Event, SendError};
use voxwire_embassy::{Call, CallError, Clock, Hearing, Inbox, Speaking};

use crate::Tone;
use crate::memory::Frames;

/// Concert pitch.
const HERTZ: u32 = 440;

/// How much earlier than it is heard the platform is given the audio, so that a frame that is late leaves no gap.
const AHEAD: Duration = Duration::from_millis(60);

/// The agent that plays a tone until the caller hangs up.
pub(crate) async fn tone<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    call: &mut Call<'_, Application, In, Out, &C>,
    inbox: &mut Inbox<'_>,
    frames: &mut Frames,
    format: AudioFormat,
    clock: &C,
) -> Result<(), CallError<In::Error>> {
    let (mut hearing, mut speaking) = call.split();
    let mut tone = Tone::new(HERTZ, format);
    let hung_up = until(&mut hearing, inbox, |_| false);
    match select(hung_up, play(&mut speaking, &mut tone, Duration::MAX, &mut frames.said, format, clock))
        .await
    {
        Either::First(hung_up) => hung_up.map(|_| ()),
        Either::Second(played) => played,
    }
}

/// Plays a tone for so long at the pace of speech, or until the call has ended.
pub(crate) async fn play<Out: Write, C: Clock>(
    speaking: &mut Speaking<'_, '_, Application, Out, &C>,
    tone: &mut Tone,
    length: Duration,
    memory: &mut [u8],
    format: AudioFormat,
    clock: &C,
) -> Result<(), CallError<Out::Error>> {
    let frame = memory.get_mut(..format.frame_bytes()).unwrap_or_default();
    let begun = clock.now();
    let mut said = Duration::ZERO;
    while said < length {
        tone.fill(frame);
        match speaking.send(Command::Audio(Audio::raw(frame))).await {
            Ok(()) => said = said.saturating_add(AudioFormat::FRAME),
            Err(CallError::Send(SendError::Closed)) => return Ok(()),
            Err(error) => return Err(error),
        }
        clock.sleep_until(begun.saturating_add(said.saturating_sub(AHEAD))).await;
    }
    clock.sleep_until(begun.saturating_add(said)).await;
    Ok(())
}

/// Hears, and keeps the call alive, until there is audio `for_which` that holds: then `true`. `false` once the call has
/// ended.
pub(crate) async fn until<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    hearing: &mut Hearing<'_, '_, Application, In, Out, &C>,
    inbox: &mut Inbox<'_>,
    mut for_which: impl FnMut(Audio<'_>) -> bool,
) -> Result<bool, CallError<In::Error>> {
    while !hearing.is_closed() {
        match hearing.next(inbox).await {
            Ok(Event::Audio(audio)) if for_which(audio) => return Ok(true),
            Ok(_) | Err(CallError::Receive(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
