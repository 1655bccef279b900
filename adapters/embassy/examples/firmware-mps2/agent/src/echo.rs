//! The agent that gives the caller's voice back.

use embedded_io_async::{Read, Write};
use voxwire::{Application, Command, Deadline, Event};
use voxwire_embassy::{Call, CallError, Clock, Inbox};

use crate::patience::patiently;

/// Says what it hears, until somebody hangs up.
pub(crate) async fn echo<In: Read, Out: Write<Error = In::Error>, C: Clock>(
    call: &mut Call<'_, Application, In, Out, &C>,
    inbox: &mut Inbox<'_>,
    clock: &C,
) -> Result<(), CallError<In::Error>> {
    while !call.is_closed() {
        match call.next(inbox).await {
            Ok(Event::Audio(audio)) => {
                // Nobody hears while this waits for room, so if the platform reads nothing, nothing else ends it.
                let said = patiently(clock, call.send(Command::Audio(audio))).await;
                said.unwrap_or(Err(CallError::Expired(Deadline::Silence)))?;
            }
            Ok(_) | Err(CallError::Receive(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
