//! The agent that can be interrupted.

use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_io_async::{Read, Write};
use voxwire::{Application, Audio, AudioFormat};
use voxwire_embassy::{Call, CallError, Clock, Inbox};

use crate::memory::Frames;
use crate::{Tone, echo, is_loud, play};

/// The greeting: how long and how high.
const GREETING: Duration = Duration::from_secs(3);
const GREETING_HERTZ: u32 = 330;

/// Says a greeting, unless the caller speaks: then what is left of it is taken back. After that, an echo.
pub(crate) async fn greet<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    call: &mut Call<'_, Application, In, Out, &C>,
    inbox: &mut Inbox<'_>,
    Frames { said, heard }: &mut Frames,
    format: AudioFormat,
    clock: &C,
) -> Result<(), CallError<In::Error>> {
    let (mut hearing, mut speaking) = call.split();
    let voice = |audio: Audio<'_>| audio.copy_to(heard).is_ok_and(is_loud);
    let interrupted = play::until(&mut hearing, inbox, voice);
    let mut tone = Tone::new(GREETING_HERTZ, format);
    let greeting = play::play(&mut speaking, &mut tone, GREETING, said, format, clock);
    match select(interrupted, greeting).await {
        Either::First(interrupted) => {
            if interrupted? {
                let _ = call.clear()?;
            }
        }
        Either::Second(greeted) => greeted?,
    }
    echo::echo(call, inbox, clock).await
}
